import { MEASURANDS } from '../model/meter.js'
import { type Setting, settingTable } from '../model/settings.js'
import type { Behaviour } from '../vocabulary.js'

const READ_ONLY = 'readonly'
const SAMPLED = 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC'
const REGISTER = 'Energy.Active.Import.Register'

function integer(name: string, value: number, min = 0, max = 2 ** 31 - 1): Setting {
  return { name, type: 'integer', value: String(value), min, max }
}

function boolean(name: string, value: boolean): Setting {
  return { name, type: 'boolean', value: String(value) }
}

function fixed(name: string, type: Setting['type'], value: string): Setting {
  return { name, type, value, access: READ_ONLY }
}

function measurands(name: string, value: string): Setting {
  return { name, type: 'list', value, values: MEASURANDS }
}

/** The configuration keys. [1.6 §9; 1.6 security whitepaper §5] */
export const SETTINGS_16 = settingTable([
  boolean('AllowOfflineTxForUnknownId', true),
  boolean('AuthorizationCacheEnabled', true),
  boolean('AuthorizeRemoteTxRequests', false),
  integer('BlinkRepeat', 3),
  integer('ClockAlignedDataInterval', 0),
  integer('ConnectionTimeOut', 60),
  { name: 'ConnectorPhaseRotation', type: 'string', value: '0.RST,1.RST', max: 500 },
  fixed('ConnectorPhaseRotationMaxLength', 'integer', '10'),
  fixed('GetConfigurationMaxKeys', 'integer', '100'),
  integer('HeartbeatInterval', 300, 1),
  integer('LightIntensity', 80, 0, 100),
  boolean('LocalAuthorizeOffline', true),
  boolean('LocalPreAuthorize', false),
  integer('MaxEnergyOnInvalidId', 0),
  measurands('MeterValuesAlignedData', REGISTER),
  fixed('MeterValuesAlignedDataMaxLength', 'integer', '9'),
  measurands('MeterValuesSampledData', SAMPLED),
  fixed('MeterValuesSampledDataMaxLength', 'integer', '9'),
  integer('MeterValueSampleInterval', 60),
  integer('MinimumStatusDuration', 0),
  fixed('NumberOfConnectors', 'integer', '1'),
  integer('ResetRetries', 1),
  boolean('StopTransactionOnEVSideDisconnect', true),
  boolean('StopTransactionOnInvalidId', true),
  measurands('StopTxnAlignedData', ''),
  fixed('StopTxnAlignedDataMaxLength', 'integer', '9'),
  measurands('StopTxnSampledData', REGISTER),
  fixed('StopTxnSampledDataMaxLength', 'integer', '9'),
  fixed(
    'SupportedFeatureProfiles',
    'list',
    'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger'
  ),
  fixed('SupportedFeatureProfilesMaxLength', 'integer', '6'),
  integer('TransactionMessageAttempts', 3, 1, 10),
  integer('TransactionMessageRetryInterval', 60),
  boolean('UnlockConnectorOnEVSideDisconnect', true),
  integer('WebSocketPingInterval', 30),
  boolean('LocalAuthListEnabled', true),
  fixed('LocalAuthListMaxLength', 'integer', '1000'),
  fixed('SendLocalListMaxLength', 'integer', '100'),
  fixed('ReserveConnectorZeroSupported', 'boolean', 'true'),
  fixed('ChargeProfileMaxStackLevel', 'integer', '10'),
  fixed('ChargingScheduleAllowedChargingRateUnit', 'list', 'Current,Power'),
  fixed('ChargingScheduleMaxPeriods', 'integer', '24'),
  fixed('ConnectorSwitch3to1PhaseSupported', 'boolean', 'false'),
  fixed('MaxChargingProfilesInstalled', 'integer', '20'),
  fixed('SupportedFileTransferProtocols', 'list', 'FTP,FTPS,HTTP,HTTPS'),
  { name: 'AuthorizationKey', type: 'string', value: '', access: 'writeonly', min: 16, max: 40 },
  { name: 'CpoName', type: 'string', value: 'Simulated', max: 64 },
  { name: 'SecurityProfile', type: 'integer', value: '0', min: 0, max: 3, needsReboot: true },
  fixed('AdditionalRootCertificateCheck', 'boolean', 'false'),
  fixed('CertificateSignedMaxChainSize', 'integer', '10000'),
  fixed('CertificateStoreMaxLength', 'integer', '20')
])

export const NAMES_16: Readonly<Record<Behaviour, string>> = {
  heartbeatInterval: 'HeartbeatInterval',
  // 1.6 has no such setting: the statuses are reported after every lost connection.
  offlineThreshold: '',
  connectionTimeOut: 'ConnectionTimeOut',
  sampleInterval: 'MeterValueSampleInterval',
  alignedInterval: 'ClockAlignedDataInterval',
  sampledMeasurands: 'MeterValuesSampledData',
  alignedMeasurands: 'MeterValuesAlignedData',
  endedMeasurands: 'StopTxnSampledData',
  authorizeRemote: 'AuthorizeRemoteTxRequests',
  localPreAuthorize: 'LocalPreAuthorize',
  localAuthorizeOffline: 'LocalAuthorizeOffline',
  offlineUnknown: 'AllowOfflineTxForUnknownId',
  stopOnInvalidId: 'StopTransactionOnInvalidId',
  stopOnUnplug: 'StopTransactionOnEVSideDisconnect',
  cacheEnabled: 'AuthorizationCacheEnabled',
  listEnabled: 'LocalAuthListEnabled',
  highestLevel: 'ChargeProfileMaxStackLevel'
}
