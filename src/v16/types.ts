import { type TUnsafe, Type } from '@sinclair/typebox'
import { closed, dateTime, decimal, literals } from '../schema.js'
import type {
  AuthorizationData,
  AuthorizationStatus,
  AvailabilityStatus,
  AvailabilityType,
  CancelReservationStatus,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateUseEnumType,
  ChargePointErrorCode,
  ChargePointStatus,
  ChargingProfile,
  ChargingProfileKindType,
  ChargingProfilePurposeType,
  ChargingProfileStatus,
  ChargingRateUnitType,
  ChargingSchedule,
  ChargingSchedulePeriod,
  ClearCacheStatus,
  ClearChargingProfileStatus,
  ConfigurationStatus,
  DataTransferStatus,
  DeleteCertificateStatusEnumType,
  DiagnosticsStatus,
  FirmwareStatus,
  FirmwareStatusEnumType,
  FirmwareType,
  GenericStatusEnumType,
  GetCompositeScheduleStatus,
  GetInstalledCertificateStatusEnumType,
  HashAlgorithmEnumType,
  IdTagInfo,
  InstallCertificateStatusEnumType,
  KeyValue,
  Location,
  LogEnumType,
  LogParametersType,
  LogStatusEnumType,
  Measurand,
  MessageTrigger,
  MessageTriggerEnumType,
  MeterValue,
  Phase,
  ReadingContext,
  Reason,
  RecurrencyKindType,
  RegistrationStatus,
  RemoteStartStopStatus,
  ReservationStatus,
  ResetStatus,
  ResetType,
  SampledValue,
  TriggerMessageStatus,
  TriggerMessageStatusEnumType,
  UnitOfMeasure,
  UnlockStatus,
  UpdateFirmwareStatusEnumType,
  UpdateStatus,
  UpdateType,
  UploadLogStatusEnumType,
  ValueFormat
} from './interfaces.js'

const AuthorizationStatus: TUnsafe<AuthorizationStatus> = literals(
  'Accepted',
  'Blocked',
  'Expired',
  'Invalid',
  'ConcurrentTx'
)

const AvailabilityStatus: TUnsafe<AvailabilityStatus> = literals('Accepted', 'Rejected', 'Scheduled')

const AvailabilityType: TUnsafe<AvailabilityType> = literals('Inoperative', 'Operative')

const CancelReservationStatus: TUnsafe<CancelReservationStatus> = literals('Accepted', 'Rejected')

const CertificateSignedStatusEnumType: TUnsafe<CertificateSignedStatusEnumType> = literals('Accepted', 'Rejected')

const CertificateUseEnumType: TUnsafe<CertificateUseEnumType> = literals(
  'CentralSystemRootCertificate',
  'ManufacturerRootCertificate'
)

const ChargePointErrorCode: TUnsafe<ChargePointErrorCode> = literals(
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'NoError',
  'OtherError',
  'OverCurrentFailure',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'OverVoltage',
  'WeakSignal'
)

const ChargePointStatus: TUnsafe<ChargePointStatus> = literals(
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted'
)

const ChargingProfileKindType: TUnsafe<ChargingProfileKindType> = literals('Absolute', 'Recurring', 'Relative')

const ChargingProfilePurposeType: TUnsafe<ChargingProfilePurposeType> = literals(
  'ChargePointMaxProfile',
  'TxDefaultProfile',
  'TxProfile'
)

const ChargingProfileStatus: TUnsafe<ChargingProfileStatus> = literals('Accepted', 'Rejected', 'NotSupported')

const ChargingRateUnitType: TUnsafe<ChargingRateUnitType> = literals('A', 'W')

const ClearCacheStatus: TUnsafe<ClearCacheStatus> = literals('Accepted', 'Rejected')

const ClearChargingProfileStatus: TUnsafe<ClearChargingProfileStatus> = literals('Accepted', 'Unknown')

