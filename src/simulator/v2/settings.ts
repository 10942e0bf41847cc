import { MEASURANDS } from '../model/meter.js'
import { type Setting, settingTable } from '../model/settings.js'
import type { Behaviour } from '../vocabulary.js'

const SAMPLED = 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC'
const REGISTER = 'Energy.Active.Import.Register'

function integer(name: string, value: number, unit?: string, min = 0, max = 2 ** 31 - 1): Setting {
  return { name, type: 'integer', value: String(value), min, max, ...(unit !== undefined && { unit }) }
}

function boolean(name: string, value: boolean): Setting {
  return { name, type: 'boolean', value: String(value) }
}

function fixed(name: string, type: Setting['type'], value: string): Setting {
  return { name, type, value, access: 'readonly' }
}

function list(name: string, value: string, values: readonly string[]): Setting {
  return { name, type: 'list', value, values }
}

const TX_POINTS = [
  'ParkingBayOccupancy',
  'EVConnected',
  'Authorized',
  'PowerPathClosed',
  'EnergyTransfer',
  'DataSigned'
]

/** Variables of the controllers, the same for every charger. [2.x Part 2 appendices, "Referenced Components and Variables"] */
export const SETTINGS_2 = settingTable([
  boolean('AlignedDataCtrlr.Enabled', true),
  fixed('AlignedDataCtrlr.Available', 'boolean', 'true'),
  integer('AlignedDataCtrlr.Interval', 0, 's'),
  list('AlignedDataCtrlr.Measurands', REGISTER, MEASURANDS),
  integer('AlignedDataCtrlr.TxEndedInterval', 0, 's'),
  list('AlignedDataCtrlr.TxEndedMeasurands', '', MEASURANDS),
  boolean('AuthCacheCtrlr.Enabled', true),
  fixed('AuthCacheCtrlr.Available', 'boolean', 'true'),
  integer('AuthCacheCtrlr.LifeTime', 86_400, 's'),
  boolean('AuthCtrlr.Enabled', true),
  boolean('AuthCtrlr.AuthorizeRemoteStart', false),
  boolean('AuthCtrlr.LocalAuthorizeOffline', true),
  boolean('AuthCtrlr.LocalPreAuthorize', false),
  boolean('AuthCtrlr.OfflineTxForUnknownIdEnabled', true),
  fixed('ClockCtrlr.DateTime', 'string', ''),
  list('ClockCtrlr.TimeSource', 'Heartbeat', ['Heartbeat', 'NTP', 'GPS', 'RealTimeClock']),
  fixed('CustomizationCtrlr.CustomImplementationEnabled:Simulator', 'boolean', 'true'),
  fixed('DeviceDataCtrlr.BytesPerMessage:GetReport', 'integer', '65000'),
  fixed('DeviceDataCtrlr.BytesPerMessage:GetVariables', 'integer', '65000'),
  fixed('DeviceDataCtrlr.BytesPerMessage:SetVariables', 'integer', '65000'),
  fixed('DeviceDataCtrlr.ItemsPerMessage:GetReport', 'integer', '100'),
  fixed('DeviceDataCtrlr.ItemsPerMessage:GetVariables', 'integer', '100'),
  fixed('DeviceDataCtrlr.ItemsPerMessage:SetVariables', 'integer', '100'),
  fixed('DisplayMessageCtrlr.Available', 'boolean', 'true'),
  fixed('DisplayMessageCtrlr.SupportedFormats', 'list', 'ASCII,UTF8'),
  fixed('DisplayMessageCtrlr.SupportedPriorities', 'list', 'AlwaysFront,InFront,NormalCycle'),
  boolean('LocalAuthListCtrlr.Enabled', true),
  fixed('LocalAuthListCtrlr.Available', 'boolean', 'true'),
  fixed('LocalAuthListCtrlr.ItemsPerMessage', 'integer', '100'),
  fixed('LocalAuthListCtrlr.BytesPerMessage', 'integer', '65000'),
  boolean('MonitoringCtrlr.Enabled', true),
  fixed('MonitoringCtrlr.Available', 'boolean', 'true'),
  fixed('MonitoringCtrlr.ItemsPerMessage:SetVariableMonitoring', 'integer', '50'),
  fixed('MonitoringCtrlr.BytesPerMessage:SetVariableMonitoring', 'integer', '65000'),
  { name: 'MonitoringCtrlr.ActiveMonitoringLevel', type: 'integer', value: '9', access: 'readonly', min: 0, max: 9 },
  fixed('OCPPCommCtrlr.ActiveNetworkProfile', 'integer', '1'),
  fixed('OCPPCommCtrlr.FileTransferProtocols', 'list', 'FTP,FTPS,HTTP,HTTPS'),
  integer('OCPPCommCtrlr.HeartbeatInterval', 300, 's', 1),
  integer('OCPPCommCtrlr.MessageAttemptInterval:TransactionEvent', 60, 's'),
  integer('OCPPCommCtrlr.MessageAttempts:TransactionEvent', 3, undefined, 1, 10),
  fixed('OCPPCommCtrlr.MessageTimeout:Default', 'integer', '30'),
  list('OCPPCommCtrlr.NetworkConfigurationPriority', '1', ['0', '1', '2', '3']),
  integer('OCPPCommCtrlr.NetworkProfileConnectionAttempts', 3, undefined, 1, 100),
  integer('OCPPCommCtrlr.OfflineThreshold', 60, 's'),
  integer('OCPPCommCtrlr.ResetRetries', 1),
  integer('OCPPCommCtrlr.RetryBackOffRandomRange', 1, 's'),
  integer('OCPPCommCtrlr.RetryBackOffRepeatTimes', 5),
  integer('OCPPCommCtrlr.RetryBackOffWaitMinimum', 1, 's'),
  boolean('OCPPCommCtrlr.UnlockOnEVSideDisconnect', true),
  integer('OCPPCommCtrlr.WebSocketPingInterval', 30, 's'),
  boolean('ReservationCtrlr.Enabled', true),
  fixed('ReservationCtrlr.Available', 'boolean', 'true'),
  fixed('ReservationCtrlr.NonEvseSpecific', 'boolean', 'true'),
  boolean('SampledDataCtrlr.Enabled', true),
  fixed('SampledDataCtrlr.Available', 'boolean', 'true'),
  integer('SampledDataCtrlr.TxEndedInterval', 0, 's'),
  list('SampledDataCtrlr.TxEndedMeasurands', REGISTER, MEASURANDS),
  list('SampledDataCtrlr.TxStartedMeasurands', REGISTER, MEASURANDS),
  integer('SampledDataCtrlr.TxUpdatedInterval', 60, 's'),
  list('SampledDataCtrlr.TxUpdatedMeasurands', SAMPLED, MEASURANDS),
  { name: 'SecurityCtrlr.BasicAuthPassword', type: 'string', value: '', access: 'writeonly', min: 16, max: 40 },
  fixed('SecurityCtrlr.CertificateEntries', 'integer', '20'),
  { name: 'SecurityCtrlr.OrganizationName', type: 'string', value: 'Simulated', max: 500 },
  fixed('SecurityCtrlr.SecurityProfile', 'integer', '0'),
  boolean('SmartChargingCtrlr.Enabled', true),
  fixed('SmartChargingCtrlr.Available', 'boolean', 'true'),
  fixed('SmartChargingCtrlr.Entries:ChargingProfiles', 'integer', '20'),
  integer('SmartChargingCtrlr.LimitChangeSignificance', 1),
  fixed('SmartChargingCtrlr.PeriodsPerSchedule', 'integer', '1024'),
  fixed('SmartChargingCtrlr.ProfileStackLevel', 'integer', '10'),
  fixed('SmartChargingCtrlr.RateUnit', 'list', 'A,W'),
  boolean('TariffCostCtrlr.Enabled:Tariff', true),
  boolean('TariffCostCtrlr.Enabled:Cost', true),
  fixed('TariffCostCtrlr.Currency', 'string', 'EUR'),
  integer('TxCtrlr.EVConnectionTimeOut', 60, 's'),
  boolean('TxCtrlr.StopTxOnEVSideDisconnect', true),
  boolean('TxCtrlr.StopTxOnInvalidId', true),
  { name: 'TxCtrlr.TxStartPoint', type: 'list', value: 'PowerPathClosed', values: TX_POINTS, needsReboot: true },
  { name: 'TxCtrlr.TxStopPoint', type: 'list', value: 'PowerPathClosed', values: TX_POINTS, needsReboot: true },
  boolean('TxCtrlr.TxBeforeAcceptedEnabled', false)
])

