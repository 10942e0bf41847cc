import type { EventEmitter } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { ChargePointClient, type RetryInfo } from '../charge-point/index.js'
import { open } from '../charge-point/open.js'
import { CallError } from '../errors.js'
import type { ChargePoint } from '../types/charge-point.js'
import type { Protocol, RegistrationStatus } from '../types/protocol.js'
import type { Charger, ChargerOptions, Dialect } from './charger.js'
import { Credentials, isOwn } from './credentials.js'
import { DIALECTS } from './dialects.js'
import type { EventName } from './event.js'
import { Memory } from './memory.js'
import { resumePulse, startClockAligned } from './metering.js'
import { ANSWER_TIME, afterBoot, toldLevel } from './model/quirks.js'
import { listOf, Settings } from './model/settings.js'
import { createStation, type Station } from './model/station.js'
import { isGone } from './problem.js'
import type { Random } from './random.js'
import { BOOT_RETRY, Registration } from './registration.js'
import type { Scheduler } from './scheduler.js'
import { forgetStatuses, reportStatuses } from './statuses.js'
import { TokenStore } from './tokens.js'
import type { Behaviour, BootReason } from './vocabulary.js'

const SECOND = 1000
const VERSIONS = { 'ocpp1.6': '1.6', 'ocpp2.0.1': '2.0.1', 'ocpp2.1': '2.1' } as const
/** Real milliseconds that the last messages may take before the charger hangs up. */
const FLUSH_TIME = 1000
/** Real milliseconds between two checks whether the last messages have been sent. */
const FLUSH_LOOK = 10
/** Simulated seconds that a reboot takes. */
const REBOOT_TIME = 5
/** Close code of the back-end for a connection that a newer one with the same identity replaced. */
const REPLACED = 4000
/** Longest serial number of OCPP. [1.6 §6.1 CiString25Type; 2.x ChargingStationType.serialNumber] */
const SERIAL_NUMBER_LENGTH = 25

/** One simulated charger: the model of its hardware, what it remembers, and its connection. */
export class SimulatedCharger implements Charger {
  readonly identity: string
  readonly options: ChargerOptions
  readonly client: ChargePointClient
  readonly time: Scheduler
  readonly random: Random
  readonly station: Station
  readonly serialNumber: string
  readonly tokens = new TokenStore()
  readonly memory = new Memory()
  readonly tasks: Charger['tasks'] = {}
  dialect: Dialect
  settings: Settings
  firmware = '1.0.0'
  resetOnIdle = false
  firmwareStatus = 'Idle'
  logStatus = 'Idle'
  readonly #credentials: Credentials
  readonly #registration = new Registration(this)
  #connection: ChargePoint | undefined
  /** Reason in the close frame of the last connection. */
  #closeReason: string | undefined
  #framesBefore = 0
  #state: 'working' | 'rebooting' | 'closed' = 'working'

  constructor(options: ChargerOptions) {
    const { identity, protocols, time, random, layout = {}, password, serialNumber } = options
    this.identity = identity
    this.options = options
    this.time = time
    this.random = random
    this.serialNumber = serialNumber ?? identity.slice(0, SERIAL_NUMBER_LENGTH)
    this.station = createStation(layout, time.now())
    this.dialect = DIALECTS[protocols[0]]
    this.settings = this.#createSettings()
    this.#credentials = new Credentials(password, () => this.memory.requestedKeys)
    this.client = this.#createClient()
  }

