import { setTimeout } from 'node:timers/promises'
import { type BackOff, ChargePointClient, type RetryInfo, type TlsOptions } from '../charge-point/index.js'
import { open } from '../charge-point/open.js'
import { CallError } from '../errors.js'
import type { ChargePoint, Protocol, RegistrationStatus } from '../types.js'
import { keyOf, signingRequest } from './certificates.js'
import type { Behaviour, BootReason, Dialect } from './dialect.js'
import { DIALECTS } from './dialects.js'
import type { EventName, Observer } from './event.js'
import { Memory } from './memory.js'
import { resumePulse, startClockAligned } from './metering.js'
import { listOf, Settings } from './model/settings.js'
import { createStation, type Station, type StationLayout, statusOf } from './model/station.js'
import { isGone } from './problem.js'
import type { Random } from './random.js'
import type { Scheduler, Task } from './scheduler.js'
import { TokenStore } from './tokens.js'

export interface ChargerOptions {
  identity: string
  /** Endpoint of the CSMS; the identity is appended. */
  url: string
  password?: string
  tls?: TlsOptions
  /** Versions on offer, the preferred one first. */
  protocols: readonly [Protocol, ...Protocol[]]
  layout?: StationLayout
  time: Scheduler
  random: Random
  /** As the option of the client. */
  reconnect?: BackOff | false
  /** As the option of the client. */
  retryFirst?: boolean
  /** Milliseconds of real time for an answer. Default 30 000. */
  callTimeout?: number
  /** Whether it sends BootNotification by itself once it is connected. Default true. */
  bootsItself?: boolean
  /** Whether 2.x messages may be compressed, which costs memory. Default true. */
  compression?: boolean
  /** Whether somebody comes and plugs after a remote start. Default false. */
  autoPlug?: boolean
  observe?: Observer
}

/** Seconds between attempts to boot when the CSMS named none. [B02.FR.07: the charger chooses] */
const BOOT_RETRY = 30
const SECOND = 1000
/** The password of 1.6 is a hexadecimal key of octets. [1.6 whitepaper A00.FR.205] */
const KEY_16 = /^(?:[0-9A-Fa-f]{2}){16,20}$/
/** Real milliseconds that the last messages have before the charger hangs up, and between two looks. */
const FLUSH_TIME = 1000
const FLUSH_LOOK = 10
/** A reboot takes so long, in simulated seconds. */
const REBOOT_TIME = 5

/** One simulated charger: the model of its hardware, what it remembers and its connection. */
export class Charger {
  readonly identity: string
  readonly options: ChargerOptions
  readonly client: ChargePointClient
  readonly time: Scheduler
  readonly random: Random
  readonly station: Station
  readonly tokens = new TokenStore()
  readonly memory = new Memory()
  dialect: Dialect
  settings: Settings
  registration: RegistrationStatus | undefined
  firmware = '1.0.0'
  /** A reset that waits for the end of the transactions. */
  resetOnIdle = false
  /** Status of the last firmware update and log upload, for triggers. */
  firmwareStatus = 'Idle'
  logStatus = 'Idle'
  /** Tasks that others look after: the pulse of the transactions, a log upload, a firmware update. */
  readonly tasks: { pulse?: Task | undefined; aligned?: Task | undefined; log?: Task | undefined } = {}
  #connection: ChargePoint | undefined
  #framesBefore = 0
  #password: string | undefined
  #certificate: { cert: string; key: string } | undefined
  #bootReason: BootReason = 'PowerUp'
  #isBooting = false
  #isRestarted = false
  #bootRetry: Task | undefined
  #heartbeat: Task | undefined
  #state: 'working' | 'rebooting' | 'closed' = 'working'

