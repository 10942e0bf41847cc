import type { ChargePoint, Deviation, DisconnectReason, Protocol, ViolationEvent } from 'fastify-ocpp'
import { validatePayload, versionInfo } from 'fastify-ocpp'
import { type CallOutcome, isAccepted, makeCall, missingKeys, type Step, stepsFor } from './calls.js'
import { clauseIn, DEVIATION_RULES, messageClause } from './clauses.js'
import { Findings, type Found } from './findings.js'
import { Watch } from './watch.js'

/** Milliseconds. */
export interface Timing {
  /** How long a new connection may take to boot before it is asked something all the same. */
  bootWait: number
  /** How long a triggered message may take. */
  followWait: number
  callTimeout: number
  pingInterval: number
  /** Seconds. */
  heartbeatInterval: number
}

export interface SubjectOptions {
  identity: string
  protocol: Protocol
  timing: Timing
  makesCalls: boolean
  now(): number
  tell(found: Found): void
  /** Events for the live output. */
  say(text: string): void
}

/** A payload that does not match its schema, until it is known what the library makes of it. */
interface Suspect {
  action: string
  pointer: string
  message: string
  kind: 'request' | 'response'
}

/** One charge point under test. */
export class Subject {
  readonly identity: string
  readonly protocol: Protocol
  readonly findings: Findings
  readonly watch: Watch
  readonly calls: CallOutcome[] = []
  readonly disconnects: { at: string; reason: DisconnectReason; code: number }[] = []
  readonly deviations = new Set<Deviation>()
  connections = 0
  /** Whether a message can be delivered only when its violation is overlooked. */
  needsWarn = false
  answersPings: boolean | undefined
  /** Whether calls have to wait for the BootNotification. */
  waitsForBoot = false
  readonly #options: SubjectOptions
  readonly #suspects = new Map<string, Suspect>()
  readonly #explained = new Set<string>()
  readonly #waiting = new Map<string, () => void>()
  #stepsDone = 0
  #callsInFlight = 0
  #isReportComplete = false
  #run: AbortController | undefined
  #chargePoint: ChargePoint | undefined
  /** Real epoch milliseconds of the last frame. */
  #lastFrameAt = Date.now()

  constructor(options: SubjectOptions) {
    this.#options = options
    this.identity = options.identity
    this.protocol = options.protocol
    this.findings = new Findings(options.tell)
    this.watch = new Watch(options.protocol, this.findings)
  }

  /** The live connection. */
  get chargePoint(): ChargePoint | undefined {
    return this.#chargePoint
  }

  connected(chargePoint: ChargePoint): void {
    this.connections++
    this.#chargePoint = chargePoint
    this.#lastFrameAt = Date.now()
    this.watch.connected(this.#options.now())
    if (!this.#options.makesCalls) return
    this.#run = new AbortController()
    const { signal } = this.#run
    this.#conduct(chargePoint, signal).catch((error: unknown) => {
      this.#options.say(`${this.identity}: the calls were not completed: ${String(error)}`)
    })
  }

