// OCPP 2.0.1. Generated from types.ts, messages.ts and actions.ts by `npm run generate`; do not edit.

export interface ACChargingParametersType {
  /** integer */
  energyAmount: number
  /** integer */
  evMinCurrent: number
  /** integer */
  evMaxCurrent: number
  /** integer */
  evMaxVoltage: number
  customData?: CustomDataType
}

export type APNAuthenticationEnumType = 'CHAP' | 'NONE' | 'PAP' | 'AUTO'

export interface APNType {
  /** maxLength 512 */
  apn: string
  /** maxLength 20 */
  apnUserName?: string
  /** maxLength 20 */
  apnPassword?: string
  /** integer */
  simPin?: number
  /** maxLength 6 */
  preferredNetwork?: string
  /** default false */
  useOnlyPreferredNetwork?: boolean
  apnAuthentication: APNAuthenticationEnumType
  customData?: CustomDataType
}

export interface AdditionalInfoType {
  /** maxLength 36 */
  additionalIdToken: string
  /** maxLength 50 */
  type: string
  customData?: CustomDataType
}

export type AttributeEnumType = 'Actual' | 'Target' | 'MinSet' | 'MaxSet'

export interface AuthorizationData {
  idToken: IdTokenType
  idTokenInfo?: IdTokenInfoType
  customData?: CustomDataType
}

export type AuthorizationStatusEnumType =
  | 'Accepted'
  | 'Blocked'
  | 'ConcurrentTx'
  | 'Expired'
  | 'Invalid'
  | 'NoCredit'
  | 'NotAllowedTypeEVSE'
  | 'NotAtThisLocation'
  | 'NotAtThisTime'
  | 'Unknown'

export type AuthorizeCertificateStatusEnumType =
  | 'Accepted'
  | 'SignatureError'
  | 'CertificateExpired'
  | 'CertificateRevoked'
  | 'NoCertificateAvailable'
  | 'CertChainError'
  | 'ContractCancelled'

export type BootReasonEnumType =
  | 'ApplicationReset'
  | 'FirmwareUpdate'
  | 'LocalReset'
  | 'PowerUp'
  | 'RemoteReset'
  | 'ScheduledReset'
  | 'Triggered'
  | 'Unknown'
  | 'Watchdog'

export type CancelReservationStatusEnumType = 'Accepted' | 'Rejected'

export type CertificateActionEnumType = 'Install' | 'Update'

export interface CertificateHashDataChainType {
  certificateHashData: CertificateHashDataType
  certificateType: GetCertificateIdUseEnumType
  /** minItems 1, maxItems 4 */
  childCertificateHashData?: CertificateHashDataType[]
  customData?: CustomDataType
}

export interface CertificateHashDataType {
  hashAlgorithm: HashAlgorithmEnumType
  /** maxLength 128 */
  issuerNameHash: string
  /** maxLength 128 */
  issuerKeyHash: string
  /** maxLength 40 */
  serialNumber: string
  customData?: CustomDataType
}

export type CertificateSignedStatusEnumType = 'Accepted' | 'Rejected'

export type CertificateSigningUseEnumType = 'ChargingStationCertificate' | 'V2GCertificate'

export type ChangeAvailabilityStatusEnumType = 'Accepted' | 'Rejected' | 'Scheduled'

export type ChargingLimitSourceEnumType = 'EMS' | 'Other' | 'SO' | 'CSO'

export interface ChargingLimitType {
  chargingLimitSource: ChargingLimitSourceEnumType
  isGridCritical?: boolean
  customData?: CustomDataType
}

export interface ChargingNeedsType {
  acChargingParameters?: ACChargingParametersType
  dcChargingParameters?: DCChargingParametersType
  requestedEnergyTransfer: EnergyTransferModeEnumType
  /** date-time, RFC 3339 */
  departureTime?: string
  customData?: CustomDataType
}

export interface ChargingProfileCriterionType {
  chargingProfilePurpose?: ChargingProfilePurposeEnumType
  /** integer */
  stackLevel?: number
  /** minItems 1, each integer */
  chargingProfileId?: number[]
  /** minItems 1, maxItems 4 */
  chargingLimitSource?: ChargingLimitSourceEnumType[]
  customData?: CustomDataType
}

export type ChargingProfileKindEnumType = 'Absolute' | 'Recurring' | 'Relative'

export type ChargingProfilePurposeEnumType =
  | 'ChargingStationExternalConstraints'
  | 'ChargingStationMaxProfile'
  | 'TxDefaultProfile'
  | 'TxProfile'

export type ChargingProfileStatusEnumType = 'Accepted' | 'Rejected'

export interface ChargingProfileType {
  /** integer */
  id: number
  /** integer */
  stackLevel: number
  chargingProfilePurpose: ChargingProfilePurposeEnumType
  chargingProfileKind: ChargingProfileKindEnumType
  recurrencyKind?: RecurrencyKindEnumType
  /** date-time, RFC 3339 */
  validFrom?: string
  /** date-time, RFC 3339 */
  validTo?: string
  /** minItems 1, maxItems 3 */
  chargingSchedule: ChargingScheduleType[]
  /** maxLength 36 */
  transactionId?: string
  customData?: CustomDataType
}

export type ChargingRateUnitEnumType = 'W' | 'A'

export interface ChargingSchedulePeriodType {
  /** integer */
  startPeriod: number
  limit: number
  /** integer */
  numberPhases?: number
  /** integer */
  phaseToUse?: number
  customData?: CustomDataType
}

export interface ChargingScheduleType {
  /** integer */
  id: number
  /** date-time, RFC 3339 */
  startSchedule?: string
  /** integer */
  duration?: number
  chargingRateUnit: ChargingRateUnitEnumType
  /** minItems 1, maxItems 1024 */
  chargingSchedulePeriod: ChargingSchedulePeriodType[]
  minChargingRate?: number
  salesTariff?: SalesTariffType
  customData?: CustomDataType
}

export type ChargingStateEnumType = 'Charging' | 'EVConnected' | 'SuspendedEV' | 'SuspendedEVSE' | 'Idle'

export interface ChargingStationType {
  /** maxLength 25 */
  serialNumber?: string
  /** maxLength 20 */
  model: string
  modem?: ModemType
  /** maxLength 50 */
  vendorName: string
  /** maxLength 50 */
  firmwareVersion?: string
  customData?: CustomDataType
}

export type ClearCacheStatusEnumType = 'Accepted' | 'Rejected'

export type ClearChargingProfileStatusEnumType = 'Accepted' | 'Unknown'

export interface ClearChargingProfileType {
  /** integer */
  evseId?: number
  chargingProfilePurpose?: ChargingProfilePurposeEnumType
  /** integer */
  stackLevel?: number
  customData?: CustomDataType
}

export type ClearMessageStatusEnumType = 'Accepted' | 'Unknown'

