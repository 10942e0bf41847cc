import { fold } from '../events/scope.js'
import type { Component, Variable } from './device-model.js'

/** The name of a setting in OCPP 2.x. */
export interface VariableName {
  component: Component
  variable: Variable
}

/**
 * Settings with the same meaning and unit in all versions: the key of OCPP 1.6, then component, variable and instance of
 * 2.x.
 */
const SAME: readonly (readonly [key: string, component: string, variable: string, instance?: string])[] = [
  ['AllowOfflineTxForUnknownId', 'AuthCtrlr', 'OfflineTxForUnknownIdEnabled'],
  ['AuthorizationCacheEnabled', 'AuthCacheCtrlr', 'Enabled'],
  ['AuthorizeRemoteTxRequests', 'AuthCtrlr', 'AuthorizeRemoteStart'],
  ['ClockAlignedDataInterval', 'AlignedDataCtrlr', 'Interval'],
  ['ConnectionTimeOut', 'TxCtrlr', 'EVConnectionTimeOut'],
  ['CpoName', 'SecurityCtrlr', 'OrganizationName'],
  ['HeartbeatInterval', 'OCPPCommCtrlr', 'HeartbeatInterval'],
  ['LocalAuthListEnabled', 'LocalAuthListCtrlr', 'Enabled'],
  ['LocalAuthorizeOffline', 'AuthCtrlr', 'LocalAuthorizeOffline'],
  ['LocalPreAuthorize', 'AuthCtrlr', 'LocalPreAuthorize'],
  ['MaxEnergyOnInvalidId', 'TxCtrlr', 'MaxEnergyOnInvalidId'],
  ['MeterValueSampleInterval', 'SampledDataCtrlr', 'TxUpdatedInterval'],
  ['MeterValuesAlignedData', 'AlignedDataCtrlr', 'Measurands'],
  ['MeterValuesSampledData', 'SampledDataCtrlr', 'TxUpdatedMeasurands'],
  ['ResetRetries', 'OCPPCommCtrlr', 'ResetRetries'],
  ['StopTransactionOnEVSideDisconnect', 'TxCtrlr', 'StopTxOnEVSideDisconnect'],
  ['StopTransactionOnInvalidId', 'TxCtrlr', 'StopTxOnInvalidId'],
  ['StopTxnAlignedData', 'AlignedDataCtrlr', 'TxEndedMeasurands'],
  ['StopTxnSampledData', 'SampledDataCtrlr', 'TxEndedMeasurands'],
  ['TransactionMessageAttempts', 'OCPPCommCtrlr', 'MessageAttempts', 'TransactionEvent'],
  ['TransactionMessageRetryInterval', 'OCPPCommCtrlr', 'MessageAttemptInterval', 'TransactionEvent'],
  ['UnlockConnectorOnEVSideDisconnect', 'OCPPCommCtrlr', 'UnlockOnEVSideDisconnect'],
  ['WebSocketPingInterval', 'OCPPCommCtrlr', 'WebSocketPingInterval']
]

const BY_KEY = new Map(
  SAME.map(([key, component, variable, instance]): [string, VariableName] => [
    fold(key),
    { component: { name: component }, variable: { name: variable, ...(instance !== undefined && { instance }) } }
  ])
)
const BY_VARIABLE = new Map(SAME.map(([key, ...path]) => [fold(path.join('.')), key]))

/** The name in OCPP 2.x of a key of 1.6, if there is one. */
export function variableOf(key: string): VariableName | undefined {
  return BY_KEY.get(fold(key))
}

/** The key in OCPP 1.6 of a variable of 2.x, if there is one. */
export function keyOf({ component, variable }: VariableName): string | undefined {
  if (component.instance !== undefined || component.evse !== undefined) return undefined
  const { name, instance } = variable
  return BY_VARIABLE.get(fold([component.name, name, ...(instance === undefined ? [] : [instance])].join('.')))
}