const ConfigurationStatus: TUnsafe<ConfigurationStatus> = literals(
  'Accepted',
  'Rejected',
  'RebootRequired',
  'NotSupported'
)

const DataTransferStatus: TUnsafe<DataTransferStatus> = literals(
  'Accepted',
  'Rejected',
  'UnknownMessageId',
  'UnknownVendorId'
)

const DeleteCertificateStatusEnumType: TUnsafe<DeleteCertificateStatusEnumType> = literals(
  'Accepted',
  'Failed',
  'NotFound'
)

const DiagnosticsStatus: TUnsafe<DiagnosticsStatus> = literals('Idle', 'Uploaded', 'UploadFailed', 'Uploading')

const FirmwareStatus: TUnsafe<FirmwareStatus> = literals(
  'Downloaded',
  'DownloadFailed',
  'Downloading',
  'Idle',
  'InstallationFailed',
  'Installing',
  'Installed'
)

const FirmwareStatusEnumType: TUnsafe<FirmwareStatusEnumType> = literals(
  'Downloaded',
  'DownloadFailed',
  'Downloading',
  'DownloadScheduled',
  'DownloadPaused',
  'Idle',
  'InstallationFailed',
  'Installing',
  'Installed',
  'InstallRebooting',
  'InstallScheduled',
  'InstallVerificationFailed',
  'InvalidSignature',
  'SignatureVerified'
)

const GenericStatusEnumType: TUnsafe<GenericStatusEnumType> = literals('Accepted', 'Rejected')

const GetCompositeScheduleStatus: TUnsafe<GetCompositeScheduleStatus> = literals('Accepted', 'Rejected')

const GetInstalledCertificateStatusEnumType: TUnsafe<GetInstalledCertificateStatusEnumType> = literals(
  'Accepted',
  'NotFound'
)

const HashAlgorithmEnumType: TUnsafe<HashAlgorithmEnumType> = literals('SHA256', 'SHA384', 'SHA512')

const InstallCertificateStatusEnumType: TUnsafe<InstallCertificateStatusEnumType> = literals(
  'Accepted',
  'Failed',
  'Rejected'
)

const Location: TUnsafe<Location> = literals('Cable', 'EV', 'Inlet', 'Outlet', 'Body')

const LogEnumType: TUnsafe<LogEnumType> = literals('DiagnosticsLog', 'SecurityLog')

const LogStatusEnumType: TUnsafe<LogStatusEnumType> = literals('Accepted', 'Rejected', 'AcceptedCanceled')

const Measurand: TUnsafe<Measurand> = literals(
  'Energy.Active.Export.Register',
  'Energy.Active.Import.Register',
  'Energy.Reactive.Export.Register',
  'Energy.Reactive.Import.Register',
  'Energy.Active.Export.Interval',
  'Energy.Active.Import.Interval',
  'Energy.Reactive.Export.Interval',
  'Energy.Reactive.Import.Interval',
  'Power.Active.Export',
  'Power.Active.Import',
  'Power.Offered',
  'Power.Reactive.Export',
  'Power.Reactive.Import',
  'Power.Factor',
  'Current.Import',
  'Current.Export',
  'Current.Offered',
  'Voltage',
  'Frequency',
  'Temperature',
  'SoC',
  'RPM'
)

const MessageTrigger: TUnsafe<MessageTrigger> = literals(
  'BootNotification',
  'DiagnosticsStatusNotification',
  'FirmwareStatusNotification',
  'Heartbeat',
  'MeterValues',
  'StatusNotification'
)

const MessageTriggerEnumType: TUnsafe<MessageTriggerEnumType> = literals(
  'BootNotification',
  'LogStatusNotification',
  'FirmwareStatusNotification',
  'Heartbeat',
  'MeterValues',
  'SignChargePointCertificate',
  'StatusNotification'
)

const Phase: TUnsafe<Phase> = literals('L1', 'L2', 'L3', 'N', 'L1-N', 'L2-N', 'L3-N', 'L1-L2', 'L2-L3', 'L3-L1')

