import { randomUUID } from 'node:crypto'
import { CallError, type ChargePointClient, createChargePoint, type TlsOptions } from '../charge-point/index.js'
import type { Protocol } from '../types.js'
import type { Entry, Recording } from './recording.js'

const CALL = 2
const CALLRESULT = 3
const CALLERROR = 4
const SEND = 6

export interface ReplayOptions {
  url: string
  password?: string
  tls?: TlsOptions
  /** Whether payloads are compared too. */
  isStrict: boolean
  /** Milliseconds for an answer. Default 30 000. */
  callTimeout?: number
}

/** An answer that is not what was recorded. */
export interface Difference {
  /** Number of the entry, counted from 1. */
  entry: number
  identity: string
  action: string
  recorded: string
  replayed: string
}

export interface ReplayResult {
  calls: number
  differences: Difference[]
}

interface Answer {
  kind: string
  payload: unknown
}

/**
 * Sends what the recorded chargers sent, in order, each message when the one before is answered, and compares the
 * answers. Times are moved to now, transaction ids are new ones. Errors of connecting go through.
 */
export async function replay(recording: Recording, options: ReplayOptions): Promise<ReplayResult> {
  const chargers = new Map<string, ReplayedCharger>()
  const result: ReplayResult = { calls: 0, differences: [] }
  try {
    for (const [index, entry] of recording.entries.entries()) {
      const charger = chargers.get(entry.identity) ?? new ReplayedCharger(entry, recording, options)
      chargers.set(entry.identity, charger)
      await step(charger, entry, index, options, result)
    }
  } finally {
    await Promise.all([...chargers.values()].map(({ client }) => client.close()))
  }
  return result
}

async function step(
  charger: ReplayedCharger,
  entry: Entry,
  index: number,
  { isStrict }: ReplayOptions,
  result: ReplayResult
): Promise<void> {
  if (entry.event === 'connect') await charger.client.connect()
  if (entry.event === 'disconnect') await charger.client.close()
  if (entry.event !== 'sent') return
  const [type, id, action, payload] = entry.frame as [number, string, string, unknown]
  if (type === SEND) charger.send(action, payload)
  if (type !== CALL) return
  result.calls++
  const recorded = charger.recordedAnswer(id)
  const replayed = await charger.call(action, payload, recorded)
  if (recorded === undefined) return
  const difference = differenceOf(recorded, replayed, isStrict)
  if (difference !== undefined)
    result.differences.push({ entry: index + 1, identity: entry.identity, action, ...difference })
}

/** One charger of a recording, on its way again. */
class ReplayedCharger {
  readonly client: ChargePointClient
  /** What the CSMS answered, by message id. */
  readonly #answers = new Map<string, Answer>()
  /** What this charger answered, by action, in order. */
  readonly #own = new Map<string, Answer[]>()
  /** Transaction ids of now by those of then. */
  readonly #transactions = new Map<unknown, unknown>()
  readonly #shift: number

  constructor({ identity, protocol }: Entry, { entries, startedAt }: Recording, options: ReplayOptions) {
    const { url, password, tls, callTimeout } = options
    this.#shift = Date.now() - startedAt
    this.client = createChargePoint<Protocol>({
      identity,
      url,
      protocols: [protocol],
      reconnect: false,
      // What was recorded is sent, right or wrong.
      validation: 'warn',
      ...(password !== undefined && { password }),
      ...(tls !== undefined && { tls }),
      ...(callTimeout !== undefined && { callTimeout })
    })
    this.#read(entries.filter((entry) => entry.identity === identity))
    this.client.fallback((action) => this.#answer(action))
  }

  recordedAnswer(id: string): Answer | undefined {
    return this.#answers.get(id)
  }

  async call(action: string, payload: unknown, recorded: Answer | undefined): Promise<Answer> {
    try {
      const answer = await this.client.call(action as never, this.#moved(payload) as never)
      const id = member(answer, 'transactionId')
      if (id !== undefined) this.#transactions.set(member(recorded?.payload, 'transactionId'), id)
      return { kind: 'CALLRESULT', payload: answer }
    } catch (error) {
      if (error instanceof CallError) return { kind: `CALLERROR ${error.code}`, payload: undefined }
      return { kind: `no answer (${(error as Error).message})`, payload: undefined }
    }
  }

  send(action: string, payload: unknown): void {
    this.client.send(action as never, this.#moved(payload) as never)
  }

  #read(entries: readonly Entry[]): void {
    const requests = new Map<string, string>()
    for (const { event, frame } of entries) {
      if (!Array.isArray(frame)) continue
      const [type, id, third] = frame
      if (type === CALL && event === 'received') requests.set(id, third)
      const answer = answerOf(frame)
      if (answer === undefined) continue
      if (event === 'received') this.#answers.set(id, answer)
      else this.#own.set(requests.get(id) ?? '', [...(this.#own.get(requests.get(id) ?? '') ?? []), answer])
    }
  }

  /** As the charger answered this action then; the last answer serves for all that follow. */
  #answer(action: string): unknown {
    const answers = this.#own.get(action) ?? []
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === undefined) throw new CallError('NotSupported', 'the recording has no answer')
    if (answer.kind !== 'CALLRESULT') throw new CallError(answer.kind.replace('CALLERROR ', ''))
    return this.#moved(answer.payload)
  }

  /** The payload with the times and transaction ids of now. */
  #moved(value: unknown, name = ''): unknown {
    if (name === 'transactionId') return this.#transactionId(value)
    if (typeof value === 'string')
      return isTime(value) ? new Date(Date.parse(value) + this.#shift).toISOString() : value
    if (Array.isArray(value)) return value.map((item) => this.#moved(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#moved(item, key)]))
  }

  // Those of 1.6 come from the CSMS; those of 2.x are the charger's own, and new ones make a new transaction.
  #transactionId(id: unknown): unknown {
    if (!this.#transactions.has(id)) this.#transactions.set(id, typeof id === 'string' ? randomUUID() : id)
    return this.#transactions.get(id)
  }
}

function answerOf([type, , third]: unknown[]): Answer | undefined {
  if (type === CALLRESULT) return { kind: 'CALLRESULT', payload: third }
  return type === CALLERROR ? { kind: `CALLERROR ${String(third)}`, payload: undefined } : undefined
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

const TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}/

function isTime(value: unknown): boolean {
  return typeof value === 'string' && TIME.test(value)
}

function differenceOf(
  recorded: Answer,
  replayed: Answer,
  isStrict: boolean
): Pick<Difference, 'recorded' | 'replayed'> | undefined {
  if (recorded.kind !== replayed.kind) return { recorded: recorded.kind, replayed: replayed.kind }
  if (!isStrict) return undefined
  const [before, now] = [comparable(recorded.payload), comparable(replayed.payload)].map(
    (value) => JSON.stringify(value) ?? ''
  )
  return before === now ? undefined : { recorded: before ?? '', replayed: now ?? '' }
}

/** Members that are never the same twice. The heartbeat interval is spread over a fleet. */
const UNSTABLE = /^(?:interval|.*Id)$/

/** Without times and ids, members in the order of the alphabet. */
function comparable(value: unknown): unknown {
  if (isTime(value)) return 'time'
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(
    ([name, item]) => [name, UNSTABLE.test(name) ? 'any' : comparable(item)] as const
  )
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}
