import { type TUnsafe, Type } from '@sinclair/typebox'
import { closed, dateTime, literals, withDefault } from '../schema.js'
import type {
  ACChargingParametersType,
  AdditionalInfoType,
  APNAuthenticationEnumType,
  APNType,
  AttributeEnumType,
  AuthorizationData,
  AuthorizationStatusEnumType,
  AuthorizeCertificateStatusEnumType,
  BootReasonEnumType,
  CancelReservationStatusEnumType,
  CertificateActionEnumType,
  CertificateHashDataChainType,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateSigningUseEnumType,
  ChangeAvailabilityStatusEnumType,
  ChargingLimitSourceEnumType,
  ChargingLimitType,
  ChargingNeedsType,
  ChargingProfileCriterionType,
  ChargingProfileKindEnumType,
  ChargingProfilePurposeEnumType,
  ChargingProfileStatusEnumType,
  ChargingProfileType,
  ChargingRateUnitEnumType,
  ChargingSchedulePeriodType,
  ChargingScheduleType,
  ChargingStateEnumType,
  ChargingStationType,
  ClearCacheStatusEnumType,
  ClearChargingProfileStatusEnumType,
  ClearChargingProfileType,
  ClearMessageStatusEnumType,
  ClearMonitoringResultType,
  ClearMonitoringStatusEnumType,
  ComponentCriterionEnumType,
  ComponentType,
  ComponentVariableType,
  CompositeScheduleType,
  ConnectorEnumType,
  ConnectorStatusEnumType,
  ConsumptionCostType,
  CostKindEnumType,
  CostType,
  CustomDataType,
  CustomerInformationStatusEnumType,
  DataEnumType,
  DataTransferStatusEnumType,
  DCChargingParametersType,
  DeleteCertificateStatusEnumType,
  DisplayMessageStatusEnumType,
  EnergyTransferModeEnumType,
  EVSEType,
  EventDataType,
  EventNotificationEnumType,
  EventTriggerEnumType,
  FirmwareStatusEnumType,
  FirmwareType,
  GenericDeviceModelStatusEnumType,
  GenericStatusEnumType,
  GetCertificateIdUseEnumType,
  GetCertificateStatusEnumType,
  GetChargingProfileStatusEnumType,
  GetDisplayMessagesStatusEnumType,
  GetInstalledCertificateStatusEnumType,
  GetVariableDataType,
  GetVariableResultType,
  GetVariableStatusEnumType,
  HashAlgorithmEnumType,
  IdTokenEnumType,
  IdTokenInfoType,
  IdTokenType,
  InstallCertificateStatusEnumType,
  InstallCertificateUseEnumType,
  Iso15118EVCertificateStatusEnumType,
  LocationEnumType,
  LogEnumType,
  LogParametersType,
  LogStatusEnumType,
  MeasurandEnumType,
  MessageContentType,
  MessageFormatEnumType,
  MessageInfoType,
  MessagePriorityEnumType,
  MessageStateEnumType,
  MessageTriggerEnumType,
  MeterValueType,
  ModemType,
  MonitorEnumType,
  MonitoringBaseEnumType,
  MonitoringCriterionEnumType,
  MonitoringDataType,
  MutabilityEnumType,
  NetworkConnectionProfileType,
  NotifyEVChargingNeedsStatusEnumType,
  OCPPInterfaceEnumType,
  OCPPTransportEnumType,
  OCPPVersionEnumType,
  OCSPRequestDataType,
  OperationalStatusEnumType,
  PhaseEnumType,
  PublishFirmwareStatusEnumType,
  ReadingContextEnumType,
  ReasonEnumType,
  RecurrencyKindEnumType,
  RegistrationStatusEnumType,
  RelativeTimeIntervalType,
  ReportBaseEnumType,
  ReportDataType,
  RequestStartStopStatusEnumType,
  ReservationUpdateStatusEnumType,
  ReserveNowStatusEnumType,
  ResetEnumType,
  ResetStatusEnumType,
  SalesTariffEntryType,
  SalesTariffType,
  SampledValueType,
  SendLocalListStatusEnumType,
  SetMonitoringDataType,
  SetMonitoringResultType,
  SetMonitoringStatusEnumType,
  SetNetworkProfileStatusEnumType,
  SetVariableDataType,
  SetVariableResultType,
  SetVariableStatusEnumType,
  SignedMeterValueType,
  StatusInfoType,
  TransactionEventEnumType,
  TransactionType,
  TriggerMessageStatusEnumType,
  TriggerReasonEnumType,
  UnitOfMeasureType,
  UnlockStatusEnumType,
  UnpublishFirmwareStatusEnumType,
  UpdateEnumType,
  UpdateFirmwareStatusEnumType,
  UploadLogStatusEnumType,
  VariableAttributeType,
  VariableCharacteristicsType,
  VariableMonitoringType,
  VariableType,
  VPNEnumType,
  VPNType
} from './interfaces.js'

const APNAuthenticationEnumType: TUnsafe<APNAuthenticationEnumType> = literals('CHAP', 'NONE', 'PAP', 'AUTO')

const AttributeEnumType: TUnsafe<AttributeEnumType> = withDefault(
  literals('Actual', 'Target', 'MinSet', 'MaxSet'),
  'Actual'
)

const AuthorizationStatusEnumType: TUnsafe<AuthorizationStatusEnumType> = literals(
  'Accepted',
  'Blocked',
  'ConcurrentTx',
  'Expired',
  'Invalid',
  'NoCredit',
  'NotAllowedTypeEVSE',
  'NotAtThisLocation',
  'NotAtThisTime',
  'Unknown'
)

const AuthorizeCertificateStatusEnumType: TUnsafe<AuthorizeCertificateStatusEnumType> = literals(
  'Accepted',
  'SignatureError',
  'CertificateExpired',
  'CertificateRevoked',
  'NoCertificateAvailable',
  'CertChainError',
  'ContractCancelled'
)