const ReadingContext: TUnsafe<ReadingContext> = literals(
  'Interruption.Begin',
  'Interruption.End',
  'Sample.Clock',
  'Sample.Periodic',
  'Transaction.Begin',
  'Transaction.End',
  'Trigger',
  'Other'
)

const Reason: TUnsafe<Reason> = literals(
  'EmergencyStop',
  'EVDisconnected',
  'HardReset',
  'Local',
  'Other',
  'PowerLoss',
  'Reboot',
  'Remote',
  'SoftReset',
  'UnlockCommand',
  'DeAuthorized'
)

const RecurrencyKindType: TUnsafe<RecurrencyKindType> = literals('Daily', 'Weekly')

const RegistrationStatus: TUnsafe<RegistrationStatus> = literals('Accepted', 'Pending', 'Rejected')

const RemoteStartStopStatus: TUnsafe<RemoteStartStopStatus> = literals('Accepted', 'Rejected')

const ReservationStatus: TUnsafe<ReservationStatus> = literals(
  'Accepted',
  'Faulted',
  'Occupied',
  'Rejected',
  'Unavailable'
)

const ResetStatus: TUnsafe<ResetStatus> = literals('Accepted', 'Rejected')

const ResetType: TUnsafe<ResetType> = literals('Hard', 'Soft')

const TriggerMessageStatus: TUnsafe<TriggerMessageStatus> = literals('Accepted', 'Rejected', 'NotImplemented')

const TriggerMessageStatusEnumType: TUnsafe<TriggerMessageStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'NotImplemented'
)

const UnitOfMeasure: TUnsafe<UnitOfMeasure> = literals(
  'Wh',
  'kWh',
  'varh',
  'kvarh',
  'W',
  'kW',
  'VA',
  'kVA',
  'var',
  'kvar',
  'A',
  'V',
  'K',
  'Celcius',
  'Celsius',
  'Fahrenheit',
  'Percent'
)

const UnlockStatus: TUnsafe<UnlockStatus> = literals('Unlocked', 'UnlockFailed', 'NotSupported')

const UpdateFirmwareStatusEnumType: TUnsafe<UpdateFirmwareStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'AcceptedCanceled',
  'InvalidCertificate',
  'RevokedCertificate'
)

const UpdateStatus: TUnsafe<UpdateStatus> = literals('Accepted', 'Failed', 'NotSupported', 'VersionMismatch')

const UpdateType: TUnsafe<UpdateType> = literals('Differential', 'Full')

const UploadLogStatusEnumType: TUnsafe<UploadLogStatusEnumType> = literals(
  'BadMessage',
  'Idle',
  'NotSupportedOperation',
  'PermissionDenied',
  'Uploaded',
  'UploadFailure',
  'Uploading'
)

const ValueFormat: TUnsafe<ValueFormat> = literals('Raw', 'SignedData')

const IdTagInfo: TUnsafe<IdTagInfo> = closed({
  expiryDate: Type.Optional(dateTime()),
  parentIdTag: Type.Optional(Type.String({ maxLength: 20 })),
  status: AuthorizationStatus
})

const AuthorizationData: TUnsafe<AuthorizationData> = closed({
  idTag: Type.String({ maxLength: 20 }),
  idTagInfo: Type.Optional(IdTagInfo)
})

const CertificateHashDataType: TUnsafe<CertificateHashDataType> = closed({
  hashAlgorithm: HashAlgorithmEnumType,
  issuerNameHash: Type.String({ maxLength: 128 }),
  issuerKeyHash: Type.String({ maxLength: 128 }),
  serialNumber: Type.String({ maxLength: 40 })
})

const ChargingSchedulePeriod: TUnsafe<ChargingSchedulePeriod> = closed({
  startPeriod: Type.Integer(),
  limit: decimal(),
  numberPhases: Type.Optional(Type.Integer())
})

