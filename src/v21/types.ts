import { type TUnsafe, Type } from '@sinclair/typebox'
import { closed, dateTime, literals, withDefault } from '../schema.js'
import type {
  AbsolutePriceScheduleType,
  ACChargingParametersType,
  AdditionalInfoType,
  AdditionalSelectedServicesType,
  AddressType,
  APNAuthenticationEnumType,
  APNType,
  AttributeEnumType,
  AuthorizationData,
  AuthorizationStatusEnumType,
  AuthorizeCertificateStatusEnumType,
  BatteryDataType,
  BatterySwapEventEnumType,
  BootReasonEnumType,
  CancelReservationStatusEnumType,
  CertificateActionEnumType,
  CertificateHashDataChainType,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateSigningUseEnumType,
  CertificateStatusEnumType,
  CertificateStatusRequestInfoType,
  CertificateStatusSourceEnumType,
  CertificateStatusType,
  ChangeAvailabilityStatusEnumType,
  ChargingLimitType,
  ChargingNeedsType,
  ChargingPeriodType,
  ChargingProfileCriterionType,
  ChargingProfileKindEnumType,
  ChargingProfilePurposeEnumType,
  ChargingProfileStatusEnumType,
  ChargingProfileType,
  ChargingRateUnitEnumType,
  ChargingSchedulePeriodType,
  ChargingScheduleType,
  ChargingScheduleUpdateType,
  ChargingStateEnumType,
  ChargingStationType,
  ClearCacheStatusEnumType,
  ClearChargingProfileStatusEnumType,
  ClearChargingProfileType,
  ClearMessageStatusEnumType,
  ClearMonitoringResultType,
  ClearMonitoringStatusEnumType,
  ClearTariffsResultType,
  ComponentCriterionEnumType,
  ComponentType,
  ComponentVariableType,
  CompositeScheduleType,
  ConnectorStatusEnumType,
  ConstantStreamDataType,
  ConsumptionCostType,
  ControlModeEnumType,
  CostDetailsType,
  CostDimensionEnumType,
  CostDimensionType,
  CostKindEnumType,
  CostType,
  CustomDataType,
  CustomerInformationStatusEnumType,
  DataEnumType,
  DataTransferStatusEnumType,
  DayOfWeekEnumType,
  DCChargingParametersType,
  DERChargingParametersType,
  DERControlEnumType,
  DERControlStatusEnumType,
  DERCurveGetType,
  DERCurvePointsType,
  DERCurveType,
  DERUnitEnumType,
  DeleteCertificateStatusEnumType,
  DisplayMessageStatusEnumType,
  EnergyTransferModeEnumType,
  EnterServiceGetType,
  EnterServiceType,
  EVAbsolutePriceScheduleEntryType,
  EVAbsolutePriceScheduleType,
  EVEnergyOfferType,
  EVPowerScheduleEntryType,
  EVPowerScheduleType,
  EVPriceRuleType,
  EVSEType,
  EventDataType,
  EventNotificationEnumType,
  EventTriggerEnumType,
  EvseKindEnumType,
  FirmwareStatusEnumType,
  FirmwareType,
  FixedPFGetType,
  FixedPFType,
  FixedVarGetType,
  FixedVarType,
  FreqDroopGetType,
  FreqDroopType,
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
  GradientGetType,
  GradientType,
  GridEventFaultEnumType,
  HashAlgorithmEnumType,
  HysteresisType,
  IdTokenInfoType,
  IdTokenType,
  InstallCertificateStatusEnumType,
  InstallCertificateUseEnumType,
  IslandingDetectionEnumType,
  Iso15118EVCertificateStatusEnumType,
  LimitAtSoCType,
  LimitMaxDischargeGetType,
  LimitMaxDischargeType,
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
  MobilityNeedsModeEnumType,
  ModemType,
  MonitorEnumType,
  MonitoringBaseEnumType,
  MonitoringCriterionEnumType,
  MonitoringDataType,
  MutabilityEnumType,
  NetworkConnectionProfileType,
  NotifyAllowedEnergyTransferStatusEnumType,
  NotifyEVChargingNeedsStatusEnumType,
  OCPPInterfaceEnumType,
  OCPPTransportEnumType,
  OCPPVersionEnumType,
  OCSPRequestDataType,
  OperationalStatusEnumType,
  OperationModeEnumType,
  OverstayRuleListType,
  OverstayRuleType,
  PaymentStatusEnumType,
  PeriodicEventStreamParamsType,
  PhaseEnumType,
  PowerDuringCessationEnumType,
  PreconditioningStatusEnumType,
  PriceLevelScheduleEntryType,
  PriceLevelScheduleType,
  PriceRuleStackType,
  PriceRuleType,
  PriceType,
  PriorityChargingStatusEnumType,
  PublishFirmwareStatusEnumType,
  RationalNumberType,
  ReactivePowerParamsType,
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
  StreamDataElementType,
  TariffAssignmentType,
  TariffChangeStatusEnumType,
  TariffClearStatusEnumType,
  TariffConditionsFixedType,
  TariffConditionsType,
  TariffCostEnumType,
  TariffEnergyPriceType,
  TariffEnergyType,
  TariffFixedPriceType,
  TariffFixedType,
  TariffGetStatusEnumType,
  TariffKindEnumType,
  TariffSetStatusEnumType,
  TariffTimePriceType,
  TariffTimeType,
  TariffType,
  TaxRateType,
  TaxRuleType,
  TotalCostType,
  TotalPriceType,
  TotalUsageType,
  TransactionEventEnumType,
  TransactionLimitType,
  TransactionType,
  TriggerMessageStatusEnumType,
  TriggerReasonEnumType,
  UnitOfMeasureType,
  UnlockStatusEnumType,
  UnpublishFirmwareStatusEnumType,
  UpdateEnumType,
  UpdateFirmwareStatusEnumType,
  UploadLogStatusEnumType,
  V2XChargingParametersType,
  V2XFreqWattPointType,
  V2XSignalWattPointType,
  VariableAttributeType,
  VariableCharacteristicsType,
  VariableMonitoringType,
  VariableType,
  VoltageParamsType,
  VPNEnumType,
  VPNType
} from './interfaces.js'

const APNAuthenticationEnumType: TUnsafe<APNAuthenticationEnumType> = literals('PAP', 'CHAP', 'NONE', 'AUTO')

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

const BatterySwapEventEnumType: TUnsafe<BatterySwapEventEnumType> = literals(
  'BatteryIn',
  'BatteryOut',
  'BatteryOutTimeout'
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
  'V2GCertificate',
  'V2G20Certificate'
)

const CertificateStatusEnumType: TUnsafe<CertificateStatusEnumType> = literals('Good', 'Revoked', 'Unknown', 'Failed')

const CertificateStatusSourceEnumType: TUnsafe<CertificateStatusSourceEnumType> = literals('CRL', 'OCSP')

const ChangeAvailabilityStatusEnumType: TUnsafe<ChangeAvailabilityStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'Scheduled'
)

const ChargingProfileKindEnumType: TUnsafe<ChargingProfileKindEnumType> = literals(
  'Absolute',
  'Recurring',
  'Relative',
  'Dynamic'
)

const ChargingProfilePurposeEnumType: TUnsafe<ChargingProfilePurposeEnumType> = literals(
  'ChargingStationExternalConstraints',
  'ChargingStationMaxProfile',
  'TxDefaultProfile',
  'TxProfile',
  'PriorityCharging',
  'LocalGeneration'
)

const ChargingProfileStatusEnumType: TUnsafe<ChargingProfileStatusEnumType> = literals('Accepted', 'Rejected')

const ChargingRateUnitEnumType: TUnsafe<ChargingRateUnitEnumType> = literals('W', 'A')

const ChargingStateEnumType: TUnsafe<ChargingStateEnumType> = literals(
  'EVConnected',
  'Charging',
  'SuspendedEV',
  'SuspendedEVSE',
  'Idle'
)

const ClearCacheStatusEnumType: TUnsafe<ClearCacheStatusEnumType> = literals('Accepted', 'Rejected')

const ClearChargingProfileStatusEnumType: TUnsafe<ClearChargingProfileStatusEnumType> = literals('Accepted', 'Unknown')

const ClearMessageStatusEnumType: TUnsafe<ClearMessageStatusEnumType> = literals('Accepted', 'Unknown', 'Rejected')

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

const ConnectorStatusEnumType: TUnsafe<ConnectorStatusEnumType> = literals(
  'Available',
  'Occupied',
  'Reserved',
  'Unavailable',
  'Faulted'
)

const ControlModeEnumType: TUnsafe<ControlModeEnumType> = literals('ScheduledControl', 'DynamicControl')

const CostDimensionEnumType: TUnsafe<CostDimensionEnumType> = literals(
  'Energy',
  'MaxCurrent',
  'MinCurrent',
  'MaxPower',
  'MinPower',
  'IdleTIme',
  'ChargingTime'
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

const DERControlEnumType: TUnsafe<DERControlEnumType> = literals(
  'EnterService',
  'FreqDroop',
  'FreqWatt',
  'FixedPFAbsorb',
  'FixedPFInject',
  'FixedVar',
  'Gradients',
  'HFMustTrip',
  'HFMayTrip',
  'HVMustTrip',
  'HVMomCess',
  'HVMayTrip',
  'LimitMaxDischarge',
  'LFMustTrip',
  'LVMustTrip',
  'LVMomCess',
  'LVMayTrip',
  'PowerMonitoringMustTrip',
  'VoltVar',
  'VoltWatt',
  'WattPF',
  'WattVar'
)

const DERControlStatusEnumType: TUnsafe<DERControlStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'NotSupported',
  'NotFound'
)

