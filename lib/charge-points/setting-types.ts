/** The type and the limits of a setting, in the words of 2.x. */
export interface Characteristics {
  /** E.g. integer, boolean, OptionList. [2.x DataEnumType] */
  type?: string
  unit?: string
  /** The values that may be set, or that a list may have. */
  values?: string[]
  limits?: { min?: number; max?: number }
}

const BOOLEAN = { type: 'boolean' }
const COUNT = { type: 'integer' }
const SECONDS = { type: 'integer', unit: 's' }
const LIST = { type: 'MemberList' }
const TEXT = { type: 'string' }

/** The keys of the standard, in its spelling. [OCPP 1.6 §9; security whitepaper §5] */
export const KEYS_16: Readonly<Record<string, Characteristics>> = {
  AdditionalRootCertificateCheck: BOOLEAN,
  AllowOfflineTxForUnknownId: BOOLEAN,
  AuthorizationCacheEnabled: BOOLEAN,
  AuthorizationKey: TEXT,
  AuthorizeRemoteTxRequests: BOOLEAN,
  BlinkRepeat: COUNT,
  CertificateSignedMaxChainSize: COUNT,
  CertificateStoreMaxLength: COUNT,
  ChargeProfileMaxStackLevel: COUNT,
  ChargingScheduleAllowedChargingRateUnit: { ...LIST, values: ['Current', 'Power'] },
  ChargingScheduleMaxPeriods: COUNT,
  ClockAlignedDataInterval: SECONDS,
  ConnectionTimeOut: SECONDS,
  ConnectorPhaseRotation: LIST,
  ConnectorPhaseRotationMaxLength: COUNT,
  ConnectorSwitch3to1PhaseSupported: BOOLEAN,
  CpoName: TEXT,
  GetConfigurationMaxKeys: COUNT,
  HeartbeatInterval: SECONDS,
  LightIntensity: { type: 'integer', unit: 'Percent', limits: { min: 0, max: 100 } },
  LocalAuthListEnabled: BOOLEAN,
  LocalAuthListMaxLength: COUNT,
  LocalAuthorizeOffline: BOOLEAN,
  LocalPreAuthorize: BOOLEAN,
  MaxChargingProfilesInstalled: COUNT,
  MaxEnergyOnInvalidId: { type: 'integer', unit: 'Wh' },
  MeterValueSampleInterval: SECONDS,
  MeterValuesAlignedData: LIST,
  MeterValuesAlignedDataMaxLength: COUNT,
  MeterValuesSampledData: LIST,
  MeterValuesSampledDataMaxLength: COUNT,
  MinimumStatusDuration: SECONDS,
  NumberOfConnectors: COUNT,
  ReserveConnectorZeroSupported: BOOLEAN,
  ResetRetries: COUNT,
  SecurityProfile: { type: 'integer', limits: { min: 0, max: 3 } },
  SendLocalListMaxLength: COUNT,
  StopTransactionOnEVSideDisconnect: BOOLEAN,
  StopTransactionOnInvalidId: BOOLEAN,
  StopTxnAlignedData: LIST,
  StopTxnAlignedDataMaxLength: COUNT,
  StopTxnSampledData: LIST,
  StopTxnSampledDataMaxLength: COUNT,
  SupportedFeatureProfiles: {
    ...LIST,
    values: ['Core', 'FirmwareManagement', 'LocalAuthListManagement', 'Reservation', 'SmartCharging', 'RemoteTrigger']
  },
  SupportedFeatureProfilesMaxLength: COUNT,
  TransactionMessageAttempts: COUNT,
  TransactionMessageRetryInterval: SECONDS,
  UnlockConnectorOnEVSideDisconnect: BOOLEAN,
  WebSocketPingInterval: SECONDS
}

/**
 * The characteristics of a variable in a report. For lists `maxLimit` is the length of the text, not a limit of the value.
 * [2.x VariableCharacteristicsType]
 *
 * @param json VariableCharacteristicsType, as the charge point sent it; valid by its schema
 */
export function characteristicsOf(json: string | null): Characteristics {
  if (json === null) return {}
  const { dataType: type, unit, valuesList, minLimit, maxLimit } = JSON.parse(json) as Reported
  const limits = { ...(minLimit !== undefined && { min: minLimit }), ...(maxLimit !== undefined && { max: maxLimit }) }
  return {
    ...(type !== undefined && { type }),
    ...(unit !== undefined && { unit }),
    ...(valuesList !== undefined && { values: valuesList.split(',').map((value) => value.trim()) }),
    ...(Object.keys(limits).length > 0 && { limits })
  }
}

interface Reported {
  dataType?: string
  unit?: string
  valuesList?: string
  minLimit?: number
  maxLimit?: number
}
