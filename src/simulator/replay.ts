import type { TlsOptions } from '../charge-point/index.js'
import { RawConnection } from '../charge-point/raw-connection.js'
import type { Protocol } from '../types/protocol.js'
import { Mover, TIME } from './mover.js'
import type { Entry, Recording } from './recording.js'

const CALL = 2
const CALLRESULT = 3
const CALLERROR = 4
const CALLRESULTERROR = 5
/** The id of an answer to a CALL whose id could not be read. [2.x Part 4 §4.2.3] */
const UNREADABLE_ID = '-1'

export interface ReplayOptions {
  url: string
  password?: string
  tls?: TlsOptions
  /** Whether payloads are compared, too. */
  isStrict: boolean
  /** Timeout of an answer. Milliseconds. Default: 30 000. */
  callTimeout?: number
}

/** An answer that differs from the recorded one, or a message that could not be sent. */
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
 * Sends the messages of the recorded chargers, valid or not, in order, each one when the message before it is answered,
 * and compares the answers. Times are moved to the present, transaction ids are new. Rejects when a charger cannot
 * connect.
 */
export async function replay(recording: Recording, options: ReplayOptions): Promise<ReplayResult> {
  const chargers = new Map<string, ReplayedCharger>()
  const result: ReplayResult = { calls: 0, differences: [] }
  try {
    for (const [index, entry] of recording.entries.entries()) {
      const charger = chargers.get(entry.identity) ?? new ReplayedCharger(entry.identity, recording, options)
      chargers.set(entry.identity, charger)
      const difference = await step(charger, entry, index, result)
      if (difference !== undefined)
        result.differences.push({ entry: index + 1, identity: entry.identity, ...difference })
    }
  } finally {
    await Promise.all([...chargers.values()].map((charger) => charger.disconnect()))
  }
  return result
}

type Found = Omit<Difference, 'entry' | 'identity'>

async function step(
  charger: ReplayedCharger,
  { event, protocol, frame }: Entry,
  index: number,
  result: ReplayResult
): Promise<Found | undefined> {
  if (event === 'connect') await charger.connect(protocol)
  if (event === 'disconnect') await charger.disconnect()
  // The answers of the charger are sent when the CSMS sends the CALLs.
  if (event !== 'sent' || !Array.isArray(frame) || isAnswer(frame)) return undefined
  if (frame[0] !== CALL) return charger.send(frame)
  result.calls++
  return charger.call(frame, index)
}

/** One charger of a recording during the replay. */
class ReplayedCharger {
  readonly #identity: string
  readonly #options: ReplayOptions
  /** The recorded answers of the CSMS, by the index of the CALL. */
  readonly #answers = new Map<number, Answer>()
  /** The recorded answers of this charger, by action, in order. */
  readonly #own = new Map<string, unknown[][]>()
  readonly #mover: Mover
  #connection: RawConnection | undefined

  constructor(identity: string, { entries, startedAt }: Recording, options: ReplayOptions) {
    this.#identity = identity
    this.#options = options
    this.#mover = new Mover(Date.now() - startedAt)
    this.#readAnswers(entries)
    this.#readOwn(entries)
  }

  async connect(protocol: Protocol): Promise<void> {
    await this.disconnect()
    const { url, password, tls = {}, callTimeout = 30_000 } = this.#options
    const target = { url, identity: this.#identity, password, tls, protocols: [protocol] }
    this.#connection = await RawConnection.open(target, callTimeout, (action) => this.#answer(action))
  }

  async disconnect(): Promise<void> {
    await this.#connection?.close()
    this.#connection = undefined
  }

  /** Sends a message that has no answer, such as a SEND of 2.1. */
  send(frame: unknown[]): Found | undefined {
    if (this.#connection?.send(this.#mover.message(frame))) return undefined
    return { action: actionOf(frame), recorded: 'sent', replayed: 'not sent (not connected)' }
  }

  async call(frame: unknown[], index: number): Promise<Found | undefined> {
    const recorded = this.#answers.get(index)
    const replayed = await this.#call(this.#mover.message(frame))
    if (recorded === undefined) return undefined
    this.#mover.learn(recorded.payload, replayed.payload)
    const difference = differenceOf(recorded, replayed, this.#options.isStrict)
    return difference && { action: actionOf(frame), ...difference }
  }

  async #call(frame: unknown[]): Promise<Answer> {
    try {
      const answer = this.#connection === undefined ? undefined : answerOf(await this.#connection.call(frame))
      return answer ?? { kind: 'no answer (not connected)', payload: undefined }
    } catch (error) {
      return { kind: `no answer (${(error as Error).message})`, payload: undefined }
    }
  }

  #readAnswers(entries: readonly Entry[]): void {
    const callsById = new Map<unknown, number>()
    let last: number | undefined
    for (const [index, { identity, event, frame }] of entries.entries()) {
      if (identity !== this.#identity || !Array.isArray(frame)) continue
      const [type, id] = frame
      if (event === 'sent' && type === CALL) {
        callsById.set(id, index)
        last = index
      }
      const answer = event === 'received' ? answerOf(frame) : undefined
      const call = callsById.get(id) ?? (id === UNREADABLE_ID ? last : undefined)
      if (answer === undefined || call === undefined || this.#answers.has(call)) continue
      this.#answers.set(call, answer)
      callsById.delete(id)
    }
  }

  #readOwn(entries: readonly Entry[]): void {
    const actions = new Map<unknown, string>()
    for (const { identity, event, frame } of entries) {
      if (identity !== this.#identity || !Array.isArray(frame)) continue
      if (event === 'received' && frame[0] === CALL) actions.set(frame[1], actionOf(frame))
      const action = event === 'sent' && answerOf(frame) !== undefined ? actions.get(frame[1]) : undefined
      if (action === undefined) continue
      const frames = this.#own.get(action) ?? []
      this.#own.set(action, frames)
      frames.push(frame)
    }
  }

  /** Type and content of the recorded answer to this action. The last recorded answer serves for all later requests. */
  #answer(action: string): [type: unknown, ...content: unknown[]] {
    const frames = this.#own.get(action) ?? []
    const [type, , ...content] = (frames.length > 1 ? frames.shift() : frames[0]) ?? []
    if (type === undefined) return [CALLERROR, 'NotSupported', 'the recording has no answer', {}]
    return [type, ...content.map((part) => this.#mover.moved(part))]
  }
}

function isAnswer([type]: unknown[]): boolean {
  return type === CALLRESULT || type === CALLERROR || type === CALLRESULTERROR
}

function actionOf([, , action]: unknown[]): string {
  return typeof action === 'string' ? action : (JSON.stringify(action) ?? '')
}

function answerOf([type, , third]: unknown[]): Answer | undefined {
  if (type === CALLRESULT) return { kind: 'CALLRESULT', payload: third }
  return type === CALLERROR ? { kind: `CALLERROR ${String(third)}`, payload: undefined } : undefined
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

/** Members that differ from session to session; the CSMS spreads the heartbeat interval over a fleet. */
const UNSTABLE = /^(?:interval|.*Id)$/

/** The value without times and ids, with its members sorted by name. */
function comparable(value: unknown): unknown {
  if (typeof value === 'string' && TIME.test(value)) return 'time'
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(
    ([name, item]) => [name, UNSTABLE.test(name) ? 'any' : comparable(item)] as const
  )
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}
