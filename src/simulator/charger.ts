import type { BackOff, ChargePointClient, TlsOptions } from '../charge-point/index.js'
import type { Protocol, RegistrationStatus } from '../types/protocol.js'
import type { EventName, Observer } from './event.js'
import type { Memory } from './memory.js'
import type { Settings, SettingTable } from './model/settings.js'
import type { Connector, Evse, IdToken, Station, StationLayout, Status, Transaction } from './model/station.js'
import type { Random } from './random.js'
import type { Scheduler, Task } from './scheduler.js'
import type { TokenAnswer, TokenStore } from './tokens.js'
import type { Behaviour, BootReason, SampleContext, StartTrigger, StopCause, UpdateTrigger } from './vocabulary.js'

export interface ChargerOptions {
  identity: string
  /** Endpoint of the CSMS; the identity is appended. */
  url: string
  password?: string
  /** Serial number that the charger reports when it boots. Default: the first 25 characters of the identity. */
  serialNumber?: string
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
  /** Milliseconds of real time to wait for an answer. Default: 30 000. */
  callTimeout?: number
  /** Whether the charger sends BootNotification by itself once it is connected. Default: true. */
  bootsItself?: boolean
  /** Whether 2.x messages may be compressed, which costs memory. Default: true. */
  compression?: boolean
  /** Whether a driver arrives and plugs in after a remote start. Default: false. */
  autoPlug?: boolean
  observe?: Observer
}

/**
 * A simulated charger as the rest of the simulator sees it. What a charger does is written against this interface;
 * only `simulated-charger.ts` knows all the parts that it is made of.
 */
export interface Charger {
  readonly identity: string
  readonly options: ChargerOptions
  readonly client: ChargePointClient
  readonly time: Scheduler
  readonly random: Random
  readonly station: Station
  readonly tokens: TokenStore
  readonly memory: Memory
  readonly dialect: Dialect
  readonly settings: Settings
  readonly registration: RegistrationStatus | undefined
  readonly protocol: Protocol
  /** Serial number in BootNotification, and the name in its certificate requests. [2.x A00.FR.405] */
  readonly serialNumber: string
  /** Whether the charger is connected and the CSMS has accepted its boot. */
  readonly isOnline: boolean
  readonly isRebooting: boolean
  /** Frames sent and received, over all connections. */
  readonly frames: number
  firmware: string
  /** Whether a reset waits for the transactions to end. */
  resetOnIdle: boolean
  /** Status of the last firmware update, for triggers. */
  firmwareStatus: string
  /** Status of the last log upload, for triggers. */
  logStatus: string
  /** Tasks that other files start and cancel: the pulse of the transactions, clock-aligned readings, a log upload. */
  readonly tasks: { pulse?: Task | undefined; aligned?: Task | undefined; log?: Task | undefined }

  text(behaviour: Behaviour): string
  flag(behaviour: Behaviour): boolean
  number(behaviour: Behaviour): number
  list(behaviour: Behaviour): string[]
  /** Restarts the timers whose intervals may have changed. */
  settingsChanged(): void
  /** Sets the password of the next connection, and reconnects once the answer to the request at hand is out. */
  changePassword(password: string): void
  /** A signing request in PEM; its key is remembered under `use`. */
  requestCertificate(use: string): string
  /** Installs a certificate that was requested before. `false`: the certificate fits no remembered key. */
  takeCertificate(certificateChain: string): boolean

  emit(event: EventName, detail?: Record<string, unknown>): void
  timestamp(at?: number): string
  /** Runs work without waiting for it; a rejection is reported as the event `problem`. */
  background(work: Promise<unknown>): void
  /** Runs `work` once the answer to the request at hand is out. */
  afterwards(work: () => unknown): void

  /** Connects, and boots unless `bootsItself` is false. Rejects like the client. */
  connect(): Promise<void>
  /** Cuts the network; transaction messages wait. */
  goOffline(): Promise<void>
  goOnline(): Promise<void>
  reconnect(): Promise<void>
  /** Switches the charger off for good. */
  close(): Promise<void>
  /** Restarts: the charger is away for some seconds, then connects and boots again. */
  reboot(reason: BootReason): Promise<void>
  /** Sends BootNotification and follows its answer. */
  boot(reason?: BootReason): Promise<RegistrationStatus>
  /** Reports every connector whose status differs from the one reported last. */
  reportStatuses(): void
}

export interface BootAnswer {
  readonly status: RegistrationStatus
  /** Seconds. */
  readonly interval: number
}

/** Differences between the versions: how a charger reports events, and how it answers. */
export interface Dialect {
  readonly settings: SettingTable
  readonly names: Readonly<Record<Behaviour, string>>
  /** The status in the words of this version; a status with the same text is not reported again. */
  statusText(status: Status): string
  /** Answers a request of the CSMS. */
  answer(charger: Charger, action: string, request: unknown): unknown
  boot(charger: Charger, reason: BootReason): Promise<BootAnswer>
  heartbeat(charger: Charger): Promise<unknown>
  status(charger: Charger, evse: Evse, connector: Connector, status: string): Promise<unknown>
  authorize(charger: Charger, token: IdToken): Promise<TokenAnswer>
  started(charger: Charger, evse: Evse, transaction: Transaction, trigger: StartTrigger): void
  updated(charger: Charger, evse: Evse, transaction: Transaction, trigger: UpdateTrigger): void
  /** Resolves when the CSMS has answered. */
  ended(charger: Charger, evse: Evse, transaction: Transaction, cause: StopCause, token?: IdToken): Promise<unknown>
  /** Sends meter values that belong to no transaction. */
  meterValues(charger: Charger, evse: Evse, context: SampleContext): Promise<unknown>
  reservationEnded(charger: Charger, reservationId: number, status: 'Expired' | 'Removed'): Promise<unknown>
  securityEvent(charger: Charger, type: string, techInfo: string): Promise<unknown>
  firmwareStatus(charger: Charger, status: string, requestId: number | undefined): Promise<unknown>
}