export interface ClearMonitoringResultType {
  status: ClearMonitoringStatusEnumType
  /** integer */
  id: number
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

export type ClearMonitoringStatusEnumType = 'Accepted' | 'Rejected' | 'NotFound'

export type ComponentCriterionEnumType = 'Active' | 'Available' | 'Enabled' | 'Problem'

export interface ComponentType {
  evse?: EVSEType
  /** maxLength 50 */
  name: string
  /** maxLength 50 */
  instance?: string
  customData?: CustomDataType
}

export interface ComponentVariableType {
  component: ComponentType
  variable?: VariableType
  customData?: CustomDataType
}

export interface CompositeScheduleType {
  /** minItems 1 */
  chargingSchedulePeriod: ChargingSchedulePeriodType[]
  /** integer */
  evseId: number
  /** integer */
  duration: number
  /** date-time, RFC 3339 */
  scheduleStart: string
  chargingRateUnit: ChargingRateUnitEnumType
  customData?: CustomDataType
}

export type ConnectorEnumType =
  | 'cCCS1'
  | 'cCCS2'
  | 'cG105'
  | 'cTesla'
  | 'cType1'
  | 'cType2'
  | 's309-1P-16A'
  | 's309-1P-32A'
  | 's309-3P-16A'
  | 's309-3P-32A'
  | 'sBS1361'
  | 'sCEE-7-7'
  | 'sType2'
  | 'sType3'
  | 'Other1PhMax16A'
  | 'Other1PhOver16A'
  | 'Other3Ph'
  | 'Pan'
  | 'wInductive'
  | 'wResonant'
  | 'Undetermined'
  | 'Unknown'

export type ConnectorStatusEnumType = 'Available' | 'Occupied' | 'Reserved' | 'Unavailable' | 'Faulted'

export interface ConsumptionCostType {
  startValue: number
  /** minItems 1, maxItems 3 */
  cost: CostType[]
  customData?: CustomDataType
}

export type CostKindEnumType = 'CarbonDioxideEmission' | 'RelativePricePercentage' | 'RenewableGenerationPercentage'

export interface CostType {
  costKind: CostKindEnumType
  /** integer */
  amount: number
  /** integer */
  amountMultiplier?: number
  customData?: CustomDataType
}

export interface CustomDataType {
  /** maxLength 255 */
  vendorId: string
  [member: string]: unknown
}

export type CustomerInformationStatusEnumType = 'Accepted' | 'Rejected' | 'Invalid'

export interface DCChargingParametersType {
  /** integer */
  evMaxCurrent: number
  /** integer */
  evMaxVoltage: number
  /** integer */
  energyAmount?: number
  /** integer */
  evMaxPower?: number
  /** integer, minimum 0, maximum 100 */
  stateOfCharge?: number
  /** integer */
  evEnergyCapacity?: number
  /** integer, minimum 0, maximum 100 */
  fullSoC?: number
  /** integer, minimum 0, maximum 100 */
  bulkSoC?: number
  customData?: CustomDataType
}

export type DataEnumType =
  | 'string'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'boolean'
  | 'OptionList'
  | 'SequenceList'
  | 'MemberList'

export type DataTransferStatusEnumType = 'Accepted' | 'Rejected' | 'UnknownMessageId' | 'UnknownVendorId'

export type DeleteCertificateStatusEnumType = 'Accepted' | 'Failed' | 'NotFound'

export type DisplayMessageStatusEnumType =
  | 'Accepted'
  | 'NotSupportedMessageFormat'
  | 'Rejected'
  | 'NotSupportedPriority'
  | 'NotSupportedState'
  | 'UnknownTransaction'

export interface EVSEType {
  /** integer */
  id: number
  /** integer */
  connectorId?: number
  customData?: CustomDataType
}

export type EnergyTransferModeEnumType = 'DC' | 'AC_single_phase' | 'AC_two_phase' | 'AC_three_phase'

export interface EventDataType {
  /** integer */
  eventId: number
  /** date-time, RFC 3339 */
  timestamp: string
  trigger: EventTriggerEnumType
  /** integer */
  cause?: number
  /** maxLength 2500 */
  actualValue: string
  /** maxLength 50 */
  techCode?: string
  /** maxLength 500 */
  techInfo?: string
  cleared?: boolean
  /** maxLength 36 */
  transactionId?: string
  component: ComponentType
  /** integer */
  variableMonitoringId?: number
  eventNotificationType: EventNotificationEnumType
  variable: VariableType
  customData?: CustomDataType
}

export type EventNotificationEnumType =
  | 'HardWiredNotification'
  | 'HardWiredMonitor'
  | 'PreconfiguredMonitor'
  | 'CustomMonitor'

export type EventTriggerEnumType = 'Alerting' | 'Delta' | 'Periodic'

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
  signingCertificate?: string
  /** maxLength 800 */
  signature?: string
  customData?: CustomDataType
}

export type GenericDeviceModelStatusEnumType = 'Accepted' | 'Rejected' | 'NotSupported' | 'EmptyResultSet'

export type GenericStatusEnumType = 'Accepted' | 'Rejected'

export type GetCertificateIdUseEnumType =
  | 'V2GRootCertificate'
  | 'MORootCertificate'
  | 'CSMSRootCertificate'
  | 'V2GCertificateChain'
  | 'ManufacturerRootCertificate'

export type GetCertificateStatusEnumType = 'Accepted' | 'Failed'

export type GetChargingProfileStatusEnumType = 'Accepted' | 'NoProfiles'

export type GetDisplayMessagesStatusEnumType = 'Accepted' | 'Unknown'

export type GetInstalledCertificateStatusEnumType = 'Accepted' | 'NotFound'

export interface GetVariableDataType {
  /** default Actual */
  attributeType?: AttributeEnumType
  component: ComponentType
  variable: VariableType
  customData?: CustomDataType
}

export interface GetVariableResultType {
  attributeStatusInfo?: StatusInfoType
  attributeStatus: GetVariableStatusEnumType
  /** default Actual */
  attributeType?: AttributeEnumType
  /** maxLength 2500 */
  attributeValue?: string
  component: ComponentType
  variable: VariableType
  customData?: CustomDataType
}

export type GetVariableStatusEnumType =
  | 'Accepted'
  | 'Rejected'
  | 'UnknownComponent'
  | 'UnknownVariable'
  | 'NotSupportedAttributeType'

export type HashAlgorithmEnumType = 'SHA256' | 'SHA384' | 'SHA512'

export type IdTokenEnumType =
  | 'Central'
  | 'eMAID'
  | 'ISO14443'
  | 'ISO15693'
  | 'KeyCode'
  | 'Local'
  | 'MacAddress'
  | 'NoAuthorization'

export interface IdTokenInfoType {
  status: AuthorizationStatusEnumType
  /** date-time, RFC 3339 */
  cacheExpiryDateTime?: string
  /** integer */
  chargingPriority?: number
  /** maxLength 8 */
  language1?: string
  /** minItems 1, each integer */
  evseId?: number[]
  groupIdToken?: IdTokenType
  /** maxLength 8 */
  language2?: string
  personalMessage?: MessageContentType
  customData?: CustomDataType
}

export interface IdTokenType {
  /** minItems 1 */
  additionalInfo?: AdditionalInfoType[]
  /** maxLength 36 */
  idToken: string
  type: IdTokenEnumType
  customData?: CustomDataType
}