  disconnected(reason: DisconnectReason, code: number): void {
    const at = this.#options.now()
    this.#run?.abort()
    for (const proceed of this.#waiting.values()) proceed()
    this.#chargePoint = undefined
    this.disconnects.push({ at: new Date(at).toISOString(), reason, code })
    this.watch.disconnected(at)
    for (const id of [...this.#suspects.keys()]) this.settle(id)
    if (reason === 'ping-timeout') {
      this.answersPings = false
      this.findings.breach('no-pong', this.protocol, { at })
    }
    if (reason === 'protocol-error') this.findings.breach('broken-websocket', this.protocol, { at, detail: `${code}` })
    if (reason === 'closed' && this.#callsInFlight > 0 && !this.watch.isBooted) {
      this.waitsForBoot = true
      this.findings.breach('drops-before-boot', this.protocol, { at })
    }
  }

  /** A frame was read. */
  heard(): void {
    this.#lastFrameAt = Date.now()
  }

  /** A sign of life that is no frame is a pong, or a ping of the charge point itself. */
  lookForPong(): void {
    const lastSeenAt = this.#chargePoint?.lastSeenAt.getTime() ?? 0
    if (this.connections > 0 && lastSeenAt > this.#lastFrameAt + FRAME_GRACE_MS) this.answersPings ??= true
  }

  /** A message of this charge point, before anything is put right. */
  received(action: string, id: string, payload: unknown, text: string, isSend: boolean): void {
    const at = this.#options.now()
    this.#suspect(id, action, 'request', payload)
    this.watch.received({ id, action, payload, text, at, isSend })
    if (action === 'NotifyReport') this.#isReportComplete = (payload as { tbc?: unknown } | null)?.tbc !== true
    this.#proceed(action)
  }

  /** An answer of this charge point to a CALL of ours. */
  answered(id: string, action: string, payload: unknown): void {
    this.#suspect(id, action, 'response', payload)
  }

  violated({ action, violation, messageId = '', deviation, suggestions }: ViolationEvent): void {
    this.#explained.add(messageId)
    const at = this.#options.now()
    const { pointer, message } = violation
    const kind = this.#suspects.get(messageId)?.kind ?? 'request'
    const ofMessage = messageClause(this.protocol, action, kind)
    const about = { at, action, pointer, messageId, level: 'violation' as const }
    if (deviation === undefined) {
      const suggested = suggestions()
      for (const name of suggested) this.deviations.add(name)
      if (suggested.length === 0) this.needsWarn = true
      this.findings.add({ ...about, rule: 'schema', asks: message, clause: ofMessage })
      return
    }
    this.deviations.add(deviation)
    const { asks, clause } = DEVIATION_RULES[deviation]
    const where = clause === undefined ? ofMessage : clauseIn(this.protocol, clause)
    this.findings.add({ ...about, rule: 'deviation', deviation, asks, clause: where })
  }

  /** The library has finished with a message: what it put right without a word is told, too. */
  settle(id: string): void {
    const suspect = this.#suspects.get(id)
    this.#suspects.delete(id)
    if (this.#explained.delete(id) || suspect === undefined) return
    const { action, pointer, message, kind } = suspect
    const isZone = message.includes('RFC 3339')
    const about = { at: this.#options.now(), action, pointer, messageId: id }
    if (isZone) this.findings.breach('no-time-zone', this.protocol, about)
    else {
      const clause = messageClause(this.protocol, action, kind)
      this.findings.add({ ...about, rule: 'always-corrected', level: 'note', asks: message, clause })
    }
  }

  #suspect(id: string, action: string, kind: Suspect['kind'], payload: unknown): void {
    try {
      const found = validatePayload(this.protocol, action, kind, structuredClone(payload ?? {}))
      if (found === undefined) return
      this.#suspects.set(id, { action, pointer: found.pointer, message: found.message, kind })
    } catch {
      if (kind === 'response') return
      this.findings.breach('unknown-action', this.protocol, { at: this.#options.now(), action, messageId: id })
    }
  }

  /** Makes those of the calls that were not made yet. */
  async #conduct(chargePoint: ChargePoint, signal: AbortSignal): Promise<void> {
    const { bootWait } = this.#options.timing
    await this.#wait('BootNotification', this.waitsForBoot ? MAX_BOOT_WAIT : bootWait, signal)
    // Its own messages after the boot come first.
    await this.#wait('', Math.min(bootWait, 500), signal)
    const steps = stepsFor(this.protocol)
    while (this.#stepsDone < steps.length && !signal.aborted) {
      const step = steps[this.#stepsDone++] as Step
      await this.#take(chargePoint, step, signal)
    }
    if (!signal.aborted) this.#options.say(`${this.identity}: all calls are made`)
  }

  async #take(chargePoint: ChargePoint, step: Step, signal: AbortSignal): Promise<void> {
    const { callTimeout, followWait } = this.#options.timing
    const { expects } = step
    if (expects !== undefined) this.watch.triggered(expects)
    // It may come before the answer, too.
    const came = expects === undefined ? undefined : this.#wait(expects, callTimeout + followWait, signal)
    this.#callsInFlight++
    const { outcome, response } = await makeCall(chargePoint, step, callTimeout)
    this.#callsInFlight--
    if (signal.aborted) {
      this.#stepsDone--
      return
    }
    if (expects !== undefined && isAccepted(outcome)) outcome.followed = await this.#follows(step, came, signal)
    this.#record(step, outcome, response)
  }

  async #follows(step: Step, came: Promise<boolean> | undefined, signal: AbortSignal): Promise<boolean> {
    const { followWait } = this.#options.timing
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, followWait, false).unref())
    if ((await Promise.race([came ?? true, late])) !== true) return false
    while (step.action === 'GetBaseReport' && !this.#isReportComplete && !signal.aborted) {
      if (!(await this.#wait('NotifyReport', followWait, signal))) return false
    }
    return true
  }

  #record(step: Step, outcome: CallOutcome, response: unknown): void {
    const about = { at: this.#options.now(), action: step.action }
    this.calls.push(outcome)
    const result = [outcome.outcome, outcome.detail].filter((part) => part !== undefined).join(' ')
    this.#options.say(`${this.identity}: ${outcome.call}: ${result}`)
    const detail = `${outcome.call}: ${result}`
    if (outcome.outcome === 'timeout') this.findings.breach('no-answer', this.protocol, { ...about, detail })
    if (outcome.outcome === 'callerror') this.findings.breach('unsupported-call', this.protocol, { ...about, detail })
    if (outcome.followed === false) {
      const rule = step.action === 'GetBaseReport' ? 'report-not-sent' : 'trigger-not-followed'
      this.findings.breach(rule, this.protocol, { ...about, detail: outcome.call })
    }
    const missing = versionInfo(this.protocol).hasDeviceModel ? [] : missingKeys(response)
    if (missing.length === 0) return
    this.findings.breach('missing-configuration-keys', this.protocol, { ...about, detail: missing.join(', ') })
  }

  /** Resolves with true when a message of this action comes, with false after the time or without a connection. */
  #wait(action: string, timeout: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false)
    return new Promise((resolve) => {
      const done = (isThere: boolean) => {
        clearTimeout(timer)
        this.#waiting.delete(action)
        resolve(isThere)
      }
      const timer = setTimeout(done, timeout, false)
      timer.unref()
      this.#waiting.set(action, () => done(!signal.aborted))
    })
  }

  #proceed(action: string): void {
    this.#waiting.get(action)?.()
  }
}

/** Milliseconds by which a sign of life is later than the frame that it is. */
const FRAME_GRACE_MS = 20

/** Milliseconds that calls wait for the BootNotification of a charge point that breaks off otherwise. */
const MAX_BOOT_WAIT = 600_000
