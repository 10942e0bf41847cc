import { type ReadonlySignal, signal } from '@preact/signals'
import type { Client } from '../api/client.js'
import { Problem } from '../api/problem.js'
import type { SignIn } from '../api/records.js'

/** `ended`: somebody was signed in; the page stays, and a dialog asks for the token. */
export type SessionState = 'unknown' | 'unreachable' | 'signed-out' | 'signed-in' | 'ended'

export interface Session {
  readonly state: ReadonlySignal<SessionState>
  readonly operator: ReadonlySignal<SignIn | undefined>
  /** Whether the token allows something: a write scope includes reading, and admin includes everything. */
  may(scope: string): boolean
  /** Asks the server for the present sign-in. */
  check(): Promise<void>
  /** Rejects with the problem if the token is not accepted. */
  signIn(token: string): Promise<void>
  signOut(): Promise<void>
  /** To be called when a request was answered 401. */
  hasEnded(): void
}

/** Remembers, without a secret, that this browser was signed in, so that a new one does not ask in vain. */
const FLAG = 'signed-in'

export function createSession(api: () => Client, storage: Storage): Session {
  const state = signal<SessionState>('unknown')
  const operator = signal<SignIn | undefined>(undefined)

  function enter(signIn: SignIn): void {
    operator.value = signIn
    state.value = 'signed-in'
    storage.setItem(FLAG, 'yes')
  }

  function leave(): void {
    operator.value = undefined
    state.value = 'signed-out'
    storage.removeItem(FLAG)
  }

  return {
    state,
    operator,
    may: (scope) => allows(operator.value?.scopes ?? [], scope),
    async check() {
      if (operator.value === undefined && storage.getItem(FLAG) === null) return leave()
      try {
        enter(await api().get<SignIn>('/sign-in'))
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        if (error.status === 401 || error.status === 404) {
          if (operator.value === undefined) leave()
          else state.value = 'ended'
        } else if (operator.value === undefined) state.value = 'unreachable'
      }
    },
    async signIn(token) {
      const { data } = await api().send<SignIn>('POST', '/sign-in', { token })
      enter(data)
    },
    async signOut() {
      await api().send('DELETE', '/sign-in')
      leave()
    },
    hasEnded() {
      if (operator.value !== undefined) state.value = 'ended'
    }
  }
}

export function allows(scopes: readonly string[], scope: string): boolean {
  const writing = scope.replace(/:read$/, ':write')
  return scopes.some((held) => held === 'admin' || held === scope || held === writing)
}