const DERUnitEnumType: TUnsafe<DERUnitEnumType> = literals(
  'Not_Applicable',
  'PctMaxW',
  'PctMaxVar',
  'PctWAvail',
  'PctVarAvail',
  'PctEffectiveV'
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

const DayOfWeekEnumType: TUnsafe<DayOfWeekEnumType> = literals(
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday'
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
  'UnknownTransaction',
  'LanguageNotSupported'
)

const EnergyTransferModeEnumType: TUnsafe<EnergyTransferModeEnumType> = literals(
  'AC_single_phase',
  'AC_two_phase',
  'AC_three_phase',
  'DC',
  'AC_BPT',
  'AC_BPT_DER',
  'AC_DER',
  'DC_BPT',
  'DC_ACDP',
  'DC_ACDP_BPT',
  'WPT'
)

const EventNotificationEnumType: TUnsafe<EventNotificationEnumType> = literals(
  'HardWiredNotification',
  'HardWiredMonitor',
  'PreconfiguredMonitor',
  'CustomMonitor'
)

const EventTriggerEnumType: TUnsafe<EventTriggerEnumType> = literals('Alerting', 'Delta', 'Periodic')

const EvseKindEnumType: TUnsafe<EvseKindEnumType> = literals('AC', 'DC')

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
  'ManufacturerRootCertificate',
  'OEMRootCertificate'
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

const GridEventFaultEnumType: TUnsafe<GridEventFaultEnumType> = literals(
  'CurrentImbalance',
  'LocalEmergency',
  'LowInputPower',
  'OverCurrent',
  'OverFrequency',
  'OverVoltage',
  'PhaseRotation',
  'RemoteEmergency',
  'UnderFrequency',
  'UnderVoltage',
  'VoltageImbalance'
)

const HashAlgorithmEnumType: TUnsafe<HashAlgorithmEnumType> = literals('SHA256', 'SHA384', 'SHA512')

const InstallCertificateStatusEnumType: TUnsafe<InstallCertificateStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'Failed'
)

const InstallCertificateUseEnumType: TUnsafe<InstallCertificateUseEnumType> = literals(
  'V2GRootCertificate',
  'MORootCertificate',
  'ManufacturerRootCertificate',
  'CSMSRootCertificate',
  'OEMRootCertificate'
)

const IslandingDetectionEnumType: TUnsafe<IslandingDetectionEnumType> = literals(
  'NoAntiIslandingSupport',
  'RoCoF',
  'UVP_OVP',
  'UFP_OFP',
  'VoltageVectorShift',
  'ZeroCrossingDetection',
  'OtherPassive',
  'ImpedanceMeasurement',
  'ImpedanceAtFrequency',
  'SlipModeFrequencyShift',
  'SandiaFrequencyShift',
  'SandiaVoltageShift',
  'FrequencyJump',
  'RCLQFactor',
  'OtherActive'
)

const Iso15118EVCertificateStatusEnumType: TUnsafe<Iso15118EVCertificateStatusEnumType> = literals('Accepted', 'Failed')

const LocationEnumType: TUnsafe<LocationEnumType> = withDefault(
  literals('Body', 'Cable', 'EV', 'Inlet', 'Outlet', 'Upstream'),
  'Outlet'
)

const LogEnumType: TUnsafe<LogEnumType> = literals('DiagnosticsLog', 'SecurityLog', 'DataCollectorLog')

const LogStatusEnumType: TUnsafe<LogStatusEnumType> = literals('Accepted', 'Rejected', 'AcceptedCanceled')

const MeasurandEnumType: TUnsafe<MeasurandEnumType> = withDefault(
  literals(
    'Current.Export',
    'Current.Export.Offered',
    'Current.Export.Minimum',
    'Current.Import',
    'Current.Import.Offered',
    'Current.Import.Minimum',
    'Current.Offered',
    'Display.PresentSOC',
    'Display.MinimumSOC',
    'Display.TargetSOC',
    'Display.MaximumSOC',
    'Display.RemainingTimeToMinimumSOC',
    'Display.RemainingTimeToTargetSOC',
    'Display.RemainingTimeToMaximumSOC',
    'Display.ChargingComplete',
    'Display.BatteryEnergyCapacity',
    'Display.InletHot',
    'Energy.Active.Export.Interval',
    'Energy.Active.Export.Register',
    'Energy.Active.Import.Interval',
    'Energy.Active.Import.Register',
    'Energy.Active.Import.CableLoss',
    'Energy.Active.Import.LocalGeneration.Register',
    'Energy.Active.Net',
    'Energy.Active.Setpoint.Interval',
    'Energy.Apparent.Export',
    'Energy.Apparent.Import',
    'Energy.Apparent.Net',
    'Energy.Reactive.Export.Interval',
    'Energy.Reactive.Export.Register',
    'Energy.Reactive.Import.Interval',
    'Energy.Reactive.Import.Register',
    'Energy.Reactive.Net',
    'EnergyRequest.Target',
    'EnergyRequest.Minimum',
    'EnergyRequest.Maximum',
    'EnergyRequest.Minimum.V2X',
    'EnergyRequest.Maximum.V2X',
    'EnergyRequest.Bulk',
    'Frequency',
    'Power.Active.Export',
    'Power.Active.Import',
    'Power.Active.Setpoint',
    'Power.Active.Residual',
    'Power.Export.Minimum',
    'Power.Export.Offered',
    'Power.Factor',
    'Power.Import.Offered',
    'Power.Import.Minimum',
    'Power.Offered',
    'Power.Reactive.Export',
    'Power.Reactive.Import',
    'SoC',
    'Voltage',
    'Voltage.Minimum',
    'Voltage.Maximum'
  ),
  'Energy.Active.Import.Register'
)

const MessageFormatEnumType: TUnsafe<MessageFormatEnumType> = literals('ASCII', 'HTML', 'URI', 'UTF8', 'QRCODE')

const MessagePriorityEnumType: TUnsafe<MessagePriorityEnumType> = literals('AlwaysFront', 'InFront', 'NormalCycle')

const MessageStateEnumType: TUnsafe<MessageStateEnumType> = literals(
  'Charging',
  'Faulted',
  'Idle',
  'Unavailable',
  'Suspended',
  'Discharging'
)

const MessageTriggerEnumType: TUnsafe<MessageTriggerEnumType> = literals(
  'BootNotification',
  'LogStatusNotification',
  'FirmwareStatusNotification',
  'Heartbeat',
  'MeterValues',
  'SignChargingStationCertificate',
  'SignV2GCertificate',
  'SignV2G20Certificate',
  'StatusNotification',
  'TransactionEvent',
  'SignCombinedCertificate',
  'PublishFirmwareStatusNotification',
  'CustomTrigger'
)

const MobilityNeedsModeEnumType: TUnsafe<MobilityNeedsModeEnumType> = literals('EVCC', 'EVCC_SECC')

const MonitorEnumType: TUnsafe<MonitorEnumType> = literals(
  'UpperThreshold',
  'LowerThreshold',
  'Delta',
  'Periodic',
  'PeriodicClockAligned',
  'TargetDelta',
  'TargetDeltaRelative'
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

const NotifyAllowedEnergyTransferStatusEnumType: TUnsafe<NotifyAllowedEnergyTransferStatusEnumType> = literals(
  'Accepted',
  'Rejected'
)

const NotifyEVChargingNeedsStatusEnumType: TUnsafe<NotifyEVChargingNeedsStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'Processing',
  'NoChargingProfile'
)

const OCPPInterfaceEnumType: TUnsafe<OCPPInterfaceEnumType> = literals(
  'Wired0',
  'Wired1',
  'Wired2',
  'Wired3',
  'Wireless0',
  'Wireless1',
  'Wireless2',
  'Wireless3',
  'Any'
)

const OCPPTransportEnumType: TUnsafe<OCPPTransportEnumType> = literals('SOAP', 'JSON')

const OCPPVersionEnumType: TUnsafe<OCPPVersionEnumType> = literals(
  'OCPP12',
  'OCPP15',
  'OCPP16',
  'OCPP20',
  'OCPP201',
  'OCPP21'
)

const OperationModeEnumType: TUnsafe<OperationModeEnumType> = literals(
  'Idle',
  'ChargingOnly',
  'CentralSetpoint',
  'ExternalSetpoint',
  'ExternalLimits',
  'CentralFrequency',
  'LocalFrequency',
  'LocalLoadBalancing'
)

const OperationalStatusEnumType: TUnsafe<OperationalStatusEnumType> = literals('Inoperative', 'Operative')

const PaymentStatusEnumType: TUnsafe<PaymentStatusEnumType> = literals('Settled', 'Canceled', 'Rejected', 'Failed')

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