export type InstallCertificateStatusEnumType = 'Accepted' | 'Rejected' | 'Failed'

export type InstallCertificateUseEnumType =
  | 'V2GRootCertificate'
  | 'MORootCertificate'
  | 'CSMSRootCertificate'
  | 'ManufacturerRootCertificate'

export type Iso15118EVCertificateStatusEnumType = 'Accepted' | 'Failed'

export type LocationEnumType = 'Body' | 'Cable' | 'EV' | 'Inlet' | 'Outlet'

export type LogEnumType = 'DiagnosticsLog' | 'SecurityLog'

export interface LogParametersType {
  /** maxLength 512 */
  remoteLocation: string
  /** date-time, RFC 3339 */
  oldestTimestamp?: string
  /** date-time, RFC 3339 */
  latestTimestamp?: string
  customData?: CustomDataType
}

export type LogStatusEnumType = 'Accepted' | 'Rejected' | 'AcceptedCanceled'

export type MeasurandEnumType =
  | 'Current.Export'
  | 'Current.Import'
  | 'Current.Offered'
  | 'Energy.Active.Export.Register'
  | 'Energy.Active.Import.Register'
  | 'Energy.Reactive.Export.Register'
  | 'Energy.Reactive.Import.Register'
  | 'Energy.Active.Export.Interval'
  | 'Energy.Active.Import.Interval'
  | 'Energy.Active.Net'
  | 'Energy.Reactive.Export.Interval'
  | 'Energy.Reactive.Import.Interval'
  | 'Energy.Reactive.Net'
  | 'Energy.Apparent.Net'
  | 'Energy.Apparent.Import'
  | 'Energy.Apparent.Export'
  | 'Frequency'
  | 'Power.Active.Export'
  | 'Power.Active.Import'
  | 'Power.Factor'
  | 'Power.Offered'
  | 'Power.Reactive.Export'
  | 'Power.Reactive.Import'
  | 'SoC'
  | 'Voltage'

export interface MessageContentType {
  format: MessageFormatEnumType
  /** maxLength 8 */
  language?: string
  /** maxLength 512 */
  content: string
  customData?: CustomDataType
}

export type MessageFormatEnumType = 'ASCII' | 'HTML' | 'URI' | 'UTF8'

export interface MessageInfoType {
  display?: ComponentType
  /** integer */
  id: number
  priority: MessagePriorityEnumType
  state?: MessageStateEnumType
  /** date-time, RFC 3339 */
  startDateTime?: string
  /** date-time, RFC 3339 */
  endDateTime?: string
  /** maxLength 36 */
  transactionId?: string
  message: MessageContentType
  customData?: CustomDataType
}

export type MessagePriorityEnumType = 'AlwaysFront' | 'InFront' | 'NormalCycle'

export type MessageStateEnumType = 'Charging' | 'Faulted' | 'Idle' | 'Unavailable'

export type MessageTriggerEnumType =
  | 'BootNotification'
  | 'LogStatusNotification'
  | 'FirmwareStatusNotification'
  | 'Heartbeat'
  | 'MeterValues'
  | 'SignChargingStationCertificate'
  | 'SignV2GCertificate'
  | 'StatusNotification'
  | 'TransactionEvent'
  | 'SignCombinedCertificate'
  | 'PublishFirmwareStatusNotification'

export interface MeterValueType {
  /** minItems 1 */
  sampledValue: SampledValueType[]
  /** date-time, RFC 3339 */
  timestamp: string
  customData?: CustomDataType
}

export interface ModemType {
  /** maxLength 20 */
  iccid?: string
  /** maxLength 20 */
  imsi?: string
  customData?: CustomDataType
}

export type MonitorEnumType = 'UpperThreshold' | 'LowerThreshold' | 'Delta' | 'Periodic' | 'PeriodicClockAligned'

export type MonitoringBaseEnumType = 'All' | 'FactoryDefault' | 'HardWiredOnly'

export type MonitoringCriterionEnumType = 'ThresholdMonitoring' | 'DeltaMonitoring' | 'PeriodicMonitoring'

export interface MonitoringDataType {
  component: ComponentType
  variable: VariableType
  /** minItems 1 */
  variableMonitoring: VariableMonitoringType[]
  customData?: CustomDataType
}

export type MutabilityEnumType = 'ReadOnly' | 'WriteOnly' | 'ReadWrite'

export interface NetworkConnectionProfileType {
  apn?: APNType
  ocppVersion: OCPPVersionEnumType
  ocppTransport: OCPPTransportEnumType
  /** maxLength 512 */
  ocppCsmsUrl: string
  /** integer */
  messageTimeout: number
  /** integer */
  securityProfile: number
  ocppInterface: OCPPInterfaceEnumType
  vpn?: VPNType
  customData?: CustomDataType
}

export type NotifyEVChargingNeedsStatusEnumType = 'Accepted' | 'Rejected' | 'Processing'

export type OCPPInterfaceEnumType =
  | 'Wired0'
  | 'Wired1'
  | 'Wired2'
  | 'Wired3'
  | 'Wireless0'
  | 'Wireless1'
  | 'Wireless2'
  | 'Wireless3'

export type OCPPTransportEnumType = 'JSON' | 'SOAP'

export type OCPPVersionEnumType = 'OCPP12' | 'OCPP15' | 'OCPP16' | 'OCPP20'

export interface OCSPRequestDataType {
  hashAlgorithm: HashAlgorithmEnumType
  /** maxLength 128 */
  issuerNameHash: string
  /** maxLength 128 */
  issuerKeyHash: string
  /** maxLength 40 */
  serialNumber: string
  /** maxLength 512 */
  responderURL: string
  customData?: CustomDataType
}

export type OperationalStatusEnumType = 'Inoperative' | 'Operative'

export type PhaseEnumType = 'L1' | 'L2' | 'L3' | 'N' | 'L1-N' | 'L2-N' | 'L3-N' | 'L1-L2' | 'L2-L3' | 'L3-L1'

export type PublishFirmwareStatusEnumType =
  | 'Idle'
  | 'DownloadScheduled'
  | 'Downloading'
  | 'Downloaded'
  | 'Published'
  | 'DownloadFailed'
  | 'DownloadPaused'
  | 'InvalidChecksum'
  | 'ChecksumVerified'
  | 'PublishFailed'

export type ReadingContextEnumType =
  | 'Interruption.Begin'
  | 'Interruption.End'
  | 'Other'
  | 'Sample.Clock'
  | 'Sample.Periodic'
  | 'Transaction.Begin'
  | 'Transaction.End'
  | 'Trigger'

export type ReasonEnumType =
  | 'DeAuthorized'
  | 'EmergencyStop'
  | 'EnergyLimitReached'
  | 'EVDisconnected'
  | 'GroundFault'
  | 'ImmediateReset'
  | 'Local'
  | 'LocalOutOfCredit'
  | 'MasterPass'
  | 'Other'
  | 'OvercurrentFault'
  | 'PowerLoss'
  | 'PowerQuality'
  | 'Reboot'
  | 'Remote'
  | 'SOCLimitReached'
  | 'StoppedByEV'
  | 'TimeLimitReached'
  | 'Timeout'

