// OCPP 1.6. Generated from types.ts, messages.ts and actions.ts by `npm run generate`; do not edit.

export interface AuthorizationData {
  /** maxLength 20 */
  idTag: string
  idTagInfo?: IdTagInfo
}

export type AuthorizationStatus = 'Accepted' | 'Blocked' | 'Expired' | 'Invalid' | 'ConcurrentTx'

export type AvailabilityStatus = 'Accepted' | 'Rejected' | 'Scheduled'

export type AvailabilityType = 'Inoperative' | 'Operative'

export type CancelReservationStatus = 'Accepted' | 'Rejected'

export interface CertificateHashDataType {
  hashAlgorithm: HashAlgorithmEnumType
  /** maxLength 128 */
  issuerNameHash: string
  /** maxLength 128 */
  issuerKeyHash: string
  /** maxLength 40 */
  serialNumber: string
}

export type CertificateSignedStatusEnumType = 'Accepted' | 'Rejected'

export type CertificateUseEnumType = 'CentralSystemRootCertificate' | 'ManufacturerRootCertificate'

export type ChargePointErrorCode =
  | 'ConnectorLockFailure'
  | 'EVCommunicationError'
  | 'GroundFailure'
  | 'HighTemperature'
  | 'InternalError'
  | 'LocalListConflict'
  | 'NoError'
  | 'OtherError'
  | 'OverCurrentFailure'
  | 'PowerMeterFailure'
  | 'PowerSwitchFailure'
  | 'ReaderFailure'
  | 'ResetFailure'
  | 'UnderVoltage'
  | 'OverVoltage'
  | 'WeakSignal'

export type ChargePointStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted'

export interface ChargingProfile {
  /** integer */
  chargingProfileId: number
  /** integer */
  transactionId?: number
  /** integer */
  stackLevel: number
  chargingProfilePurpose: ChargingProfilePurposeType
  chargingProfileKind: ChargingProfileKindType
  recurrencyKind?: RecurrencyKindType
  /** date-time, RFC 3339 */
  validFrom?: string
  /** date-time, RFC 3339 */
  validTo?: string
  chargingSchedule: ChargingSchedule
}

export type ChargingProfileKindType = 'Absolute' | 'Recurring' | 'Relative'

export type ChargingProfilePurposeType = 'ChargePointMaxProfile' | 'TxDefaultProfile' | 'TxProfile'

export type ChargingProfileStatus = 'Accepted' | 'Rejected' | 'NotSupported'

export type ChargingRateUnitType = 'A' | 'W'

export interface ChargingSchedule {
  /** integer */
  duration?: number
  /** date-time, RFC 3339 */
  startSchedule?: string
  chargingRateUnit: ChargingRateUnitType
  chargingSchedulePeriod: ChargingSchedulePeriod[]
  /** multipleOf 0.1 */
  minChargingRate?: number
}

export interface ChargingSchedulePeriod {
  /** integer */
  startPeriod: number
  /** multipleOf 0.1 */
  limit: number
  /** integer */
  numberPhases?: number
}

export type ClearCacheStatus = 'Accepted' | 'Rejected'

export type ClearChargingProfileStatus = 'Accepted' | 'Unknown'

export type ConfigurationStatus = 'Accepted' | 'Rejected' | 'RebootRequired' | 'NotSupported'

export type DataTransferStatus = 'Accepted' | 'Rejected' | 'UnknownMessageId' | 'UnknownVendorId'

export type DeleteCertificateStatusEnumType = 'Accepted' | 'Failed' | 'NotFound'

export type DiagnosticsStatus = 'Idle' | 'Uploaded' | 'UploadFailed' | 'Uploading'

export type FirmwareStatus =
  | 'Downloaded'
  | 'DownloadFailed'
  | 'Downloading'
  | 'Idle'
  | 'InstallationFailed'
  | 'Installing'
  | 'Installed'

export type FirmwareStatusEnumType =
  | 'Downloaded'
  | 'DownloadFailed'
  | 'Downloading'
  | 'DownloadScheduled'
  | 'DownloadPaused'
  | 'Idle'
  | 'InstallationFailed'
  | 'Installing'
  | 'Installed'
  | 'InstallRebooting'
  | 'InstallScheduled'
  | 'InstallVerificationFailed'
  | 'InvalidSignature'
  | 'SignatureVerified'