const PowerDuringCessationEnumType: TUnsafe<PowerDuringCessationEnumType> = literals('Active', 'Reactive')

const PreconditioningStatusEnumType: TUnsafe<PreconditioningStatusEnumType> = literals(
  'Unknown',
  'Ready',
  'NotReady',
  'Preconditioning'
)

const PriorityChargingStatusEnumType: TUnsafe<PriorityChargingStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'NoProfile'
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
  'MasterPass',
  'Local',
  'LocalOutOfCredit',
  'Other',
  'OvercurrentFault',
  'PowerLoss',
  'PowerQuality',
  'Reboot',
  'Remote',
  'SOCLimitReached',
  'StoppedByEV',
  'TimeLimitReached',
  'Timeout',
  'ReqEnergyTransferRejected'
)

const RecurrencyKindEnumType: TUnsafe<RecurrencyKindEnumType> = literals('Daily', 'Weekly')

const RegistrationStatusEnumType: TUnsafe<RegistrationStatusEnumType> = literals('Accepted', 'Pending', 'Rejected')

const ReportBaseEnumType: TUnsafe<ReportBaseEnumType> = literals(
  'ConfigurationInventory',
  'FullInventory',
  'SummaryInventory'
)

const RequestStartStopStatusEnumType: TUnsafe<RequestStartStopStatusEnumType> = literals('Accepted', 'Rejected')

const ReservationUpdateStatusEnumType: TUnsafe<ReservationUpdateStatusEnumType> = literals(
  'Expired',
  'Removed',
  'NoTransaction'
)

const ReserveNowStatusEnumType: TUnsafe<ReserveNowStatusEnumType> = literals(
  'Accepted',
  'Faulted',
  'Occupied',
  'Rejected',
  'Unavailable'
)

const ResetEnumType: TUnsafe<ResetEnumType> = literals('Immediate', 'OnIdle', 'ImmediateAndResume')

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

const TariffChangeStatusEnumType: TUnsafe<TariffChangeStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'TooManyElements',
  'ConditionNotSupported',
  'TxNotFound',
  'NoCurrencyChange'
)

const TariffClearStatusEnumType: TUnsafe<TariffClearStatusEnumType> = literals('Accepted', 'Rejected', 'NoTariff')

const TariffCostEnumType: TUnsafe<TariffCostEnumType> = literals('NormalCost', 'MinCost', 'MaxCost')

const TariffGetStatusEnumType: TUnsafe<TariffGetStatusEnumType> = literals('Accepted', 'Rejected', 'NoTariff')

const TariffKindEnumType: TUnsafe<TariffKindEnumType> = literals('DefaultTariff', 'DriverTariff')

const TariffSetStatusEnumType: TUnsafe<TariffSetStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'TooManyElements',
  'ConditionNotSupported',
  'DuplicateTariffId'
)

const TransactionEventEnumType: TUnsafe<TransactionEventEnumType> = literals('Ended', 'Started', 'Updated')

const TriggerMessageStatusEnumType: TUnsafe<TriggerMessageStatusEnumType> = literals(
  'Accepted',
  'Rejected',
  'NotImplemented'
)

