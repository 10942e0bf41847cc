// OCPP 2.1. Generated from types.ts, messages.ts and actions.ts by `npm run generate`; do not edit.

export interface ACChargingParametersType {
  energyAmount: number
  evMinCurrent: number
  evMaxCurrent: number
  evMaxVoltage: number
  customData?: CustomDataType
}

export type APNAuthenticationEnumType = 'PAP' | 'CHAP' | 'NONE' | 'AUTO'

export interface APNType {
  /** maxLength 2000 */
  apn: string
  /** maxLength 50 */
  apnUserName?: string
  /** maxLength 64 */
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

export interface AbsolutePriceScheduleType {
  /** date-time, RFC 3339 */
  timeAnchor: string
  /** integer, minimum 0 */
  priceScheduleID: number
  /** maxLength 160 */
  priceScheduleDescription?: string
  /** maxLength 3 */
  currency: string
  /** maxLength 8 */
  language: string
  /** maxLength 2000 */
  priceAlgorithm: string
  minimumCost?: RationalNumberType
  maximumCost?: RationalNumberType
  /** minItems 1, maxItems 1024 */
  priceRuleStacks: PriceRuleStackType[]
  /** minItems 1, maxItems 10 */
  taxRules?: TaxRuleType[]
  overstayRuleList?: OverstayRuleListType
  /** minItems 1, maxItems 5 */
  additionalSelectedServices?: AdditionalSelectedServicesType[]
  customData?: CustomDataType
}

export interface AdditionalInfoType {
  /** maxLength 255 */
  additionalIdToken: string
  /** maxLength 50 */
  type: string
  customData?: CustomDataType
}

export interface AdditionalSelectedServicesType {
  serviceFee: RationalNumberType
  /** maxLength 80 */
  serviceName: string
  customData?: CustomDataType
}

export interface AddressType {
  /** maxLength 50 */
  name: string
  /** maxLength 100 */
  address1: string
  /** maxLength 100 */
  address2?: string
  /** maxLength 100 */
  city: string
  /** maxLength 20 */
  postalCode?: string
  /** maxLength 50 */
  country: string
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

export interface BatteryDataType {
  /** integer, minimum 0 */
  evseId: number
  /** maxLength 50 */
  serialNumber: string
  /** minimum 0, maximum 100 */
  soC: number
  /** minimum 0, maximum 100 */
  soH: number
  /** date-time, RFC 3339 */
  productionDate?: string
  /** maxLength 500 */
  vendorInfo?: string
  customData?: CustomDataType
}

export type BatterySwapEventEnumType = 'BatteryIn' | 'BatteryOut' | 'BatteryOutTimeout'

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

export type CertificateSigningUseEnumType = 'ChargingStationCertificate' | 'V2GCertificate' | 'V2G20Certificate'

export type CertificateStatusEnumType = 'Good' | 'Revoked' | 'Unknown' | 'Failed'

export interface CertificateStatusRequestInfoType {
  certificateHashData: CertificateHashDataType
  source: CertificateStatusSourceEnumType
  /** minItems 1, maxItems 5, each maxLength 2000 */
  urls: string[]
  customData?: CustomDataType
}

export type CertificateStatusSourceEnumType = 'CRL' | 'OCSP'

export interface CertificateStatusType {
  certificateHashData: CertificateHashDataType
  source: CertificateStatusSourceEnumType
  status: CertificateStatusEnumType
  /** date-time, RFC 3339 */
  nextUpdate: string
  customData?: CustomDataType
}

export type ChangeAvailabilityStatusEnumType = 'Accepted' | 'Rejected' | 'Scheduled'

export interface ChargingLimitType {
  /** maxLength 20 */
  chargingLimitSource: string
  isLocalGeneration?: boolean
  isGridCritical?: boolean
  customData?: CustomDataType
}

export interface ChargingNeedsType {
  acChargingParameters?: ACChargingParametersType
  derChargingParameters?: DERChargingParametersType
  evEnergyOffer?: EVEnergyOfferType
  requestedEnergyTransfer: EnergyTransferModeEnumType
  dcChargingParameters?: DCChargingParametersType
  v2xChargingParameters?: V2XChargingParametersType
  /** minItems 1 */
  availableEnergyTransfer?: EnergyTransferModeEnumType[]
  controlMode?: ControlModeEnumType
  mobilityNeedsMode?: MobilityNeedsModeEnumType
  /** date-time, RFC 3339 */
  departureTime?: string
  customData?: CustomDataType
}

export interface ChargingPeriodType {
  /** minItems 1 */
  dimensions?: CostDimensionType[]
  /** maxLength 60 */
  tariffId?: string
  /** date-time, RFC 3339 */
  startPeriod: string
  customData?: CustomDataType
}

export interface ChargingProfileCriterionType {
  chargingProfilePurpose?: ChargingProfilePurposeEnumType
  /** integer, minimum 0 */
  stackLevel?: number
  /** minItems 1, each integer */
  chargingProfileId?: number[]
  /** minItems 1, maxItems 4, each maxLength 20 */
  chargingLimitSource?: string[]
  customData?: CustomDataType
}

export type ChargingProfileKindEnumType = 'Absolute' | 'Recurring' | 'Relative' | 'Dynamic'

export type ChargingProfilePurposeEnumType =
  | 'ChargingStationExternalConstraints'
  | 'ChargingStationMaxProfile'
  | 'TxDefaultProfile'
  | 'TxProfile'
  | 'PriorityCharging'
  | 'LocalGeneration'

export type ChargingProfileStatusEnumType = 'Accepted' | 'Rejected'

export interface ChargingProfileType {
  /** integer */
  id: number
  /** integer, minimum 0 */
  stackLevel: number
  chargingProfilePurpose: ChargingProfilePurposeEnumType
  chargingProfileKind: ChargingProfileKindEnumType
  recurrencyKind?: RecurrencyKindEnumType
  /** date-time, RFC 3339 */
  validFrom?: string
  /** date-time, RFC 3339 */
  validTo?: string
  /** maxLength 36 */
  transactionId?: string
  /** integer */
  maxOfflineDuration?: number
  /** minItems 1, maxItems 3 */
  chargingSchedule: ChargingScheduleType[]
  invalidAfterOfflineDuration?: boolean
  /** integer */
  dynUpdateInterval?: number
  /** date-time, RFC 3339 */
  dynUpdateTime?: string
  /** maxLength 256 */
  priceScheduleSignature?: string
  customData?: CustomDataType
}

export type ChargingRateUnitEnumType = 'W' | 'A'

export interface ChargingSchedulePeriodType {
  /** integer */
  startPeriod: number
  limit?: number
  limit_L2?: number
  limit_L3?: number
  /** integer, minimum 0, maximum 3 */
  numberPhases?: number
  /** integer, minimum 0, maximum 3 */
  phaseToUse?: number
  /** maximum 0 */
  dischargeLimit?: number
  /** maximum 0 */
  dischargeLimit_L2?: number
  /** maximum 0 */
  dischargeLimit_L3?: number
  setpoint?: number
  setpoint_L2?: number
  setpoint_L3?: number
  setpointReactive?: number
  setpointReactive_L2?: number
  setpointReactive_L3?: number
  preconditioningRequest?: boolean
  evseSleep?: boolean
  v2xBaseline?: number
  operationMode?: OperationModeEnumType
  /** minItems 1, maxItems 20 */
  v2xFreqWattCurve?: V2XFreqWattPointType[]
  /** minItems 1, maxItems 20 */
  v2xSignalWattCurve?: V2XSignalWattPointType[]
  customData?: CustomDataType
}

export interface ChargingScheduleType {
  /** integer */
  id: number
  limitAtSoC?: LimitAtSoCType
  /** date-time, RFC 3339 */
  startSchedule?: string
  /** integer */
  duration?: number
  chargingRateUnit: ChargingRateUnitEnumType
  minChargingRate?: number
  powerTolerance?: number
  /** integer, minimum 0 */
  signatureId?: number
  /** maxLength 88 */
  digestValue?: string
  useLocalTime?: boolean
  /** minItems 1, maxItems 1024 */
  chargingSchedulePeriod: ChargingSchedulePeriodType[]
  /** integer, minimum 0 */
  randomizedDelay?: number
  salesTariff?: SalesTariffType
  absolutePriceSchedule?: AbsolutePriceScheduleType
  priceLevelSchedule?: PriceLevelScheduleType
  customData?: CustomDataType
}

export interface ChargingScheduleUpdateType {
  limit?: number
  limit_L2?: number
  limit_L3?: number
  /** maximum 0 */
  dischargeLimit?: number
  /** maximum 0 */
  dischargeLimit_L2?: number
  /** maximum 0 */
  dischargeLimit_L3?: number
  setpoint?: number
  setpoint_L2?: number
  setpoint_L3?: number
  setpointReactive?: number
  setpointReactive_L2?: number
  setpointReactive_L3?: number
  customData?: CustomDataType
}

export type ChargingStateEnumType = 'EVConnected' | 'Charging' | 'SuspendedEV' | 'SuspendedEVSE' | 'Idle'

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
  /** integer, minimum 0 */
  evseId?: number
  chargingProfilePurpose?: ChargingProfilePurposeEnumType
  /** integer, minimum 0 */
  stackLevel?: number
  customData?: CustomDataType
}

export type ClearMessageStatusEnumType = 'Accepted' | 'Unknown' | 'Rejected'

export interface ClearMonitoringResultType {
  status: ClearMonitoringStatusEnumType
  /** integer, minimum 0 */
  id: number
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

export type ClearMonitoringStatusEnumType = 'Accepted' | 'Rejected' | 'NotFound'

export interface ClearTariffsResultType {
  statusInfo?: StatusInfoType
  /** maxLength 60 */
  tariffId?: string
  status: TariffClearStatusEnumType
  customData?: CustomDataType
}

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
  /** integer, minimum 0 */
  evseId: number
  /** integer */
  duration: number
  /** date-time, RFC 3339 */
  scheduleStart: string
  chargingRateUnit: ChargingRateUnitEnumType
  /** minItems 1 */
  chargingSchedulePeriod: ChargingSchedulePeriodType[]
  customData?: CustomDataType
}

export type ConnectorStatusEnumType = 'Available' | 'Occupied' | 'Reserved' | 'Unavailable' | 'Faulted'

export interface ConstantStreamDataType {
  /** integer, minimum 0 */
  id: number
  params: PeriodicEventStreamParamsType
  /** integer, minimum 0 */
  variableMonitoringId: number
  customData?: CustomDataType
}

export interface ConsumptionCostType {
  startValue: number
  /** minItems 1, maxItems 3 */
  cost: CostType[]
  customData?: CustomDataType
}

export type ControlModeEnumType = 'ScheduledControl' | 'DynamicControl'

export interface CostDetailsType {
  /** minItems 1 */
  chargingPeriods?: ChargingPeriodType[]
  totalCost: TotalCostType
  totalUsage: TotalUsageType
  failureToCalculate?: boolean
  /** maxLength 500 */
  failureReason?: string
  customData?: CustomDataType
}

export type CostDimensionEnumType =
  | 'Energy'
  | 'MaxCurrent'
  | 'MinCurrent'
  | 'MaxPower'
  | 'MinPower'
  | 'IdleTIme'
  | 'ChargingTime'

export interface CostDimensionType {
  type: CostDimensionEnumType
  volume: number
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
  evMaxCurrent: number
  evMaxVoltage: number
  evMaxPower?: number
  evEnergyCapacity?: number
  energyAmount?: number
  /** integer, minimum 0, maximum 100 */
  stateOfCharge?: number
  /** integer, minimum 0, maximum 100 */
  fullSoC?: number
  /** integer, minimum 0, maximum 100 */
  bulkSoC?: number
  customData?: CustomDataType
}

export interface DERChargingParametersType {
  /** minItems 1 */
  evSupportedDERControl?: DERControlEnumType[]
  evOverExcitedMaxDischargePower?: number
  evOverExcitedPowerFactor?: number
  evUnderExcitedMaxDischargePower?: number
  evUnderExcitedPowerFactor?: number
  maxApparentPower?: number
  maxChargeApparentPower?: number
  maxChargeApparentPower_L2?: number
  maxChargeApparentPower_L3?: number
  maxDischargeApparentPower?: number
  maxDischargeApparentPower_L2?: number
  maxDischargeApparentPower_L3?: number
  maxChargeReactivePower?: number
  maxChargeReactivePower_L2?: number
  maxChargeReactivePower_L3?: number
  minChargeReactivePower?: number
  minChargeReactivePower_L2?: number
  minChargeReactivePower_L3?: number
  maxDischargeReactivePower?: number
  maxDischargeReactivePower_L2?: number
  maxDischargeReactivePower_L3?: number
  minDischargeReactivePower?: number
  minDischargeReactivePower_L2?: number
  minDischargeReactivePower_L3?: number
  nominalVoltage?: number
  nominalVoltageOffset?: number
  maxNominalVoltage?: number
  minNominalVoltage?: number
  /** maxLength 50 */
  evInverterManufacturer?: string
  /** maxLength 50 */
  evInverterModel?: string
  /** maxLength 50 */
  evInverterSerialNumber?: string
  /** maxLength 50 */
  evInverterSwVersion?: string
  /** maxLength 50 */
  evInverterHwVersion?: string
  /** minItems 1 */
  evIslandingDetectionMethod?: IslandingDetectionEnumType[]
  evIslandingTripTime?: number
  evMaximumLevel1DCInjection?: number
  evDurationLevel1DCInjection?: number
  evMaximumLevel2DCInjection?: number
  evDurationLevel2DCInjection?: number
  evReactiveSusceptance?: number
  evSessionTotalDischargeEnergyAvailable?: number
  customData?: CustomDataType
}

export type DERControlEnumType =
  | 'EnterService'
  | 'FreqDroop'
  | 'FreqWatt'
  | 'FixedPFAbsorb'
  | 'FixedPFInject'
  | 'FixedVar'
  | 'Gradients'
  | 'HFMustTrip'
  | 'HFMayTrip'
  | 'HVMustTrip'
  | 'HVMomCess'
  | 'HVMayTrip'
  | 'LimitMaxDischarge'
  | 'LFMustTrip'
  | 'LVMustTrip'
  | 'LVMomCess'
  | 'LVMayTrip'
  | 'PowerMonitoringMustTrip'
  | 'VoltVar'
  | 'VoltWatt'
  | 'WattPF'
  | 'WattVar'

export type DERControlStatusEnumType = 'Accepted' | 'Rejected' | 'NotSupported' | 'NotFound'

export interface DERCurveGetType {
  curve: DERCurveType
  /** maxLength 36 */
  id: string
  curveType: DERControlEnumType
  isDefault: boolean
  isSuperseded: boolean
  customData?: CustomDataType
}

export interface DERCurvePointsType {
  x: number
  y: number
  customData?: CustomDataType
}

export interface DERCurveType {
  /** minItems 1, maxItems 10 */
  curveData: DERCurvePointsType[]
  hysteresis?: HysteresisType
  /** integer, minimum 0 */
  priority: number
  reactivePowerParams?: ReactivePowerParamsType
  voltageParams?: VoltageParamsType
  yUnit: DERUnitEnumType
  responseTime?: number
  /** date-time, RFC 3339 */
  startTime?: string
  duration?: number
  customData?: CustomDataType
}

export type DERUnitEnumType = 'Not_Applicable' | 'PctMaxW' | 'PctMaxVar' | 'PctWAvail' | 'PctVarAvail' | 'PctEffectiveV'

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

export type DayOfWeekEnumType = 'Monday' | 'Tuesday' | 'Wednesday' | 'Thursday' | 'Friday' | 'Saturday' | 'Sunday'

export type DeleteCertificateStatusEnumType = 'Accepted' | 'Failed' | 'NotFound'

export type DisplayMessageStatusEnumType =
  | 'Accepted'
  | 'NotSupportedMessageFormat'
  | 'Rejected'
  | 'NotSupportedPriority'
  | 'NotSupportedState'
  | 'UnknownTransaction'
  | 'LanguageNotSupported'

export interface EVAbsolutePriceScheduleEntryType {
  /** integer */
  duration: number
  /** minItems 1, maxItems 8 */
  evPriceRule: EVPriceRuleType[]
  customData?: CustomDataType
}

export interface EVAbsolutePriceScheduleType {
  /** date-time, RFC 3339 */
  timeAnchor: string
  /** maxLength 3 */
  currency: string
  /** minItems 1, maxItems 1024 */
  evAbsolutePriceScheduleEntries: EVAbsolutePriceScheduleEntryType[]
  /** maxLength 2000 */
  priceAlgorithm: string
  customData?: CustomDataType
}

export interface EVEnergyOfferType {
  evAbsolutePriceSchedule?: EVAbsolutePriceScheduleType
  evPowerSchedule: EVPowerScheduleType
  customData?: CustomDataType
}

export interface EVPowerScheduleEntryType {
  /** integer */
  duration: number
  power: number
  customData?: CustomDataType
}

export interface EVPowerScheduleType {
  /** minItems 1, maxItems 1024 */
  evPowerScheduleEntries: EVPowerScheduleEntryType[]
  /** date-time, RFC 3339 */
  timeAnchor: string
  customData?: CustomDataType
}

export interface EVPriceRuleType {
  energyFee: number
  powerRangeStart: number
  customData?: CustomDataType
}

export interface EVSEType {
  /** integer, minimum 0 */
  id: number
  /** integer, minimum 0 */
  connectorId?: number
  customData?: CustomDataType
}

export type EnergyTransferModeEnumType =
  | 'AC_single_phase'
  | 'AC_two_phase'
  | 'AC_three_phase'
  | 'DC'
  | 'AC_BPT'
  | 'AC_BPT_DER'
  | 'AC_DER'
  | 'DC_BPT'
  | 'DC_ACDP'
  | 'DC_ACDP_BPT'
  | 'WPT'

export interface EnterServiceGetType {
  enterService: EnterServiceType
  /** maxLength 36 */
  id: string
  customData?: CustomDataType
}

export interface EnterServiceType {
  /** integer, minimum 0 */
  priority: number
  highVoltage: number
  lowVoltage: number
  highFreq: number
  lowFreq: number
  delay?: number
  randomDelay?: number
  rampRate?: number
  customData?: CustomDataType
}

export interface EventDataType {
  /** integer, minimum 0 */
  eventId: number
  /** date-time, RFC 3339 */
  timestamp: string
  trigger: EventTriggerEnumType
  /** integer, minimum 0 */
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
  /** integer, minimum 0 */
  variableMonitoringId?: number
  eventNotificationType: EventNotificationEnumType
  variable: VariableType
  /** integer, minimum 0 */
  severity?: number
  customData?: CustomDataType
}

export type EventNotificationEnumType =
  | 'HardWiredNotification'
  | 'HardWiredMonitor'
  | 'PreconfiguredMonitor'
  | 'CustomMonitor'

export type EventTriggerEnumType = 'Alerting' | 'Delta' | 'Periodic'

export type EvseKindEnumType = 'AC' | 'DC'

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
  /** maxLength 2000 */
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

export interface FixedPFGetType {
  fixedPF: FixedPFType
  /** maxLength 36 */
  id: string
  isDefault: boolean
  isSuperseded: boolean
  customData?: CustomDataType
}

export interface FixedPFType {
  /** integer, minimum 0 */
  priority: number
  displacement: number
  excitation: boolean
  /** date-time, RFC 3339 */
  startTime?: string
  duration?: number
  customData?: CustomDataType
}

export interface FixedVarGetType {
  fixedVar: FixedVarType
  /** maxLength 36 */
  id: string
  isDefault: boolean
  isSuperseded: boolean
  customData?: CustomDataType
}

export interface FixedVarType {
  /** integer, minimum 0 */
  priority: number
  setpoint: number
  unit: DERUnitEnumType
  /** date-time, RFC 3339 */
  startTime?: string
  duration?: number
  customData?: CustomDataType
}

export interface FreqDroopGetType {
  freqDroop: FreqDroopType
  /** maxLength 36 */
  id: string
  isDefault: boolean
  isSuperseded: boolean
  customData?: CustomDataType
}

export interface FreqDroopType {
  /** integer, minimum 0 */
  priority: number
  overFreq: number
  underFreq: number
  overDroop: number
  underDroop: number
  responseTime: number
  /** date-time, RFC 3339 */
  startTime?: string
  duration?: number
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
  | 'OEMRootCertificate'

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
  attributeStatus: GetVariableStatusEnumType
  attributeStatusInfo?: StatusInfoType
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

export interface GradientGetType {
  gradient: GradientType
  /** maxLength 36 */
  id: string
  customData?: CustomDataType
}

export interface GradientType {
  /** integer, minimum 0 */
  priority: number
  gradient: number
  softGradient: number
  customData?: CustomDataType
}

export type GridEventFaultEnumType =
  | 'CurrentImbalance'
  | 'LocalEmergency'
  | 'LowInputPower'
  | 'OverCurrent'
  | 'OverFrequency'
  | 'OverVoltage'
  | 'PhaseRotation'
  | 'RemoteEmergency'
  | 'UnderFrequency'
  | 'UnderVoltage'
  | 'VoltageImbalance'

export type HashAlgorithmEnumType = 'SHA256' | 'SHA384' | 'SHA512'

export interface HysteresisType {
  hysteresisHigh?: number
  hysteresisLow?: number
  hysteresisDelay?: number
  hysteresisGradient?: number
  customData?: CustomDataType
}

export interface IdTokenInfoType {
  status: AuthorizationStatusEnumType
  /** date-time, RFC 3339 */
  cacheExpiryDateTime?: string
  /** integer */
  chargingPriority?: number
  groupIdToken?: IdTokenType
  /** maxLength 8 */
  language1?: string
  /** maxLength 8 */
  language2?: string
  /** minItems 1, each integer, minimum 0 */
  evseId?: number[]
  personalMessage?: MessageContentType
  customData?: CustomDataType
}

export interface IdTokenType {
  /** minItems 1 */
  additionalInfo?: AdditionalInfoType[]
  /** maxLength 255 */
  idToken: string
  /** maxLength 20 */
  type: string
  customData?: CustomDataType
}

export type InstallCertificateStatusEnumType = 'Accepted' | 'Rejected' | 'Failed'

export type InstallCertificateUseEnumType =
  | 'V2GRootCertificate'
  | 'MORootCertificate'
  | 'ManufacturerRootCertificate'
  | 'CSMSRootCertificate'
  | 'OEMRootCertificate'

export type IslandingDetectionEnumType =
  | 'NoAntiIslandingSupport'
  | 'RoCoF'
  | 'UVP_OVP'
  | 'UFP_OFP'
  | 'VoltageVectorShift'
  | 'ZeroCrossingDetection'
  | 'OtherPassive'
  | 'ImpedanceMeasurement'
  | 'ImpedanceAtFrequency'
  | 'SlipModeFrequencyShift'
  | 'SandiaFrequencyShift'
  | 'SandiaVoltageShift'
  | 'FrequencyJump'
  | 'RCLQFactor'
  | 'OtherActive'

export type Iso15118EVCertificateStatusEnumType = 'Accepted' | 'Failed'

export interface LimitAtSoCType {
  /** integer, minimum 0, maximum 100 */
  soc: number
  limit: number
  customData?: CustomDataType
}

export interface LimitMaxDischargeGetType {
  /** maxLength 36 */
  id: string
  isDefault: boolean
  isSuperseded: boolean
  limitMaxDischarge: LimitMaxDischargeType
  customData?: CustomDataType
}

export interface LimitMaxDischargeType {
  /** integer, minimum 0 */
  priority: number
  pctMaxDischargePower?: number
  powerMonitoringMustTrip?: DERCurveType
  /** date-time, RFC 3339 */
  startTime?: string
  duration?: number
  customData?: CustomDataType
}

export type LocationEnumType = 'Body' | 'Cable' | 'EV' | 'Inlet' | 'Outlet' | 'Upstream'

export type LogEnumType = 'DiagnosticsLog' | 'SecurityLog' | 'DataCollectorLog'

export interface LogParametersType {
  /** maxLength 2000 */
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
  | 'Current.Export.Offered'
  | 'Current.Export.Minimum'
  | 'Current.Import'
  | 'Current.Import.Offered'
  | 'Current.Import.Minimum'
  | 'Current.Offered'
  | 'Display.PresentSOC'
  | 'Display.MinimumSOC'
  | 'Display.TargetSOC'
  | 'Display.MaximumSOC'
  | 'Display.RemainingTimeToMinimumSOC'
  | 'Display.RemainingTimeToTargetSOC'
  | 'Display.RemainingTimeToMaximumSOC'
  | 'Display.ChargingComplete'
  | 'Display.BatteryEnergyCapacity'
  | 'Display.InletHot'
  | 'Energy.Active.Export.Interval'
  | 'Energy.Active.Export.Register'
  | 'Energy.Active.Import.Interval'
  | 'Energy.Active.Import.Register'
  | 'Energy.Active.Import.CableLoss'
  | 'Energy.Active.Import.LocalGeneration.Register'
  | 'Energy.Active.Net'
  | 'Energy.Active.Setpoint.Interval'
  | 'Energy.Apparent.Export'
  | 'Energy.Apparent.Import'
  | 'Energy.Apparent.Net'
  | 'Energy.Reactive.Export.Interval'
  | 'Energy.Reactive.Export.Register'
  | 'Energy.Reactive.Import.Interval'
  | 'Energy.Reactive.Import.Register'
  | 'Energy.Reactive.Net'
  | 'EnergyRequest.Target'
  | 'EnergyRequest.Minimum'
  | 'EnergyRequest.Maximum'
  | 'EnergyRequest.Minimum.V2X'
  | 'EnergyRequest.Maximum.V2X'
  | 'EnergyRequest.Bulk'
  | 'Frequency'
  | 'Power.Active.Export'
  | 'Power.Active.Import'
  | 'Power.Active.Setpoint'
  | 'Power.Active.Residual'
  | 'Power.Export.Minimum'
  | 'Power.Export.Offered'
  | 'Power.Factor'
  | 'Power.Import.Offered'
  | 'Power.Import.Minimum'
  | 'Power.Offered'
  | 'Power.Reactive.Export'
  | 'Power.Reactive.Import'
  | 'SoC'
  | 'Voltage'
  | 'Voltage.Minimum'
  | 'Voltage.Maximum'

export interface MessageContentType {
  format: MessageFormatEnumType
  /** maxLength 8 */
  language?: string
  /** maxLength 1024 */
  content: string
  customData?: CustomDataType
}

export type MessageFormatEnumType = 'ASCII' | 'HTML' | 'URI' | 'UTF8' | 'QRCODE'

export interface MessageInfoType {
  display?: ComponentType
  /** integer, minimum 0 */
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
  /** minItems 1, maxItems 4 */
  messageExtra?: MessageContentType[]
  customData?: CustomDataType
}

export type MessagePriorityEnumType = 'AlwaysFront' | 'InFront' | 'NormalCycle'

export type MessageStateEnumType = 'Charging' | 'Faulted' | 'Idle' | 'Unavailable' | 'Suspended' | 'Discharging'

export type MessageTriggerEnumType =
  | 'BootNotification'
  | 'LogStatusNotification'
  | 'FirmwareStatusNotification'
  | 'Heartbeat'
  | 'MeterValues'
  | 'SignChargingStationCertificate'
  | 'SignV2GCertificate'
  | 'SignV2G20Certificate'
  | 'StatusNotification'
  | 'TransactionEvent'
  | 'SignCombinedCertificate'
  | 'PublishFirmwareStatusNotification'
  | 'CustomTrigger'

export interface MeterValueType {
  /** minItems 1 */
  sampledValue: SampledValueType[]
  /** date-time, RFC 3339 */
  timestamp: string
  customData?: CustomDataType
}

export type MobilityNeedsModeEnumType = 'EVCC' | 'EVCC_SECC'

export interface ModemType {
  /** maxLength 20 */
  iccid?: string
  /** maxLength 20 */
  imsi?: string
  customData?: CustomDataType
}

export type MonitorEnumType =
  | 'UpperThreshold'
  | 'LowerThreshold'
  | 'Delta'
  | 'Periodic'
  | 'PeriodicClockAligned'
  | 'TargetDelta'
  | 'TargetDeltaRelative'

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
  ocppVersion?: OCPPVersionEnumType
  ocppInterface: OCPPInterfaceEnumType
  ocppTransport: OCPPTransportEnumType
  /** integer */
  messageTimeout: number
  /** maxLength 2000 */
  ocppCsmsUrl: string
  /** integer, minimum 0 */
  securityProfile: number
  /** maxLength 48 */
  identity?: string
  /** maxLength 64 */
  basicAuthPassword?: string
  vpn?: VPNType
  customData?: CustomDataType
}

export type NotifyAllowedEnergyTransferStatusEnumType = 'Accepted' | 'Rejected'

export type NotifyEVChargingNeedsStatusEnumType = 'Accepted' | 'Rejected' | 'Processing' | 'NoChargingProfile'

export type OCPPInterfaceEnumType =
  | 'Wired0'
  | 'Wired1'
  | 'Wired2'
  | 'Wired3'
  | 'Wireless0'
  | 'Wireless1'
  | 'Wireless2'
  | 'Wireless3'
  | 'Any'

export type OCPPTransportEnumType = 'SOAP' | 'JSON'

export type OCPPVersionEnumType = 'OCPP12' | 'OCPP15' | 'OCPP16' | 'OCPP20' | 'OCPP201' | 'OCPP21'

export interface OCSPRequestDataType {
  hashAlgorithm: HashAlgorithmEnumType
  /** maxLength 128 */
  issuerNameHash: string
  /** maxLength 128 */
  issuerKeyHash: string
  /** maxLength 40 */
  serialNumber: string
  /** maxLength 2000 */
  responderURL: string
  customData?: CustomDataType
}

export type OperationModeEnumType =
  | 'Idle'
  | 'ChargingOnly'
  | 'CentralSetpoint'
  | 'ExternalSetpoint'
  | 'ExternalLimits'
  | 'CentralFrequency'
  | 'LocalFrequency'
  | 'LocalLoadBalancing'

export type OperationalStatusEnumType = 'Inoperative' | 'Operative'

export interface OverstayRuleListType {
  overstayPowerThreshold?: RationalNumberType
  /** minItems 1, maxItems 5 */
  overstayRule: OverstayRuleType[]
  /** integer */
  overstayTimeThreshold?: number
  customData?: CustomDataType
}

export interface OverstayRuleType {
  overstayFee: RationalNumberType
  /** maxLength 32 */
  overstayRuleDescription?: string
  /** integer */
  startTime: number
  /** integer */
  overstayFeePeriod: number
  customData?: CustomDataType
}

export type PaymentStatusEnumType = 'Settled' | 'Canceled' | 'Rejected' | 'Failed'

export interface PeriodicEventStreamParamsType {
  /** integer, minimum 0 */
  interval?: number
  /** integer, minimum 0 */
  values?: number
  customData?: CustomDataType
}

export type PhaseEnumType = 'L1' | 'L2' | 'L3' | 'N' | 'L1-N' | 'L2-N' | 'L3-N' | 'L1-L2' | 'L2-L3' | 'L3-L1'

export type PowerDuringCessationEnumType = 'Active' | 'Reactive'

export type PreconditioningStatusEnumType = 'Unknown' | 'Ready' | 'NotReady' | 'Preconditioning'

export interface PriceLevelScheduleEntryType {
  /** integer */
  duration: number
  /** integer, minimum 0 */
  priceLevel: number
  customData?: CustomDataType
}

export interface PriceLevelScheduleType {
  /** minItems 1, maxItems 100 */
  priceLevelScheduleEntries: PriceLevelScheduleEntryType[]
  /** date-time, RFC 3339 */
  timeAnchor: string
  /** integer, minimum 0 */
  priceScheduleId: number
  /** maxLength 32 */
  priceScheduleDescription?: string
  /** integer, minimum 0 */
  numberOfPriceLevels: number
  customData?: CustomDataType
}

export interface PriceRuleStackType {
  /** integer */
  duration: number
  /** minItems 1, maxItems 8 */
  priceRule: PriceRuleType[]
  customData?: CustomDataType
}

export interface PriceRuleType {
  /** integer */
  parkingFeePeriod?: number
  /** integer, minimum 0 */
  carbonDioxideEmission?: number
  /** integer, minimum 0, maximum 100 */
  renewableGenerationPercentage?: number
  energyFee: RationalNumberType
  parkingFee?: RationalNumberType
  powerRangeStart: RationalNumberType
  customData?: CustomDataType
}

export interface PriceType {
  exclTax?: number
  inclTax?: number
  /** minItems 1, maxItems 5 */
  taxRates?: TaxRateType[]
  customData?: CustomDataType
}

export type PriorityChargingStatusEnumType = 'Accepted' | 'Rejected' | 'NoProfile'

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

export interface RationalNumberType {
  /** integer */
  exponent: number
  /** integer */
  value: number
  customData?: CustomDataType
}

export interface ReactivePowerParamsType {
  vRef?: number
  autonomousVRefEnable?: boolean
  autonomousVRefTimeConstant?: number
  customData?: CustomDataType
}

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
  | 'MasterPass'
  | 'Local'
  | 'LocalOutOfCredit'
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
  | 'ReqEnergyTransferRejected'

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

export type ReservationUpdateStatusEnumType = 'Expired' | 'Removed' | 'NoTransaction'

export type ReserveNowStatusEnumType = 'Accepted' | 'Faulted' | 'Occupied' | 'Rejected' | 'Unavailable'

export type ResetEnumType = 'Immediate' | 'OnIdle' | 'ImmediateAndResume'

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
  /** integer, minimum 0 */
  id: number
  /** maxLength 32 */
  salesTariffDescription?: string
  /** integer, minimum 0 */
  numEPriceLevels?: number
  /** minItems 1, maxItems 1024 */
  salesTariffEntry: SalesTariffEntryType[]
  customData?: CustomDataType
}

export interface SampledValueType {
  value: number
  /** default Energy.Active.Import.Register */
  measurand?: MeasurandEnumType
  /** default Sample.Periodic */
  context?: ReadingContextEnumType
  phase?: PhaseEnumType
  /** default Outlet */
  location?: LocationEnumType
  signedMeterValue?: SignedMeterValueType
  unitOfMeasure?: UnitOfMeasureType
  customData?: CustomDataType
}

export type SendLocalListStatusEnumType = 'Accepted' | 'Failed' | 'VersionMismatch'

export interface SetMonitoringDataType {
  /** integer, minimum 0 */
  id?: number
  periodicEventStream?: PeriodicEventStreamParamsType
  /** default false */
  transaction?: boolean
  value: number
  type: MonitorEnumType
  /** integer, minimum 0 */
  severity: number
  component: ComponentType
  variable: VariableType
  customData?: CustomDataType
}

export interface SetMonitoringResultType {
  /** integer, minimum 0 */
  id?: number
  statusInfo?: StatusInfoType
  status: SetMonitoringStatusEnumType
  type: MonitorEnumType
  component: ComponentType
  variable: VariableType
  /** integer, minimum 0 */
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
  /** maxLength 2500 */
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
  /** maxLength 32768 */
  signedMeterData: string
  /** maxLength 50 */
  signingMethod?: string
  /** maxLength 50 */
  encodingMethod: string
  /** maxLength 2500 */
  publicKey?: string
  customData?: CustomDataType
}

export interface StatusInfoType {
  /** maxLength 20 */
  reasonCode: string
  /** maxLength 1024 */
  additionalInfo?: string
  customData?: CustomDataType
}

export interface StreamDataElementType {
  t: number
  /** maxLength 2500 */
  v: string
  customData?: CustomDataType
}

export interface TariffAssignmentType {
  /** maxLength 60 */
  tariffId: string
  tariffKind: TariffKindEnumType
  /** date-time, RFC 3339 */
  validFrom?: string
  /** minItems 1, each integer, minimum 0 */
  evseIds?: number[]
  /** minItems 1, each maxLength 255 */
  idTokens?: string[]
  customData?: CustomDataType
}

export type TariffChangeStatusEnumType =
  | 'Accepted'
  | 'Rejected'
  | 'TooManyElements'
  | 'ConditionNotSupported'
  | 'TxNotFound'
  | 'NoCurrencyChange'

export type TariffClearStatusEnumType = 'Accepted' | 'Rejected' | 'NoTariff'

export interface TariffConditionsFixedType {
  startTimeOfDay?: string
  endTimeOfDay?: string
  /** minItems 1, maxItems 7 */
  dayOfWeek?: DayOfWeekEnumType[]
  validFromDate?: string
  validToDate?: string
  evseKind?: EvseKindEnumType
  /** maxLength 20 */
  paymentBrand?: string
  /** maxLength 20 */
  paymentRecognition?: string
  customData?: CustomDataType
}

export interface TariffConditionsType {
  startTimeOfDay?: string
  endTimeOfDay?: string
  /** minItems 1, maxItems 7 */
  dayOfWeek?: DayOfWeekEnumType[]
  validFromDate?: string
  validToDate?: string
  evseKind?: EvseKindEnumType
  minEnergy?: number
  maxEnergy?: number
  minCurrent?: number
  maxCurrent?: number
  minPower?: number
  maxPower?: number
  /** integer */
  minTime?: number
  /** integer */
  maxTime?: number
  /** integer */
  minChargingTime?: number
  /** integer */
  maxChargingTime?: number
  /** integer */
  minIdleTime?: number
  /** integer */
  maxIdleTime?: number
  customData?: CustomDataType
}

export type TariffCostEnumType = 'NormalCost' | 'MinCost' | 'MaxCost'

export interface TariffEnergyPriceType {
  priceKwh: number
  conditions?: TariffConditionsType
  customData?: CustomDataType
}

export interface TariffEnergyType {
  /** minItems 1 */
  prices: TariffEnergyPriceType[]
  /** minItems 1, maxItems 5 */
  taxRates?: TaxRateType[]
  customData?: CustomDataType
}

export interface TariffFixedPriceType {
  conditions?: TariffConditionsFixedType
  priceFixed: number
  customData?: CustomDataType
}

export interface TariffFixedType {
  /** minItems 1 */
  prices: TariffFixedPriceType[]
  /** minItems 1, maxItems 5 */
  taxRates?: TaxRateType[]
  customData?: CustomDataType
}

export type TariffGetStatusEnumType = 'Accepted' | 'Rejected' | 'NoTariff'

export type TariffKindEnumType = 'DefaultTariff' | 'DriverTariff'

export type TariffSetStatusEnumType =
  | 'Accepted'
  | 'Rejected'
  | 'TooManyElements'
  | 'ConditionNotSupported'
  | 'DuplicateTariffId'

export interface TariffTimePriceType {
  priceMinute: number
  conditions?: TariffConditionsType
  customData?: CustomDataType
}

export interface TariffTimeType {
  /** minItems 1 */
  prices: TariffTimePriceType[]
  /** minItems 1, maxItems 5 */
  taxRates?: TaxRateType[]
  customData?: CustomDataType
}

export interface TariffType {
  /** maxLength 60 */
  tariffId: string
  /** minItems 1, maxItems 10 */
  description?: MessageContentType[]
  /** maxLength 3 */
  currency: string
  energy?: TariffEnergyType
  /** date-time, RFC 3339 */
  validFrom?: string
  chargingTime?: TariffTimeType
  idleTime?: TariffTimeType
  fixedFee?: TariffFixedType
  reservationTime?: TariffTimeType
  reservationFixed?: TariffFixedType
  minCost?: PriceType
  maxCost?: PriceType
  customData?: CustomDataType
}

export interface TaxRateType {
  /** maxLength 20 */
  type: string
  tax: number
  /** integer, minimum 0 */
  stack?: number
  customData?: CustomDataType
}

export interface TaxRuleType {
  /** integer, minimum 0 */
  taxRuleID: number
  /** maxLength 100 */
  taxRuleName?: string
  taxIncludedInPrice?: boolean
  appliesToEnergyFee: boolean
  appliesToParkingFee: boolean
  appliesToOverstayFee: boolean
  appliesToMinimumMaximumCost: boolean
  taxRate: RationalNumberType
  customData?: CustomDataType
}

export interface TotalCostType {
  /** maxLength 3 */
  currency: string
  typeOfCost: TariffCostEnumType
  fixed?: PriceType
  energy?: PriceType
  chargingTime?: PriceType
  idleTime?: PriceType
  reservationTime?: PriceType
  reservationFixed?: PriceType
  total: TotalPriceType
  customData?: CustomDataType
}

export interface TotalPriceType {
  exclTax?: number
  inclTax?: number
  customData?: CustomDataType
}

export interface TotalUsageType {
  energy: number
  /** integer */
  chargingTime: number
  /** integer */
  idleTime: number
  /** integer */
  reservationTime?: number
  customData?: CustomDataType
}

export type TransactionEventEnumType = 'Ended' | 'Started' | 'Updated'

export interface TransactionLimitType {
  maxCost?: number
  maxEnergy?: number
  /** integer */
  maxTime?: number
  /** integer, minimum 0, maximum 100 */
  maxSoC?: number
  customData?: CustomDataType
}

export interface TransactionType {
  /** maxLength 36 */
  transactionId: string
  chargingState?: ChargingStateEnumType
  /** integer */
  timeSpentCharging?: number
  stoppedReason?: ReasonEnumType
  /** integer */
  remoteStartId?: number
  operationMode?: OperationModeEnumType
  /** maxLength 60 */
  tariffId?: string
  transactionLimit?: TransactionLimitType
  customData?: CustomDataType
}

export type TriggerMessageStatusEnumType = 'Accepted' | 'Rejected' | 'NotImplemented'

export type TriggerReasonEnumType =
  | 'AbnormalCondition'
  | 'Authorized'
  | 'CablePluggedIn'
  | 'ChargingRateChanged'
  | 'ChargingStateChanged'
  | 'CostLimitReached'
  | 'Deauthorized'
  | 'EnergyLimitReached'
  | 'EVCommunicationLost'
  | 'EVConnectTimeout'
  | 'EVDeparted'
  | 'EVDetected'
  | 'LimitSet'
  | 'MeterValueClock'
  | 'MeterValuePeriodic'
  | 'OperationModeChanged'
  | 'RemoteStart'
  | 'RemoteStop'
  | 'ResetCommand'
  | 'RunningCost'
  | 'SignedDataReceived'
  | 'SoCLimitReached'
  | 'StopAuthorized'
  | 'TariffChanged'
  | 'TariffNotAccepted'
  | 'TimeLimitReached'
  | 'Trigger'
  | 'TxResumed'
  | 'UnlockCommand'

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

export interface V2XChargingParametersType {
  minChargePower?: number
  minChargePower_L2?: number
  minChargePower_L3?: number
  maxChargePower?: number
  maxChargePower_L2?: number
  maxChargePower_L3?: number
  minDischargePower?: number
  minDischargePower_L2?: number
  minDischargePower_L3?: number
  maxDischargePower?: number
  maxDischargePower_L2?: number
  maxDischargePower_L3?: number
  minChargeCurrent?: number
  maxChargeCurrent?: number
  minDischargeCurrent?: number
  maxDischargeCurrent?: number
  minVoltage?: number
  maxVoltage?: number
  evTargetEnergyRequest?: number
  evMinEnergyRequest?: number
  evMaxEnergyRequest?: number
  evMinV2XEnergyRequest?: number
  evMaxV2XEnergyRequest?: number
  /** integer, minimum 0, maximum 100 */
  targetSoC?: number
  customData?: CustomDataType
}

export interface V2XFreqWattPointType {
  frequency: number
  power: number
  customData?: CustomDataType
}

export interface V2XSignalWattPointType {
  /** integer */
  signal: number
  power: number
  customData?: CustomDataType
}

export type VPNEnumType = 'IKEv2' | 'IPSec' | 'L2TP' | 'PPTP'

export interface VPNType {
  /** maxLength 2000 */
  server: string
  /** maxLength 50 */
  user: string
  /** maxLength 50 */
  group?: string
  /** maxLength 64 */
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
  /** integer, minimum 1 */
  maxElements?: number
  /** maxLength 1000 */
  valuesList?: string
  supportsMonitoring: boolean
  customData?: CustomDataType
}

export interface VariableMonitoringType {
  /** integer, minimum 0 */
  id: number
  transaction: boolean
  value: number
  type: MonitorEnumType
  /** integer, minimum 0 */
  severity: number
  eventNotificationType: EventNotificationEnumType
  customData?: CustomDataType
}

export interface VariableType {
  /** maxLength 50 */
  name: string
  /** maxLength 50 */
  instance?: string
  customData?: CustomDataType
}

export interface VoltageParamsType {
  hv10MinMeanValue?: number
  hv10MinMeanTripDelay?: number
  powerDuringCessation?: PowerDuringCessationEnumType
  customData?: CustomDataType
}

/** CALL from the CSMS, BidirectionalPowerTransfer */
export interface AFRRSignalRequest {
  /** date-time, RFC 3339 */
  timestamp: string
  /** integer */
  signal: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, BidirectionalPowerTransfer */
export interface AFRRSignalResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface AdjustPeriodicEventStreamRequest {
  /** integer, minimum 0 */
  id: number
  params: PeriodicEventStreamParamsType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface AdjustPeriodicEventStreamResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, Authorization */
export interface AuthorizeRequest {
  idToken: IdTokenType
  /** maxLength 10000 */
  certificate?: string
  /** minItems 1, maxItems 4 */
  iso15118CertificateHashData?: OCSPRequestDataType[]
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Authorization */
export interface AuthorizeResponse {
  idTokenInfo: IdTokenInfoType
  certificateStatus?: AuthorizeCertificateStatusEnumType
  /** minItems 1 */
  allowedEnergyTransfer?: EnergyTransferModeEnumType[]
  tariff?: TariffType
  customData?: CustomDataType
}

/** CALL from the charge point, BatterySwapping */
export interface BatterySwapRequest {
  /** minItems 1 */
  batteryData: BatteryDataType[]
  eventType: BatterySwapEventEnumType
  idToken: IdTokenType
  /** integer */
  requestId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, BatterySwapping */
export interface BatterySwapResponse {
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
  /** integer, minimum 0 */
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
  /** integer */
  requestId?: number
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

/** CALL from the CSMS, TariffAndCost */
export interface ChangeTransactionTariffRequest {
  tariff: TariffType
  /** maxLength 36 */
  transactionId: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, TariffAndCost */
export interface ChangeTransactionTariffResponse {
  status: TariffChangeStatusEnumType
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

/** CALL from the CSMS, DERControl */
export interface ClearDERControlRequest {
  isDefault: boolean
  controlType?: DERControlEnumType
  /** maxLength 36 */
  controlId?: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, DERControl */
export interface ClearDERControlResponse {
  status: DERControlStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, DisplayMessage */
export interface ClearDisplayMessageRequest {
  /** integer, minimum 0 */
  id: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, DisplayMessage */
export interface ClearDisplayMessageResponse {
  status: ClearMessageStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, TariffAndCost */
export interface ClearTariffsRequest {
  /** minItems 1, each maxLength 60 */
  tariffIds?: string[]
  /** integer, minimum 0 */
  evseId?: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, TariffAndCost */
export interface ClearTariffsResponse {
  /** minItems 1 */
  clearTariffsResult: ClearTariffsResultType[]
  customData?: CustomDataType
}

/** CALL from the CSMS, Diagnostics */
export interface ClearVariableMonitoringRequest {
  /** minItems 1, each integer, minimum 0 */
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
  /** maxLength 20 */
  chargingLimitSource: string
  /** integer, minimum 0 */
  evseId?: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface ClearedChargingLimitResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, Diagnostics */
export interface ClosePeriodicEventStreamRequest {
  /** integer, minimum 0 */
  id: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface ClosePeriodicEventStreamResponse {
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
  /** integer, minimum 0 */
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

/** CALL from the CSMS, CertificateManagement */
export interface DeleteCertificateRequest {
  certificateHashData: CertificateHashDataType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, CertificateManagement */
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
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, FirmwareManagement */
export interface FirmwareStatusNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, CertificateManagement */
export interface Get15118EVCertificateRequest {
  /** maxLength 50 */
  iso15118SchemaVersion: string
  action: CertificateActionEnumType
  /** maxLength 11000 */
  exiRequest: string
  /** integer, minimum 0 */
  maximumContractCertificateChains?: number
  /** minItems 1, maxItems 8, each maxLength 255 */
  prioritizedEMAIDs?: string[]
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, CertificateManagement */
export interface Get15118EVCertificateResponse {
  status: Iso15118EVCertificateStatusEnumType
  statusInfo?: StatusInfoType
  /** maxLength 17000 */
  exiResponse: string
  /** integer, minimum 0 */
  remainingContracts?: number
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

/** CALL from the charge point, CertificateManagement */
export interface GetCertificateChainStatusRequest {
  /** minItems 1, maxItems 4 */
  certificateStatusRequests: CertificateStatusRequestInfoType[]
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, CertificateManagement */
export interface GetCertificateChainStatusResponse {
  /** minItems 1, maxItems 4 */
  certificateStatus: CertificateStatusType[]
  customData?: CustomDataType
}

/** CALL from the charge point, CertificateManagement */
export interface GetCertificateStatusRequest {
  ocspRequestData: OCSPRequestDataType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, CertificateManagement */
export interface GetCertificateStatusResponse {
  status: GetCertificateStatusEnumType
  statusInfo?: StatusInfoType
  /** maxLength 18000 */
  ocspResult?: string
  customData?: CustomDataType
}

/** CALL from the CSMS, SmartCharging */
export interface GetChargingProfilesRequest {
  /** integer */
  requestId: number
  /** integer, minimum 0 */
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
  /** integer, minimum 0 */
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

/** CALL from the CSMS, DERControl */
export interface GetDERControlRequest {
  /** integer */
  requestId: number
  isDefault?: boolean
  controlType?: DERControlEnumType
  /** maxLength 36 */
  controlId?: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, DERControl */
export interface GetDERControlResponse {
  status: DERControlStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, DisplayMessage */
export interface GetDisplayMessagesRequest {
  /** minItems 1, each integer, minimum 0 */
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

/** CALL from the CSMS, CertificateManagement */
export interface GetInstalledCertificateIdsRequest {
  /** minItems 1 */
  certificateType?: GetCertificateIdUseEnumType[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, CertificateManagement */
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
  /** integer, minimum 0 */
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

/** CALL from the CSMS, Diagnostics */
export interface GetPeriodicEventStreamRequest {
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Diagnostics */
export interface GetPeriodicEventStreamResponse {
  /** minItems 1 */
  constantStreamData?: ConstantStreamDataType[]
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

/** CALL from the CSMS, TariffAndCost */
export interface GetTariffsRequest {
  /** integer, minimum 0 */
  evseId: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, TariffAndCost */
export interface GetTariffsResponse {
  status: TariffGetStatusEnumType
  statusInfo?: StatusInfoType
  /** minItems 1 */
  tariffAssignments?: TariffAssignmentType[]
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

/** CALL from the CSMS, CertificateManagement */
export interface InstallCertificateRequest {
  certificateType: InstallCertificateUseEnumType
  /** maxLength 10000 */
  certificate: string
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, CertificateManagement */
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
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface LogStatusNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, MeterValues */
export interface MeterValuesRequest {
  /** integer, minimum 0 */
  evseId: number
  /** minItems 1 */
  meterValue: MeterValueType[]
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, MeterValues */
export interface MeterValuesResponse {
  customData?: CustomDataType
}

/** CALL from the CSMS, BidirectionalPowerTransfer */
export interface NotifyAllowedEnergyTransferRequest {
  /** maxLength 36 */
  transactionId: string
  /** minItems 1 */
  allowedEnergyTransfer: EnergyTransferModeEnumType[]
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, BidirectionalPowerTransfer */
export interface NotifyAllowedEnergyTransferResponse {
  status: NotifyAllowedEnergyTransferStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface NotifyChargingLimitRequest {
  /** minItems 1 */
  chargingSchedule?: ChargingScheduleType[]
  /** integer, minimum 0 */
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
  /** integer, minimum 0 */
  seqNo: number
  /** date-time, RFC 3339 */
  generatedAt: string
  /** integer, minimum 0 */
  requestId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface NotifyCustomerInformationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, DERControl */
export interface NotifyDERAlarmRequest {
  controlType: DERControlEnumType
  gridEventFault?: GridEventFaultEnumType
  alarmEnded?: boolean
  /** date-time, RFC 3339 */
  timestamp: string
  /** maxLength 200 */
  extraInfo?: string
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, DERControl */
export interface NotifyDERAlarmResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, DERControl */
export interface NotifyDERStartStopRequest {
  /** maxLength 36 */
  controlId: string
  started: boolean
  /** date-time, RFC 3339 */
  timestamp: string
  /** minItems 1, maxItems 24, each maxLength 36 */
  supersededIds?: string[]
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, DERControl */
export interface NotifyDERStartStopResponse {
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
  /** integer, minimum 1 */
  evseId: number
  /** integer, minimum 0 */
  maxScheduleTuples?: number
  chargingNeeds: ChargingNeedsType
  /** date-time, RFC 3339 */
  timestamp?: string
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
  /** integer, minimum 1 */
  evseId: number
  /** integer, minimum 0 */
  selectedChargingScheduleId?: number
  powerToleranceAcceptance?: boolean
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
  /** integer, minimum 0 */
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
  /** integer, minimum 0 */
  seqNo: number
  /** date-time, RFC 3339 */
  generatedAt: string
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface NotifyMonitoringReportResponse {
  customData?: CustomDataType
}

/** SEND from the charge point, Diagnostics */
export interface NotifyPeriodicEventStream {
  /** minItems 1 */
  data: StreamDataElementType[]
  /** integer, minimum 0 */
  id: number
  /** integer, minimum 0 */
  pending: number
  /** date-time, RFC 3339 */
  basetime: string
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface NotifyPriorityChargingRequest {
  /** maxLength 36 */
  transactionId: string
  activated: boolean
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface NotifyPriorityChargingResponse {
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
  /** integer, minimum 0 */
  seqNo: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Provisioning */
export interface NotifyReportResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, Authorization */
export interface NotifySettlementRequest {
  /** maxLength 36 */
  transactionId?: string
  /** maxLength 255 */
  pspRef: string
  status: PaymentStatusEnumType
  /** maxLength 500 */
  statusInfo?: string
  settlementAmount: number
  /** date-time, RFC 3339 */
  settlementTime: string
  /** maxLength 50 */
  receiptId?: string
  /** maxLength 2000 */
  receiptUrl?: string
  vatCompany?: AddressType
  /** maxLength 20 */
  vatNumber?: string
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Authorization */
export interface NotifySettlementResponse {
  /** maxLength 2000 */
  receiptUrl?: string
  /** maxLength 50 */
  receiptId?: string
  customData?: CustomDataType
}

/** CALL from the CSMS, Authorization */
export interface NotifyWebPaymentStartedRequest {
  /** integer, minimum 0 */
  evseId: number
  /** integer */
  timeout: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, Authorization */
export interface NotifyWebPaymentStartedResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, Diagnostics */
export interface OpenPeriodicEventStreamRequest {
  constantStreamData: ConstantStreamDataType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Diagnostics */
export interface OpenPeriodicEventStreamResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, FirmwareManagement */
export interface PublishFirmwareRequest {
  /** maxLength 2000 */
  location: string
  /** integer, minimum 0 */
  retries?: number
  /** maxLength 32 */
  checksum: string
  /** integer, minimum 0 */
  requestId: number
  /** integer, minimum 0 */
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
  /** minItems 1, each maxLength 2000 */
  location?: string[]
  /** integer, minimum 0 */
  requestId?: number
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, FirmwareManagement */
export interface PublishFirmwareStatusNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface PullDynamicScheduleUpdateRequest {
  /** integer */
  chargingProfileId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface PullDynamicScheduleUpdateResponse {
  scheduleUpdate?: ChargingScheduleUpdateType
  status: ChargingProfileStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, SmartCharging */
export interface ReportChargingProfilesRequest {
  /** integer */
  requestId: number
  /** maxLength 20 */
  chargingLimitSource: string
  /** minItems 1 */
  chargingProfile: ChargingProfileType[]
  /** default false */
  tbc?: boolean
  /** integer, minimum 0 */
  evseId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, SmartCharging */
export interface ReportChargingProfilesResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, DERControl */
export interface ReportDERControlRequest {
  /** minItems 1, maxItems 24 */
  curve?: DERCurveGetType[]
  /** minItems 1, maxItems 24 */
  enterService?: EnterServiceGetType[]
  /** minItems 1, maxItems 24 */
  fixedPFAbsorb?: FixedPFGetType[]
  /** minItems 1, maxItems 24 */
  fixedPFInject?: FixedPFGetType[]
  /** minItems 1, maxItems 24 */
  fixedVar?: FixedVarGetType[]
  /** minItems 1, maxItems 24 */
  freqDroop?: FreqDroopGetType[]
  /** minItems 1, maxItems 24 */
  gradient?: GradientGetType[]
  /** minItems 1, maxItems 24 */
  limitMaxDischarge?: LimitMaxDischargeGetType[]
  /** integer */
  requestId: number
  tbc?: boolean
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, DERControl */
export interface ReportDERControlResponse {
  customData?: CustomDataType
}

/** CALL from the CSMS, BatterySwapping */
export interface RequestBatterySwapRequest {
  idToken: IdTokenType
  /** integer */
  requestId: number
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, BatterySwapping */
export interface RequestBatterySwapResponse {
  status: GenericStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, RemoteControl */
export interface RequestStartTransactionRequest {
  /** integer, minimum 1 */
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
  /** integer, minimum 0 */
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
  /** integer, minimum 0 */
  id: number
  /** date-time, RFC 3339 */
  expiryDateTime: string
  /** maxLength 20 */
  connectorType?: string
  idToken: IdTokenType
  /** integer, minimum 0 */
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
  /** integer, minimum 0 */
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
  /** integer, minimum 0 */
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

/** CALL from the CSMS, DERControl */
export interface SetDERControlRequest {
  isDefault: boolean
  /** maxLength 36 */
  controlId: string
  controlType: DERControlEnumType
  curve?: DERCurveType
  enterService?: EnterServiceType
  fixedPFAbsorb?: FixedPFType
  fixedPFInject?: FixedPFType
  fixedVar?: FixedVarType
  freqDroop?: FreqDroopType
  gradient?: GradientType
  limitMaxDischarge?: LimitMaxDischargeType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, DERControl */
export interface SetDERControlResponse {
  status: DERControlStatusEnumType
  statusInfo?: StatusInfoType
  /** minItems 1, maxItems 24, each maxLength 36 */
  supersededIds?: string[]
  customData?: CustomDataType
}

/** CALL from the CSMS, TariffAndCost */
export interface SetDefaultTariffRequest {
  /** integer, minimum 0 */
  evseId: number
  tariff: TariffType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, TariffAndCost */
export interface SetDefaultTariffResponse {
  status: TariffSetStatusEnumType
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
  /** integer, minimum 0 */
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
  hashRootCertificate?: CertificateHashDataType
  /** integer */
  requestId?: number
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
  /** integer, minimum 0 */
  evseId: number
  /** integer, minimum 0 */
  connectorId: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Availability */
export interface StatusNotificationResponse {
  customData?: CustomDataType
}

/** CALL from the charge point, Transactions */
export interface TransactionEventRequest {
  costDetails?: CostDetailsType
  eventType: TransactionEventEnumType
  /** minItems 1 */
  meterValue?: MeterValueType[]
  /** date-time, RFC 3339 */
  timestamp: string
  triggerReason: TriggerReasonEnumType
  /** integer, minimum 0 */
  seqNo: number
  /** default false */
  offline?: boolean
  /** integer, minimum 0, maximum 3 */
  numberOfPhasesUsed?: number
  /** integer */
  cableMaxCurrent?: number
  /** integer, minimum 0 */
  reservationId?: number
  preconditioningStatus?: PreconditioningStatusEnumType
  evseSleep?: boolean
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
  transactionLimit?: TransactionLimitType
  updatedPersonalMessage?: MessageContentType
  /** minItems 1, maxItems 4 */
  updatedPersonalMessageExtra?: MessageContentType[]
  customData?: CustomDataType
}

/** CALL from the CSMS, RemoteControl */
export interface TriggerMessageRequest {
  evse?: EVSEType
  requestedMessage: MessageTriggerEnumType
  /** maxLength 50 */
  customTrigger?: string
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
  /** integer, minimum 0 */
  evseId: number
  /** integer, minimum 0 */
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

/** CALL from the CSMS, SmartCharging */
export interface UpdateDynamicScheduleRequest {
  /** integer */
  chargingProfileId: number
  scheduleUpdate: ChargingScheduleUpdateType
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface UpdateDynamicScheduleResponse {
  status: ChargingProfileStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the CSMS, FirmwareManagement */
export interface UpdateFirmwareRequest {
  /** integer, minimum 0 */
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

/** CALL from the CSMS, SmartCharging */
export interface UsePriorityChargingRequest {
  /** maxLength 36 */
  transactionId: string
  activate: boolean
  customData?: CustomDataType
}

/** CALLRESULT to the CSMS, SmartCharging */
export interface UsePriorityChargingResponse {
  status: PriorityChargingStatusEnumType
  statusInfo?: StatusInfoType
  customData?: CustomDataType
}

/** CALL from the charge point, Authorization */
export interface VatNumberValidationRequest {
  /** maxLength 20 */
  vatNumber: string
  /** integer, minimum 0 */
  evseId?: number
  customData?: CustomDataType
}

/** CALLRESULT to the charge point, Authorization */
export interface VatNumberValidationResponse {
  company?: AddressType
  statusInfo?: StatusInfoType
  /** maxLength 20 */
  vatNumber: string
  /** integer, minimum 0 */
  evseId?: number
  status: GenericStatusEnumType
  customData?: CustomDataType
}

/** The payloads of every action, and who may send it. */
export interface Actions {
  AFRRSignal: {
    request: AFRRSignalRequest
    response: AFRRSignalResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  AdjustPeriodicEventStream: {
    request: AdjustPeriodicEventStreamRequest
    response: AdjustPeriodicEventStreamResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  Authorize: {
    request: AuthorizeRequest
    response: AuthorizeResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  BatterySwap: {
    request: BatterySwapRequest
    response: BatterySwapResponse
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
  ChangeTransactionTariff: {
    request: ChangeTransactionTariffRequest
    response: ChangeTransactionTariffResponse
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
  ClearDERControl: {
    request: ClearDERControlRequest
    response: ClearDERControlResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ClearDisplayMessage: {
    request: ClearDisplayMessageRequest
    response: ClearDisplayMessageResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  ClearTariffs: {
    request: ClearTariffsRequest
    response: ClearTariffsResponse
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
  ClosePeriodicEventStream: {
    request: ClosePeriodicEventStreamRequest
    response: ClosePeriodicEventStreamResponse
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
  GetCertificateChainStatus: {
    request: GetCertificateChainStatusRequest
    response: GetCertificateChainStatusResponse
    direction: 'chargePoint'
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
  GetDERControl: {
    request: GetDERControlRequest
    response: GetDERControlResponse
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
  GetPeriodicEventStream: {
    request: GetPeriodicEventStreamRequest
    response: GetPeriodicEventStreamResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetReport: {
    request: GetReportRequest
    response: GetReportResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  GetTariffs: {
    request: GetTariffsRequest
    response: GetTariffsResponse
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
  NotifyAllowedEnergyTransfer: {
    request: NotifyAllowedEnergyTransferRequest
    response: NotifyAllowedEnergyTransferResponse
    direction: 'csms'
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
  NotifyDERAlarm: {
    request: NotifyDERAlarmRequest
    response: NotifyDERAlarmResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyDERStartStop: {
    request: NotifyDERStartStopRequest
    response: NotifyDERStartStopResponse
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
  NotifyPeriodicEventStream: {
    request: NotifyPeriodicEventStream
    response: never
    direction: 'chargePoint'
    messageType: 'SEND'
  }
  NotifyPriorityCharging: {
    request: NotifyPriorityChargingRequest
    response: NotifyPriorityChargingResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyReport: {
    request: NotifyReportRequest
    response: NotifyReportResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifySettlement: {
    request: NotifySettlementRequest
    response: NotifySettlementResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  NotifyWebPaymentStarted: {
    request: NotifyWebPaymentStartedRequest
    response: NotifyWebPaymentStartedResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  OpenPeriodicEventStream: {
    request: OpenPeriodicEventStreamRequest
    response: OpenPeriodicEventStreamResponse
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
  PullDynamicScheduleUpdate: {
    request: PullDynamicScheduleUpdateRequest
    response: PullDynamicScheduleUpdateResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  ReportChargingProfiles: {
    request: ReportChargingProfilesRequest
    response: ReportChargingProfilesResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  ReportDERControl: {
    request: ReportDERControlRequest
    response: ReportDERControlResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
  RequestBatterySwap: {
    request: RequestBatterySwapRequest
    response: RequestBatterySwapResponse
    direction: 'csms'
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
  SetDERControl: {
    request: SetDERControlRequest
    response: SetDERControlResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  SetDefaultTariff: {
    request: SetDefaultTariffRequest
    response: SetDefaultTariffResponse
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
  UpdateDynamicSchedule: {
    request: UpdateDynamicScheduleRequest
    response: UpdateDynamicScheduleResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  UpdateFirmware: {
    request: UpdateFirmwareRequest
    response: UpdateFirmwareResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  UsePriorityCharging: {
    request: UsePriorityChargingRequest
    response: UsePriorityChargingResponse
    direction: 'csms'
    messageType: 'CALL'
  }
  VatNumberValidation: {
    request: VatNumberValidationRequest
    response: VatNumberValidationResponse
    direction: 'chargePoint'
    messageType: 'CALL'
  }
}

export type ActionName =
  | 'AFRRSignal'
  | 'AdjustPeriodicEventStream'
  | 'Authorize'
  | 'BatterySwap'
  | 'BootNotification'
  | 'CancelReservation'
  | 'CertificateSigned'
  | 'ChangeAvailability'
  | 'ChangeTransactionTariff'
  | 'ClearCache'
  | 'ClearChargingProfile'
  | 'ClearDERControl'
  | 'ClearDisplayMessage'
  | 'ClearTariffs'
  | 'ClearVariableMonitoring'
  | 'ClearedChargingLimit'
  | 'ClosePeriodicEventStream'
  | 'CostUpdated'
  | 'CustomerInformation'
  | 'DataTransfer'
  | 'DeleteCertificate'
  | 'FirmwareStatusNotification'
  | 'Get15118EVCertificate'
  | 'GetBaseReport'
  | 'GetCertificateChainStatus'
  | 'GetCertificateStatus'
  | 'GetChargingProfiles'
  | 'GetCompositeSchedule'
  | 'GetDERControl'
  | 'GetDisplayMessages'
  | 'GetInstalledCertificateIds'
  | 'GetLocalListVersion'
  | 'GetLog'
  | 'GetMonitoringReport'
  | 'GetPeriodicEventStream'
  | 'GetReport'
  | 'GetTariffs'
  | 'GetTransactionStatus'
  | 'GetVariables'
  | 'Heartbeat'
  | 'InstallCertificate'
  | 'LogStatusNotification'
  | 'MeterValues'
  | 'NotifyAllowedEnergyTransfer'
  | 'NotifyChargingLimit'
  | 'NotifyCustomerInformation'
  | 'NotifyDERAlarm'
  | 'NotifyDERStartStop'
  | 'NotifyDisplayMessages'
  | 'NotifyEVChargingNeeds'
  | 'NotifyEVChargingSchedule'
  | 'NotifyEvent'
  | 'NotifyMonitoringReport'
  | 'NotifyPeriodicEventStream'
  | 'NotifyPriorityCharging'
  | 'NotifyReport'
  | 'NotifySettlement'
  | 'NotifyWebPaymentStarted'
  | 'OpenPeriodicEventStream'
  | 'PublishFirmware'
  | 'PublishFirmwareStatusNotification'
  | 'PullDynamicScheduleUpdate'
  | 'ReportChargingProfiles'
  | 'ReportDERControl'
  | 'RequestBatterySwap'
  | 'RequestStartTransaction'
  | 'RequestStopTransaction'
  | 'ReservationStatusUpdate'
  | 'ReserveNow'
  | 'Reset'
  | 'SecurityEventNotification'
  | 'SendLocalList'
  | 'SetChargingProfile'
  | 'SetDERControl'
  | 'SetDefaultTariff'
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
  | 'UpdateDynamicSchedule'
  | 'UpdateFirmware'
  | 'UsePriorityCharging'
  | 'VatNumberValidation'

/** The actions a charge point may send as CALL. */
export type ChargePointAction =
  | 'Authorize'
  | 'BatterySwap'
  | 'BootNotification'
  | 'ClearedChargingLimit'
  | 'ClosePeriodicEventStream'
  | 'DataTransfer'
  | 'FirmwareStatusNotification'
  | 'Get15118EVCertificate'
  | 'GetCertificateChainStatus'
  | 'GetCertificateStatus'
  | 'Heartbeat'
  | 'LogStatusNotification'
  | 'MeterValues'
  | 'NotifyChargingLimit'
  | 'NotifyCustomerInformation'
  | 'NotifyDERAlarm'
  | 'NotifyDERStartStop'
  | 'NotifyDisplayMessages'
  | 'NotifyEVChargingNeeds'
  | 'NotifyEVChargingSchedule'
  | 'NotifyEvent'
  | 'NotifyMonitoringReport'
  | 'NotifyPriorityCharging'
  | 'NotifyReport'
  | 'NotifySettlement'
  | 'OpenPeriodicEventStream'
  | 'PublishFirmwareStatusNotification'
  | 'PullDynamicScheduleUpdate'
  | 'ReportChargingProfiles'
  | 'ReportDERControl'
  | 'ReservationStatusUpdate'
  | 'SecurityEventNotification'
  | 'SignCertificate'
  | 'StatusNotification'
  | 'TransactionEvent'
  | 'VatNumberValidation'

/** The actions a CSMS may send as CALL. */
export type CsmsAction =
  | 'AFRRSignal'
  | 'AdjustPeriodicEventStream'
  | 'CancelReservation'
  | 'CertificateSigned'
  | 'ChangeAvailability'
  | 'ChangeTransactionTariff'
  | 'ClearCache'
  | 'ClearChargingProfile'
  | 'ClearDERControl'
  | 'ClearDisplayMessage'
  | 'ClearTariffs'
  | 'ClearVariableMonitoring'
  | 'CostUpdated'
  | 'CustomerInformation'
  | 'DataTransfer'
  | 'DeleteCertificate'
  | 'GetBaseReport'
  | 'GetChargingProfiles'
  | 'GetCompositeSchedule'
  | 'GetDERControl'
  | 'GetDisplayMessages'
  | 'GetInstalledCertificateIds'
  | 'GetLocalListVersion'
  | 'GetLog'
  | 'GetMonitoringReport'
  | 'GetPeriodicEventStream'
  | 'GetReport'
  | 'GetTariffs'
  | 'GetTransactionStatus'
  | 'GetVariables'
  | 'InstallCertificate'
  | 'NotifyAllowedEnergyTransfer'
  | 'NotifyWebPaymentStarted'
  | 'PublishFirmware'
  | 'RequestBatterySwap'
  | 'RequestStartTransaction'
  | 'RequestStopTransaction'
  | 'ReserveNow'
  | 'Reset'
  | 'SendLocalList'
  | 'SetChargingProfile'
  | 'SetDERControl'
  | 'SetDefaultTariff'
  | 'SetDisplayMessage'
  | 'SetMonitoringBase'
  | 'SetMonitoringLevel'
  | 'SetNetworkProfile'
  | 'SetVariableMonitoring'
  | 'SetVariables'
  | 'TriggerMessage'
  | 'UnlockConnector'
  | 'UnpublishFirmware'
  | 'UpdateDynamicSchedule'
  | 'UpdateFirmware'
  | 'UsePriorityCharging'

/** The actions sent as SEND, which have no answer. */
export type SendAction = 'NotifyPeriodicEventStream'
