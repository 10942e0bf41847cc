import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import type { CsmsAction, Protocol, RequestOf, ResponseOf } from 'fastify-ocpp'
import { CallError, type ChargePointClient } from 'fastify-ocpp/charge-point'
import { BEARER, startBackend, stateOf } from '../app/support.js'
import { bootRequest } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

/** Knows only the id tokens that an operator has made. */
const SETTINGS = { UNKNOWN_ID_TOKENS: 'reject', OCPP_CALL_TIMEOUT: '3000' }

/** What the operator has made known, by id token; GHOST is the one that nobody knows. */
const ID_TOKENS = {
  DRIVER: {},
  EXPIRED: { expiresAt: '2020-01-01T00:00:00Z' },
  BLOCKED: { status: 'Blocked' },
  PARENT: { groupId: 'FAMILY' },
  CHILD: { groupId: 'FAMILY' },
  MASTER: { groupId: 'MASTERPASS', masterGroup: true },
  OUTCAST: { groupId: 'FAMILY', status: 'Invalid' }
} as const

/** The back-end of a file of cases. */
export class Backend {
  readonly server: TestServer

  private constructor(server: TestServer) {
    this.server = server
  }

  static async start(): Promise<Backend> {
    const backend = new Backend(await startBackend(SETTINGS))
    for (const [idToken, body] of Object.entries(ID_TOKENS)) await backend.put(`/id-tokens/${idToken}`, body)
    return backend
  }

  async put(path: string, payload: object): Promise<void> {
    const response = await this.#inject('PUT', path, payload)
    assert.ok(response.statusCode < 300, response.body)
  }

  async get(path: string) {
    const response = await this.#inject('GET', path)
    assert.equal(response.statusCode, 200, response.body)
    return response.json()
  }

  /** What an operator asks of a charge point, and what the API answers. */
  async ask(identity: string, action: string, payload: object) {
    const response = await this.#inject('POST', `/charge-points/${identity}/calls/${action}`, payload)
    return { statusCode: response.statusCode, body: response.json() }
  }

  async post(path: string, payload: object) {
    const response = await this.#inject('POST', path, payload)
    return { statusCode: response.statusCode, body: response.json() }
  }

  #inject(method: 'GET' | 'PUT' | 'POST', path: string, payload?: object) {
    const request = { method, url: `/api/v1${path}`, headers: BEARER }
    return this.server.app.inject(payload === undefined ? request : { ...request, payload })
  }
}

interface Connecting {
  password?: string | Buffer
  /** User name of HTTP Basic. Default: the identity. */
  username?: string
}

/** The charge point of one case: the test plays it, an operator asks things of it. */
export class Station<P extends Protocol> {
  readonly identity: string
  readonly backend: Backend
  readonly #protocol: P
  /** What it answers next, by action. */
  readonly #answers = new Map<string, object | CallError>()
  /** What it was asked last, by action. */
  readonly #asked = new Map<string, unknown>()
  #client: ChargePointClient<P> | undefined