export interface FirmwareType {
  /** maxLength 512 */
  location: string
  /** date-time, RFC 3339 */
  retrieveDateTime: string
  /** date-time, RFC 3339 */
  installDateTime?: string
  /** maxLength 5500 */
  signingCertificate: string
  /** maxLength 800 */
  signature: string
}

export type GenericStatusEnumType = 'Accepted' | 'Rejected'

export type GetCompositeScheduleStatus = 'Accepted' | 'Rejected'

export type GetInstalledCertificateStatusEnumType = 'Accepted' | 'NotFound'

export type HashAlgorithmEnumType = 'SHA256' | 'SHA384' | 'SHA512'

export interface IdTagInfo {
  /** date-time, RFC 3339 */
  expiryDate?: string
  /** maxLength 20 */
  parentIdTag?: string
  status: AuthorizationStatus
}

export type InstallCertificateStatusEnumType = 'Accepted' | 'Failed' | 'Rejected'

export interface KeyValue {
  /** maxLength 50 */
  key: string
  readonly: boolean
  /** maxLength 500 */
  value?: string
}

export type Location = 'Cable' | 'EV' | 'Inlet' | 'Outlet' | 'Body'

export type LogEnumType = 'DiagnosticsLog' | 'SecurityLog'

export interface LogParametersType {
  /** maxLength 512 */
  remoteLocation: string
  /** date-time, RFC 3339 */
  oldestTimestamp?: string
  /** date-time, RFC 3339 */
  latestTimestamp?: string
}

export type LogStatusEnumType = 'Accepted' | 'Rejected' | 'AcceptedCanceled'

export type Measurand =
  | 'Energy.Active.Export.Register'
  | 'Energy.Active.Import.Register'
  | 'Energy.Reactive.Export.Register'
  | 'Energy.Reactive.Import.Register'
  | 'Energy.Active.Export.Interval'
  | 'Energy.Active.Import.Interval'
  | 'Energy.Reactive.Export.Interval'
  | 'Energy.Reactive.Import.Interval'
  | 'Power.Active.Export'
  | 'Power.Active.Import'
  | 'Power.Offered'
  | 'Power.Reactive.Export'
  | 'Power.Reactive.Import'
  | 'Power.Factor'
  | 'Current.Import'
  | 'Current.Export'
  | 'Current.Offered'
  | 'Voltage'
  | 'Frequency'
  | 'Temperature'
  | 'SoC'
  | 'RPM'

export type MessageTrigger =
  | 'BootNotification'
  | 'DiagnosticsStatusNotification'
  | 'FirmwareStatusNotification'
  | 'Heartbeat'
  | 'MeterValues'
  | 'StatusNotification'

export type MessageTriggerEnumType =
  | 'BootNotification'
  | 'LogStatusNotification'
  | 'FirmwareStatusNotification'
  | 'Heartbeat'
  | 'MeterValues'
  | 'SignChargePointCertificate'
  | 'StatusNotification'

export interface MeterValue {
  /** date-time, RFC 3339 */
  timestamp: string
  sampledValue: SampledValue[]
}

export type Phase = 'L1' | 'L2' | 'L3' | 'N' | 'L1-N' | 'L2-N' | 'L3-N' | 'L1-L2' | 'L2-L3' | 'L3-L1'

export type ReadingContext =
  | 'Interruption.Begin'
  | 'Interruption.End'
  | 'Sample.Clock'
  | 'Sample.Periodic'
  | 'Transaction.Begin'
  | 'Transaction.End'
  | 'Trigger'
  | 'Other'

export type Reason =
  | 'EmergencyStop'
  | 'EVDisconnected'
  | 'HardReset'
  | 'Local'
  | 'Other'
  | 'PowerLoss'
  | 'Reboot'
  | 'Remote'
  | 'SoftReset'
  | 'UnlockCommand'
  | 'DeAuthorized'

export type RecurrencyKindType = 'Daily' | 'Weekly'

export type RegistrationStatus = 'Accepted' | 'Pending' | 'Rejected'

export type RemoteStartStopStatus = 'Accepted' | 'Rejected'

export type ReservationStatus = 'Accepted' | 'Faulted' | 'Occupied' | 'Rejected' | 'Unavailable'

export type ResetStatus = 'Accepted' | 'Rejected'

export type ResetType = 'Hard' | 'Soft'