const TriggerReasonEnumType: TUnsafe<TriggerReasonEnumType> = literals(
  'AbnormalCondition',
  'Authorized',
  'CablePluggedIn',
  'ChargingRateChanged',
  'ChargingStateChanged',
  'CostLimitReached',
  'Deauthorized',
  'EnergyLimitReached',
  'EVCommunicationLost',
  'EVConnectTimeout',
  'EVDeparted',
  'EVDetected',
  'LimitSet',
  'MeterValueClock',
  'MeterValuePeriodic',
  'OperationModeChanged',
  'RemoteStart',
  'RemoteStop',
  'ResetCommand',
  'RunningCost',
  'SignedDataReceived',
  'SoCLimitReached',
  'StopAuthorized',
  'TariffChanged',
  'TariffNotAccepted',
  'TimeLimitReached',
  'Trigger',
  'TxResumed',
  'UnlockCommand'
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
  energyAmount: Type.Number(),
  evMinCurrent: Type.Number(),
  evMaxCurrent: Type.Number(),
  evMaxVoltage: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const APNType: TUnsafe<APNType> = closed({
  apn: Type.String({ maxLength: 2000 }),
  apnUserName: Type.Optional(Type.String({ maxLength: 50 })),
  apnPassword: Type.Optional(Type.String({ maxLength: 64 })),
  simPin: Type.Optional(Type.Integer()),
  preferredNetwork: Type.Optional(Type.String({ maxLength: 6 })),
  useOnlyPreferredNetwork: Type.Optional(Type.Boolean({ default: false })),
  apnAuthentication: APNAuthenticationEnumType,
  customData: Type.Optional(CustomDataType)
})

const RationalNumberType: TUnsafe<RationalNumberType> = closed({
  exponent: Type.Integer(),
  value: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const AdditionalSelectedServicesType: TUnsafe<AdditionalSelectedServicesType> = closed({
  serviceFee: RationalNumberType,
  serviceName: Type.String({ maxLength: 80 }),
  customData: Type.Optional(CustomDataType)
})

const OverstayRuleType: TUnsafe<OverstayRuleType> = closed({
  overstayFee: RationalNumberType,
  overstayRuleDescription: Type.Optional(Type.String({ maxLength: 32 })),
  startTime: Type.Integer(),
  overstayFeePeriod: Type.Integer(),
  customData: Type.Optional(CustomDataType)
})

const OverstayRuleListType: TUnsafe<OverstayRuleListType> = closed({
  overstayPowerThreshold: Type.Optional(RationalNumberType),
  overstayRule: Type.Array(OverstayRuleType, { minItems: 1, maxItems: 5 }),
  overstayTimeThreshold: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const PriceRuleType: TUnsafe<PriceRuleType> = closed({
  parkingFeePeriod: Type.Optional(Type.Integer()),
  carbonDioxideEmission: Type.Optional(Type.Integer({ minimum: 0.0 })),
  renewableGenerationPercentage: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  energyFee: RationalNumberType,
  parkingFee: Type.Optional(RationalNumberType),
  powerRangeStart: RationalNumberType,
  customData: Type.Optional(CustomDataType)
})

const PriceRuleStackType: TUnsafe<PriceRuleStackType> = closed({
  duration: Type.Integer(),
  priceRule: Type.Array(PriceRuleType, { minItems: 1, maxItems: 8 }),
  customData: Type.Optional(CustomDataType)
})

const TaxRuleType: TUnsafe<TaxRuleType> = closed({
  taxRuleID: Type.Integer({ minimum: 0.0 }),
  taxRuleName: Type.Optional(Type.String({ maxLength: 100 })),
  taxIncludedInPrice: Type.Optional(Type.Boolean()),
  appliesToEnergyFee: Type.Boolean(),
  appliesToParkingFee: Type.Boolean(),
  appliesToOverstayFee: Type.Boolean(),
  appliesToMinimumMaximumCost: Type.Boolean(),
  taxRate: RationalNumberType,
  customData: Type.Optional(CustomDataType)
})

const AbsolutePriceScheduleType: TUnsafe<AbsolutePriceScheduleType> = closed({
  timeAnchor: dateTime(),
  priceScheduleID: Type.Integer({ minimum: 0.0 }),
  priceScheduleDescription: Type.Optional(Type.String({ maxLength: 160 })),
  currency: Type.String({ maxLength: 3 }),
  language: Type.String({ maxLength: 8 }),
  priceAlgorithm: Type.String({ maxLength: 2000 }),
  minimumCost: Type.Optional(RationalNumberType),
  maximumCost: Type.Optional(RationalNumberType),
  priceRuleStacks: Type.Array(PriceRuleStackType, { minItems: 1, maxItems: 1024 }),
  taxRules: Type.Optional(Type.Array(TaxRuleType, { minItems: 1, maxItems: 10 })),
  overstayRuleList: Type.Optional(OverstayRuleListType),
  additionalSelectedServices: Type.Optional(Type.Array(AdditionalSelectedServicesType, { minItems: 1, maxItems: 5 })),
  customData: Type.Optional(CustomDataType)
})

const AdditionalInfoType: TUnsafe<AdditionalInfoType> = closed({
  additionalIdToken: Type.String({ maxLength: 255 }),
  type: Type.String({ maxLength: 50 }),
  customData: Type.Optional(CustomDataType)
})

const AddressType: TUnsafe<AddressType> = closed({
  name: Type.String({ maxLength: 50 }),
  address1: Type.String({ maxLength: 100 }),
  address2: Type.Optional(Type.String({ maxLength: 100 })),
  city: Type.String({ maxLength: 100 }),
  postalCode: Type.Optional(Type.String({ maxLength: 20 })),
  country: Type.String({ maxLength: 50 }),
  customData: Type.Optional(CustomDataType)
})

const IdTokenType: TUnsafe<IdTokenType> = closed({
  additionalInfo: Type.Optional(Type.Array(AdditionalInfoType, { minItems: 1 })),
  idToken: Type.String({ maxLength: 255 }),
  type: Type.String({ maxLength: 20 }),
  customData: Type.Optional(CustomDataType)
})

const MessageContentType: TUnsafe<MessageContentType> = closed({
  format: MessageFormatEnumType,
  language: Type.Optional(Type.String({ maxLength: 8 })),
  content: Type.String({ maxLength: 1024 }),
  customData: Type.Optional(CustomDataType)
})

const IdTokenInfoType: TUnsafe<IdTokenInfoType> = closed({
  status: AuthorizationStatusEnumType,
  cacheExpiryDateTime: Type.Optional(dateTime()),
  chargingPriority: Type.Optional(Type.Integer()),
  groupIdToken: Type.Optional(IdTokenType),
  language1: Type.Optional(Type.String({ maxLength: 8 })),
  language2: Type.Optional(Type.String({ maxLength: 8 })),
  evseId: Type.Optional(Type.Array(Type.Integer({ minimum: 0.0 }), { minItems: 1 })),
  personalMessage: Type.Optional(MessageContentType),
  customData: Type.Optional(CustomDataType)
})

const AuthorizationData: TUnsafe<AuthorizationData> = closed({
  idToken: IdTokenType,
  idTokenInfo: Type.Optional(IdTokenInfoType),
  customData: Type.Optional(CustomDataType)
})

const BatteryDataType: TUnsafe<BatteryDataType> = closed({
  evseId: Type.Integer({ minimum: 0.0 }),
  serialNumber: Type.String({ maxLength: 50 }),
  soC: Type.Number({ minimum: 0.0, maximum: 100.0 }),
  soH: Type.Number({ minimum: 0.0, maximum: 100.0 }),
  productionDate: Type.Optional(dateTime()),
  vendorInfo: Type.Optional(Type.String({ maxLength: 500 })),
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

const CertificateStatusRequestInfoType: TUnsafe<CertificateStatusRequestInfoType> = closed({
  certificateHashData: CertificateHashDataType,
  source: CertificateStatusSourceEnumType,
  urls: Type.Array(Type.String({ maxLength: 2000 }), { minItems: 1, maxItems: 5 }),
  customData: Type.Optional(CustomDataType)
})

const CertificateStatusType: TUnsafe<CertificateStatusType> = closed({
  certificateHashData: CertificateHashDataType,
  source: CertificateStatusSourceEnumType,
  status: CertificateStatusEnumType,
  nextUpdate: dateTime(),
  customData: Type.Optional(CustomDataType)
})

const ChargingLimitType: TUnsafe<ChargingLimitType> = closed({
  chargingLimitSource: Type.String({ maxLength: 20 }),
  isLocalGeneration: Type.Optional(Type.Boolean()),
  isGridCritical: Type.Optional(Type.Boolean()),
  customData: Type.Optional(CustomDataType)
})

const DCChargingParametersType: TUnsafe<DCChargingParametersType> = closed({
  evMaxCurrent: Type.Number(),
  evMaxVoltage: Type.Number(),
  evMaxPower: Type.Optional(Type.Number()),
  evEnergyCapacity: Type.Optional(Type.Number()),
  energyAmount: Type.Optional(Type.Number()),
  stateOfCharge: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  fullSoC: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  bulkSoC: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  customData: Type.Optional(CustomDataType)
})

const DERChargingParametersType: TUnsafe<DERChargingParametersType> = closed({
  evSupportedDERControl: Type.Optional(Type.Array(DERControlEnumType, { minItems: 1 })),
  evOverExcitedMaxDischargePower: Type.Optional(Type.Number()),
  evOverExcitedPowerFactor: Type.Optional(Type.Number()),
  evUnderExcitedMaxDischargePower: Type.Optional(Type.Number()),
  evUnderExcitedPowerFactor: Type.Optional(Type.Number()),
  maxApparentPower: Type.Optional(Type.Number()),
  maxChargeApparentPower: Type.Optional(Type.Number()),
  maxChargeApparentPower_L2: Type.Optional(Type.Number()),
  maxChargeApparentPower_L3: Type.Optional(Type.Number()),
  maxDischargeApparentPower: Type.Optional(Type.Number()),
  maxDischargeApparentPower_L2: Type.Optional(Type.Number()),
  maxDischargeApparentPower_L3: Type.Optional(Type.Number()),
  maxChargeReactivePower: Type.Optional(Type.Number()),
  maxChargeReactivePower_L2: Type.Optional(Type.Number()),
  maxChargeReactivePower_L3: Type.Optional(Type.Number()),
  minChargeReactivePower: Type.Optional(Type.Number()),
  minChargeReactivePower_L2: Type.Optional(Type.Number()),
  minChargeReactivePower_L3: Type.Optional(Type.Number()),
  maxDischargeReactivePower: Type.Optional(Type.Number()),
  maxDischargeReactivePower_L2: Type.Optional(Type.Number()),
  maxDischargeReactivePower_L3: Type.Optional(Type.Number()),
  minDischargeReactivePower: Type.Optional(Type.Number()),
  minDischargeReactivePower_L2: Type.Optional(Type.Number()),
  minDischargeReactivePower_L3: Type.Optional(Type.Number()),
  nominalVoltage: Type.Optional(Type.Number()),
  nominalVoltageOffset: Type.Optional(Type.Number()),
  maxNominalVoltage: Type.Optional(Type.Number()),
  minNominalVoltage: Type.Optional(Type.Number()),
  evInverterManufacturer: Type.Optional(Type.String({ maxLength: 50 })),
  evInverterModel: Type.Optional(Type.String({ maxLength: 50 })),
  evInverterSerialNumber: Type.Optional(Type.String({ maxLength: 50 })),
  evInverterSwVersion: Type.Optional(Type.String({ maxLength: 50 })),
  evInverterHwVersion: Type.Optional(Type.String({ maxLength: 50 })),
  evIslandingDetectionMethod: Type.Optional(Type.Array(IslandingDetectionEnumType, { minItems: 1 })),
  evIslandingTripTime: Type.Optional(Type.Number()),
  evMaximumLevel1DCInjection: Type.Optional(Type.Number()),
  evDurationLevel1DCInjection: Type.Optional(Type.Number()),
  evMaximumLevel2DCInjection: Type.Optional(Type.Number()),
  evDurationLevel2DCInjection: Type.Optional(Type.Number()),
  evReactiveSusceptance: Type.Optional(Type.Number()),
  evSessionTotalDischargeEnergyAvailable: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const EVPriceRuleType: TUnsafe<EVPriceRuleType> = closed({
  energyFee: Type.Number(),
  powerRangeStart: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const EVAbsolutePriceScheduleEntryType: TUnsafe<EVAbsolutePriceScheduleEntryType> = closed({
  duration: Type.Integer(),
  evPriceRule: Type.Array(EVPriceRuleType, { minItems: 1, maxItems: 8 }),
  customData: Type.Optional(CustomDataType)
})

const EVAbsolutePriceScheduleType: TUnsafe<EVAbsolutePriceScheduleType> = closed({
  timeAnchor: dateTime(),
  currency: Type.String({ maxLength: 3 }),
  evAbsolutePriceScheduleEntries: Type.Array(EVAbsolutePriceScheduleEntryType, { minItems: 1, maxItems: 1024 }),
  priceAlgorithm: Type.String({ maxLength: 2000 }),
  customData: Type.Optional(CustomDataType)
})

const EVPowerScheduleEntryType: TUnsafe<EVPowerScheduleEntryType> = closed({
  duration: Type.Integer(),
  power: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const EVPowerScheduleType: TUnsafe<EVPowerScheduleType> = closed({
  evPowerScheduleEntries: Type.Array(EVPowerScheduleEntryType, { minItems: 1, maxItems: 1024 }),
  timeAnchor: dateTime(),
  customData: Type.Optional(CustomDataType)
})

const EVEnergyOfferType: TUnsafe<EVEnergyOfferType> = closed({
  evAbsolutePriceSchedule: Type.Optional(EVAbsolutePriceScheduleType),
  evPowerSchedule: EVPowerScheduleType,
  customData: Type.Optional(CustomDataType)
})

const V2XChargingParametersType: TUnsafe<V2XChargingParametersType> = closed({
  minChargePower: Type.Optional(Type.Number()),
  minChargePower_L2: Type.Optional(Type.Number()),
  minChargePower_L3: Type.Optional(Type.Number()),
  maxChargePower: Type.Optional(Type.Number()),
  maxChargePower_L2: Type.Optional(Type.Number()),
  maxChargePower_L3: Type.Optional(Type.Number()),
  minDischargePower: Type.Optional(Type.Number()),
  minDischargePower_L2: Type.Optional(Type.Number()),
  minDischargePower_L3: Type.Optional(Type.Number()),
  maxDischargePower: Type.Optional(Type.Number()),
  maxDischargePower_L2: Type.Optional(Type.Number()),
  maxDischargePower_L3: Type.Optional(Type.Number()),
  minChargeCurrent: Type.Optional(Type.Number()),
  maxChargeCurrent: Type.Optional(Type.Number()),
  minDischargeCurrent: Type.Optional(Type.Number()),
  maxDischargeCurrent: Type.Optional(Type.Number()),
  minVoltage: Type.Optional(Type.Number()),
  maxVoltage: Type.Optional(Type.Number()),
  evTargetEnergyRequest: Type.Optional(Type.Number()),
  evMinEnergyRequest: Type.Optional(Type.Number()),
  evMaxEnergyRequest: Type.Optional(Type.Number()),
  evMinV2XEnergyRequest: Type.Optional(Type.Number()),
  evMaxV2XEnergyRequest: Type.Optional(Type.Number()),
  targetSoC: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  customData: Type.Optional(CustomDataType)
})

const ChargingNeedsType: TUnsafe<ChargingNeedsType> = closed({
  acChargingParameters: Type.Optional(ACChargingParametersType),
  derChargingParameters: Type.Optional(DERChargingParametersType),
  evEnergyOffer: Type.Optional(EVEnergyOfferType),
  requestedEnergyTransfer: EnergyTransferModeEnumType,
  dcChargingParameters: Type.Optional(DCChargingParametersType),
  v2xChargingParameters: Type.Optional(V2XChargingParametersType),
  availableEnergyTransfer: Type.Optional(Type.Array(EnergyTransferModeEnumType, { minItems: 1 })),
  controlMode: Type.Optional(ControlModeEnumType),
  mobilityNeedsMode: Type.Optional(MobilityNeedsModeEnumType),
  departureTime: Type.Optional(dateTime()),
  customData: Type.Optional(CustomDataType)
})

const CostDimensionType: TUnsafe<CostDimensionType> = closed({
  type: CostDimensionEnumType,
  volume: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const ChargingPeriodType: TUnsafe<ChargingPeriodType> = closed({
  dimensions: Type.Optional(Type.Array(CostDimensionType, { minItems: 1 })),
  tariffId: Type.Optional(Type.String({ maxLength: 60 })),
  startPeriod: dateTime(),
  customData: Type.Optional(CustomDataType)
})

const ChargingProfileCriterionType: TUnsafe<ChargingProfileCriterionType> = closed({
  chargingProfilePurpose: Type.Optional(ChargingProfilePurposeEnumType),
  stackLevel: Type.Optional(Type.Integer({ minimum: 0.0 })),
  chargingProfileId: Type.Optional(Type.Array(Type.Integer(), { minItems: 1 })),
  chargingLimitSource: Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { minItems: 1, maxItems: 4 })),
  customData: Type.Optional(CustomDataType)
})

const V2XFreqWattPointType: TUnsafe<V2XFreqWattPointType> = closed({
  frequency: Type.Number(),
  power: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const V2XSignalWattPointType: TUnsafe<V2XSignalWattPointType> = closed({
  signal: Type.Integer(),
  power: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const ChargingSchedulePeriodType: TUnsafe<ChargingSchedulePeriodType> = closed({
  startPeriod: Type.Integer(),
  limit: Type.Optional(Type.Number()),
  limit_L2: Type.Optional(Type.Number()),
  limit_L3: Type.Optional(Type.Number()),
  numberPhases: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 3.0 })),
  phaseToUse: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 3.0 })),
  dischargeLimit: Type.Optional(Type.Number({ maximum: 0.0 })),
  dischargeLimit_L2: Type.Optional(Type.Number({ maximum: 0.0 })),
  dischargeLimit_L3: Type.Optional(Type.Number({ maximum: 0.0 })),
  setpoint: Type.Optional(Type.Number()),
  setpoint_L2: Type.Optional(Type.Number()),
  setpoint_L3: Type.Optional(Type.Number()),
  setpointReactive: Type.Optional(Type.Number()),
  setpointReactive_L2: Type.Optional(Type.Number()),
  setpointReactive_L3: Type.Optional(Type.Number()),
  preconditioningRequest: Type.Optional(Type.Boolean()),
  evseSleep: Type.Optional(Type.Boolean()),
  v2xBaseline: Type.Optional(Type.Number()),
  operationMode: Type.Optional(OperationModeEnumType),
  v2xFreqWattCurve: Type.Optional(Type.Array(V2XFreqWattPointType, { minItems: 1, maxItems: 20 })),
  v2xSignalWattCurve: Type.Optional(Type.Array(V2XSignalWattPointType, { minItems: 1, maxItems: 20 })),
  customData: Type.Optional(CustomDataType)
})

const LimitAtSoCType: TUnsafe<LimitAtSoCType> = closed({
  soc: Type.Integer({ minimum: 0.0, maximum: 100.0 }),
  limit: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const PriceLevelScheduleEntryType: TUnsafe<PriceLevelScheduleEntryType> = closed({
  duration: Type.Integer(),
  priceLevel: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const PriceLevelScheduleType: TUnsafe<PriceLevelScheduleType> = closed({
  priceLevelScheduleEntries: Type.Array(PriceLevelScheduleEntryType, { minItems: 1, maxItems: 100 }),
  timeAnchor: dateTime(),
  priceScheduleId: Type.Integer({ minimum: 0.0 }),
  priceScheduleDescription: Type.Optional(Type.String({ maxLength: 32 })),
  numberOfPriceLevels: Type.Integer({ minimum: 0.0 }),
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
  id: Type.Integer({ minimum: 0.0 }),
  salesTariffDescription: Type.Optional(Type.String({ maxLength: 32 })),
  numEPriceLevels: Type.Optional(Type.Integer({ minimum: 0.0 })),
  salesTariffEntry: Type.Array(SalesTariffEntryType, { minItems: 1, maxItems: 1024 }),
  customData: Type.Optional(CustomDataType)
})

const ChargingScheduleType: TUnsafe<ChargingScheduleType> = closed({
  id: Type.Integer(),
  limitAtSoC: Type.Optional(LimitAtSoCType),
  startSchedule: Type.Optional(dateTime()),
  duration: Type.Optional(Type.Integer()),
  chargingRateUnit: ChargingRateUnitEnumType,
  minChargingRate: Type.Optional(Type.Number()),
  powerTolerance: Type.Optional(Type.Number()),
  signatureId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  digestValue: Type.Optional(Type.String({ maxLength: 88 })),
  useLocalTime: Type.Optional(Type.Boolean()),
  chargingSchedulePeriod: Type.Array(ChargingSchedulePeriodType, { minItems: 1, maxItems: 1024 }),
  randomizedDelay: Type.Optional(Type.Integer({ minimum: 0.0 })),
  salesTariff: Type.Optional(SalesTariffType),
  absolutePriceSchedule: Type.Optional(AbsolutePriceScheduleType),
  priceLevelSchedule: Type.Optional(PriceLevelScheduleType),
  customData: Type.Optional(CustomDataType)
})

const ChargingProfileType: TUnsafe<ChargingProfileType> = closed({
  id: Type.Integer(),
  stackLevel: Type.Integer({ minimum: 0.0 }),
  chargingProfilePurpose: ChargingProfilePurposeEnumType,
  chargingProfileKind: ChargingProfileKindEnumType,
  recurrencyKind: Type.Optional(RecurrencyKindEnumType),
  validFrom: Type.Optional(dateTime()),
  validTo: Type.Optional(dateTime()),
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  maxOfflineDuration: Type.Optional(Type.Integer()),
  chargingSchedule: Type.Array(ChargingScheduleType, { minItems: 1, maxItems: 3 }),
  invalidAfterOfflineDuration: Type.Optional(Type.Boolean()),
  dynUpdateInterval: Type.Optional(Type.Integer()),
  dynUpdateTime: Type.Optional(dateTime()),
  priceScheduleSignature: Type.Optional(Type.String({ maxLength: 256 })),
  customData: Type.Optional(CustomDataType)
})

const ChargingScheduleUpdateType: TUnsafe<ChargingScheduleUpdateType> = closed({
  limit: Type.Optional(Type.Number()),
  limit_L2: Type.Optional(Type.Number()),
  limit_L3: Type.Optional(Type.Number()),
  dischargeLimit: Type.Optional(Type.Number({ maximum: 0.0 })),
  dischargeLimit_L2: Type.Optional(Type.Number({ maximum: 0.0 })),
  dischargeLimit_L3: Type.Optional(Type.Number({ maximum: 0.0 })),
  setpoint: Type.Optional(Type.Number()),
  setpoint_L2: Type.Optional(Type.Number()),
  setpoint_L3: Type.Optional(Type.Number()),
  setpointReactive: Type.Optional(Type.Number()),
  setpointReactive_L2: Type.Optional(Type.Number()),
  setpointReactive_L3: Type.Optional(Type.Number()),
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
  evseId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  chargingProfilePurpose: Type.Optional(ChargingProfilePurposeEnumType),
  stackLevel: Type.Optional(Type.Integer({ minimum: 0.0 })),
  customData: Type.Optional(CustomDataType)
})

const StatusInfoType: TUnsafe<StatusInfoType> = closed({
  reasonCode: Type.String({ maxLength: 20 }),
  additionalInfo: Type.Optional(Type.String({ maxLength: 1024 })),
  customData: Type.Optional(CustomDataType)
})

const ClearMonitoringResultType: TUnsafe<ClearMonitoringResultType> = closed({
  status: ClearMonitoringStatusEnumType,
  id: Type.Integer({ minimum: 0.0 }),
  statusInfo: Type.Optional(StatusInfoType),
  customData: Type.Optional(CustomDataType)
})

const ClearTariffsResultType: TUnsafe<ClearTariffsResultType> = closed({
  statusInfo: Type.Optional(StatusInfoType),
  tariffId: Type.Optional(Type.String({ maxLength: 60 })),
  status: TariffClearStatusEnumType,
  customData: Type.Optional(CustomDataType)
})

const EVSEType: TUnsafe<EVSEType> = closed({
  id: Type.Integer({ minimum: 0.0 }),
  connectorId: Type.Optional(Type.Integer({ minimum: 0.0 })),
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
  evseId: Type.Integer({ minimum: 0.0 }),
  duration: Type.Integer(),
  scheduleStart: dateTime(),
  chargingRateUnit: ChargingRateUnitEnumType,
  chargingSchedulePeriod: Type.Array(ChargingSchedulePeriodType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const PeriodicEventStreamParamsType: TUnsafe<PeriodicEventStreamParamsType> = closed({
  interval: Type.Optional(Type.Integer({ minimum: 0.0 })),
  values: Type.Optional(Type.Integer({ minimum: 0.0 })),
  customData: Type.Optional(CustomDataType)
})

const ConstantStreamDataType: TUnsafe<ConstantStreamDataType> = closed({
  id: Type.Integer({ minimum: 0.0 }),
  params: PeriodicEventStreamParamsType,
  variableMonitoringId: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const TaxRateType: TUnsafe<TaxRateType> = closed({
  type: Type.String({ maxLength: 20 }),
  tax: Type.Number(),
  stack: Type.Optional(Type.Integer({ minimum: 0.0 })),
  customData: Type.Optional(CustomDataType)
})

const PriceType: TUnsafe<PriceType> = closed({
  exclTax: Type.Optional(Type.Number()),
  inclTax: Type.Optional(Type.Number()),
  taxRates: Type.Optional(Type.Array(TaxRateType, { minItems: 1, maxItems: 5 })),
  customData: Type.Optional(CustomDataType)
})

const TotalPriceType: TUnsafe<TotalPriceType> = closed({
  exclTax: Type.Optional(Type.Number()),
  inclTax: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const TotalCostType: TUnsafe<TotalCostType> = closed({
  currency: Type.String({ maxLength: 3 }),
  typeOfCost: TariffCostEnumType,
  fixed: Type.Optional(PriceType),
  energy: Type.Optional(PriceType),
  chargingTime: Type.Optional(PriceType),
  idleTime: Type.Optional(PriceType),
  reservationTime: Type.Optional(PriceType),
  reservationFixed: Type.Optional(PriceType),
  total: TotalPriceType,
  customData: Type.Optional(CustomDataType)
})

const TotalUsageType: TUnsafe<TotalUsageType> = closed({
  energy: Type.Number(),
  chargingTime: Type.Integer(),
  idleTime: Type.Integer(),
  reservationTime: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const CostDetailsType: TUnsafe<CostDetailsType> = closed({
  chargingPeriods: Type.Optional(Type.Array(ChargingPeriodType, { minItems: 1 })),
  totalCost: TotalCostType,
  totalUsage: TotalUsageType,
  failureToCalculate: Type.Optional(Type.Boolean()),
  failureReason: Type.Optional(Type.String({ maxLength: 500 })),
  customData: Type.Optional(CustomDataType)
})

const DERCurvePointsType: TUnsafe<DERCurvePointsType> = closed({
  x: Type.Number(),
  y: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const HysteresisType: TUnsafe<HysteresisType> = closed({
  hysteresisHigh: Type.Optional(Type.Number()),
  hysteresisLow: Type.Optional(Type.Number()),
  hysteresisDelay: Type.Optional(Type.Number()),
  hysteresisGradient: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const ReactivePowerParamsType: TUnsafe<ReactivePowerParamsType> = closed({
  vRef: Type.Optional(Type.Number()),
  autonomousVRefEnable: Type.Optional(Type.Boolean()),
  autonomousVRefTimeConstant: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const VoltageParamsType: TUnsafe<VoltageParamsType> = closed({
  hv10MinMeanValue: Type.Optional(Type.Number()),
  hv10MinMeanTripDelay: Type.Optional(Type.Number()),
  powerDuringCessation: Type.Optional(PowerDuringCessationEnumType),
  customData: Type.Optional(CustomDataType)
})

const DERCurveType: TUnsafe<DERCurveType> = closed({
  curveData: Type.Array(DERCurvePointsType, { minItems: 1, maxItems: 10 }),
  hysteresis: Type.Optional(HysteresisType),
  priority: Type.Integer({ minimum: 0.0 }),
  reactivePowerParams: Type.Optional(ReactivePowerParamsType),
  voltageParams: Type.Optional(VoltageParamsType),
  yUnit: DERUnitEnumType,
  responseTime: Type.Optional(Type.Number()),
  startTime: Type.Optional(dateTime()),
  duration: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const DERCurveGetType: TUnsafe<DERCurveGetType> = closed({
  curve: DERCurveType,
  id: Type.String({ maxLength: 36 }),
  curveType: DERControlEnumType,
  isDefault: Type.Boolean(),
  isSuperseded: Type.Boolean(),
  customData: Type.Optional(CustomDataType)
})

const EnterServiceType: TUnsafe<EnterServiceType> = closed({
  priority: Type.Integer({ minimum: 0.0 }),
  highVoltage: Type.Number(),
  lowVoltage: Type.Number(),
  highFreq: Type.Number(),
  lowFreq: Type.Number(),
  delay: Type.Optional(Type.Number()),
  randomDelay: Type.Optional(Type.Number()),
  rampRate: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const EnterServiceGetType: TUnsafe<EnterServiceGetType> = closed({
  enterService: EnterServiceType,
  id: Type.String({ maxLength: 36 }),
  customData: Type.Optional(CustomDataType)
})

const EventDataType: TUnsafe<EventDataType> = closed({
  eventId: Type.Integer({ minimum: 0.0 }),
  timestamp: dateTime(),
  trigger: EventTriggerEnumType,
  cause: Type.Optional(Type.Integer({ minimum: 0.0 })),
  actualValue: Type.String({ maxLength: 2500 }),
  techCode: Type.Optional(Type.String({ maxLength: 50 })),
  techInfo: Type.Optional(Type.String({ maxLength: 500 })),
  cleared: Type.Optional(Type.Boolean()),
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  component: ComponentType,
  variableMonitoringId: Type.Optional(Type.Integer({ minimum: 0.0 })),
  eventNotificationType: EventNotificationEnumType,
  variable: VariableType,
  severity: Type.Optional(Type.Integer({ minimum: 0.0 })),
  customData: Type.Optional(CustomDataType)
})

const FirmwareType: TUnsafe<FirmwareType> = closed({
  location: Type.String({ maxLength: 2000 }),
  retrieveDateTime: dateTime(),
  installDateTime: Type.Optional(dateTime()),
  signingCertificate: Type.Optional(Type.String({ maxLength: 5500 })),
  signature: Type.Optional(Type.String({ maxLength: 800 })),
  customData: Type.Optional(CustomDataType)
})

const FixedPFType: TUnsafe<FixedPFType> = closed({
  priority: Type.Integer({ minimum: 0.0 }),
  displacement: Type.Number(),
  excitation: Type.Boolean(),
  startTime: Type.Optional(dateTime()),
  duration: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const FixedPFGetType: TUnsafe<FixedPFGetType> = closed({
  fixedPF: FixedPFType,
  id: Type.String({ maxLength: 36 }),
  isDefault: Type.Boolean(),
  isSuperseded: Type.Boolean(),
  customData: Type.Optional(CustomDataType)
})

const FixedVarType: TUnsafe<FixedVarType> = closed({
  priority: Type.Integer({ minimum: 0.0 }),
  setpoint: Type.Number(),
  unit: DERUnitEnumType,
  startTime: Type.Optional(dateTime()),
  duration: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const FixedVarGetType: TUnsafe<FixedVarGetType> = closed({
  fixedVar: FixedVarType,
  id: Type.String({ maxLength: 36 }),
  isDefault: Type.Boolean(),
  isSuperseded: Type.Boolean(),
  customData: Type.Optional(CustomDataType)
})

const FreqDroopType: TUnsafe<FreqDroopType> = closed({
  priority: Type.Integer({ minimum: 0.0 }),
  overFreq: Type.Number(),
  underFreq: Type.Number(),
  overDroop: Type.Number(),
  underDroop: Type.Number(),
  responseTime: Type.Number(),
  startTime: Type.Optional(dateTime()),
  duration: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const FreqDroopGetType: TUnsafe<FreqDroopGetType> = closed({
  freqDroop: FreqDroopType,
  id: Type.String({ maxLength: 36 }),
  isDefault: Type.Boolean(),
  isSuperseded: Type.Boolean(),
  customData: Type.Optional(CustomDataType)
})

const GetVariableDataType: TUnsafe<GetVariableDataType> = closed({
  attributeType: Type.Optional(AttributeEnumType),
  component: ComponentType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const GetVariableResultType: TUnsafe<GetVariableResultType> = closed({
  attributeStatus: GetVariableStatusEnumType,
  attributeStatusInfo: Type.Optional(StatusInfoType),
  attributeType: Type.Optional(AttributeEnumType),
  attributeValue: Type.Optional(Type.String({ maxLength: 2500 })),
  component: ComponentType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const GradientType: TUnsafe<GradientType> = closed({
  priority: Type.Integer({ minimum: 0.0 }),
  gradient: Type.Number(),
  softGradient: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const GradientGetType: TUnsafe<GradientGetType> = closed({
  gradient: GradientType,
  id: Type.String({ maxLength: 36 }),
  customData: Type.Optional(CustomDataType)
})

const LimitMaxDischargeType: TUnsafe<LimitMaxDischargeType> = closed({
  priority: Type.Integer({ minimum: 0.0 }),
  pctMaxDischargePower: Type.Optional(Type.Number()),
  powerMonitoringMustTrip: Type.Optional(DERCurveType),
  startTime: Type.Optional(dateTime()),
  duration: Type.Optional(Type.Number()),
  customData: Type.Optional(CustomDataType)
})

const LimitMaxDischargeGetType: TUnsafe<LimitMaxDischargeGetType> = closed({
  id: Type.String({ maxLength: 36 }),
  isDefault: Type.Boolean(),
  isSuperseded: Type.Boolean(),
  limitMaxDischarge: LimitMaxDischargeType,
  customData: Type.Optional(CustomDataType)
})

const LogParametersType: TUnsafe<LogParametersType> = closed({
  remoteLocation: Type.String({ maxLength: 2000 }),
  oldestTimestamp: Type.Optional(dateTime()),
  latestTimestamp: Type.Optional(dateTime()),
  customData: Type.Optional(CustomDataType)
})

const MessageInfoType: TUnsafe<MessageInfoType> = closed({
  display: Type.Optional(ComponentType),
  id: Type.Integer({ minimum: 0.0 }),
  priority: MessagePriorityEnumType,
  state: Type.Optional(MessageStateEnumType),
  startDateTime: Type.Optional(dateTime()),
  endDateTime: Type.Optional(dateTime()),
  transactionId: Type.Optional(Type.String({ maxLength: 36 })),
  message: MessageContentType,
  messageExtra: Type.Optional(Type.Array(MessageContentType, { minItems: 1, maxItems: 4 })),
  customData: Type.Optional(CustomDataType)
})

const SignedMeterValueType: TUnsafe<SignedMeterValueType> = closed({
  signedMeterData: Type.String({ maxLength: 32768 }),
  signingMethod: Type.Optional(Type.String({ maxLength: 50 })),
  encodingMethod: Type.String({ maxLength: 50 }),
  publicKey: Type.Optional(Type.String({ maxLength: 2500 })),
  customData: Type.Optional(CustomDataType)
})

const UnitOfMeasureType: TUnsafe<UnitOfMeasureType> = closed({
  unit: Type.Optional(Type.String({ maxLength: 20, default: 'Wh' })),
  multiplier: Type.Optional(Type.Integer({ default: 0 })),
  customData: Type.Optional(CustomDataType)
})

const SampledValueType: TUnsafe<SampledValueType> = closed({
  value: Type.Number(),
  measurand: Type.Optional(MeasurandEnumType),
  context: Type.Optional(ReadingContextEnumType),
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
  id: Type.Integer({ minimum: 0.0 }),
  transaction: Type.Boolean(),
  value: Type.Number(),
  type: MonitorEnumType,
  severity: Type.Integer({ minimum: 0.0 }),
  eventNotificationType: EventNotificationEnumType,
  customData: Type.Optional(CustomDataType)
})

const MonitoringDataType: TUnsafe<MonitoringDataType> = closed({
  component: ComponentType,
  variable: VariableType,
  variableMonitoring: Type.Array(VariableMonitoringType, { minItems: 1 }),
  customData: Type.Optional(CustomDataType)
})

const VPNType: TUnsafe<VPNType> = closed({
  server: Type.String({ maxLength: 2000 }),
  user: Type.String({ maxLength: 50 }),
  group: Type.Optional(Type.String({ maxLength: 50 })),
  password: Type.String({ maxLength: 64 }),
  key: Type.String({ maxLength: 255 }),
  type: VPNEnumType,
  customData: Type.Optional(CustomDataType)
})

const NetworkConnectionProfileType: TUnsafe<NetworkConnectionProfileType> = closed({
  apn: Type.Optional(APNType),
  ocppVersion: Type.Optional(OCPPVersionEnumType),
  ocppInterface: OCPPInterfaceEnumType,
  ocppTransport: OCPPTransportEnumType,
  messageTimeout: Type.Integer(),
  ocppCsmsUrl: Type.String({ maxLength: 2000 }),
  securityProfile: Type.Integer({ minimum: 0.0 }),
  identity: Type.Optional(Type.String({ maxLength: 48 })),
  basicAuthPassword: Type.Optional(Type.String({ maxLength: 64 })),
  vpn: Type.Optional(VPNType),
  customData: Type.Optional(CustomDataType)
})

const OCSPRequestDataType: TUnsafe<OCSPRequestDataType> = closed({
  hashAlgorithm: HashAlgorithmEnumType,
  issuerNameHash: Type.String({ maxLength: 128 }),
  issuerKeyHash: Type.String({ maxLength: 128 }),
  serialNumber: Type.String({ maxLength: 40 }),
  responderURL: Type.String({ maxLength: 2000 }),
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
  maxElements: Type.Optional(Type.Integer({ minimum: 1.0 })),
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
  id: Type.Optional(Type.Integer({ minimum: 0.0 })),
  periodicEventStream: Type.Optional(PeriodicEventStreamParamsType),
  transaction: Type.Optional(Type.Boolean({ default: false })),
  value: Type.Number(),
  type: MonitorEnumType,
  severity: Type.Integer({ minimum: 0.0 }),
  component: ComponentType,
  variable: VariableType,
  customData: Type.Optional(CustomDataType)
})

const SetMonitoringResultType: TUnsafe<SetMonitoringResultType> = closed({
  id: Type.Optional(Type.Integer({ minimum: 0.0 })),
  statusInfo: Type.Optional(StatusInfoType),
  status: SetMonitoringStatusEnumType,
  type: MonitorEnumType,
  component: ComponentType,
  variable: VariableType,
  severity: Type.Integer({ minimum: 0.0 }),
  customData: Type.Optional(CustomDataType)
})

const SetVariableDataType: TUnsafe<SetVariableDataType> = closed({
  attributeType: Type.Optional(AttributeEnumType),
  attributeValue: Type.String({ maxLength: 2500 }),
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

const StreamDataElementType: TUnsafe<StreamDataElementType> = closed({
  t: Type.Number(),
  v: Type.String({ maxLength: 2500 }),
  customData: Type.Optional(CustomDataType)
})

const TariffAssignmentType: TUnsafe<TariffAssignmentType> = closed({
  tariffId: Type.String({ maxLength: 60 }),
  tariffKind: TariffKindEnumType,
  validFrom: Type.Optional(dateTime()),
  evseIds: Type.Optional(Type.Array(Type.Integer({ minimum: 0.0 }), { minItems: 1 })),
  idTokens: Type.Optional(Type.Array(Type.String({ maxLength: 255 }), { minItems: 1 })),
  customData: Type.Optional(CustomDataType)
})

const TariffConditionsFixedType: TUnsafe<TariffConditionsFixedType> = closed({
  startTimeOfDay: Type.Optional(Type.String()),
  endTimeOfDay: Type.Optional(Type.String()),
  dayOfWeek: Type.Optional(Type.Array(DayOfWeekEnumType, { minItems: 1, maxItems: 7 })),
  validFromDate: Type.Optional(Type.String()),
  validToDate: Type.Optional(Type.String()),
  evseKind: Type.Optional(EvseKindEnumType),
  paymentBrand: Type.Optional(Type.String({ maxLength: 20 })),
  paymentRecognition: Type.Optional(Type.String({ maxLength: 20 })),
  customData: Type.Optional(CustomDataType)
})

const TariffConditionsType: TUnsafe<TariffConditionsType> = closed({
  startTimeOfDay: Type.Optional(Type.String()),
  endTimeOfDay: Type.Optional(Type.String()),
  dayOfWeek: Type.Optional(Type.Array(DayOfWeekEnumType, { minItems: 1, maxItems: 7 })),
  validFromDate: Type.Optional(Type.String()),
  validToDate: Type.Optional(Type.String()),
  evseKind: Type.Optional(EvseKindEnumType),
  minEnergy: Type.Optional(Type.Number()),
  maxEnergy: Type.Optional(Type.Number()),
  minCurrent: Type.Optional(Type.Number()),
  maxCurrent: Type.Optional(Type.Number()),
  minPower: Type.Optional(Type.Number()),
  maxPower: Type.Optional(Type.Number()),
  minTime: Type.Optional(Type.Integer()),
  maxTime: Type.Optional(Type.Integer()),
  minChargingTime: Type.Optional(Type.Integer()),
  maxChargingTime: Type.Optional(Type.Integer()),
  minIdleTime: Type.Optional(Type.Integer()),
  maxIdleTime: Type.Optional(Type.Integer()),
  customData: Type.Optional(CustomDataType)
})

const TariffEnergyPriceType: TUnsafe<TariffEnergyPriceType> = closed({
  priceKwh: Type.Number(),
  conditions: Type.Optional(TariffConditionsType),
  customData: Type.Optional(CustomDataType)
})

const TariffEnergyType: TUnsafe<TariffEnergyType> = closed({
  prices: Type.Array(TariffEnergyPriceType, { minItems: 1 }),
  taxRates: Type.Optional(Type.Array(TaxRateType, { minItems: 1, maxItems: 5 })),
  customData: Type.Optional(CustomDataType)
})

const TariffFixedPriceType: TUnsafe<TariffFixedPriceType> = closed({
  conditions: Type.Optional(TariffConditionsFixedType),
  priceFixed: Type.Number(),
  customData: Type.Optional(CustomDataType)
})

const TariffFixedType: TUnsafe<TariffFixedType> = closed({
  prices: Type.Array(TariffFixedPriceType, { minItems: 1 }),
  taxRates: Type.Optional(Type.Array(TaxRateType, { minItems: 1, maxItems: 5 })),
  customData: Type.Optional(CustomDataType)
})

const TariffTimePriceType: TUnsafe<TariffTimePriceType> = closed({
  priceMinute: Type.Number(),
  conditions: Type.Optional(TariffConditionsType),
  customData: Type.Optional(CustomDataType)
})

const TariffTimeType: TUnsafe<TariffTimeType> = closed({
  prices: Type.Array(TariffTimePriceType, { minItems: 1 }),
  taxRates: Type.Optional(Type.Array(TaxRateType, { minItems: 1, maxItems: 5 })),
  customData: Type.Optional(CustomDataType)
})

const TariffType: TUnsafe<TariffType> = closed({
  tariffId: Type.String({ maxLength: 60 }),
  description: Type.Optional(Type.Array(MessageContentType, { minItems: 1, maxItems: 10 })),
  currency: Type.String({ maxLength: 3 }),
  energy: Type.Optional(TariffEnergyType),
  validFrom: Type.Optional(dateTime()),
  chargingTime: Type.Optional(TariffTimeType),
  idleTime: Type.Optional(TariffTimeType),
  fixedFee: Type.Optional(TariffFixedType),
  reservationTime: Type.Optional(TariffTimeType),
  reservationFixed: Type.Optional(TariffFixedType),
  minCost: Type.Optional(PriceType),
  maxCost: Type.Optional(PriceType),
  customData: Type.Optional(CustomDataType)
})

const TransactionLimitType: TUnsafe<TransactionLimitType> = closed({
  maxCost: Type.Optional(Type.Number()),
  maxEnergy: Type.Optional(Type.Number()),
  maxTime: Type.Optional(Type.Integer()),
  maxSoC: Type.Optional(Type.Integer({ minimum: 0.0, maximum: 100.0 })),
  customData: Type.Optional(CustomDataType)
})

const TransactionType: TUnsafe<TransactionType> = closed({
  transactionId: Type.String({ maxLength: 36 }),
  chargingState: Type.Optional(ChargingStateEnumType),
  timeSpentCharging: Type.Optional(Type.Integer()),
  stoppedReason: Type.Optional(ReasonEnumType),
  remoteStartId: Type.Optional(Type.Integer()),
  operationMode: Type.Optional(OperationModeEnumType),
  tariffId: Type.Optional(Type.String({ maxLength: 60 })),
  transactionLimit: Type.Optional(TransactionLimitType),
  customData: Type.Optional(CustomDataType)
})

export {
  AbsolutePriceScheduleType,
  ACChargingParametersType,
  AdditionalInfoType,
  AdditionalSelectedServicesType,
  AddressType,
  APNAuthenticationEnumType,
  APNType,
  AttributeEnumType,
  AuthorizationData,
  AuthorizationStatusEnumType,
  AuthorizeCertificateStatusEnumType,
  BatteryDataType,
  BatterySwapEventEnumType,
  BootReasonEnumType,
  CancelReservationStatusEnumType,
  CertificateActionEnumType,
  CertificateHashDataChainType,
  CertificateHashDataType,
  CertificateSignedStatusEnumType,
  CertificateSigningUseEnumType,
  CertificateStatusEnumType,
  CertificateStatusRequestInfoType,
  CertificateStatusSourceEnumType,
  CertificateStatusType,
  ChangeAvailabilityStatusEnumType,
  ChargingLimitType,
  ChargingNeedsType,
  ChargingPeriodType,
  ChargingProfileCriterionType,
  ChargingProfileKindEnumType,
  ChargingProfilePurposeEnumType,
  ChargingProfileStatusEnumType,
  ChargingProfileType,
  ChargingRateUnitEnumType,
  ChargingSchedulePeriodType,
  ChargingScheduleType,
  ChargingScheduleUpdateType,
  ChargingStateEnumType,
  ChargingStationType,
  ClearCacheStatusEnumType,
  ClearChargingProfileStatusEnumType,
  ClearChargingProfileType,
  ClearMessageStatusEnumType,
  ClearMonitoringResultType,
  ClearMonitoringStatusEnumType,
  ClearTariffsResultType,
  ComponentCriterionEnumType,
  ComponentType,
  ComponentVariableType,
  CompositeScheduleType,
  ConnectorStatusEnumType,
  ConstantStreamDataType,
  ConsumptionCostType,
  ControlModeEnumType,
  CostDetailsType,
  CostDimensionEnumType,
  CostDimensionType,
  CostKindEnumType,
  CostType,
  CustomDataType,
  CustomerInformationStatusEnumType,
  DataEnumType,
  DataTransferStatusEnumType,
  DayOfWeekEnumType,
  DCChargingParametersType,
  DERChargingParametersType,
  DERControlEnumType,
  DERControlStatusEnumType,
  DERCurveGetType,
  DERCurvePointsType,
  DERCurveType,
  DERUnitEnumType,
  DeleteCertificateStatusEnumType,
  DisplayMessageStatusEnumType,
  EnergyTransferModeEnumType,
  EnterServiceGetType,
  EnterServiceType,
  EVAbsolutePriceScheduleEntryType,
  EVAbsolutePriceScheduleType,
  EVEnergyOfferType,
  EVPowerScheduleEntryType,
  EVPowerScheduleType,
  EVPriceRuleType,
  EVSEType,
  EventDataType,
  EventNotificationEnumType,
  EventTriggerEnumType,
  EvseKindEnumType,
  FirmwareStatusEnumType,
  FirmwareType,
  FixedPFGetType,
  FixedPFType,
  FixedVarGetType,
  FixedVarType,
  FreqDroopGetType,
  FreqDroopType,
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
  GradientGetType,
  GradientType,
  GridEventFaultEnumType,
  HashAlgorithmEnumType,
  HysteresisType,
  IdTokenInfoType,
  IdTokenType,
  InstallCertificateStatusEnumType,
  InstallCertificateUseEnumType,
  IslandingDetectionEnumType,
  Iso15118EVCertificateStatusEnumType,
  LimitAtSoCType,
  LimitMaxDischargeGetType,
  LimitMaxDischargeType,
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
  MobilityNeedsModeEnumType,
  ModemType,
  MonitorEnumType,
  MonitoringBaseEnumType,
  MonitoringCriterionEnumType,
  MonitoringDataType,
  MutabilityEnumType,
  NetworkConnectionProfileType,
  NotifyAllowedEnergyTransferStatusEnumType,
  NotifyEVChargingNeedsStatusEnumType,
  OCPPInterfaceEnumType,
  OCPPTransportEnumType,
  OCPPVersionEnumType,
  OCSPRequestDataType,
  OperationalStatusEnumType,
  OperationModeEnumType,
  OverstayRuleListType,
  OverstayRuleType,
  PaymentStatusEnumType,
  PeriodicEventStreamParamsType,
  PhaseEnumType,
  PowerDuringCessationEnumType,
  PreconditioningStatusEnumType,
  PriceLevelScheduleEntryType,
  PriceLevelScheduleType,
  PriceRuleStackType,
  PriceRuleType,
  PriceType,
  PriorityChargingStatusEnumType,
  PublishFirmwareStatusEnumType,
  RationalNumberType,
  ReactivePowerParamsType,
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
  StreamDataElementType,
  TariffAssignmentType,
  TariffChangeStatusEnumType,
  TariffClearStatusEnumType,
  TariffConditionsFixedType,
  TariffConditionsType,
  TariffCostEnumType,
  TariffEnergyPriceType,
  TariffEnergyType,
  TariffFixedPriceType,
  TariffFixedType,
  TariffGetStatusEnumType,
  TariffKindEnumType,
  TariffSetStatusEnumType,
  TariffTimePriceType,
  TariffTimeType,
  TariffType,
  TaxRateType,
  TaxRuleType,
  TotalCostType,
  TotalPriceType,
  TotalUsageType,
  TransactionEventEnumType,
  TransactionLimitType,
  TransactionType,
  TriggerMessageStatusEnumType,
  TriggerReasonEnumType,
  UnitOfMeasureType,
  UnlockStatusEnumType,
  UnpublishFirmwareStatusEnumType,
  UpdateEnumType,
  UpdateFirmwareStatusEnumType,
  UploadLogStatusEnumType,
  V2XChargingParametersType,
  V2XFreqWattPointType,
  V2XSignalWattPointType,
  VariableAttributeType,
  VariableCharacteristicsType,
  VariableMonitoringType,
  VariableType,
  VoltageParamsType,
  VPNEnumType,
  VPNType
}