const BootReasonEnumType: TUnsafe<BootReasonEnumType> = literals(
  'ApplicationReset',
  'FirmwareUpdate',
  'LocalReset',
  'PowerUp',
  'RemoteReset',
  'ScheduledReset',
  'Triggered',
  'Unknown',
  'Watchdog'
)

const CancelReservationStatusEnumType: TUnsafe<CancelReservationStatusEnumType> = literals('Accepted', 'Rejected')

const CertificateActionEnumType: TUnsafe<CertificateActionEnumType> = literals('Install', 'Update')

const CertificateSignedStatusEnumType: TUnsafe<CertificateSignedStatusEnumType> = literals('Accepted', 'Rejected')

const CertificateSigningUseEnumType: TUnsafe<CertificateSigningUseEnumType> = literals(
  'ChargingStationCertificate',
  'V2GCertificate'
)

const ChangeAvailabilityStatusEnumType: TUnsafe<ChangeAvailabilityStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'Scheduled'
)

const ChargingLimitSourceEnumType: TUnsafe<ChargingLimitSourceEnumType> = literals('EMS', 'Other', 'SO', 'CSO')

const ChargingProfileKindEnumType: TUnsafe<ChargingProfileKindEnumType> = literals('Absolute', 'Recurring', 'Relative')

const ChargingProfilePurposeEnumType: TUnsafe<ChargingProfilePurposeEnumType> = literals(
  'ChargingStationExternalConstraints',
  'ChargingStationMaxProfile',
  'TxDefaultProfile',
  'TxProfile'
)

const ChargingProfileStatusEnumType: TUnsafe<ChargingProfileStatusEnumType> = literals('Accepted', 'Rejected')

const ChargingRateUnitEnumType: TUnsafe<ChargingRateUnitEnumType> = literals('W', 'A')

const ChargingStateEnumType: TUnsafe<ChargingStateEnumType> = literals(
  'Charging',
  'EVConnected',
  'SuspendedEV',
  'SuspendedEVSE',
  'Idle'
)

const ClearCacheStatusEnumType: TUnsafe<ClearCacheStatusEnumType> = literals('Accepted', 'Rejected')

const ClearChargingProfileStatusEnumType: TUnsafe<ClearChargingProfileStatusEnumType> = literals('Accepted', 'Unknown')

const ClearMessageStatusEnumType: TUnsafe<ClearMessageStatusEnumType> = literals('Accepted', 'Unknown')

const ClearMonitoringStatusEnumType: TUnsafe<ClearMonitoringStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'NotFound'
)

const ComponentCriterionEnumType: TUnsafe<ComponentCriterionEnumType> = literals(
  'Active',
  'Available',
  'Enabled',
  'Problem'
)

const ConnectorEnumType: TUnsafe<ConnectorEnumType> = literals(
  'cCCS1',
  'cCCS2',
  'cG105',
  'cTesla',
  'cType1',
  'cType2',
  's309-1P-16A',
  's309-1P-32A',
  's309-3P-16A',
  's309-3P-32A',
  'sBS1361',
  'sCEE-7-7',
  'sType2',
  'sType3',
  'Other1PhMax16A',
  'Other1PhOver16A',
  'Other3Ph',
  'Pan',
  'wInductive',
  'wResonant',
  'Undetermined',
  'Unknown'
)

const ConnectorStatusEnumType: TUnsafe<ConnectorStatusEnumType> = literals(
  'Available',
  'Occupied',
  'Reserved',
  'Unavailable',
  'Faulted'
)

const CostKindEnumType: TUnsafe<CostKindEnumType> = literals(
  'CarbonDioxideEmission',
  'RelativePricePercentage',
  'RenewableGenerationPercentage'
)

const CustomerInformationStatusEnumType: TUnsafe<CustomerInformationStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'Invalid'
)

const DataEnumType: TUnsafe<DataEnumType> = literals(
  'string',
  'decimal',
  'integer',
  'dateTime',
  'boolean',
  'OptionList',
  'SequenceList',
  'MemberList'
)

const DataTransferStatusEnumType: TUnsafe<DataTransferStatusEnumType> = literals(
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

const DisplayMessageStatusEnumType: TUnsafe<DisplayMessageStatusEnumType> = literals(
  'Accepted',
  'NotSupportedMessageFormat',
  'Rejected',
  'NotSupportedPriority',
  'NotSupportedState',
  'UnknownTransaction'
)

const EnergyTransferModeEnumType: TUnsafe<EnergyTransferModeEnumType> = literals(
  'DC',
  'AC_single_phase',
  'AC_two_phase',
  'AC_three_phase'
)

const EventNotificationEnumType: TUnsafe<EventNotificationEnumType> = literals(
  'HardWiredNotification',
  'HardWiredMonitor',
  'PreconfiguredMonitor',
  'CustomMonitor'
)

const EventTriggerEnumType: TUnsafe<EventTriggerEnumType> = literals('Alerting', 'Delta', 'Periodic')

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

const GenericDeviceModelStatusEnumType: TUnsafe<GenericDeviceModelStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'NotSupported',
  'EmptyResultSet'
)

const GenericStatusEnumType: TUnsafe<GenericStatusEnumType> = literals('Accepted', 'Rejected')

const GetCertificateIdUseEnumType: TUnsafe<GetCertificateIdUseEnumType> = literals(
  'V2GRootCertificate',
  'MORootCertificate',
  'CSMSRootCertificate',
  'V2GCertificateChain',
  'ManufacturerRootCertificate'
)

const GetCertificateStatusEnumType: TUnsafe<GetCertificateStatusEnumType> = literals('Accepted', 'Failed')