export type RecurrencyKindEnumType = 'Daily' | 'Weekly'

export type RegistrationStatusEnumType = 'Accepted' | 'Pending' | 'Rejected'

export interface RelativeTimeIntervalType {
  /** integer */
  start: number
  /** integer */
  duration?: number
  customData?: CustomDataType
}

export type ReportBaseEnumType = 'ConfigurationInventory' | 'FullInventory' | 'SummaryInventory'

export interface ReportDataType {
  component: ComponentType
  variable: VariableType
  /** minItems 1, maxItems 4 */
  variableAttribute: VariableAttributeType[]
  variableCharacteristics?: VariableCharacteristicsType
  customData?: CustomDataType
}

export type RequestStartStopStatusEnumType = 'Accepted' | 'Rejected'

export type ReservationUpdateStatusEnumType = 'Expired' | 'Removed'

export type ReserveNowStatusEnumType = 'Accepted' | 'Faulted' | 'Occupied' | 'Rejected' | 'Unavailable'

export type ResetEnumType = 'Immediate' | 'OnIdle'

export type ResetStatusEnumType = 'Accepted' | 'Rejected' | 'Scheduled'

export interface SalesTariffEntryType {
  relativeTimeInterval: RelativeTimeIntervalType
  /** integer, minimum 0 */
  ePriceLevel?: number
  /** minItems 1, maxItems 3 */
  consumptionCost?: ConsumptionCostType[]
  customData?: CustomDataType
}

export interface SalesTariffType {
  /** integer */
  id: number
  /** maxLength 32 */
  salesTariffDescription?: string
  /** integer */
  numEPriceLevels?: number
  /** minItems 1, maxItems 1024 */
  salesTariffEntry: SalesTariffEntryType[]
  customData?: CustomDataType
}

export interface SampledValueType {
  value: number
  /** default Sample.Periodic */
  context?: ReadingContextEnumType
  /** default Energy.Active.Import.Register */
  measurand?: MeasurandEnumType
  phase?: PhaseEnumType
  /** default Outlet */
  location?: LocationEnumType
  signedMeterValue?: SignedMeterValueType
  unitOfMeasure?: UnitOfMeasureType
  customData?: CustomDataType
}

export type SendLocalListStatusEnumType = 'Accepted' | 'Failed' | 'VersionMismatch'

export interface SetMonitoringDataType {
  /** integer */
  id?: number
  /** default false */
  transaction?: boolean
  value: number
  type: MonitorEnumType
  /** integer */
  severity: number
  component: ComponentType
  variable: VariableType
  customData?: CustomDataType
}

export interface SetMonitoringResultType {
  /** integer */
  id?: number
  statusInfo?: StatusInfoType
  status: SetMonitoringStatusEnumType
  type: MonitorEnumType
  component: ComponentType
  variable: VariableType
  /** integer */
  severity: number
  customData?: CustomDataType
}

export type SetMonitoringStatusEnumType =
  | 'Accepted'
  | 'UnknownComponent'
  | 'UnknownVariable'
  | 'UnsupportedMonitorType'
  | 'Rejected'
  | 'Duplicate'

export type SetNetworkProfileStatusEnumType = 'Accepted' | 'Rejected' | 'Failed'

export interface SetVariableDataType {
  /** default Actual */
  attributeType?: AttributeEnumType
  /** maxLength 1000 */
  attributeValue: string
  component: ComponentType
  variable: VariableType
  customData?: CustomDataType
}

export interface SetVariableResultType {
  /** default Actual */
  attributeType?: AttributeEnumType
  attributeStatus: SetVariableStatusEnumType
  attributeStatusInfo?: StatusInfoType
  component: ComponentType
  variable: VariableType
  customData?: CustomDataType
}

export type SetVariableStatusEnumType =
  | 'Accepted'
  | 'Rejected'
  | 'UnknownComponent'
  | 'UnknownVariable'
  | 'NotSupportedAttributeType'
  | 'RebootRequired'

export interface SignedMeterValueType {
  /** maxLength 2500 */
  signedMeterData: string
  /** maxLength 50 */
  signingMethod: string
  /** maxLength 50 */
  encodingMethod: string
  /** maxLength 2500 */
  publicKey: string
  customData?: CustomDataType
}

export interface StatusInfoType {
  /** maxLength 20 */
  reasonCode: string
  /** maxLength 512 */
  additionalInfo?: string
  customData?: CustomDataType
}

export type TransactionEventEnumType = 'Ended' | 'Started' | 'Updated'

export interface TransactionType {
  /** maxLength 36 */
  transactionId: string
  chargingState?: ChargingStateEnumType
  /** integer */
  timeSpentCharging?: number
  stoppedReason?: ReasonEnumType
  /** integer */
  remoteStartId?: number
  customData?: CustomDataType
}

export type TriggerMessageStatusEnumType = 'Accepted' | 'Rejected' | 'NotImplemented'

export type TriggerReasonEnumType =
  | 'Authorized'
  | 'CablePluggedIn'
  | 'ChargingRateChanged'
  | 'ChargingStateChanged'
  | 'Deauthorized'
  | 'EnergyLimitReached'
  | 'EVCommunicationLost'
  | 'EVConnectTimeout'
  | 'MeterValueClock'
  | 'MeterValuePeriodic'
  | 'TimeLimitReached'
  | 'Trigger'
  | 'UnlockCommand'
  | 'StopAuthorized'
  | 'EVDeparted'
  | 'EVDetected'
  | 'RemoteStop'
  | 'RemoteStart'
  | 'AbnormalCondition'
  | 'SignedDataReceived'
  | 'ResetCommand'

export interface UnitOfMeasureType {
  /** maxLength 20, default Wh */
  unit?: string
  /** integer, default 0 */
  multiplier?: number
  customData?: CustomDataType
}

export type UnlockStatusEnumType = 'Unlocked' | 'UnlockFailed' | 'OngoingAuthorizedTransaction' | 'UnknownConnector'

export type UnpublishFirmwareStatusEnumType = 'DownloadOngoing' | 'NoFirmware' | 'Unpublished'

export type UpdateEnumType = 'Differential' | 'Full'

export type UpdateFirmwareStatusEnumType =
  | 'Accepted'
  | 'Rejected'
  | 'AcceptedCanceled'
  | 'InvalidCertificate'
  | 'RevokedCertificate'

export type UploadLogStatusEnumType =
  | 'BadMessage'
  | 'Idle'
  | 'NotSupportedOperation'
  | 'PermissionDenied'
  | 'Uploaded'
  | 'UploadFailure'
  | 'Uploading'
  | 'AcceptedCanceled'

export type VPNEnumType = 'IKEv2' | 'IPSec' | 'L2TP' | 'PPTP'

export interface VPNType {
  /** maxLength 512 */
  server: string
  /** maxLength 20 */
  user: string
  /** maxLength 20 */
  group?: string
  /** maxLength 20 */
  password: string
  /** maxLength 255 */
  key: string
  type: VPNEnumType
  customData?: CustomDataType
}