  constructor(options: ChargerOptions) {
    const { identity, protocols, time, random, layout = {}, callTimeout, retryFirst, reconnect } = options
    this.identity = identity
    this.options = options
    this.time = time
    this.random = random
    this.#password = options.password
    this.station = createStation(layout, time.now())
    this.dialect = DIALECTS[protocols[0]]
    this.settings = new Settings(this.dialect.settings)
    this.client = new ChargePointClient(
      {
        identity,
        protocols,
        onRetry: (retry) => this.#retrying(retry),
        delivery: { retryInterval: Math.max(1, 60 * SECOND) / time.speed },
        ...(callTimeout !== undefined && { callTimeout }),
        ...(retryFirst !== undefined && { retryFirst }),
        ...(reconnect !== undefined && { reconnect })
      },
      (accept, signal) => open({ ...this.#target(), signal }, accept)
    )
    this.client.fallback((action, request) => this.dialect.answer(this, action, request))
    this.client.events.on('connect', ({ chargePoint }) => this.#connected(chargePoint))
    this.client.events.on('disconnect', ({ reason, code }) => this.#disconnected(reason, code))
  }

  /** What it tells at its boot, and has its certificate made out to. [A00.FR.405] */
  get serialNumber(): string {
    return this.identity.slice(0, 25)
  }

  get isOnline(): boolean {
    return this.client.connected && this.registration === 'Accepted'
  }

  /** Frames that came and went, over all connections. */
  get frames(): number {
    const { received = 0, sent = 0 } = this.#connection?.counters ?? {}
    return this.#framesBefore + received + sent
  }

  get isRebooting(): boolean {
    return this.#state === 'rebooting'
  }

  get protocol(): Protocol {
    return this.client.protocol ?? this.options.protocols[0]
  }

  // --- settings ------------------------------------------------------------------------------------------------

  text(behaviour: Behaviour): string {
    return this.settings.get(this.dialect.names[behaviour]) ?? ''
  }

  flag(behaviour: Behaviour): boolean {
    return this.text(behaviour).toLowerCase() === 'true'
  }

  number(behaviour: Behaviour): number {
    return Number(this.text(behaviour)) || 0
  }

  list(behaviour: Behaviour): string[] {
    return listOf(this.text(behaviour))
  }

  /** Intervals may have changed. */
  settingsChanged(): void {
    if (!this.isOnline) return
    this.#beat()
    startClockAligned(this)
    resumePulse(this)
  }

  /** The password of the next connection, which is made at once when the answer is out. */
  changePassword(password: string): void {
    this.#password = password
    this.afterwards(() => this.reconnect())
  }

  /** A request for a certificate of some use, whose key is remembered. */
  requestCertificate(use: string): string {
    const { csr, key } = signingRequest(this.serialNumber)
    this.memory.requestedKeys.set(use, key)
    return csr
  }

  /** Takes a certificate that was asked for; that of its own is what it connects with from now on. */
  takeCertificate(certificateChain: string): boolean {
    const { requestedKeys } = this.memory
    const key = keyOf(certificateChain, requestedKeys.values())
    const [use] = [...requestedKeys].find(([, candidate]) => candidate === key) ?? []
    if (key === undefined || use === undefined) return false
    requestedKeys.delete(use)
    if (!use.startsWith('V2G')) {
      this.#certificate = { cert: certificateChain, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
      if (/^wss:/i.test(this.options.url)) this.afterwards(() => this.reconnect())
    }
    return true
  }

  // --- what happens ------------------------------------------------------------------------------------------------

  emit(event: EventName, detail: Record<string, unknown> = {}): void {
    this.options.observe?.({ event, identity: this.identity, time: this.timestamp(), ...detail })
  }

  timestamp(at = this.time.now()): string {
    return new Date(at).toISOString()
  }

  /** Does something that nobody waits for; what goes wrong is reported. */
  background(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#failed(error))
  }

  /** Does something once the answer to the request at hand is out. */
  afterwards(work: () => unknown): void {
    setImmediate(() => {
      if (this.#state === 'closed') return
      this.background(Promise.resolve().then(work))
    })
  }

  #failed(error: unknown): void {
    if (this.#state === 'closed' || isGone(error)) return
    const { code, message, action } = error as { code?: string; message: string; action?: string }
    this.emit('problem', { action, code, message })
    // The CSMS does not know us any more: a new BootNotification is what it waits for. [B01.FR.10]
    if (error instanceof CallError && error.code === 'SecurityError' && this.options.bootsItself !== false) {
      this.registration = undefined
      this.#keepBooting()
    }
  }

  // --- connection --------------------------------------------------------------------------------------------------

  /** Connects, and boots unless told otherwise. Errors as those of the client. */
  async connect(): Promise<void> {
    await this.client.connect()
  }

  /** The network goes away; transaction messages wait. */
  async goOffline(): Promise<void> {
    await this.client.cut({ reconnect: false })
  }

  async goOnline(): Promise<void> {
    await this.client.connect()
  }

  async reconnect(): Promise<void> {
    await this.#hangUp()
    await this.client.connect()
  }

  /** Switches it off for good. */
  async close(): Promise<void> {
    this.#state = 'closed'
    this.#stopTimers()
    await this.client.close()
  }

  /** Restarts: nobody answers for some seconds, then it connects and boots again. */
  async reboot(reason: BootReason): Promise<void> {
    if (this.#state !== 'working') return
    this.#state = 'rebooting'
    this.emit('reboot', { reason })
    this.#stopTimers()
    await this.#hangUp()
    this.time.after(REBOOT_TIME * SECOND, () => {
      if (this.#state === 'rebooting') this.background(this.#comeBack(reason))
    })
  }

  async #comeBack(reason: BootReason): Promise<void> {
    this.#state = 'working'
    this.#isRestarted = true
    this.registration = undefined
    this.#bootReason = reason
    for (const { connectors } of this.station.evses) for (const connector of connectors) connector.reported = undefined
    try {
      await this.client.connect()
    } catch (error) {
      this.time.after(BOOT_RETRY * SECOND, () => this.background(this.#comeBack(reason)))
      throw error
    }
  }

  // A close frame where it is possible: close() forgets the messages that wait.
  async #hangUp(): Promise<void> {
    const deadline = performance.now() + FLUSH_TIME
    while (this.client.connected && this.client.undelivered > 0 && performance.now() < deadline)
      await setTimeout(FLUSH_LOOK)
    if (this.client.undelivered === 0) await this.client.close()
    else await this.client.cut({ reconnect: false })
  }

  #target() {
    const { url, identity, protocols, tls = {}, compression = true } = this.options
    const isKey = protocols.every((protocol) => protocol === 'ocpp1.6') && KEY_16.test(this.#password ?? '')
    const password = isKey ? Buffer.from(this.#password ?? '', 'hex') : this.#password
    const connecting = { timeout: 10 * SECOND, maxPayload: 1024 * 1024, compression }
    return { url, identity, password, protocols, tls: { ...tls, ...this.#certificate }, ...connecting }
  }

  #connected(connection: ChargePoint): void {
    this.#framesBefore = this.frames
    this.#connection = connection
    const dialect = DIALECTS[this.protocol]
    if (dialect !== this.dialect) {
      this.dialect = dialect
      this.settings = new Settings(dialect.settings)
    }
    this.emit('connected', { protocol: this.protocol })
    if (this.registration === 'Accepted') this.#work()
    else if (this.options.bootsItself !== false) this.#keepBooting()
  }

  #disconnected(reason: string, code: number): void {
    this.time.cancel(this.#heartbeat)
    this.emit('disconnected', { reason, code, undelivered: this.client.undelivered })
  }

  #retrying({ attempt, wait, error }: RetryInfo): void {
    this.emit('retry', { attempt, wait, ...(error && { message: error.message }) })
  }

  // --- boot and heartbeat ------------------------------------------------------------------------------------------

  /** Sends BootNotification and does what its answer says. */
  async boot(reason: BootReason = this.#bootReason): Promise<RegistrationStatus> {
    const { status, interval } = await this.dialect.boot(this, reason).catch((error: unknown) => {
      this.#bootFailed()
      throw error
    })
    this.registration = status
    this.emit('boot', { status, interval })
    if (status === 'Accepted') {
      this.#setHeartbeat(interval)
      this.#work()
      this.#resumeTransactions()
    } else if (this.options.bootsItself !== false) this.#bootAgain(interval || BOOT_RETRY)
    return status
  }

  // Whether the CSMS accepted the charger is unknown: transaction messages wait for a boot that is answered.
  #bootFailed(): void {
    if (this.#state !== 'working') return
    this.registration = undefined
    if (this.options.bootsItself !== false) this.#bootAgain(BOOT_RETRY)
  }

  #keepBooting(): void {
    if (this.#isBooting || !this.client.connected) return
    this.#isBooting = true
    this.time.cancel(this.#bootRetry)
    this.boot().then(
      () => {
        this.#isBooting = false
      },
      (error: Error) => {
        this.#isBooting = false
        this.emit('problem', { message: `BootNotification: ${error.message}` })
      }
    )
  }

  /** Transactions that outlived a restart. [2.x E17] */
  #resumeTransactions(): void {
    if (!this.#isRestarted) return
    this.#isRestarted = false
    for (const evse of this.station.evses) {
      if (evse.transaction !== undefined) this.dialect.updated(this, evse, evse.transaction, 'TxResumed')
    }
  }

  #bootAgain(seconds: number): void {
    this.time.cancel(this.#bootRetry)
    this.#bootRetry = this.time.after(seconds * SECOND, () => this.#keepBooting())
  }

  #setHeartbeat(interval: number): void {
    const name = this.dialect.names.heartbeatInterval
    if (interval > 0 && this.settings.get(name) !== String(interval)) this.settings.force(name, String(interval))
  }

  /** Accepted and connected: says what changed meanwhile and beats. */
  #work(): void {
    this.reportStatuses()
    this.#beat()
    startClockAligned(this)
    resumePulse(this)
  }

  // Up to a tenth more, so that a fleet does not beat in step.
  #beat(): void {
    this.time.cancel(this.#heartbeat)
    const interval = this.number('heartbeatInterval')
    if (interval <= 0) return
    this.#heartbeat = this.time.after(interval * SECOND * (1 + this.random() / 10), () => {
      if (!this.isOnline) return
      this.background(this.dialect.heartbeat(this))
      this.#beat()
    })
  }

  #stopTimers(): void {
    const { pulse, aligned, log } = this.tasks
    for (const task of [this.#heartbeat, this.#bootRetry, pulse, aligned, log]) this.time.cancel(task)
  }

  // --- status --------------------------------------------------------------------------------------------------------

  /** Tells the CSMS of every connector whose status is not what it was told last. */
  reportStatuses(): void {
    for (const evse of this.station.evses) {
      for (const connector of evse.connectors) {
        const status = this.dialect.statusText(statusOf(this.station, evse, connector))
        if (connector.reported === status || !this.isOnline) continue
        connector.reported = status
        this.emit('status', { evse: evse.id, connector: connector.id, status })
        this.background(
          this.dialect.status(this, evse, connector, status).catch((error: unknown) => {
            // Told again when the connection is back.
            if (isGone(error) && connector.reported === status) connector.reported = undefined
            throw error
          })
        )
      }
    }
  }
}