const GetChargingProfileStatusEnumType: TUnsafe<GetChargingProfileStatusEnumType> = literals('Accepted', 'NoProfiles')

const GetDisplayMessagesStatusEnumType: TUnsafe<GetDisplayMessagesStatusEnumType> = literals('Accepted', 'Unknown')

const GetInstalledCertificateStatusEnumType: TUnsafe<GetInstalledCertificateStatusEnumType> = literals(
  'Accepted',
  'NotFound'
)

const GetVariableStatusEnumType: TUnsafe<GetVariableStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'UnknownComponent',
  'UnknownVariable',
  'NotSupportedAttributeType'
)

const HashAlgorithmEnumType: TUnsafe<HashAlgorithmEnumType> = literals('SHA256', 'SHA384', 'SHA512')

const IdTokenEnumType: TUnsafe<IdTokenEnumType> = literals(
  'Central',
  'eMAID',
  'ISO14443',
  'ISO15693',
  'KeyCode',
  'Local',
  'MacAddress',
  'NoAuthorization'
)

const InstallCertificateStatusEnumType: TUnsafe<InstallCertificateStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'Failed'
)

const InstallCertificateUseEnumType: TUnsafe<InstallCertificateUseEnumType> = literals(
  'V2GRootCertificate',
  'MORootCertificate',
  'CSMSRootCertificate',
  'ManufacturerRootCertificate'
)

const Iso15118EVCertificateStatusEnumType: TUnsafe<Iso15118EVCertificateStatusEnumType> = literals('Accepted', 'Failed')

const LocationEnumType: TUnsafe<LocationEnumType> = withDefault(
  literals('Body', 'Cable', 'EV', 'Inlet', 'Outlet'),
  'Outlet'
)

const LogEnumType: TUnsafe<LogEnumType> = literals('DiagnosticsLog', 'SecurityLog')

const LogStatusEnumType: TUnsafe<LogStatusEnumType> = literals('Accepted', 'Rejected', 'AcceptedCanceled')

const MeasurandEnumType: TUnsafe<MeasurandEnumType> = withDefault(
  literals(
    'Current.Export',
    'Current.Import',
    'Current.Offered',
    'Energy.Active.Export.Register',
    'Energy.Active.Import.Register',
    'Energy.Reactive.Export.Register',
    'Energy.Reactive.Import.Register',
    'Energy.Active.Export.Interval',
    'Energy.Active.Import.Interval',
    'Energy.Active.Net',
    'Energy.Reactive.Export.Interval',
    'Energy.Reactive.Import.Interval',
    'Energy.Reactive.Net',
    'Energy.Apparent.Net',
    'Energy.Apparent.Import',
    'Energy.Apparent.Export',
    'Frequency',
    'Power.Active.Export',
    'Power.Active.Import',
    'Power.Factor',
    'Power.Offered',
    'Power.Reactive.Export',
    'Power.Reactive.Import',
    'SoC',
    'Voltage'
  ),
  'Energy.Active.Import.Register'
)

const MessageFormatEnumType: TUnsafe<MessageFormatEnumType> = literals('ASCII', 'HTML', 'URI', 'UTF8')

const MessagePriorityEnumType: TUnsafe<MessagePriorityEnumType> = literals('AlwaysFront', 'InFront', 'NormalCycle')

const MessageStateEnumType: TUnsafe<MessageStateEnumType> = literals('Charging', 'Faulted', 'Idle', 'Unavailable')

const MessageTriggerEnumType: TUnsafe<MessageTriggerEnumType> = literals(
  'BootNotification',
  'LogStatusNotification',
  'FirmwareStatusNotification',
  'Heartbeat',
  'MeterValues',
  'SignChargingStationCertificate',
  'SignV2GCertificate',
  'StatusNotification',
  'TransactionEvent',
  'SignCombinedCertificate',
  'PublishFirmwareStatusNotification'
)

const MonitorEnumType: TUnsafe<MonitorEnumType> = literals(
  'UpperThreshold',
  'LowerThreshold',
  'Delta',
  'Periodic',
  'PeriodicClockAligned'
)

const MonitoringBaseEnumType: TUnsafe<MonitoringBaseEnumType> = literals('All', 'FactoryDefault', 'HardWiredOnly')

const MonitoringCriterionEnumType: TUnsafe<MonitoringCriterionEnumType> = literals(
  'ThresholdMonitoring',
  'DeltaMonitoring',
  'PeriodicMonitoring'
)

const MutabilityEnumType: TUnsafe<MutabilityEnumType> = withDefault(
  literals('ReadOnly', 'WriteOnly', 'ReadWrite'),
  'ReadWrite'
)

const NotifyEVChargingNeedsStatusEnumType: TUnsafe<NotifyEVChargingNeedsStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'Processing'
)

const OCPPInterfaceEnumType: TUnsafe<OCPPInterfaceEnumType> = literals(
  'Wired0',
  'Wired1',
  'Wired2',
  'Wired3',
  'Wireless0',
  'Wireless1',
  'Wireless2',
  'Wireless3'
)

const OCPPTransportEnumType: TUnsafe<OCPPTransportEnumType> = literals('JSON', 'SOAP')

const OCPPVersionEnumType: TUnsafe<OCPPVersionEnumType> = literals('OCPP12', 'OCPP15', 'OCPP16', 'OCPP20')

const OperationalStatusEnumType: TUnsafe<OperationalStatusEnumType> = literals('Inoperative', 'Operative')

const PhaseEnumType: TUnsafe<PhaseEnumType> = literals(
  'L1',
  'L2',
  'L3',
  'N',
  'L1-N',
  'L2-N',
  'L3-N',
  'L1-L2',
  'L2-L3',
  'L3-L1'
)