export interface VariableAttributeType {
  /** default Actual */
  type?: AttributeEnumType
  /** maxLength 2500 */
  value?: string
  /** default ReadWrite */
  mutability?: MutabilityEnumType
  /** default false */
  persistent?: boolean
  /** default false */
  constant?: boolean
  customData?: CustomDataType
}

export interface VariableCharacteristicsType {
  /** maxLength 16 */
  unit?: string
  dataType: DataEnumType
  minLimit?: number
  maxLimit?: number
  /** maxLength 1000 */
  valuesList?: string
  supportsMonitoring: boolean
  customData?: CustomDataType
}

export interface VariableMonitoringType {
  /** integer */
  id: number
  transaction: boolean
  value: number
  type: MonitorEnumType
  /** integer */
  severity: number
  customData?: CustomDataType
}

export interface VariableType {
  /** maxLength 50 */
  name: string
  /** maxLength 50 */
  instance?: string
  customData?: CustomDataType
}

/** CALL from the charge point, Authorization */
export interface AuthorizeRequest {
  idToken: IdTokenType
  /** maxLength 5500 */
  certificate?: string
  /** minItems 1, maxItems 4 */
  iso15118CertificateHashData?: OCSPRequestDataType[]
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Authorization */
export interface AuthorizeResponse {
  idTokenInfo: IdTokenInfoType
  certificateStatus?: AuthorizeCertificateStatusEnumType
  customData?: CustomDataType
}

/** CALL from the charge point, Provisioning */
export interface BootNotificationRequest {
  chargingStation: ChargingStationType
  reason: BootReasonEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Provisioning */
export interface BootNotificationResponse {
  /** date-time, RFC 3339 */
  currentTime: string
  /** integer */
  interval: number
  status: RegistrationStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Reservation */
export interface CancelReservationRequest {
  /** integer */
  reservationId: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Reservation */
export interface CancelReservationResponse {
  status: CancelReservationStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Security */
export interface CertificateSignedRequest {
  /** maxLength 10000 */
  certificateChain: string
  certificateType?: CertificateSigningUseEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Security */
export interface CertificateSignedResponse {
  status: CertificateSignedStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Availability */
export interface ChangeAvailabilityRequest {
  evse?: EVSEType
  operationalStatus: OperationalStatusEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Availability */
export interface ChangeAvailabilityResponse {
  status: ChangeAvailabilityStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Authorization */
export interface ClearCacheRequest {
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Authorization */
export interface ClearCacheResponse {
  status: ClearCacheStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, SmartCharging */
export interface ClearChargingProfileRequest {
  /** integer */
  chargingProfileId?: number
  chargingProfileCriteria?: ClearChargingProfileType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface ClearChargingProfileResponse {
  status: ClearChargingProfileStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, DisplayMessage */
export interface ClearDisplayMessageRequest {
  /** integer */
  id: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, DisplayMessage */
export interface ClearDisplayMessageResponse {
  status: ClearMessageStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface ClearVariableMonitoringRequest {
  /** minItems 1, each integer */
  id: number[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface ClearVariableMonitoringResponse {
  /** minItems 1 */
  clearMonitoringResult: ClearMonitoringResultType[]
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface ClearedChargingLimitRequest {
  chargingLimitSource: ChargingLimitSourceEnumType
  /** integer */
  evseId?: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface ClearedChargingLimitResponse {
  customData?: CustomDataType
}

/** CALL from the CSMS, TariffAndCost */
export interface CostUpdatedRequest {
  totalCost: number
  /** maxLength 36 */
  transactionId: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, TariffAndCost */
export interface CostUpdatedResponse {
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface CustomerInformationRequest {
  customerCertificate?: CertificateHashDataType
  idToken?: IdTokenType
  /** integer */
  requestId: number
  report: boolean
  clear: boolean
  /** maxLength 64 */
  customerIdentifier?: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface CustomerInformationResponse {
  status: CustomerInformationStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from either side, DataTransfer */
export interface DataTransferRequest {
  /** maxLength 50 */
  messageId?: string
  data?: unknown
  /** maxLength 255 */
  vendorId: string
  customData?: CustomDataType
}

/** CALLRESULT to either side, DataTransfer */
export interface DataTransferResponse {
  status: DataTransferStatusEnumType
  statusInfo?: StatusInfoType
  data?: unknown
  customData?: CustomDataType
}

/** CALL from the CSMS, ISO15118CertificateManagement */
export interface DeleteCertificateRequest {
  certificateHashData: CertificateHashDataType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, ISO15118CertificateManagement */
export interface DeleteCertificateResponse {
  status: DeleteCertificateStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, FirmwareManagement */
export interface FirmwareStatusNotificationRequest {
  status: FirmwareStatusEnumType
  /** integer */
  requestId?: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, FirmwareManagement */
export interface FirmwareStatusNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, ISO15118CertificateManagement */
export interface Get15118EVCertificateRequest {
  /** maxLength 50 */
  iso15118SchemaVersion: string
  action: CertificateActionEnumType
  /** maxLength 5600 */
  exiRequest: string
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, ISO15118CertificateManagement */
export interface Get15118EVCertificateResponse {
  status: Iso15118EVCertificateStatusEnumType
  statusInfo?: StatusInfoType
  /** maxLength 5600 */
  exiResponse: string
  customData?: CustomDataType
}

/** CALL from the CSMS, Provisioning */
export interface GetBaseReportRequest {
  /** integer */
  requestId: number
  reportBase: ReportBaseEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Provisioning */
export interface GetBaseReportResponse {
  status: GenericDeviceModelStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, ISO15118CertificateManagement */
export interface GetCertificateStatusRequest {
  ocspRequestData: OCSPRequestDataType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, ISO15118CertificateManagement */
export interface GetCertificateStatusResponse {
  status: GetCertificateStatusEnumType
  statusInfo?: StatusInfoType
  /** maxLength 5500 */
  ocspResult?: string
  customData?: CustomDataType
}

/** CALL from the CSMS, SmartCharging */
export interface GetChargingProfilesRequest {
  /** integer */
  requestId: number
  /** integer */
  evseId?: number
  chargingProfile: ChargingProfileCriterionType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface GetChargingProfilesResponse {
  status: GetChargingProfileStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, SmartCharging */
export interface GetCompositeScheduleRequest {
  /** integer */
  duration: number
  chargingRateUnit?: ChargingRateUnitEnumType
  /** integer */
  evseId: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface GetCompositeScheduleResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  schedule?: CompositeScheduleType
  customData?: CustomDataType
}

/** CALL from the CSMS, DisplayMessage */
export interface GetDisplayMessagesRequest {
  /** minItems 1, each integer */
  id?: number[]
  /** integer */
  requestId: number
  priority?: MessagePriorityEnumType
  state?: MessageStateEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, DisplayMessage */
export interface GetDisplayMessagesResponse {
  status: GetDisplayMessagesStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, ISO15118CertificateManagement */
export interface GetInstalledCertificateIdsRequest {
  /** minItems 1 */
  certificateType?: GetCertificateIdUseEnumType[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, ISO15118CertificateManagement */
export interface GetInstalledCertificateIdsResponse {
  status: GetInstalledCertificateStatusEnumType
  statusInfo?: StatusInfoType
  /** minItems 1 */
  certificateHashDataChain?: CertificateHashDataChainType[]
  customData?: CustomDataType
}

/** CALL from the CSMS, LocalAuthorizationListManagement */
export interface GetLocalListVersionRequest {
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, LocalAuthorizationListManagement */
export interface GetLocalListVersionResponse {
  /** integer */
  versionNumber: number
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface GetLogRequest {
  log: LogParametersType
  logType: LogEnumType
  /** integer */
  requestId: number
  /** integer */
  retries?: number
  /** integer */
  retryInterval?: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface GetLogResponse {
  status: LogStatusEnumType
  statusInfo?: StatusInfoType
  /** maxLength 255 */
  filename?: string
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface GetMonitoringReportRequest {
  /** minItems 1 */
  componentVariable?: ComponentVariableType[]
  /** integer */
  requestId: number
  /** minItems 1, maxItems 3 */
  monitoringCriteria?: MonitoringCriterionEnumType[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface GetMonitoringReportResponse {
  status: GenericDeviceModelStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Provisioning */
export interface GetReportRequest {
  /** minItems 1 */
  componentVariable?: ComponentVariableType[]
  /** integer */
  requestId: number
  /** minItems 1, maxItems 4 */
  componentCriteria?: ComponentCriterionEnumType[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Provisioning */
export interface GetReportResponse {
  status: GenericDeviceModelStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Transactions */
export interface GetTransactionStatusRequest {
  /** maxLength 36 */
  transactionId?: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Transactions */
export interface GetTransactionStatusResponse {
  ongoingIndicator?: boolean
  messagesInQueue: boolean
  customData?: CustomDataType
}

/** CALL from the CSMS, Provisioning */
export interface GetVariablesRequest {
  /** minItems 1 */
  getVariableData: GetVariableDataType[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Provisioning */
export interface GetVariablesResponse {
  /** minItems 1 */
  getVariableResult: GetVariableResultType[]
  customData?: CustomDataType
}

/** CALL from the charge point, Availability */
export interface HeartbeatRequest {
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Availability */
export interface HeartbeatResponse {
  /** date-time, RFC 3339 */
  currentTime: string
  customData?: CustomDataType
}

/** CALL from the CSMS, ISO15118CertificateManagement */
export interface InstallCertificateRequest {
  certificateType: InstallCertificateUseEnumType
  /** maxLength 5500 */
  certificate: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, ISO15118CertificateManagement */
export interface InstallCertificateResponse {
  status: InstallCertificateStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, Diagnostics */
export interface LogStatusNotificationRequest {
  status: UploadLogStatusEnumType
  /** integer */
  requestId?: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface LogStatusNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, MeterValues */
export interface MeterValuesRequest {
  /** integer */
  evseId: number
  /** minItems 1 */
  meterValue: MeterValueType[]
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, MeterValues */
export interface MeterValuesResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface NotifyChargingLimitRequest {
  /** minItems 1 */
  chargingSchedule?: ChargingScheduleType[]
  /** integer */
  evseId?: number
  chargingLimit: ChargingLimitType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface NotifyChargingLimitResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, Diagnostics */
export interface NotifyCustomerInformationRequest {
  /** maxLength 512 */
  data: string
  /** default false */
  tbc?: boolean
  /** integer */
  seqNo: number
  /** date-time, RFC 3339 */
  generatedAt: string
  /** integer */
  requestId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface NotifyCustomerInformationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, DisplayMessage */
export interface NotifyDisplayMessagesRequest {
  /** minItems 1 */
  messageInfo?: MessageInfoType[]
  /** integer */
  requestId: number
  /** default false */
  tbc?: boolean
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, DisplayMessage */
export interface NotifyDisplayMessagesResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface NotifyEVChargingNeedsRequest {
  /** integer */
  maxScheduleTuples?: number
  chargingNeeds: ChargingNeedsType
  /** integer */
  evseId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface NotifyEVChargingNeedsResponse {
  status: NotifyEVChargingNeedsStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface NotifyEVChargingScheduleRequest {
  /** date-time, RFC 3339 */
  timeBase: string
  chargingSchedule: ChargingScheduleType
  /** integer */
  evseId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface NotifyEVChargingScheduleResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, Diagnostics */
export interface NotifyEventRequest {
  /** date-time, RFC 3339 */
  generatedAt: string
  /** default false */
  tbc?: boolean
  /** integer */
  seqNo: number
  /** minItems 1 */
  eventData: EventDataType[]
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface NotifyEventResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, Diagnostics */
export interface NotifyMonitoringReportRequest {
  /** minItems 1 */
  monitor?: MonitoringDataType[]
  /** integer */
  requestId: number
  /** default false */
  tbc?: boolean
  /** integer */
  seqNo: number
  /** date-time, RFC 3339 */
  generatedAt: string
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface NotifyMonitoringReportResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, Provisioning */
export interface NotifyReportRequest {
  /** integer */
  requestId: number
  /** date-time, RFC 3339 */
  generatedAt: string
  /** minItems 1 */
  reportData?: ReportDataType[]
  /** default false */
  tbc?: boolean
  /** integer */
  seqNo: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Provisioning */
export interface NotifyReportResponse {
  customData?: CustomDataType
}

/** CALL from the CSMS, FirmwareManagement */
export interface PublishFirmwareRequest {
  /** maxLength 512 */
  location: string
  /** integer */
  retries?: number
  /** maxLength 32 */
  checksum: string
  /** integer */
  requestId: number
  /** integer */
  retryInterval?: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, FirmwareManagement */
export interface PublishFirmwareResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, FirmwareManagement */
export interface PublishFirmwareStatusNotificationRequest {
  status: PublishFirmwareStatusEnumType
  /** minItems 1, each maxLength 512 */
  location?: string[]
  /** integer */
  requestId?: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, FirmwareManagement */
export interface PublishFirmwareStatusNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface ReportChargingProfilesRequest {
  /** integer */
  requestId: number
  chargingLimitSource: ChargingLimitSourceEnumType
  /** minItems 1 */
  chargingProfile: ChargingProfileType[]
  /** default false */
  tbc?: boolean
  /** integer */
  evseId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface ReportChargingProfilesResponse {
  customData?: CustomDataType
}

/** CALL from the CSMS, RemoteControl */
export interface RequestStartTransactionRequest {
  /** integer */
  evseId?: number
  groupIdToken?: IdTokenType
  idToken: IdTokenType
  /** integer */
  remoteStartId: number
  chargingProfile?: ChargingProfileType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, RemoteControl */
export interface RequestStartTransactionResponse {
  status: RequestStartStopStatusEnumType
  statusInfo?: StatusInfoType
  /** maxLength 36 */
  transactionId?: string
  customData?: CustomDataType
}

/** CALL from the CSMS, RemoteControl */
export interface RequestStopTransactionRequest {
  /** maxLength 36 */
  transactionId: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, RemoteControl */
export interface RequestStopTransactionResponse {
  status: RequestStartStopStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, Reservation */
export interface ReservationStatusUpdateRequest {
  /** integer */
  reservationId: number
  reservationUpdateStatus: ReservationUpdateStatusEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Reservation */
export interface ReservationStatusUpdateResponse {
  customData?: CustomDataType
}

/** CALL from the CSMS, Reservation */
export interface ReserveNowRequest {
  /** integer */
  id: number
  /** date-time, RFC 3339 */
  expiryDateTime: string
  connectorType?: ConnectorEnumType
  idToken: IdTokenType
  /** integer */
  evseId?: number
  groupIdToken?: IdTokenType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Reservation */
export interface ReserveNowResponse {
  status: ReserveNowStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Provisioning */
export interface ResetRequest {
  type: ResetEnumType
  /** integer */
  evseId?: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Provisioning */
export interface ResetResponse {
  status: ResetStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, Security */
export interface SecurityEventNotificationRequest {
  /** maxLength 50 */
  type: string
  /** date-time, RFC 3339 */
  timestamp: string
  /** maxLength 255 */
  techInfo?: string
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Security */
export interface SecurityEventNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the CSMS, LocalAuthorizationListManagement */
export interface SendLocalListRequest {
  /** minItems 1 */
  localAuthorizationList?: AuthorizationData[]
  /** integer */
  versionNumber: number
  updateType: UpdateEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, LocalAuthorizationListManagement */
export interface SendLocalListResponse {
  status: SendLocalListStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, SmartCharging */
export interface SetChargingProfileRequest {
  /** integer */
  evseId: number
  chargingProfile: ChargingProfileType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface SetChargingProfileResponse {
  status: ChargingProfileStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, DisplayMessage */
export interface SetDisplayMessageRequest {
  message: MessageInfoType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, DisplayMessage */
export interface SetDisplayMessageResponse {
  status: DisplayMessageStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface SetMonitoringBaseRequest {
  monitoringBase: MonitoringBaseEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface SetMonitoringBaseResponse {
  status: GenericDeviceModelStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface SetMonitoringLevelRequest {
  /** integer */
  severity: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface SetMonitoringLevelResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Provisioning */
export interface SetNetworkProfileRequest {
  /** integer */
  configurationSlot: number
  connectionData: NetworkConnectionProfileType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Provisioning */
export interface SetNetworkProfileResponse {
  status: SetNetworkProfileStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface SetVariableMonitoringRequest {
  /** minItems 1 */
  setMonitoringData: SetMonitoringDataType[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface SetVariableMonitoringResponse {
  /** minItems 1 */
  setMonitoringResult: SetMonitoringResultType[]
  customData?: CustomDataType
}

/** CALL from the CSMS, Provisioning */
export interface SetVariablesRequest {
  /** minItems 1 */
  setVariableData: SetVariableDataType[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Provisioning */
export interface SetVariablesResponse {
  /** minItems 1 */
  setVariableResult: SetVariableResultType[]
  customData?: CustomDataType
}

/** CALL from the charge point, Security */
export interface SignCertificateRequest {
  /** maxLength 5500 */
  csr: string
  certificateType?: CertificateSigningUseEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Security */
export interface SignCertificateResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, Availability */
export interface StatusNotificationRequest {
  /** date-time, RFC 3339 */
  timestamp: string
  connectorStatus: ConnectorStatusEnumType
  /** integer */
  evseId: number
  /** integer */
  connectorId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Availability */
export interface StatusNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, Transactions */
export interface TransactionEventRequest {
  eventType: TransactionEventEnumType
  /** minItems 1 */
  meterValue?: MeterValueType[]
  /** date-time, RFC 3339 */
  timestamp: string
  triggerReason: TriggerReasonEnumType
  /** integer */
  seqNo: number
  /** default false */
  offline?: boolean
  /** integer */
  numberOfPhasesUsed?: number
  /** integer */
  cableMaxCurrent?: number
  /** integer */
  reservationId?: number
  transactionInfo: TransactionType
  evse?: EVSEType
  idToken?: IdTokenType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Transactions */
export interface TransactionEventResponse {
  totalCost?: number
  /** integer */
  chargingPriority?: number
  idTokenInfo?: IdTokenInfoType
  updatedPersonalMessage?: MessageContentType
  customData?: CustomDataType
}

/** CALL from the CSMS, RemoteControl */
export interface TriggerMessageRequest {
  evse?: EVSEType
  requestedMessage: MessageTriggerEnumType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, RemoteControl */
export interface TriggerMessageResponse {
  status: TriggerMessageStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, RemoteControl */
export interface UnlockConnectorRequest {
  /** integer */
  evseId: number
  /** integer */
  connectorId: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, RemoteControl */
export interface UnlockConnectorResponse {
  status: UnlockStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, FirmwareManagement */
export interface UnpublishFirmwareRequest {
  /** maxLength 32 */
  checksum: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, FirmwareManagement */
export interface UnpublishFirmwareResponse {
  status: UnpublishFirmwareStatusEnumType
  customData?: CustomDataType
}

/** CALL from the CSMS, FirmwareManagement */
export interface UpdateFirmwareRequest {
  /** integer */
  retries?: number
  /** integer */
  retryInterval?: number
  /** integer */
  requestId: number
  firmware: FirmwareType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, FirmwareManagement */
export interface UpdateFirmwareResponse {
  status: UpdateFirmwareStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

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
  ClearDisplayMessage: {
    request: ClearDisplayMessageRequest
    response: ClearDisplayMessageResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ClearVariableMonitoring: {
    request: ClearVariableMonitoringRequest
    response: ClearVariableMonitoringResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ClearedChargingLimit: {
    request: ClearedChargingLimitRequest
    response: ClearedChargingLimitResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  CostUpdated: {
    request: CostUpdatedRequest
    response: CostUpdatedResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  CustomerInformation: {
    request: CustomerInformationRequest
    response: CustomerInformationResponse
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
  FirmwareStatusNotification: {
    request: FirmwareStatusNotificationRequest
    response: FirmwareStatusNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  Get15118EVCertificate: {
    request: Get15118EVCertificateRequest
    response: Get15118EVCertificateResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  GetBaseReport: {
    request: GetBaseReportRequest
    response: GetBaseReportResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetCertificateStatus: {
    request: GetCertificateStatusRequest
    response: GetCertificateStatusResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  GetChargingProfiles: {
    request: GetChargingProfilesRequest
    response: GetChargingProfilesResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetCompositeSchedule: {
    request: GetCompositeScheduleRequest
    response: GetCompositeScheduleResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetDisplayMessages: {
    request: GetDisplayMessagesRequest
    response: GetDisplayMessagesResponse
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
  GetMonitoringReport: {
    request: GetMonitoringReportRequest
    response: GetMonitoringReportResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetReport: {
    request: GetReportRequest
    response: GetReportResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetTransactionStatus: {
    request: GetTransactionStatusRequest
    response: GetTransactionStatusResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetVariables: {
    request: GetVariablesRequest
    response: GetVariablesResponse
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
  NotifyChargingLimit: {
    request: NotifyChargingLimitRequest
    response: NotifyChargingLimitResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyCustomerInformation: {
    request: NotifyCustomerInformationRequest
    response: NotifyCustomerInformationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyDisplayMessages: {
    request: NotifyDisplayMessagesRequest
    response: NotifyDisplayMessagesResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyEVChargingNeeds: {
    request: NotifyEVChargingNeedsRequest
    response: NotifyEVChargingNeedsResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyEVChargingSchedule: {
    request: NotifyEVChargingScheduleRequest
    response: NotifyEVChargingScheduleResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyEvent: {
    request: NotifyEventRequest
    response: NotifyEventResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyMonitoringReport: {
    request: NotifyMonitoringReportRequest
    response: NotifyMonitoringReportResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyReport: {
    request: NotifyReportRequest
    response: NotifyReportResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  PublishFirmware: {
    request: PublishFirmwareRequest
    response: PublishFirmwareResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  PublishFirmwareStatusNotification: {
    request: PublishFirmwareStatusNotificationRequest
    response: PublishFirmwareStatusNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  ReportChargingProfiles: {
    request: ReportChargingProfilesRequest
    response: ReportChargingProfilesResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  RequestStartTransaction: {
    request: RequestStartTransactionRequest
    response: RequestStartTransactionResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  RequestStopTransaction: {
    request: RequestStopTransactionRequest
    response: RequestStopTransactionResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ReservationStatusUpdate: {
    request: ReservationStatusUpdateRequest
    response: ReservationStatusUpdateResponse
    direction: 'chargePoint'
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
  SetDisplayMessage: {
    request: SetDisplayMessageRequest
    response: SetDisplayMessageResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SetMonitoringBase: {
    request: SetMonitoringBaseRequest
    response: SetMonitoringBaseResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SetMonitoringLevel: {
    request: SetMonitoringLevelRequest
    response: SetMonitoringLevelResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SetNetworkProfile: {
    request: SetNetworkProfileRequest
    response: SetNetworkProfileResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SetVariableMonitoring: {
    request: SetVariableMonitoringRequest
    response: SetVariableMonitoringResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SetVariables: {
    request: SetVariablesRequest
    response: SetVariablesResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SignCertificate: {
    request: SignCertificateRequest
    response: SignCertificateResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  StatusNotification: {
    request: StatusNotificationRequest
    response: StatusNotificationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  TransactionEvent: {
    request: TransactionEventRequest
    response: TransactionEventResponse
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
  UnpublishFirmware: {
    request: UnpublishFirmwareRequest
    response: UnpublishFirmwareResponse
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
  | 'ClearCache'
  | 'ClearChargingProfile'
  | 'ClearDisplayMessage'
  | 'ClearVariableMonitoring'
  | 'ClearedChargingLimit'
  | 'CostUpdated'
  | 'CustomerInformation'
  | 'DataTransfer'
  | 'DeleteCertificate'
  | 'FirmwareStatusNotification'
  | 'Get15118EVCertificate'
  | 'GetBaseReport'
  | 'GetCertificateStatus'
  | 'GetChargingProfiles'
  | 'GetCompositeSchedule'
  | 'GetDisplayMessages'
  | 'GetInstalledCertificateIds'
  | 'GetLocalListVersion'
  | 'GetLog'
  | 'GetMonitoringReport'
  | 'GetReport'
  | 'GetTransactionStatus'
  | 'GetVariables'
  | 'Heartbeat'
  | 'InstallCertificate'
  | 'LogStatusNotification'
  | 'MeterValues'
  | 'NotifyChargingLimit'
  | 'NotifyCustomerInformation'
  | 'NotifyDisplayMessages'
  | 'NotifyEVChargingNeeds'
  | 'NotifyEVChargingSchedule'
  | 'NotifyEvent'
  | 'NotifyMonitoringReport'
  | 'NotifyReport'
  | 'PublishFirmware'
  | 'PublishFirmwareStatusNotification'
  | 'ReportChargingProfiles'
  | 'RequestStartTransaction'
  | 'RequestStopTransaction'
  | 'ReservationStatusUpdate'
  | 'ReserveNow'
  | 'Reset'
  | 'SecurityEventNotification'
  | 'SendLocalList'
  | 'SetChargingProfile'
  | 'SetDisplayMessage'
  | 'SetMonitoringBase'
  | 'SetMonitoringLevel'
  | 'SetNetworkProfile'
  | 'SetVariableMonitoring'
  | 'SetVariables'
  | 'SignCertificate'
  | 'StatusNotification'
  | 'TransactionEvent'
  | 'TriggerMessage'
  | 'UnlockConnector'
  | 'UnpublishFirmware'
  | 'UpdateFirmware'

/** The actions a charge point may send as CALL. */
export type ChargePointAction =
  | 'Authorize'
  | 'BootNotification'
  | 'ClearedChargingLimit'
  | 'DataTransfer'
  | 'FirmwareStatusNotification'
  | 'Get15118EVCertificate'
  | 'GetCertificateStatus'
  | 'Heartbeat'
  | 'LogStatusNotification'
  | 'MeterValues'
  | 'NotifyChargingLimit'
  | 'NotifyCustomerInformation'
  | 'NotifyDisplayMessages'
  | 'NotifyEVChargingNeeds'
  | 'NotifyEVChargingSchedule'
  | 'NotifyEvent'
  | 'NotifyMonitoringReport'
  | 'NotifyReport'
  | 'PublishFirmwareStatusNotification'
  | 'ReportChargingProfiles'
  | 'ReservationStatusUpdate'
  | 'SecurityEventNotification'
  | 'SignCertificate'
  | 'StatusNotification'
  | 'TransactionEvent'

/** The actions a CSMS may send as CALL. */
export type CsmsAction =
  | 'CancelReservation'
  | 'CertificateSigned'
  | 'ChangeAvailability'
  | 'ClearCache'
  | 'ClearChargingProfile'
  | 'ClearDisplayMessage'
  | 'ClearVariableMonitoring'
  | 'CostUpdated'
  | 'CustomerInformation'
  | 'DataTransfer'
  | 'DeleteCertificate'
  | 'GetBaseReport'
  | 'GetChargingProfiles'
  | 'GetCompositeSchedule'
  | 'GetDisplayMessages'
  | 'GetInstalledCertificateIds'
  | 'GetLocalListVersion'
  | 'GetLog'
  | 'GetMonitoringReport'
  | 'GetReport'
  | 'GetTransactionStatus'
  | 'GetVariables'
  | 'InstallCertificate'
  | 'PublishFirmware'
  | 'RequestStartTransaction'
  | 'RequestStopTransaction'
  | 'ReserveNow'
  | 'Reset'
  | 'SendLocalList'
  | 'SetChargingProfile'
  | 'SetDisplayMessage'
  | 'SetMonitoringBase'
  | 'SetMonitoringLevel'
  | 'SetNetworkProfile'
  | 'SetVariableMonitoring'
  | 'SetVariables'
  | 'TriggerMessage'
  | 'UnlockConnector'
  | 'UnpublishFirmware'
  | 'UpdateFirmware'

/** The actions sent as SEND, which have no answer. */
export type SendAction = never