  constructor(backend: Backend, identity: string, protocol: P) {
    this.backend = backend
    this.identity = identity
    this.#protocol = protocol
    after(() => this.#client?.close())
  }

  /** The client, whose `call` is what the charge point says. */
  get client(): ChargePointClient<P> {
    assert.ok(this.#client, 'it is connected')
    return this.#client
  }

  /** Tells the CSMS something, and resolves with the answer. */
  says: ChargePointClient<P>['call'] = (action, payload, options) => this.client.call(action, payload, options)

  async connect({ password, username }: Connecting = {}): Promise<void> {
    const basic = Buffer.concat([Buffer.from(`${username ?? this.identity}:`), Buffer.from(password ?? '')])
    const headers = password === undefined ? {} : { authorization: `Basic ${basic.toString('base64')}` }
    const { identity } = this
    this.#client = await this.backend.server.app.ocpp.inject({ identity, protocol: this.#protocol, headers })
    this.#client.fallback((action, request) => this.#answer(String(action), request))
  }

  /** Loses its connection and comes back. */
  async reconnect(connecting: Connecting = {}): Promise<void> {
    await this.client.cut()
    await this.connect(connecting)
  }

  /** The HTTP status that it is refused with. */
  async refusal(connecting: Connecting = {}): Promise<number> {
    const error = await this.connect(connecting).then(
      () => undefined,
      (error: { status?: number }) => error
    )
    assert.ok(error?.status, 'it was let in')
    return error.status
  }

  async boot(): Promise<unknown> {
    const says = this.says as (action: string, payload: object) => Promise<unknown>
    return says('BootNotification', bootRequest(this.#protocol))
  }

  async reboot(connecting: Connecting = {}): Promise<void> {
    await this.reconnect(connecting)
    await this.boot()
  }

  /** An operator asks: the charge point is to get just this, the operator just the answer. */
  async isAsked<A extends CsmsAction<P>>(action: A, request: RequestOf<P, A>, answer: ResponseOf<P, A>): Promise<void> {
    const name = String(action)
    this.#answers.set(name, answer as object)
    const { statusCode, body } = await this.backend.ask(this.identity, name, request as object)
    assert.equal(statusCode, 200, JSON.stringify(body))
    assert.deepEqual(this.#asked.get(name), request)
    assert.deepEqual(body.result, answer)
  }

  /** An operator asks what the charge point answers with a CALLERROR. */
  async isAskedInVain<A extends CsmsAction<P>>(
    action: A,
    request: RequestOf<P, A>,
    code: 'NotImplemented' | 'NotSupported'
  ): Promise<void> {
    const name = String(action)
    this.#answers.set(name, new CallError(code))
    const { statusCode, body } = await this.backend.ask(this.identity, name, request as object)
    assert.equal(statusCode, 502)
    assert.equal(body.code, 'OCPP_CALLERROR')
    const { items } = await this.backend.get(`/charge-points/${this.identity}/calls?action=${name}`)
    assert.deepEqual([items[0].status, items[0].errorCode], ['error', code])
  }

  /** The back-end asks by itself: what the charge point answers, and what it was asked once it was. */
  async isTold<A extends CsmsAction<P>>(action: A, answer: ResponseOf<P, A>): Promise<unknown> {
    const name = String(action)
    this.#answers.set(name, answer as object)
    await until(`${this.identity} is asked ${name}`, () => this.#asked.has(name))
    const asked = this.#asked.get(name)
    this.#asked.delete(name)
    return asked
  }

  /** What an operator sees of it includes all this. */
  async shows(expected: object): Promise<void> {
    assert.deepEqual(like(await this.state(), expected), expected)
  }

  state() {
    return stateOf(this.backend.server, this.identity)
  }

  #answer(action: string, request: unknown): object {
    this.#asked.set(action, request)
    const answer = this.#answers.get(action)
    this.#answers.delete(action)
    if (answer === undefined) throw new CallError('NotImplemented')
    if (answer instanceof CallError) throw answer
    return answer
  }
}

/** So much of a value as is expected of it; what is expected to be undefined is not there. */
export function like(value: unknown, expected: unknown): unknown {
  if (Array.isArray(expected) && Array.isArray(value)) return value.map((item, index) => like(item, expected[index]))
  if (!isObject(expected) || !isObject(value)) return value
  return Object.fromEntries(Object.keys(expected).map((key) => [key, like(value[key], expected[key])]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export interface CaseOptions {
  /** Default true. */
  boot?: boolean
}

/** A case by its id, with a charge point of its own that has booted. */
export type Case<P extends Protocol> = (
  id: string,
  name: string,
  play: (station: Station<P>) => Promise<void>,
  options?: CaseOptions
) => void

export function casesOf<const P extends Protocol>(backend: Backend, protocol: P): Case<P> {
  return (id, name, play, { boot = true } = {}) => {
    it(`${id}: ${name}`, async () => {
      const station = new Station(backend, id, protocol)
      if (boot) {
        await station.connect()
        await station.boot()
      }
      await play(station)
    })
  }
}

/** The moment that many seconds after the present one. */
export function soon(seconds = 0): string {
  return new Date(Date.now() + 1000 * seconds).toISOString()
}

/** A call whose answer is to be coped with, and what is to be seen of it. */
export type Row<P extends Protocol> = {
  [A in CsmsAction<P>]: readonly [
    id: string,
    name: string,
    action: A,
    request: RequestOf<P, A>,
    answer: ResponseOf<P, A>,
    shown?: object
  ]
}[CsmsAction<P>]

/** A case for each row: the call goes out as it was asked for, and is written down with its answer. */
export function copesWith<P extends Protocol>(backend: Backend, scenario: Case<P>, rows: readonly Row<P>[]): void {
  for (const [id, name, action, request, answer, shown] of rows) {
    scenario(id, name, async (station) => {
      await station.isAsked(action, request, answer)
      if (shown !== undefined) await station.shows(shown)
      const { items } = await backend.get(`/charge-points/${id}/calls?action=${String(action)}`)
      assert.deepEqual([items[0].status, items[0].operator, items[0].response], ['answered', 'operator', answer])
    })
  }
}
