import { type Protocol, parseTime, type ToldIdentity, versionInfo } from 'fastify-ocpp'
import type { Findings } from './findings.js'

// The rules about the order, the times and the ids of messages. Everything is judged by the times that it is told.

/** 2020-01-01. */
const FIRST_SANE_TIME = 1_577_836_800_000
const MAX_AHEAD_MS = 60_000
const MAX_BEHIND_MS = 300_000
/** Message ids that are remembered, with what they were for. */
const MAX_TEXTS = 5_000
/** Milliseconds after which a charge point may give a CALL up. */
const CALL_TIMEOUT_MS = 30_000
/** How much later than the heartbeat interval a message may come, in milliseconds. */
const HEARTBEAT_GRACE_MS = 10_000

type Members = Record<string, unknown>

/** One message of a charge point. */
export interface Message {
  id: string
  action: string
  payload: unknown
  text: string
  at: number
  isSend: boolean
}

export class Watch {
  readonly protocol: Protocol
  readonly #findings: Findings
  /** Messages by action, e.g. `TransactionEvent Started`. */
  readonly seen = new Map<string, number>()
  told: ToldIdentity = {}
  bootedAt: number | undefined
  connectedAt = 0
  #connections = 0
  /** Messages on this connection. */
  #messages = 0
  #isBooted = false
  /** Seconds. `undefined`: not told. */
  #heartbeatInterval: number | undefined
  #lastMessageAt: number | undefined
  #lastHeartbeatAt: number | undefined
  /** Messages that we have requested and not received yet, by action. */
  readonly #triggered = new Map<string, number>()
  readonly #texts = new Map<string, string>()
  readonly #outstanding = new Map<string, number>()
  readonly #starts = new Map<number, number | undefined>()
  readonly #sequences = new Map<string, number>()
  /** Differences of times without a zone from the time of receipt, in milliseconds. */
  readonly zoneless: number[] = []

  constructor(protocol: Protocol, findings: Findings) {
    this.protocol = protocol
    this.#findings = findings
  }

  /** Whether BootNotification was answered on this connection. */
  get isBooted(): boolean {
    return this.#isBooted
  }

  connected(at: number): void {
    this.connectedAt = at
    this.#connections++
    this.#messages = 0
    this.#isBooted = false
    this.#texts.clear()
    this.#outstanding.clear()
    this.#lastMessageAt = undefined
    this.#lastHeartbeatAt = undefined
  }

  disconnected(at: number): void {
    this.#checkSilence(at)
    this.#heartbeatInterval = undefined
  }

  /** The charge point was asked for this message. */
  triggered(action: string): void {
    this.#triggered.set(action, (this.#triggered.get(action) ?? 0) + 1)
  }

  /** A CALL or SEND was received. */
  received(message: Message): void {
    const { action, id, at, payload } = message
    this.#count(action, payload)
    const isAsked = this.#isAsked(action)
    if (!isAsked) this.#checkOrder(message)
    if (!message.isSend) {
      this.#checkIds(message)
      this.#outstanding.set(id, at)
    }
    this.#checkSilence(at)
    if (action === 'BootNotification') this.told = toldBy(payload)
    if (action === 'Heartbeat' && !isAsked) this.#checkHeartbeat(message)
    this.#checkTimes(message, payload, '', 0)
    if (action === 'TransactionEvent') this.#checkSequence(message)
    if (action === 'StopTransaction' || action === 'MeterValues') this.#checkTransaction(message)
    this.#lastMessageAt = at
    this.#messages++
  }

  /** A CALL of the charge point is answered. */
  answered(id: string): void {
    this.#outstanding.delete(id)
  }

  /** A CALL of the charge point was handled. */
  handled(action: string, request: unknown, response: unknown, at: number): void {
    const { status, interval, transactionId } = (response ?? {}) as Members
    if (action === 'BootNotification' && status === 'Accepted') {
      this.#isBooted = true
      this.bootedAt = at
      this.#heartbeatInterval = typeof interval === 'number' ? interval : undefined
    }
    if (action === 'StartTransaction' && typeof transactionId === 'number') {
      const { meterStart } = (request ?? {}) as Members
      this.#starts.set(transactionId, typeof meterStart === 'number' ? meterStart : undefined)
    }
  }