const PublishFirmwareStatusEnumType: TUnsafe<PublishFirmwareStatusEnumType> = literals(
  'Idle',
  'DownloadScheduled',
  'Downloading',
  'Downloaded',
  'Published',
  'DownloadFailed',
  'DownloadPaused',
  'InvalidChecksum',
  'ChecksumVerified',
  'PublishFailed'
)

const ReadingContextEnumType: TUnsafe<ReadingContextEnumType> = withDefault(
  literals(
    'Interruption.Begin',
    'Interruption.End',
    'Other',
    'Sample.Clock',
    'Sample.Periodic',
    'Transaction.Begin',
    'Transaction.End',
    'Trigger'
  ),
  'Sample.Periodic'
)

const ReasonEnumType: TUnsafe<ReasonEnumType> = literals(
  'DeAuthorized',
  'EmergencyStop',
  'EnergyLimitReached',
  'EVDisconnected',
  'GroundFault',
  'ImmediateReset',
  'Local',
  'LocalOutOfCredit',
  'MasterPass',
  'Other',
  'OvercurrentFault',
  'PowerLoss',
  'PowerQuality',
  'Reboot',
  'Remote',
  'SOCLimitReached',
  'StoppedByEV',
  'TimeLimitReached',
  'Timeout'
)

const RecurrencyKindEnumType: TUnsafe<RecurrencyKindEnumType> = literals('Daily', 'Weekly')

const RegistrationStatusEnumType: TUnsafe<RegistrationStatusEnumType> = literals('Accepted', 'Pending', 'Rejected')

const ReportBaseEnumType: TUnsafe<ReportBaseEnumType> = literals(
  'ConfigurationInventory',
  'FullInventory',
  'SummaryInventory'
)

const RequestStartStopStatusEnumType: TUnsafe<RequestStartStopStatusEnumType> = literals('Accepted', 'Rejected')

const ReservationUpdateStatusEnumType: TUnsafe<ReservationUpdateStatusEnumType> = literals('Expired', 'Removed')

const ReserveNowStatusEnumType: TUnsafe<ReserveNowStatusEnumType> = literals(
  'Accepted',
  'Faulted',
  'Occupied',
  'Rejected',
  'Unavailable'
)

const ResetEnumType: TUnsafe<ResetEnumType> = literals('Immediate', 'OnIdle')

const ResetStatusEnumType: TUnsafe<ResetStatusEnumType> = literals('Accepted', 'Rejected', 'Scheduled')

const SendLocalListStatusEnumType: TUnsafe<SendLocalListStatusEnumType> = literals(
  'Accepted',
  'Failed',
  'VersionMismatch'
)

const SetMonitoringStatusEnumType: TUnsafe<SetMonitoringStatusEnumType> = literals(
  'Accepted',
  'UnknownComponent',
  'UnknownVariable',
  'UnsupportedMonitorType',
  'Rejected',
  'Duplicate'
)

const SetNetworkProfileStatusEnumType: TUnsafe<SetNetworkProfileStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'Failed'
)

const SetVariableStatusEnumType: TUnsafe<SetVariableStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'UnknownComponent',
  'UnknownVariable',
  'NotSupportedAttributeType',
  'RebootRequired'
)

const TransactionEventEnumType: TUnsafe<TransactionEventEnumType> = literals('Ended', 'Started', 'Updated')

const TriggerMessageStatusEnumType: TUnsafe<TriggerMessageStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'NotImplemented'
)

const TriggerReasonEnumType: TUnsafe<TriggerReasonEnumType> = literals(
  'Authorized',
  'CablePluggedIn',
  'ChargingRateChanged',
  'ChargingStateChanged',
  'Deauthorized',
  'EnergyLimitReached',
  'EVCommunicationLost',
  'EVConnectTimeout',
  'MeterValueClock',
  'MeterValuePeriodic',
  'TimeLimitReached',
  'Trigger',
  'UnlockCommand',
  'StopAuthorized',
  'EVDeparted',
  'EVDetected',
  'RemoteStop',
  'RemoteStart',
  'AbnormalCondition',
  'SignedDataReceived',
  'ResetCommand'
)

const UnlockStatusEnumType: TUnsafe<UnlockStatusEnumType> = literals(
  'Unlocked',
  'UnlockFailed',
  'OngoingAuthorizedTransaction',
  'UnknownConnector'
)

const UnpublishFirmwareStatusEnumType: TUnsafe<UnpublishFirmwareStatusEnumType> = literals(
  'DownloadOngoing',
  'NoFirmware',
  'Unpublished'
)

const UpdateEnumType: TUnsafe<UpdateEnumType> = literals('Differential', 'Full')

const UpdateFirmwareStatusEnumType: TUnsafe<UpdateFirmwareStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'AcceptedCanceled',
  'InvalidCertificate',
  'RevokedCertificate'
)

const UploadLogStatusEnumType: TUnsafe<UploadLogStatusEnumType> = literals(
  'BadMessage',
  'Idle',
  'NotSupportedOperation',
  'PermissionDenied',
  'Uploaded',
  'UploadFailure',
  'Uploading',
  'AcceptedCanceled'
)

const VPNEnumType: TUnsafe<VPNEnumType> = literals('IKEv2', 'IPSec', 'L2TP', 'PPTP')

const CustomDataType: TUnsafe<CustomDataType> = Type.Unsafe(
  Type.Object({
    vendorId: Type.String({ maxLength: 255 })
  })
)

