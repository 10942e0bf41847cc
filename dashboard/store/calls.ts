import { type ReadonlySignal, signal } from '@preact/signals'
import { apiUrl, type Client, newKey, type Query } from '../api/client.js'
import { Problem } from '../api/problem.js'
import { type Effect, effectOf, seenBy } from './effects.js'
import type { Live } from './live.js'

/** A request that calls a charge point. */
export interface CallRequest {
  /** The request in words: `Start at EVSE 1`. */
  title: string
  chargePoint: string
  /** Below the operator API: `/charge-points/CP-1/operations/start`. */
  path: string
  body: unknown
  query?: Query
  /** Whether a repetition would not be carried out once: a new password has no key. Default: false. */
  isUnrepeatable?: boolean
  /** Whether it is an operation that can wait until the charge point is connected. Every call can. Default: false. */
  isQueueable?: boolean
}

/**
 * `sending`: no answer yet. `answered`: the charge point said `word`. `waiting`: queued. `refused`: the server did not
 * send it, or the charge point answered with an error. `lost`: unknown whether the server received the request. `cancelled`: it was
 * queued, and does not go out.
 */
export type CardState = 'sending' | 'answered' | 'waiting' | 'refused' | 'lost' | 'cancelled'

export interface Card {
  id: string
  request: CallRequest
  state: CardState
  /** Epoch milliseconds by the clock of the browser. */
  sentAt: number
  /** Milliseconds until the answer. */
  duration?: number
  answer?: CallAnswer
  problem?: Problem
  effect?: Effect
  /** What the server knows of a call without answer, in the words of the operator API. */
  known?: { status: string; response?: unknown }
}

/** The members of answers to operations and calls that the cards show. */
export interface CallAnswer {
  status?: string
  reason?: string
  statusInfo?: unknown
  /** The answer of the charge point to a single call. */
  result?: { status?: unknown; statusInfo?: unknown }
  messageId?: string
  protocol?: string
  expiresAt?: string
  calls?: { messageId: string; action: string; status: string }[]
  [member: string]: unknown
}

/** The cards of the call drawer, the newest first. They stay until they are dismissed. */
export interface Calls {
  readonly cards: ReadonlySignal<readonly Card[]>
  readonly isOpen: ReadonlySignal<boolean>
  /** Sends a request, whose progress its card shows. Resolves when it has an answer or is lost; never rejects. */
  send(request: CallRequest): Promise<Card>
  /** Repeats a lost request with its key: the server carries it out once. */
  again(id: string): Promise<void>
  /** Repeats a request that failed because the charge point is disconnected. It waits until the charge point connects. */
  queue(id: string, expiresIn: string | undefined): Promise<void>
  /** Cancels a request that waits. */
  cancel(id: string): Promise<void>
  /** Reads what the server knows of a call that was not answered in time. */
  look(id: string): Promise<void>
  dismiss(id: string): void
  dismissAll(): void
  toggle(isOpen: boolean): void
}

const EFFECT_MS = 60_000

