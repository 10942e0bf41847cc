import type { RegistrationStatus } from '../types.js'
import type { Charger } from './charger.js'
import type { SettingTable } from './model/settings.js'
import type { Connector, Evse, IdToken, Status, Transaction } from './model/station.js'

/** The settings that steer the simulation; every version has its own name for them. */
export type Behaviour =
  | 'heartbeatInterval'
  | 'connectionTimeOut'
  | 'sampleInterval'
  | 'alignedInterval'
  | 'sampledMeasurands'
  | 'alignedMeasurands'
  | 'endedMeasurands'
  | 'authorizeRemote'
  | 'localPreAuthorize'
  | 'localAuthorizeOffline'
  | 'offlineUnknown'
  | 'stopOnInvalidId'
  | 'stopOnUnplug'
  | 'cacheEnabled'
  | 'listEnabled'

/** Why a charger starts, in the words of 2.x. */
export type BootReason =
  | 'PowerUp'
  | 'RemoteReset'
  | 'ScheduledReset'
  | 'LocalReset'
  | 'FirmwareUpdate'
  | 'ApplicationReset'
  | 'Triggered'

/** Why a transaction ends. */
export type StopCause =
  | 'Local'
  | 'Remote'
  | 'EVDisconnected'
  | 'DeAuthorized'
  | 'HardReset'
  | 'SoftReset'
  | 'UnlockCommand'
  | 'Fault'

/** Why a message about a running transaction is sent, in the words of 2.x. */
export type UpdateTrigger =
  | 'ChargingStateChanged'
  | 'ChargingRateChanged'
  | 'MeterValuePeriodic'
  | 'MeterValueClock'
  | 'Trigger'
  | 'TxResumed'
  | 'RemoteStart'

export type StartTrigger = 'Authorized' | 'CablePluggedIn' | 'RemoteStart'

export type SampleContext = 'Sample.Periodic' | 'Sample.Clock' | 'Trigger' | 'Transaction.Begin' | 'Transaction.End'

export interface BootAnswer {
  readonly status: RegistrationStatus
  /** Seconds */
  readonly interval: number
}

export interface TokenAnswer {
  readonly status: string
  readonly groupId: string | undefined
  readonly expiresAt: number | undefined
}

/** What differs between the versions: how a charger says what happened, and how it answers. */
export interface Dialect {
  readonly settings: SettingTable
  readonly names: Readonly<Record<Behaviour, string>>
  /** Status as this version tells it; equal ones are not told twice. */
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
  /** Meter values that belong to no transaction. */
  meterValues(charger: Charger, evse: Evse, context: SampleContext): Promise<unknown>
  reservationEnded(charger: Charger, reservationId: number, status: 'Expired' | 'Removed'): Promise<unknown>
  securityEvent(charger: Charger, type: string, techInfo: string): Promise<unknown>
  firmwareStatus(charger: Charger, status: string, requestId: number | undefined): Promise<unknown>
}