const ACChargingParametersType: TUnsafe<ACChargingParametersType> = closed({
  energyAmount: Type.Integer(),
  evMinCurrent: Type.Integer(),
  evMaxCurrent: Type.Integer(),
  evMaxVoltage: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const APNType: TUnsafe<APNType> = closed({
  apn: Type.String({ maxLength: 512 }),
  apnUserName: Type.Optional(Type.String({ maxLength: 20 })),
  apnPassword: Type.Optional(Type.String({ maxLength: 20 })),
  simPin: Type.Optional(Type.Integer()),
  preferredNetwork: Type.Optional(Type.String({ maxLength: 6 })),
  useOnlyPreferredNetwork: Type.Optional(Type.Boolean({ default: false })),
  apnAuthentication: APNAuthenticationEnumType,
  customData: Type.Optional(CustomDataType)
})

const AdditionalInfoType: TUnsafe<AdditionalInfoType> = closed({
  additionalIdToken: Type.String({ maxLength: 36 }),
  type: Type.String({ maxLength: 50 }),
  customData: Type.Optional(CustomDataType)
})

const IdTokenType: TUnsafe<IdTokenType> = closed({
  additionalInfo: Type.Optional(Type.Array(AdditionalInfoType, { minItems: 1 })),
  idToken: Type.String({ maxLength: 36 }),
  type: IdTokenEnumType,
  customData: Type.Optional(CustomDataType)
})

const MessageContentType: TUnsafe<MessageContentType> = closed({
  format: MessageFormatEnumType,
  language: Type.Optional(Type.String({ maxLength: 8 })),
  content: Type.String({ maxLength: 512 }),
  customData: Type.Optional(CustomDataType)
})

const IdTokenInfoType: TUnsafe<IdTokenInfoType> = closed({
  status: AuthorizationStatusEnumType,
  cacheExpiryDateTime: Type.Optional(dateTime()),
  chargingPriority: Type.Optional(Type.Integer()),
  language1: Type.Optional(Type.String({ maxLength: 8 })),
  evseId: Type.Optional(Type.Array(Type.Integer(), { minItems: 1 })),
  groupIdToken: Type.Optional(IdTokenType),
  language2: Type.Optional(Type.String({ maxLength: 8 })),
  personalMessage: Type.Optional(MessageContentType),
  customData: Type.Optional(CustomDataType)
})

const AuthorizationData: TUnsafe<AuthorizationData> = closed({
  idToken: IdTokenType,
  idTokenInfo: Type.Optional(IdTokenInfoType),
  customData: Type.Optional(CustomDataType)
})

const CertificateHashDataType: TUnsafe<CertificateHashDataType> = closed({
  hashAlgorithm: HashAlgorithmEnumType,
  issuerNameHash: Type.String({ maxLength: 128 }),
  issuerKeyHash: Type.String({ maxLength: 128 }),
  serialNumber: Type.String({ maxLength: 40 }),
  customData: Type.Optional(CustomDataType)
})

const CertificateHashDataChainType: TUnsafe<CertificateHashDataChainType> = closed({
  certificateHashData: CertificateHashDataType,
  certificateType: GetCertificateIdUseEnumType,
  childCertificateHashData: Type.Optional(Type.Array(CertificateHashDataType, { minItems: 1, maxItems: 4 })),
  customData: Type.Optional(CustomDataType)
})

const ChargingLimitType: TUnsafe<ChargingLimitType> = closed({
  chargingLimitSource: ChargingLimitSourceEnumType,
  isGridCritical: Type.Optional(Type.Boolean()),
  customData: Type.Optional(CustomDataType)
})

const DCChargingParametersType: TUnsafe<DCChargingParametersType> = closed({
  evMaxCurrent: Type.Integer(),
  evMaxVoltage: Type.Integer(),
  energyAmount: Type.Optional(Type.Integer()),
  evMaxPower: Type.Optional(Type.Integer()),
  stateOfCharge: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  evEnergyCapacity: Type.Optional(Type.Integer()),
  fullSoC: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  bulkSoC: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  customData: Type.Optional(CustomDataType)
})

const ChargingNeedsType: TUnsafe<ChargingNeedsType> = closed({
  acChargingParameters: Type.Optional(ACChargingParametersType),
  dcChargingParameters: Type.Optional(DCChargingParametersType),
  requestedEnergyTransfer: EnergyTransferModeEnumType,
  departureTime: Type.Optional(dateTime()),
  customData: Type.Optional(CustomDataType)
})

const ChargingProfileCriterionType: TUnsafe<ChargingProfileCriterionType> = closed({
  chargingProfilePurpose: Type.Optional(ChargingProfilePurposeEnumType),
  stackLevel: Type.Optional(Type.Integer()),
  chargingProfileId: Type.Optional(Type.Array(Type.Integer(), { minItems: 1 })),
  chargingLimitSource: Type.Optional(Type.Array(ChargingLimitSourceEnumType, { minItems: 1, maxItems: 4 })),
  customData: Type.Optional(CustomDataType)
})

const ChargingSchedulePeriodType: TUnsafe<ChargingSchedulePeriodType> = closed({
  startPeriod: Type.Integer(),
  limit: Type.Number(),
  numberPhases: Type.Optional(Type.Integer()),
  phaseToUse: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const CostType: TUnsafe<CostType> = closed({
  costKind: CostKindEnumType,
  amount: Type.Integer(),
  amountMultiplier: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const ConsumptionCostType: TUnsafe<ConsumptionCostType> = closed({
  startValue: Type.Number(),
  cost: Type.Array(CostType, { minItems: 1, maxItems: 3 }),
  customData: Type.Optional(CustomDataType)
})

const RelativeTimeIntervalType: TUnsafe<RelativeTimeIntervalType> = closed({
  start: Type.Integer(),
  duration: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const SalesTariffEntryType: TUnsafe<SalesTariffEntryType> = closed({
  relativeTimeInterval: RelativeTimeIntervalType,
  ePriceLevel: Type.Optional(Type.Integer({ minimum: 0.0 })),
  consumptionCost: Type.Optional(Type.Array(ConsumptionCostType, { minItems: 1, maxItems: 3 })),
  customData: Type.Optional(CustomDataType)
})

const SalesTariffType: TUnsafe<SalesTariffType> = closed({
  id: Type.Integer(),
  salesTariffDescription: Type.Optional(Type.String({ maxLength: 32 })),
  numEPriceLevels: Type.Optional(Type.Integer()),
  salesTariffEntry: Type.Array(SalesTariffEntryType, { minItems: 1, maxItems: 1024 }),
  customData: Type.Optional(CustomDataType)
})

const ChargingScheduleType: TUnsafe<ChargingScheduleType> = closed({
  id: Type.Integer(),
  startSchedule: Type.Optional(dateTime()),
  duration: Type.Optional(Type.Integer()),
  chargingRateUnit: ChargingRateUnitEnumType,
  chargingSchedulePeriod: Type.Array(ChargingSchedulePeriodType, { minItems: 1, maxItems: 1024 }),
  minChargingRate: Type.Optional(Type.Number()),
  salesTariff: Type.Optional(SalesTariffType),
  customData: Type.Optional(CustomDataType)
})

const ChargingProfileType: TUnsafe<ChargingProfileType> = closed({
  id: Type.Integer(),
  stackLevel: Type.Integer(),
  chargingProfilePurpose: ChargingProfilePurposeEnumType,
  chargingProfileKind: ChargingProfileKindEnumType,
  recurrencyKind: Type.Optional(RecurrencyKindEnumType),
  validFrom: Type.Optional(dateTime()),
  validTo: Type.Optional(dateTime()),
  chargingSchedule: Type.Array(ChargingScheduleType, { minItems: 1, maxItems: 3 }),
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  customData: Type.Optional(CustomDataType)
})

const ModemType: TUnsafe<ModemType> = closed({
  iccid: Type.Optional(Type.String({ maxLength: 20 })),
  imsi: Type.Optional(Type.String({ maxLength: 20 })),
  customData: Type.Optional(CustomDataType)
})

const ChargingStationType: TUnsafe<ChargingStationType> = closed({
  serialNumber: Type.Optional(Type.String({ maxLength: 25 })),
  model: Type.String({ maxLength: 20 }),
  modem: Type.Optional(ModemType),
  vendorName: Type.String({ maxLength: 50 }),
  firmwareVersion: Type.Optional(Type.String({ maxLength: 50 })),
  customData: Type.Optional(CustomDataType)
})

const ClearChargingProfileType: TUnsafe<ClearChargingProfileType> = closed({
  evseId: Type.Optional(Type.Integer()),
  chargingProfilePurpose: Type.Optional(ChargingProfilePurposeEnumType),
  stackLevel: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const StatusInfoType: TUnsafe<StatusInfoType> = closed({
  reasonCode: Type.String({ maxLength: 20 }),
  additionalInfo: Type.Optional(Type.String({ maxLength: 512 })),
  customData: Type.Optional(CustomDataType)
})

const ClearMonitoringResultType: TUnsafe<ClearMonitoringResultType> = closed({
  status: ClearMonitoringStatusEnumType,
  id: Type.Integer(),
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const EVSEType: TUnsafe<EVSEType> = closed({
  id: Type.Integer(),
  connectorId: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const ComponentType: TUnsafe<ComponentType> = closed({
  evse: Type.Optional(EVSEType),
  name: Type.String({ maxLength: 50 }),
  instance: Type.Optional(Type.String({ maxLength: 50 })),
  customData: Type.Optional(CustomDataType)
})

const VariableType: TUnsafe<VariableType> = closed({
  name: Type.String({ maxLength: 50 }),
  instance: Type.Optional(Type.String({ maxLength: 50 })),
  customData: Type.Optional(CustomDataType)
})

const ComponentVariableType: TUnsafe<ComponentVariableType> = closed({
  component: ComponentType,
  variable: Type.Optional(VariableType),
  customData: Type.Optional(CustomDataType)
})

const CompositeScheduleType: TUnsafe<CompositeScheduleType> = closed({
  chargingSchedulePeriod: Type.Array(ChargingSchedulePeriodType, { minItems: 1 }),
  evseId: Type.Integer(),
  duration: Type.Integer(),
  scheduleStart: dateTime(),
  chargingRateUnit: ChargingRateUnitEnumType,
  customData: Type.Optional(CustomDataType)
})

const EventDataType: TUnsafe<EventDataType> = closed({
  eventId: Type.Integer(),
  timestamp: dateTime(),
  trigger: EventTriggerEnumType,
  cause: Type.Optional(Type.Integer()),
  actualValue: Type.String({ maxLength: 2500 }),
  techCode: Type.Optional(Type.String({ maxLength: 50 })),
  techInfo: Type.Optional(Type.String({ maxLength: 500 })),
  cleared: Type.Optional(Type.Boolean()),
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  component: ComponentType,
  variableMonitoringId: Type.Optional(Type.Integer()),
  eventNotificationType: EventNotificationEnumType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const FirmwareType: TUnsafe<FirmwareType> = closed({
  location: Type.String({ maxLength: 512 }),
  retrieveDateTime: dateTime(),
  installDateTime: Type.Optional(dateTime()),
  signingCertificate: Type.Optional(Type.String({ maxLength: 5500 })),
  signature: Type.Optional(Type.String({ maxLength: 800 })),
  customData: Type.Optional(CustomDataType)
})

const GetVariableDataType: TUnsafe<GetVariableDataType> = closed({
  attributeType: Type.Optional(AttributeEnumType),
  component: ComponentType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const GetVariableResultType: TUnsafe<GetVariableResultType> = closed({
  attributeStatusInfo: Type.Optional(StatusInfoType),
  attributeStatus: GetVariableStatusEnumType,
  attributeType: Type.Optional(AttributeEnumType),
  attributeValue: Type.Optional(Type.String({ maxLength: 2500 })),
  component: ComponentType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const LogParametersType: TUnsafe<LogParametersType> = closed({
  remoteLocation: Type.String({ maxLength: 512 }),
  oldestTimestamp: Type.Optional(dateTime()),
  latestTimestamp: Type.Optional(dateTime()),
  customData: Type.Optional(CustomDataType)
})

const MessageInfoType: TUnsafe<MessageInfoType> = closed({
  display: Type.Optional(ComponentType),
  id: Type.Integer(),
  priority: MessagePriorityEnumType,
  state: Type.Optional(MessageStateEnumType),
  startDateTime: Type.Optional(dateTime()),
  endDateTime: Type.Optional(dateTime()),
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  message: MessageContentType,
  customData: Type.Optional(CustomDataType)
})

const SignedMeterValueType: TUnsafe<SignedMeterValueType> = closed({
  signedMeterData: Type.String({ maxLength: 2500 }),
  signingMethod: Type.String({ maxLength: 50 }),
  encodingMethod: Type.String({ maxLength: 50 }),
  publicKey: Type.String({ maxLength: 2500 }),
  customData: Type.Optional(CustomDataType)
})

const UnitOfMeasureType: TUnsafe<UnitOfMeasureType> = closed({
  unit: Type.Optional(Type.String({ maxLength: 20, default: 'Wh' })),
  multiplier: Type.Optional(Type.Integer({ default: 0 })),
  customData: Type.Optional(CustomDataType)
})

const SampledValueType: TUnsafe<SampledValueType> = closed({
  value: Type.Number(),
  context: Type.Optional(ReadingContextEnumType),
  measurand: Type.Optional(MeasurandEnumType),
  phase: Type.Optional(PhaseEnumType),
  location: Type.Optional(LocationEnumType),
  signedMeterValue: Type.Optional(SignedMeterValueType),
  unitOfMeasure: Type.Optional(UnitOfMeasureType),
  customData: Type.Optional(CustomDataType)
})

const MeterValueType: TUnsafe<MeterValueType> = closed({
  sampledValue: Type.Array(SampledValueType, { minItems: 1 }),
  timestamp: dateTime(),
  customData: Type.Optional(CustomDataType)
})

const VariableMonitoringType: TUnsafe<VariableMonitoringType> = closed({
  id: Type.Integer(),
  transaction: Type.Boolean(),
  value: Type.Number(),
  type: MonitorEnumType,
  severity: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const MonitoringDataType: TUnsafe<MonitoringDataType> = closed({
  component: ComponentType,
  variable: VariableType,
  variableMonitoring: Type.Array(VariableMonitoringType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const VPNType: TUnsafe<VPNType> = closed({
  server: Type.String({ maxLength: 512 }),
  user: Type.String({ maxLength: 20 }),
  group: Type.Optional(Type.String({ maxLength: 20 })),
  password: Type.String({ maxLength: 20 }),
  key: Type.String({ maxLength: 255 }),
  type: VPNEnumType,
  customData: Type.Optional(CustomDataType)
})

const NetworkConnectionProfileType: TUnsafe<NetworkConnectionProfileType> = closed({
  apn: Type.Optional(APNType),
  ocppVersion: OCPPVersionEnumType,
  ocppTransport: OCPPTransportEnumType,
  ocppCsmsUrl: Type.String({ maxLength: 512 }),
  messageTimeout: Type.Integer(),
  securityProfile: Type.Integer(),
  ocppInterface: OCPPInterfaceEnumType,
  vpn: Type.Optional(VPNType),
  customData: Type.Optional(CustomDataType)
})

const OCSPRequestDataType: TUnsafe<OCSPRequestDataType> = closed({
  hashAlgorithm: HashAlgorithmEnumType,
  issuerNameHash: Type.String({ maxLength: 128 }),
  issuerKeyHash: Type.String({ maxLength: 128 }),
  serialNumber: Type.String({ maxLength: 40 }),
  responderURL: Type.String({ maxLength: 512 }),
  customData: Type.Optional(CustomDataType)
})

const VariableAttributeType: TUnsafe<VariableAttributeType> = closed({
  type: Type.Optional(AttributeEnumType),
  value: Type.Optional(Type.String({ maxLength: 2500 })),
  mutability: Type.Optional(MutabilityEnumType),
  persistent: Type.Optional(Type.Boolean({ default: false })),
  constant: Type.Optional(Type.Boolean({ default: false })),
  customData: Type.Optional(CustomDataType)
})

const VariableCharacteristicsType: TUnsafe<VariableCharacteristicsType> = closed({
  unit: Type.Optional(Type.String({ maxLength: 16 })),
  dataType: DataEnumType,
  minLimit: Type.Optional(Type.Number()),
  maxLimit: Type.Optional(Type.Number()),
  valuesList: Type.Optional(Type.String({ maxLength: 1000 })),
  supportsMonitoring: Type.Boolean(),
  customData: Type.Optional(CustomDataType)
})

const ReportDataType: TUnsafe<ReportDataType> = closed({
  component: ComponentType,
  variable: VariableType,
  variableAttribute: Type.Array(VariableAttributeType, { minItems: 1, maxItems: 4 }),
  variableCharacteristics: Type.Optional(VariableCharacteristicsType),
  customData: Type.Optional(CustomDataType)
})

const SetMonitoringDataType: TUnsafe<SetMonitoringDataType> = closed({
  id: Type.Optional(Type.Integer()),
  transaction: Type.Optional(Type.Boolean({ default: false })),
  value: Type.Number(),
  type: MonitorEnumType,
  severity: Type.Integer(),
  component: ComponentType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const SetMonitoringResultType: TUnsafe<SetMonitoringResultType> = closed({
  id: Type.Optional(Type.Integer()),
  statusInfo: Type.Optional(StatusInfoType),
  status: SetMonitoringStatusEnumType,
  type: MonitorEnumType,
  component: ComponentType,
  variable: VariableType,
  severity: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const SetVariableDataType: TUnsafe<SetVariableDataType> = closed({
  attributeType: Type.Optional(AttributeEnumType),
  attributeValue: Type.String({ maxLength: 1000 }),
  component: ComponentType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const SetVariableResultType: TUnsafe<SetVariableResultType> = closed({
  attributeType: Type.Optional(AttributeEnumType),
  attributeStatus: SetVariableStatusEnumType,
  attributeStatusInfo: Type.Optional(StatusInfoType),
  component: ComponentType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const TransactionType: TUnsafe<TransactionType> = closed({
  transactionId: Type.String({ maxLength: 36 }),
  chargingState: Type.Optional(ChargingStateEnumType),
  timeSpentCharging: Type.Optional(Type.Integer()),
  stoppedReason: Type.Optional(ReasonEnumType),
  remoteStartId: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

export {
  ACChargingParametersType,
  AdditionalInfoType,
  APNAuthenticationEnumType,
  APNType,
  AttributeEnumType,
  AuthorizationData,
  AuthorizationStatusEnumType,
  AuthorizeCertificateStatusEnumType,
  BootReasonEnumType,
  CancelReservationStatusEnumType,
  CertificateActionEnumType,
  CertificateHashDataChainType,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateSigningUseEnumType,
  ChangeAvailabilityStatusEnumType,
  ChargingLimitSourceEnumType,
  ChargingLimitType,
  ChargingNeedsType,
  ChargingProfileCriterionType,
  ChargingProfileKindEnumType,
  ChargingProfilePurposeEnumType,
  ChargingProfileStatusEnumType,
  ChargingProfileType,
  ChargingRateUnitEnumType,
  ChargingSchedulePeriodType,
  ChargingScheduleType,
  ChargingStateEnumType,
  ChargingStationType,
  ClearCacheStatusEnumType,
  ClearChargingProfileStatusEnumType,
  ClearChargingProfileType,
  ClearMessageStatusEnumType,
  ClearMonitoringResultType,
  ClearMonitoringStatusEnumType,
  ComponentCriterionEnumType,
  ComponentType,
  ComponentVariableType,
  CompositeScheduleType,
  ConnectorEnumType,
  ConnectorStatusEnumType,
  ConsumptionCostType,
  CostKindEnumType,
  CostType,
  CustomDataType,
  CustomerInformationStatusEnumType,
  DataEnumType,
  DataTransferStatusEnumType,
  DCChargingParametersType,
  DeleteCertificateStatusEnumType,
  DisplayMessageStatusEnumType,
  EnergyTransferModeEnumType,
  EVSEType,
  EventDataType,
  EventNotificationEnumType,
  EventTriggerEnumType,
  FirmwareStatusEnumType,
  FirmwareType,
  GenericDeviceModelStatusEnumType,
  GenericStatusEnumType,
  GetCertificateIdUseEnumType,
  GetCertificateStatusEnumType,
  GetChargingProfileStatusEnumType,
  GetDisplayMessagesStatusEnumType,
  GetInstalledCertificateStatusEnumType,
  GetVariableDataType,
  GetVariableResultType,
  GetVariableStatusEnumType,
  HashAlgorithmEnumType,
  IdTokenEnumType,
  IdTokenInfoType,
  IdTokenType,
  InstallCertificateStatusEnumType,
  InstallCertificateUseEnumType,
  Iso15118EVCertificateStatusEnumType,
  LocationEnumType,
  LogEnumType,
  LogParametersType,
  LogStatusEnumType,
  MeasurandEnumType,
  MessageContentType,
  MessageFormatEnumType,
  MessageInfoType,
  MessagePriorityEnumType,
  MessageStateEnumType,
  MessageTriggerEnumType,
  MeterValueType,
  ModemType,
  MonitorEnumType,
  MonitoringBaseEnumType,
  MonitoringCriterionEnumType,
  MonitoringDataType,
  MutabilityEnumType,
  NetworkConnectionProfileType,
  NotifyEVChargingNeedsStatusEnumType,
  OCPPInterfaceEnumType,
  OCPPTransportEnumType,
  OCPPVersionEnumType,
  OCSPRequestDataType,
  OperationalStatusEnumType,
  PhaseEnumType,
  PublishFirmwareStatusEnumType,
  ReadingContextEnumType,
  ReasonEnumType,
  RecurrencyKindEnumType,
  RegistrationStatusEnumType,
  RelativeTimeIntervalType,
  ReportBaseEnumType,
  ReportDataType,
  RequestStartStopStatusEnumType,
  ReservationUpdateStatusEnumType,
  ReserveNowStatusEnumType,
  ResetEnumType,
  ResetStatusEnumType,
  SalesTariffEntryType,
  SalesTariffType,
  SampledValueType,
  SendLocalListStatusEnumType,
  SetMonitoringDataType,
  SetMonitoringResultType,
  SetMonitoringStatusEnumType,
  SetNetworkProfileStatusEnumType,
  SetVariableDataType,
  SetVariableResultType,
  SetVariableStatusEnumType,
  SignedMeterValueType,
  StatusInfoType,
  TransactionEventEnumType,
  TransactionType,
  TriggerMessageStatusEnumType,
  TriggerReasonEnumType,
  UnitOfMeasureType,
  UnlockStatusEnumType,
  UnpublishFirmwareStatusEnumType,
  UpdateEnumType,
  UpdateFirmwareStatusEnumType,
  UploadLogStatusEnumType,
  VariableAttributeType,
  VariableCharacteristicsType,
  VariableMonitoringType,
  VariableType,
  VPNEnumType,
  VPNType
}