export interface SampledValue {
  value: string
  context?: ReadingContext
  format?: ValueFormat
  measurand?: Measurand
  phase?: Phase
  location?: Location
  unit?: UnitOfMeasure
}

export type TriggerMessageStatus = 'Accepted' | 'Rejected' | 'NotImplemented'

export type TriggerMessageStatusEnumType = 'Accepted' | 'Rejected' | 'NotImplemented'

export type UnitOfMeasure =
  | 'Wh'
  | 'kWh'
  | 'varh'
  | 'kvarh'
  | 'W'
  | 'kW'
  | 'VA'
  | 'kVA'
  | 'var'
  | 'kvar'
  | 'A'
  | 'V'
  | 'K'
  | 'Celcius'
  | 'Celsius'
  | 'Fahrenheit'
  | 'Percent'

export type UnlockStatus = 'Unlocked' | 'UnlockFailed' | 'NotSupported'

export type UpdateFirmwareStatusEnumType =
  | 'Accepted'
  | 'Rejected'
  | 'AcceptedCanceled'
  | 'InvalidCertificate'
  | 'RevokedCertificate'

export type UpdateStatus = 'Accepted' | 'Failed' | 'NotSupported' | 'VersionMismatch'

export type UpdateType = 'Differential' | 'Full'

export type UploadLogStatusEnumType =
  | 'BadMessage'
  | 'Idle'
  | 'NotSupportedOperation'
  | 'PermissionDenied'
  | 'Uploaded'
  | 'UploadFailure'
  | 'Uploading'

export type ValueFormat = 'Raw' | 'SignedData'

/** CALL from the charge point, Core */
export interface AuthorizeRequest {
  /** maxLength 20 */
  idTag: string
}

/** CALLRESULT to the charge point, Core */
export interface AuthorizeResponse {
  idTagInfo: IdTagInfo
}

/** CALL from the charge point, Core */
export interface BootNotificationRequest {
  /** maxLength 20 */
  chargePointVendor: string
  /** maxLength 20 */
  chargePointModel: string
  /** maxLength 25 */
  chargePointSerialNumber?: string
  /** maxLength 25 */
  chargeBoxSerialNumber?: string
  /** maxLength 50 */
  firmwareVersion?: string
  /** maxLength 20 */
  iccid?: string
  /** maxLength 20 */
  imsi?: string
  /** maxLength 25 */
  meterType?: string
  /** maxLength 25 */
  meterSerialNumber?: string
}

/** CALLRESULT to the charge point, Core */
export interface BootNotificationResponse {
  status: RegistrationStatus
  /** date-time, RFC 3339 */
  currentTime: string
  /** integer */
  interval: number
}

/** CALL from the CSMS, Reservation */
export interface CancelReservationRequest {
  /** integer */
  reservationId: number
}

/** CALLRESULT to the CSMS, Reservation */
export interface CancelReservationResponse {
  status: CancelReservationStatus
}

/** CALL from the CSMS, Security */
export interface CertificateSignedRequest {
  /** maxLength 10000 */
  certificateChain: string
}

/** CALLRESULT to the CSMS, Security */
export interface CertificateSignedResponse {
  status: CertificateSignedStatusEnumType
}

/** CALL from the CSMS, Core */
export interface ChangeAvailabilityRequest {
  /** integer */
  connectorId: number
  type: AvailabilityType
}

/** CALLRESULT to the CSMS, Core */
export interface ChangeAvailabilityResponse {
  status: AvailabilityStatus
}

/** CALL from the CSMS, Core */
export interface ChangeConfigurationRequest {
  /** maxLength 50 */
  key: string
  /** maxLength 500 */
  value: string
}

/** CALLRESULT to the CSMS, Core */
export interface ChangeConfigurationResponse {
  status: ConfigurationStatus
}

/** CALL from the CSMS, Core */
export type ClearCacheRequest = Record<string, never>

/** CALLRESULT to the CSMS, Core */
export interface ClearCacheResponse {
  status: ClearCacheStatus
}

