/** The settings that control the simulation; each version has its own name for them. */
export type Behaviour =
  | 'heartbeatInterval'
  | 'offlineThreshold'
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
  | 'highestLevel'

/** The reason of a boot, in the words of 2.x. */
export type BootReason =
  | 'PowerUp'
  | 'RemoteReset'
  | 'ScheduledReset'
  | 'LocalReset'
  | 'FirmwareUpdate'
  | 'ApplicationReset'
  | 'Triggered'

/** The cause that ended a transaction. */
export type StopCause =
  | 'Local'
  | 'Remote'
  | 'EVDisconnected'
  | 'DeAuthorized'
  | 'HardReset'
  | 'SoftReset'
  | 'UnlockCommand'
  | 'Fault'

/** The trigger of a message about a running transaction, in the words of 2.x. */
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