const ChargingSchedule: TUnsafe<ChargingSchedule> = closed({
  duration: Type.Optional(Type.Integer()),
  startSchedule: Type.Optional(dateTime()),
  chargingRateUnit: ChargingRateUnitType,
  chargingSchedulePeriod: Type.Array(ChargingSchedulePeriod),
  minChargingRate: Type.Optional(decimal())
})

const ChargingProfile: TUnsafe<ChargingProfile> = closed({
  chargingProfileId: Type.Integer(),
  transactionId: Type.Optional(Type.Integer()),
  stackLevel: Type.Integer(),
  chargingProfilePurpose: ChargingProfilePurposeType,
  chargingProfileKind: ChargingProfileKindType,
  recurrencyKind: Type.Optional(RecurrencyKindType),
  validFrom: Type.Optional(dateTime()),
  validTo: Type.Optional(dateTime()),
  chargingSchedule: ChargingSchedule
})

const FirmwareType: TUnsafe<FirmwareType> = closed({
  location: Type.String({ maxLength: 512 }),
  retrieveDateTime: dateTime(),
  installDateTime: Type.Optional(dateTime()),
  signingCertificate: Type.String({ maxLength: 5500 }),
  signature: Type.String({ maxLength: 800 })
})

const KeyValue: TUnsafe<KeyValue> = closed({
  key: Type.String({ maxLength: 50 }),
  readonly: Type.Boolean(),
  value: Type.Optional(Type.String({ maxLength: 500 }))
})

const LogParametersType: TUnsafe<LogParametersType> = closed({
  remoteLocation: Type.String({ maxLength: 512 }),
  oldestTimestamp: Type.Optional(dateTime()),
  latestTimestamp: Type.Optional(dateTime())
})

const SampledValue: TUnsafe<SampledValue> = closed({
  value: Type.String(),
  context: Type.Optional(ReadingContext),
  format: Type.Optional(ValueFormat),
  measurand: Type.Optional(Measurand),
  phase: Type.Optional(Phase),
  location: Type.Optional(Location),
  unit: Type.Optional(UnitOfMeasure)
})

const MeterValue: TUnsafe<MeterValue> = closed({
  timestamp: dateTime(),
  sampledValue: Type.Array(SampledValue)
})

export {
  AuthorizationData,
  AuthorizationStatus,
  AvailabilityStatus,
  AvailabilityType,
  CancelReservationStatus,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateUseEnumType,
  ChargePointErrorCode,
  ChargePointStatus,
  ChargingProfile,
  ChargingProfileKindType,
  ChargingProfilePurposeType,
  ChargingProfileStatus,
  ChargingRateUnitType,
  ChargingSchedule,
  ChargingSchedulePeriod,
  ClearCacheStatus,
  ClearChargingProfileStatus,
  ConfigurationStatus,
  DataTransferStatus,
  DeleteCertificateStatusEnumType,
  DiagnosticsStatus,
  FirmwareStatus,
  FirmwareStatusEnumType,
  FirmwareType,
  GenericStatusEnumType,
  GetCompositeScheduleStatus,
  GetInstalledCertificateStatusEnumType,
  HashAlgorithmEnumType,
  IdTagInfo,
  InstallCertificateStatusEnumType,
  KeyValue,
  Location,
  LogEnumType,
  LogParametersType,
  LogStatusEnumType,
  Measurand,
  MessageTrigger,
  MessageTriggerEnumType,
  MeterValue,
  Phase,
  ReadingContext,
  Reason,
  RecurrencyKindType,
  RegistrationStatus,
  RemoteStartStopStatus,
  ReservationStatus,
  ResetStatus,
  ResetType,
  SampledValue,
  TriggerMessageStatus,
  TriggerMessageStatusEnumType,
  UnitOfMeasure,
  UnlockStatus,
  UpdateFirmwareStatusEnumType,
  UpdateStatus,
  UpdateType,
  UploadLogStatusEnumType,
  ValueFormat
}