/** CALL from the CSMS, SmartCharging */
export interface ClearChargingProfileRequest {
  /** integer */
  id?: number
  /** integer */
  connectorId?: number
  chargingProfilePurpose?: ChargingProfilePurposeType
  /** integer */
  stackLevel?: number
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface ClearChargingProfileResponse {
  status: ClearChargingProfileStatus
}

/** CALL from either side, Core */
export interface DataTransferRequest {
  /** maxLength 255 */
  vendorId: string
  /** maxLength 50 */
  messageId?: string
  data?: string
}

/** CALLRESULT to either side, Core */
export interface DataTransferResponse {
  status: DataTransferStatus
  data?: string
}

/** CALL from the CSMS, Security */
export interface DeleteCertificateRequest {
  certificateHashData: CertificateHashDataType
}

/** CALLRESULT to the CSMS, Security */
export interface DeleteCertificateResponse {
  status: DeleteCertificateStatusEnumType
}

/** CALL from the charge point, FirmwareManagement */
export interface DiagnosticsStatusNotificationRequest {
  status: DiagnosticsStatus
}

/** CALLRESULT to the charge point, FirmwareManagement */
export type DiagnosticsStatusNotificationResponse = Record<string, never>

/** CALL from the CSMS, Security */
export interface ExtendedTriggerMessageRequest {
  requestedMessage: MessageTriggerEnumType
  /** integer */
  connectorId?: number
}

/** CALLRESULT to the CSMS, Security */
export interface ExtendedTriggerMessageResponse {
  status: TriggerMessageStatusEnumType
}

/** CALL from the charge point, FirmwareManagement */
export interface FirmwareStatusNotificationRequest {
  status: FirmwareStatus
}

/** CALLRESULT to the charge point, FirmwareManagement */
export type FirmwareStatusNotificationResponse = Record<string, never>

/** CALL from the CSMS, SmartCharging */
export interface GetCompositeScheduleRequest {
  /** integer */
  connectorId: number
  /** integer */
  duration: number
  chargingRateUnit?: ChargingRateUnitType
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface GetCompositeScheduleResponse {
  status: GetCompositeScheduleStatus
  /** integer */
  connectorId?: number
  /** date-time, RFC 3339 */
  scheduleStart?: string
  chargingSchedule?: ChargingSchedule
}

/** CALL from the CSMS, Core */
export interface GetConfigurationRequest {
  /** each maxLength 50 */
  key?: string[]
}

/** CALLRESULT to the CSMS, Core */
export interface GetConfigurationResponse {
  configurationKey?: KeyValue[]
  /** each maxLength 50 */
  unknownKey?: string[]
}

/** CALL from the CSMS, FirmwareManagement */
export interface GetDiagnosticsRequest {
  /** uri, RFC 3986 */
  location: string
  /** integer */
  retries?: number
  /** integer */
  retryInterval?: number
  /** date-time, RFC 3339 */
  startTime?: string
  /** date-time, RFC 3339 */
  stopTime?: string
}

/** CALLRESULT to the CSMS, FirmwareManagement */
export interface GetDiagnosticsResponse {
  /** maxLength 255 */
  fileName?: string
}

/** CALL from the CSMS, Security */
export interface GetInstalledCertificateIdsRequest {
  certificateType: CertificateUseEnumType
}

/** CALLRESULT to the CSMS, Security */
export interface GetInstalledCertificateIdsResponse {
  /** minItems 1 */
  certificateHashData?: CertificateHashDataType[]
  status: GetInstalledCertificateStatusEnumType
}

/** CALL from the CSMS, LocalAuthListManagement */
export type GetLocalListVersionRequest = Record<string, never>

/** CALLRESULT to the CSMS, LocalAuthListManagement */
export interface GetLocalListVersionResponse {
  /** integer */
  listVersion: number
}

/** CALL from the CSMS, Security */
export interface GetLogRequest {
  log: LogParametersType
  logType: LogEnumType
  /** integer */
  requestId: number
  /** integer */
  retries?: number
  /** integer */
  retryInterval?: number
}

/** CALLRESULT to the CSMS, Security */
export interface GetLogResponse {
  status: LogStatusEnumType
  /** maxLength 255 */
  filename?: string
}

/** CALL from the charge point, Core */
export type HeartbeatRequest = Record<string, never>

/** CALLRESULT to the charge point, Core */
export interface HeartbeatResponse {
  /** date-time, RFC 3339 */
  currentTime: string
}

/** CALL from the CSMS, Security */
export interface InstallCertificateRequest {
  certificateType: CertificateUseEnumType
  /** maxLength 5500 */
  certificate: string
}

/** CALLRESULT to the CSMS, Security */
export interface InstallCertificateResponse {
  status: InstallCertificateStatusEnumType
}

/** CALL from the charge point, Security */
export interface LogStatusNotificationRequest {
  status: UploadLogStatusEnumType
  /** integer */
  requestId?: number
}

/** CALLRESULT to the charge point, Security */
export type LogStatusNotificationResponse = Record<string, never>

/** CALL from the charge point, Core */
export interface MeterValuesRequest {
  /** integer */
  connectorId: number
  /** integer */
  transactionId?: number
  meterValue: MeterValue[]
}

/** CALLRESULT to the charge point, Core */
export type MeterValuesResponse = Record<string, never>

/** CALL from the CSMS, Core */
export interface RemoteStartTransactionRequest {
  /** integer */
  connectorId?: number
  /** maxLength 20 */
  idTag: string
  chargingProfile?: ChargingProfile
}

/** CALLRESULT to the CSMS, Core */
export interface RemoteStartTransactionResponse {
  status: RemoteStartStopStatus
}

/** CALL from the CSMS, Core */
export interface RemoteStopTransactionRequest {
  /** integer */
  transactionId: number
}

/** CALLRESULT to the CSMS, Core */
export interface RemoteStopTransactionResponse {
  status: RemoteStartStopStatus
}

/** CALL from the CSMS, Reservation */
export interface ReserveNowRequest {
  /** integer */
  connectorId: number
  /** date-time, RFC 3339 */
  expiryDate: string
  /** maxLength 20 */
  idTag: string
  /** maxLength 20 */
  parentIdTag?: string
  /** integer */
  reservationId: number
}

/** CALLRESULT to the CSMS, Reservation */
export interface ReserveNowResponse {
  status: ReservationStatus
}

/** CALL from the CSMS, Core */
export interface ResetRequest {
  type: ResetType
}

/** CALLRESULT to the CSMS, Core */
export interface ResetResponse {
  status: ResetStatus
}

/** CALL from the charge point, Security */
export interface SecurityEventNotificationRequest {
  /** maxLength 50 */
  type: string
  /** date-time, RFC 3339 */
  timestamp: string
  /** maxLength 255 */
  techInfo?: string
}

/** CALLRESULT to the charge point, Security */
export type SecurityEventNotificationResponse = Record<string, never>

/** CALL from the CSMS, LocalAuthListManagement */
export interface SendLocalListRequest {
  /** integer */
  listVersion: number
  localAuthorizationList?: AuthorizationData[]
  updateType: UpdateType
}

/** CALLRESULT to the CSMS, LocalAuthListManagement */
export interface SendLocalListResponse {
  status: UpdateStatus
}

/** CALL from the CSMS, SmartCharging */
export interface SetChargingProfileRequest {
  /** integer */
  connectorId: number
  csChargingProfiles: ChargingProfile
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface SetChargingProfileResponse {
  status: ChargingProfileStatus
}

/** CALL from the charge point, Security */
export interface SignCertificateRequest {
  /** maxLength 5500 */
  csr: string
}

/** CALLRESULT to the charge point, Security */
export interface SignCertificateResponse {
  status: GenericStatusEnumType
}

/** CALL from the charge point, Security */
export interface SignedFirmwareStatusNotificationRequest {
  status: FirmwareStatusEnumType
  /** integer */
  requestId?: number
}

/** CALLRESULT to the charge point, Security */
export type SignedFirmwareStatusNotificationResponse = Record<string, never>

/** CALL from the CSMS, Security */
export interface SignedUpdateFirmwareRequest {
  /** integer */
  retries?: number
  /** integer */
  retryInterval?: number
  /** integer */
  requestId: number
  firmware: FirmwareType
}

/** CALLRESULT to the CSMS, Security */
export interface SignedUpdateFirmwareResponse {
  status: UpdateFirmwareStatusEnumType
}

/** CALL from the charge point, Core */
export interface StartTransactionRequest {
  /** integer */
  connectorId: number
  /** maxLength 20 */
  idTag: string
  /** integer */
  meterStart: number
  /** integer */
  reservationId?: number
  /** date-time, RFC 3339 */
  timestamp: string
}

/** CALLRESULT to the charge point, Core */
export interface StartTransactionResponse {
  idTagInfo: IdTagInfo
  /** integer */
  transactionId: number
}

/** CALL from the charge point, Core */
export interface StatusNotificationRequest {
  /** integer */
  connectorId: number
  errorCode: ChargePointErrorCode
  /** maxLength 50 */
  info?: string
  status: ChargePointStatus
  /** date-time, RFC 3339 */
  timestamp?: string
  /** maxLength 255 */
  vendorId?: string
  /** maxLength 50 */
  vendorErrorCode?: string
}

/** CALLRESULT to the charge point, Core */
export type StatusNotificationResponse = Record<string, never>

/** CALL from the charge point, Core */
export interface StopTransactionRequest {
  /** maxLength 20 */
  idTag?: string
  /** integer */
  meterStop: number
  /** date-time, RFC 3339 */
  timestamp: string
  /** integer */
  transactionId: number
  reason?: Reason
  transactionData?: MeterValue[]
}

/** CALLRESULT to the charge point, Core */
export interface StopTransactionResponse {
  idTagInfo?: IdTagInfo
}

/** CALL from the CSMS, RemoteTrigger */
export interface TriggerMessageRequest {
  requestedMessage: MessageTrigger
  /** integer */
  connectorId?: number
}

/** CALLRESULT to the CSMS, RemoteTrigger */
export interface TriggerMessageResponse {
  status: TriggerMessageStatus
}

/** CALL from the CSMS, Core */
export interface UnlockConnectorRequest {
  /** integer */
  connectorId: number
}

/** CALLRESULT to the CSMS, Core */
export interface UnlockConnectorResponse {
  status: UnlockStatus
}

/** CALL from the CSMS, FirmwareManagement */
export interface UpdateFirmwareRequest {
  /** uri, RFC 3986 */
  location: string
  /** integer */
  retries?: number
  /** date-time, RFC 3339 */
  retrieveDate: string
  /** integer */
  retryInterval?: number
}

/** CALLRESULT to the CSMS, FirmwareManagement */
export type UpdateFirmwareResponse = Record<string, never>

/** The payloads of every action, and who may send it. */
export interface Actions {
  Authorize: {
    request: AuthorizeRequest
    response: AuthorizeResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  BootNotification: {
    request: BootNotificationRequest
    response: BootNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  CancelReservation: {
    request: CancelReservationRequest
    response: CancelReservationResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  CertificateSigned: {
    request: CertificateSignedRequest
    response: CertificateSignedResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ChangeAvailability: {
    request: ChangeAvailabilityRequest
    response: ChangeAvailabilityResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ChangeConfiguration: {
    request: ChangeConfigurationRequest
    response: ChangeConfigurationResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ClearCache: {
    request: ClearCacheRequest
    response: ClearCacheResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ClearChargingProfile: {
    request: ClearChargingProfileRequest
    response: ClearChargingProfileResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  DataTransfer: {
    request: DataTransferRequest
    response: DataTransferResponse
    direction: 'both'
    messageType: 'CALL'
  }
  DeleteCertificate: {
    request: DeleteCertificateRequest
    response: DeleteCertificateResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  DiagnosticsStatusNotification: {
    request: DiagnosticsStatusNotificationRequest
    response: DiagnosticsStatusNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  ExtendedTriggerMessage: {
    request: ExtendedTriggerMessageRequest
    response: ExtendedTriggerMessageResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  FirmwareStatusNotification: {
    request: FirmwareStatusNotificationRequest
    response: FirmwareStatusNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  GetCompositeSchedule: {
    request: GetCompositeScheduleRequest
    response: GetCompositeScheduleResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetConfiguration: {
    request: GetConfigurationRequest
    response: GetConfigurationResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetDiagnostics: {
    request: GetDiagnosticsRequest
    response: GetDiagnosticsResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetInstalledCertificateIds: {
    request: GetInstalledCertificateIdsRequest
    response: GetInstalledCertificateIdsResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetLocalListVersion: {
    request: GetLocalListVersionRequest
    response: GetLocalListVersionResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetLog: {
    request: GetLogRequest
    response: GetLogResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  Heartbeat: {
    request: HeartbeatRequest
    response: HeartbeatResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  InstallCertificate: {
    request: InstallCertificateRequest
    response: InstallCertificateResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  LogStatusNotification: {
    request: LogStatusNotificationRequest
    response: LogStatusNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  MeterValues: {
    request: MeterValuesRequest
    response: MeterValuesResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  RemoteStartTransaction: {
    request: RemoteStartTransactionRequest
    response: RemoteStartTransactionResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  RemoteStopTransaction: {
    request: RemoteStopTransactionRequest
    response: RemoteStopTransactionResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ReserveNow: {
    request: ReserveNowRequest
    response: ReserveNowResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  Reset: {
    request: ResetRequest
    response: ResetResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SecurityEventNotification: {
    request: SecurityEventNotificationRequest
    response: SecurityEventNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  SendLocalList: {
    request: SendLocalListRequest
    response: SendLocalListResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SetChargingProfile: {
    request: SetChargingProfileRequest
    response: SetChargingProfileResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SignCertificate: {
    request: SignCertificateRequest
    response: SignCertificateResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  SignedFirmwareStatusNotification: {
    request: SignedFirmwareStatusNotificationRequest
    response: SignedFirmwareStatusNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  SignedUpdateFirmware: {
    request: SignedUpdateFirmwareRequest
    response: SignedUpdateFirmwareResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  StartTransaction: {
    request: StartTransactionRequest
    response: StartTransactionResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  StatusNotification: {
    request: StatusNotificationRequest
    response: StatusNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  StopTransaction: {
    request: StopTransactionRequest
    response: StopTransactionResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  TriggerMessage: {
    request: TriggerMessageRequest
    response: TriggerMessageResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  UnlockConnector: {
    request: UnlockConnectorRequest
    response: UnlockConnectorResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  UpdateFirmware: {
    request: UpdateFirmwareRequest
    response: UpdateFirmwareResponse
    direction: 'csms'
    messageType: 'CALL'
  }
}

export type ActionName =
  | 'Authorize'
  | 'BootNotification'
  | 'CancelReservation'
  | 'CertificateSigned'
  | 'ChangeAvailability'
  | 'ChangeConfiguration'
  | 'ClearCache'
  | 'ClearChargingProfile'
  | 'DataTransfer'
  | 'DeleteCertificate'
  | 'DiagnosticsStatusNotification'
  | 'ExtendedTriggerMessage'
  | 'FirmwareStatusNotification'
  | 'GetCompositeSchedule'
  | 'GetConfiguration'
  | 'GetDiagnostics'
  | 'GetInstalledCertificateIds'
  | 'GetLocalListVersion'
  | 'GetLog'
  | 'Heartbeat'
  | 'InstallCertificate'
  | 'LogStatusNotification'
  | 'MeterValues'
  | 'RemoteStartTransaction'
  | 'RemoteStopTransaction'
  | 'ReserveNow'
  | 'Reset'
  | 'SecurityEventNotification'
  | 'SendLocalList'
  | 'SetChargingProfile'
  | 'SignCertificate'
  | 'SignedFirmwareStatusNotification'
  | 'SignedUpdateFirmware'
  | 'StartTransaction'
  | 'StatusNotification'
  | 'StopTransaction'
  | 'TriggerMessage'
  | 'UnlockConnector'
  | 'UpdateFirmware'

/** The actions a charge point may send as CALL. */
export type ChargePointAction =
  | 'Authorize'
  | 'BootNotification'
  | 'DataTransfer'
  | 'DiagnosticsStatusNotification'
  | 'FirmwareStatusNotification'
  | 'Heartbeat'
  | 'LogStatusNotification'
  | 'MeterValues'
  | 'SecurityEventNotification'
  | 'SignCertificate'
  | 'SignedFirmwareStatusNotification'
  | 'StartTransaction'
  | 'StatusNotification'
  | 'StopTransaction'

/** The actions a CSMS may send as CALL. */
export type CsmsAction =
  | 'CancelReservation'
  | 'CertificateSigned'
  | 'ChangeAvailability'
  | 'ChangeConfiguration'
  | 'ClearCache'
  | 'ClearChargingProfile'
  | 'DataTransfer'
  | 'DeleteCertificate'
  | 'ExtendedTriggerMessage'
  | 'GetCompositeSchedule'
  | 'GetConfiguration'
  | 'GetDiagnostics'
  | 'GetInstalledCertificateIds'
  | 'GetLocalListVersion'
  | 'GetLog'
  | 'InstallCertificate'
  | 'RemoteStartTransaction'
  | 'RemoteStopTransaction'
  | 'ReserveNow'
  | 'Reset'
  | 'SendLocalList'
  | 'SetChargingProfile'
  | 'SignedUpdateFirmware'
  | 'TriggerMessage'
  | 'UnlockConnector'
  | 'UpdateFirmware'

/** The actions sent as SEND, which have no answer. */
export type SendAction = never