  #createSettings(): Settings {
    const settings = new Settings(this.dialect.settings)
    const level = toldLevel(this.station.quirks)
    if (level !== undefined) settings.force(this.dialect.names.highestLevel, String(level))
    return settings
  }

  #createClient(): ChargePointClient {
    const { identity, protocols, callTimeout, retryFirst, reconnect, time } = this.options
    const client = new ChargePointClient(
      {
        identity,
        protocols,
        onRetry: (retry) => this.#retrying(retry),
        delivery: { retryInterval: Math.max(1, 60 * SECOND) / time.speed },
        ...(callTimeout !== undefined && { callTimeout }),
        ...(retryFirst !== undefined && { retryFirst }),
        ...(reconnect !== undefined && { reconnect })
      },
      (accept, signal) =>
        open({ ...this.#target(), signal }, (socket, protocol) => {
          this.#watch(socket)
          return accept(socket, protocol)
        })
    )
    client.fallback((action, request) => this.#answer(action, request))
    client.events.on('connect', ({ chargePoint }) => this.#connected(chargePoint))
    client.events.on('disconnect', ({ reason, code }) => this.#disconnected(reason, code))
    return client
  }

  #answer(action: string, request: unknown): unknown {
    const answer = this.dialect.answer(this, action, request)
    if (action !== 'SetChargingProfile' || !this.station.quirks.has('slow-answers')) return answer
    return new Promise((resolve) => this.time.after(ANSWER_TIME, () => resolve(answer)))
  }

  get registration(): RegistrationStatus | undefined {
    return this.#registration.status
  }

  get isOnline(): boolean {
    return this.client.connected && this.registration === 'Accepted'
  }

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

  // --- settings and credentials --------------------------------------------------------------------------------

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

  settingsChanged(): void {
    if (!this.isOnline) return
    this.#registration.beat()
    startClockAligned(this)
    resumePulse(this)
  }

  changePassword(password: string): void {
    this.#credentials.changePassword(password)
    this.afterwards(() => this.reconnect())
  }

  requestCertificate(use: string): string {
    return this.#credentials.request(use, this.serialNumber)
  }

  takeCertificate(certificateChain: string): boolean {
    const use = this.#credentials.take(certificateChain)
    if (use !== undefined && isOwn(use) && /^wss:/i.test(this.options.url)) this.afterwards(() => this.reconnect())
    return use !== undefined
  }

  // --- events and work -----------------------------------------------------------------------------------------

  emit(event: EventName, detail: Record<string, unknown> = {}): void {
    this.options.observe?.({ event, identity: this.identity, time: this.timestamp(), ...detail })
  }

  timestamp(at = this.time.now()): string {
    return new Date(at).toISOString()
  }

  background(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#failed(error))
  }

  afterwards(work: () => unknown): void {
    setImmediate(() => {
      if (this.#state === 'closed') return
      this.background(Promise.resolve().then(work))
    })
  }

  reportStatuses(): void {
    reportStatuses(this)
  }

  #failed(error: unknown): void {
    if (this.#state === 'closed' || isGone(error)) return
    const { code, message, action } = error as { code?: string; message: string; action?: string }
    this.emit('problem', { action, code, message })
    if (error instanceof CallError && error.code === 'SecurityError') this.#registration.forgotten()
  }

  // --- connection ----------------------------------------------------------------------------------------------

  async connect(): Promise<void> {
    await this.client.connect()
  }

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

  boot(reason?: BootReason): Promise<RegistrationStatus> {
    return this.#registration.boot(reason)
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    this.#stopTimers()
    await this.client.close()
  }

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
    const { quirks, profiles, goneProfiles: gone } = this.station
    this.station.profiles = afterBoot(quirks, profiles, { gone, now: this.time.now() })
    this.station.goneProfiles = []
    this.station.isStoppedForGood = false
    this.#registration.restart(reason)
    forgetStatuses(this)
    try {
      await this.client.connect()
    } catch (error) {
      this.time.after(BOOT_RETRY * SECOND, () => {
        if (this.#state !== 'closed') this.background(this.#comeBack(reason))
      })
      throw error
    }
  }

  // close() would drop waiting messages, so it is used only without any.
  async #hangUp(): Promise<void> {
    const deadline = performance.now() + FLUSH_TIME
    while (this.client.connected && this.client.undelivered > 0 && performance.now() < deadline)
      await setTimeout(FLUSH_LOOK)
    if (this.client.undelivered === 0) await this.client.close()
    else await this.client.cut({ reconnect: false })
  }

  #stopTimers(): void {
    const { pulse, aligned, log } = this.tasks
    this.#registration.stop()
    for (const task of [pulse, aligned, log]) this.time.cancel(task)
  }

  #target() {
    const { url, identity, protocols, tls = {}, compression = true } = this.options
    const password = this.#credentials.passwordFor(protocols)
    const connecting = { timeout: 10 * SECOND, maxPayload: 1024 * 1024, compression }
    return { url, identity, password, protocols, tls: { ...tls, ...this.#credentials.certificate }, ...connecting }
  }

  #connected(connection: ChargePoint): void {
    this.#framesBefore = this.frames
    this.#connection = connection
    const dialect = DIALECTS[this.protocol]
    if (dialect !== this.dialect) {
      this.dialect = dialect
      this.settings = this.#createSettings()
    }
    this.station.version = VERSIONS[this.protocol]
    this.station.onlineSince = this.time.now()
    this.emit('connected', { protocol: this.protocol })
    this.#registration.connected()
  }

  // This listener runs before the one that publishes `disconnect`.
  #watch(socket: EventEmitter): void {
    this.#closeReason = undefined
    socket.once('close', (_code: number, reason: Buffer) => {
      this.#closeReason = reason.toString() || undefined
    })
  }

  #disconnected(reason: string, code: number): void {
    this.#registration.disconnected()
    this.station.offlineSince = this.time.now()
    const { undelivered } = this.client
    this.emit('disconnected', { reason, code, closeReason: this.#closeReason, undelivered })
    if (reason === 'closed' && code === REPLACED) {
      const message = `another connection took over the identity ${this.identity}: give each charger its own name (--identity, for a fleet --prefix)`
      this.emit('problem', { message })
    }
  }

  #retrying({ attempt, wait, error }: RetryInfo): void {
    this.emit('retry', { attempt, wait, ...(error && { message: error.message }) })
  }
}