export const NAMES_2: Readonly<Record<Behaviour, string>> = {
  heartbeatInterval: 'OCPPCommCtrlr.HeartbeatInterval',
  offlineThreshold: 'OCPPCommCtrlr.OfflineThreshold',
  connectionTimeOut: 'TxCtrlr.EVConnectionTimeOut',
  sampleInterval: 'SampledDataCtrlr.TxUpdatedInterval',
  alignedInterval: 'AlignedDataCtrlr.Interval',
  sampledMeasurands: 'SampledDataCtrlr.TxUpdatedMeasurands',
  alignedMeasurands: 'AlignedDataCtrlr.Measurands',
  endedMeasurands: 'SampledDataCtrlr.TxEndedMeasurands',
  authorizeRemote: 'AuthCtrlr.AuthorizeRemoteStart',
  localPreAuthorize: 'AuthCtrlr.LocalPreAuthorize',
  localAuthorizeOffline: 'AuthCtrlr.LocalAuthorizeOffline',
  offlineUnknown: 'AuthCtrlr.OfflineTxForUnknownIdEnabled',
  stopOnInvalidId: 'TxCtrlr.StopTxOnInvalidId',
  stopOnUnplug: 'TxCtrlr.StopTxOnEVSideDisconnect',
  cacheEnabled: 'AuthCacheCtrlr.Enabled',
  listEnabled: 'LocalAuthListCtrlr.Enabled',
  highestLevel: 'SmartChargingCtrlr.ProfileStackLevel'
}