  #count(action: string, payload: unknown): void {
    const { eventType } = (payload ?? {}) as Members
    const name = action === 'TransactionEvent' && typeof eventType === 'string' ? `${action} ${eventType}` : action
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1)
  }

  #checkOrder({ action, id, at }: Message): void {
    const about = { at, action, messageId: id }
    if (action === 'BootNotification') {
      if (this.#messages > 0 && !this.#isBooted) {
        this.#findings.breach('before-boot', this.protocol, { ...about, detail: `${this.#messages} messages before` })
      }
    } else if (this.#messages === 0 && this.#connections === 1) {
      this.#findings.breach('boot-first', this.protocol, about)
    }
  }

  #isAsked(action: string): boolean {
    const asked = this.#triggered.get(action) ?? 0
    if (asked > 0) this.#triggered.set(action, asked - 1)
    return asked > 0
  }

  #checkIds({ id, action, text, at }: Message): void {
    const about = { at, action, messageId: id }
    const before = this.#texts.get(id)
    // The same message may be sent again with its id.
    if (before !== undefined && before !== text) this.#findings.breach('repeated-message-id', this.protocol, about)
    this.#texts.set(id, text)
    if (this.#texts.size > MAX_TEXTS) this.#texts.delete(this.#texts.keys().next().value ?? '')
    for (const [other, since] of this.#outstanding) {
      if (at - since >= CALL_TIMEOUT_MS || other === id) this.#outstanding.delete(other)
    }
    if (this.#outstanding.size > 0) this.#findings.breach('one-call-at-a-time', this.protocol, about)
  }

  #checkSilence(at: number): void {
    if (this.#heartbeatInterval === undefined || this.#heartbeatInterval === 0) return
    if (this.#lastMessageAt === undefined) return
    const silence = at - this.#lastMessageAt
    if (silence <= this.#heartbeatInterval * 1500 + HEARTBEAT_GRACE_MS) return
    const detail = `${Math.round(silence / 1000)} s without a message, the interval is ${this.#heartbeatInterval} s`
    this.#findings.breach('heartbeat-late', this.protocol, { at, action: 'Heartbeat', detail })
  }

  #checkHeartbeat({ at, id }: Message): void {
    const last = this.#lastHeartbeatAt
    this.#lastHeartbeatAt = at
    if (last === undefined || this.#heartbeatInterval === undefined) return
    if (at - last >= this.#heartbeatInterval * 500 || this.#findings.has('heartbeat-often')) return
    const detail = `after ${((at - last) / 1000).toFixed(1)} s, the interval is ${this.#heartbeatInterval} s`
    this.#findings.breach('heartbeat-often', this.protocol, { at, action: 'Heartbeat', messageId: id, detail })
  }

  /** Looks for timestamps a few levels down: those of the message, of its meter values and of its events. */
  #checkTimes(message: Message, part: unknown, pointer: string, depth: number): void {
    if (typeof part !== 'object' || part === null || depth > 4) return
    for (const [name, value] of Object.entries(part)) {
      const at = `${pointer}/${name}`
      if (name === 'timestamp' && typeof value === 'string') this.#checkTime(message, value, at)
      else this.#checkTimes(message, value, at, depth + 1)
    }
  }

  #checkTime({ action, payload, at, id }: Message, text: string, pointer: string): void {
    if (/T\d\d:\d\d(:\d\d([.,]\d+)?)?$/.test(text.replace(' ', 'T'))) this.#noteZoneless(text, at)
    const time = parseTime(text)
    if (time === undefined) return
    const about = { at, action, pointer, messageId: id, detail: `${text}, received ${new Date(at).toISOString()}` }
    const { offline, transactionInfo } = (payload ?? {}) as Members
    if (time < FIRST_SANE_TIME) this.#findings.breach('clock-not-set', this.protocol, about)
    else if (time > at + MAX_AHEAD_MS) this.#findings.breach('clock-ahead', this.protocol, about)
    else if (time < at - MAX_BEHIND_MS && action === 'StatusNotification') {
      // Other messages may have waited while there was no connection.
      if (offline !== true && transactionInfo === undefined) {
        this.#findings.breach('clock-behind', this.protocol, about)
      }
    }
  }

  #noteZoneless(text: string, at: number): void {
    const time = parseTime(text.replace(' ', 'T').replace(',', '.'))
    if (time !== undefined && this.zoneless.length < 100) this.zoneless.push(time - at)
  }

  #checkSequence({ payload, at, id }: Message): void {
    const { seqNo, transactionInfo, eventType } = (payload ?? {}) as Members
    const { transactionId } = (transactionInfo ?? {}) as Members
    if (typeof seqNo !== 'number' || typeof transactionId !== 'string') return
    const last = this.#sequences.get(transactionId)
    this.#sequences.set(transactionId, Math.max(seqNo, last ?? seqNo))
    if (last === undefined || seqNo === last + 1 || (seqNo === last && eventType !== 'Ended')) return
    const detail = `${seqNo} after ${last}`
    const about = { at, action: 'TransactionEvent', pointer: '/seqNo', messageId: id, detail }
    this.#findings.breach('sequence-gap', this.protocol, about)
  }

  #checkTransaction({ action, payload, at, id }: Message): void {
    const { transactionId, meterStop } = (payload ?? {}) as Members
    if (versionInfo(this.protocol).hasTransactionEvents || typeof transactionId !== 'number') return
    const about = { at, action, messageId: id }
    if (!this.#starts.has(transactionId)) {
      const detail = `transaction ${transactionId}`
      this.#findings.breach('unknown-transaction', this.protocol, { ...about, pointer: '/transactionId', detail })
      return
    }
    const meterStart = this.#starts.get(transactionId)
    if (typeof meterStop !== 'number' || meterStart === undefined || meterStop >= meterStart) return
    const detail = `from ${meterStart} to ${meterStop}`
    this.#findings.breach('meter-backwards', this.protocol, { ...about, pointer: '/meterStop', detail })
  }
}

/** Contents of a BootNotification, valid or not. */
function toldBy(payload: unknown): ToldIdentity {
  const request = (payload ?? {}) as Members
  const station = (request.chargingStation ?? request) as Members
  const text = (...names: string[]) => names.map((name) => station[name]).find((one) => typeof one === 'string')
  const told = {
    vendor: text('chargePointVendor', 'vendorName'),
    model: text('chargePointModel', 'model'),
    firmwareVersion: text('firmwareVersion'),
    serialNumber: text('chargePointSerialNumber', 'serialNumber')
  }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as ToldIdentity
}