export function createCalls({ api, live }: { api: Client; live: Live }): Calls {
  const cards = signal<readonly Card[]>([])
  const isOpen = signal(false)

  function change(id: string, changed: Partial<Card>): void {
    cards.value = cards.value.map((card) => (card.id === id ? { ...card, ...changed } : card))
  }

  const cardOf = (id: string) => cards.value.find((card) => card.id === id)

  function watchFor(card: Card): () => void {
    const wanted = effectOf(card.request)
    if (wanted === undefined) return () => undefined
    const finish = (effect: Effect) => {
      change(card.id, { effect })
      stop()
    }
    const timer = setTimeout(() => {
      if (cardOf(card.id)?.effect === undefined) change(card.id, { effect: { kind: 'none' } })
    }, EFFECT_MS)
    const unwatch = live.watch({
      types: wanted.types,
      chargePoints: [card.request.chargePoint],
      onGap: () => undefined,
      onEvent: (event) => {
        const present = cardOf(card.id)
        const seen = present && seenBy(wanted, { event, answer: present.answer })
        if (seen !== undefined) finish({ ...seen, after: Date.now() - card.sentAt })
      }
    })
    function stop(): void {
      clearTimeout(timer)
      unwatch()
    }
    return stop
  }

  async function attempt(id: string): Promise<Card> {
    const card = cardOf(id)
    if (card === undefined) throw new Error('the card is gone')
    const { path, body, query, isUnrepeatable } = card.request
    const stop = watchFor(card)
    const options = { ...(query && { query }), ...(!isUnrepeatable && { key: id }) }
    try {
      const { status, data } = await api.send<CallAnswer>('POST', path, body, options)
      change(id, { state: status === 202 ? 'waiting' : 'answered', answer: data, duration: Date.now() - card.sentAt })
      if (data?.status === 'rejected') stop()
      if (status === 202) await readExpiry(id)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      stop()
      change(id, { state: error.isLost ? 'lost' : 'refused', problem: error, duration: Date.now() - card.sentAt })
    }
    return cardOf(id) ?? card
  }

  /** The answer to a call that waits does not say until when. */
  const readExpiry = (id: string) =>
    ask(id, async (path) => {
      const { expiresAt } = await api.get<CallAnswer>(path)
      const answer = cardOf(id)?.answer
      if (expiresAt !== undefined) change(id, { answer: { ...answer, expiresAt } })
    })

  function add(request: CallRequest): Promise<Card> {
    const id = newKey()
    cards.value = [{ id, request, state: 'sending', sentAt: Date.now() }, ...cards.value]
    isOpen.value = true
    return attempt(id)
  }

  /** Asks the server about the call of a card. A problem is shown by the card. */
  async function ask(id: string, act: (path: string) => Promise<void>): Promise<void> {
    const card = cardOf(id)
    const messageId = card && messageIdOf(card)
    if (messageId === undefined) return
    try {
      await act(`/calls/${encodeURIComponent(messageId)}`)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      change(id, { known: { status: error.message } })
    }
  }

  return {
    cards,
    isOpen,
    send: add,
    async again(id) {
      change(id, { state: 'sending', sentAt: Date.now() })
      await attempt(id)
    },
    async queue(id, expiresIn) {
      const card = cardOf(id)
      if (card === undefined) return
      const query = { ...card.request.query, whenOffline: 'queue', ...(expiresIn && { expiresIn }) }
      cards.value = cards.value.filter((other) => other.id !== id)
      await add({ ...card.request, query })
    },
    cancel: (id) =>
      ask(id, async (path) => {
        await api.send('DELETE', path)
        change(id, { state: 'cancelled' })
      }),
    look: (id) => ask(id, async (path) => change(id, { known: await api.get(path) })),
    dismiss(id) {
      cards.value = cards.value.filter((card) => card.id !== id)
      if (cards.value.length === 0) isOpen.value = false
    },
    dismissAll() {
      cards.value = cards.value.filter(({ state }) => state === 'sending')
      isOpen.value = cards.value.length > 0
    },
    toggle(wanted) {
      isOpen.value = wanted
    }
  }
}

/** The message id of the call that was made; of an operation with several calls that of the last one. */
export function messageIdOf({ answer, problem }: Pick<Card, 'answer' | 'problem'>): string | undefined {
  const { messageId, calls } = answer ?? ((problem?.body ?? {}) as CallAnswer)
  return messageId ?? calls?.at(-1)?.messageId
}

/** The request as a line for a shell. The token is not in it. */
export function curlLine({ id, request }: Pick<Card, 'id' | 'request'>, origin: string): string {
  const { path, query, body, isUnrepeatable } = request
  return [
    `curl -X POST ${quote(origin + apiUrl(path, query))}`,
    `-H "Authorization: Bearer $TOKEN"`,
    `-H 'Content-Type: application/json'`,
    ...(isUnrepeatable ? [] : [`-H 'Idempotency-Key: ${id}'`]),
    `-d ${quote(JSON.stringify(body))}`
  ].join(' ')
}

/** A word of a POSIX shell. [POSIX 2.2.2] */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
