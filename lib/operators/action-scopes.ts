import type { ActionName as ActionName16 } from 'fastify-ocpp/v16'
import type { ActionName as ActionName21 } from 'fastify-ocpp/v21'
import type { ActionName as ActionName201 } from 'fastify-ocpp/v201'
import type { May, OperatorScope } from './scopes.js'

type AnyAction = ActionName16 | ActionName201 | ActionName21
type Scopes = readonly OperatorScope[]

const TRANSACTIONS: Scopes = ['transactions:read']
const ID_TOKENS: Scopes = ['id-tokens:read']
/** For messages with any content. */
const BOTH: Scopes = [...TRANSACTIONS, ...ID_TOKENS]

function each<const A extends AnyAction>(scopes: Scopes, actions: readonly A[]): Record<A, Scopes> {
  return Object.fromEntries(actions.map((action) => [action, scopes])) as Record<A, Scopes>
}

/**
 * The scopes that the messages of an action need besides `charge-points:read`. The type requires every action: a new
 * action does not compile until somebody has decided what its messages contain.
 */
const NEEDED: Readonly<Record<AnyAction, Scopes>> = {
  ...each(TRANSACTIONS, [
    'StartTransaction',
    'StopTransaction',
    'TransactionEvent',
    'MeterValues',
    // Often contains meter values.
    'NotifyPeriodicEventStream',
    'RemoteStartTransaction',
    'RemoteStopTransaction',
    'RequestStartTransaction',
    'RequestStopTransaction',
    'GetTransactionStatus',
    'NotifyEVChargingNeeds',
    'NotifyEVChargingSchedule',
    'NotifyPriorityCharging',
    'UsePriorityCharging',
    'NotifyAllowedEnergyTransfer',
    // Contains tariffs and payments.
    'CostUpdated',
    'SetDefaultTariff',
    'ChangeTransactionTariff',
    'ClearTariffs',
    'NotifySettlement',
    'NotifyWebPaymentStarted',
    'VatNumberValidation'
  ]),
  ...each(ID_TOKENS, [
    'Authorize',
    'SendLocalList',
    'ReserveNow',
    'BatterySwap',
    'RequestBatterySwap',
    // A contract certificate identifies its owner.
    'Get15118EVCertificate'
  ]),
  ...each(BOTH, [
    'DataTransfer',
    // Contains free text about a person.
    'CustomerInformation',
    'NotifyCustomerInformation',
    // Contains tariffs, and the id tokens that have them.
    'GetTariffs'
  ]),
  ...each(
    [],
    [
      'AFRRSignal',
      'AdjustPeriodicEventStream',
      'BootNotification',
      'CancelReservation',
      'CertificateSigned',
      'ChangeAvailability',
      'ChangeConfiguration',
      'ClearCache',
      'ClearChargingProfile',
      'ClearDERControl',
      'ClearDisplayMessage',
      'ClearVariableMonitoring',
      'ClearedChargingLimit',
      'ClosePeriodicEventStream',
      'DeleteCertificate',
      'DiagnosticsStatusNotification',
      'ExtendedTriggerMessage',
      'FirmwareStatusNotification',
      'GetBaseReport',
      'GetCertificateChainStatus',
      'GetCertificateStatus',
      'GetChargingProfiles',
      'GetCompositeSchedule',
      'GetConfiguration',
      'GetDERControl',
      'GetDiagnostics',
      'GetDisplayMessages',
      'GetInstalledCertificateIds',
      'GetLocalListVersion',
      'GetLog',
      'GetMonitoringReport',
      'GetPeriodicEventStream',
      'GetReport',
      'GetVariables',
      'Heartbeat',
      'InstallCertificate',
      'LogStatusNotification',
      'NotifyChargingLimit',
      'NotifyDERAlarm',
      'NotifyDERStartStop',
      'NotifyDisplayMessages',
      'NotifyEvent',
      'NotifyMonitoringReport',
      'NotifyReport',
      'OpenPeriodicEventStream',
      'PublishFirmware',
      'PublishFirmwareStatusNotification',
      'PullDynamicScheduleUpdate',
      'ReportChargingProfiles',
      'ReportDERControl',
      'ReservationStatusUpdate',
      'Reset',
      'SecurityEventNotification',
      'SetChargingProfile',
      'SetDERControl',
      'SetDisplayMessage',
      'SetMonitoringBase',
      'SetMonitoringLevel',
      'SetNetworkProfile',
      'SetVariableMonitoring',
      'SetVariables',
      'SignCertificate',
      'SignedFirmwareStatusNotification',
      'SignedUpdateFirmware',
      'StatusNotification',
      'TriggerMessage',
      'UnlockConnector',
      'UnpublishFirmware',
      'UpdateDynamicSchedule',
      'UpdateFirmware'
    ]
  )
}

/** Actions of which only the request needs the scopes: the answer only says whether the charge point accepts. */
const ANSWER_IS_OPEN: ReadonlySet<string> = new Set([
  'RemoteStartTransaction',
  'RemoteStopTransaction',
  'RequestStartTransaction',
  'RequestStopTransaction',
  'ReserveNow',
  'SendLocalList',
  'CustomerInformation',
  'RequestBatterySwap',
  'CostUpdated',
  'UsePriorityCharging'
] satisfies AnyAction[])

/** The scopes that a message of an action needs. An unknown action needs all of them. */
export function scopesOfAction(action: string): Scopes {
  return Object.hasOwn(NEEDED, action) ? NEEDED[action as AnyAction] : BOTH
}

/** The scopes that a message of an action needs and the reader does not have. */
export function missingScopes(action: string, may: May): OperatorScope[] {
  return scopesOfAction(action).filter((scope) => !may(scope))
}

/** The same for the answer of a charge point to a call. */
export function missingForAnswer(action: string, may: May): OperatorScope[] {
  return ANSWER_IS_OPEN.has(action) ? [] : missingScopes(action, may)
}

/** The operations whose request and outcome need more than `charge-points:read`. */
const NEEDED_BY_OPERATION: Readonly<Record<string, Scopes>> = {
  start: BOTH,
  stop: TRANSACTIONS,
  reserve: ID_TOKENS,
  'send-local-list': ID_TOKENS
}

/** The scopes that the request and the outcome of an operation need and the reader does not have. */
export function missingForOperation(name: string, may: May): OperatorScope[] {
  return (Object.hasOwn(NEEDED_BY_OPERATION, name) ? (NEEDED_BY_OPERATION[name] ?? []) : []).filter(
    (scope) => !may(scope)
  )
}

/** The actions whose messages the reader may see; `undefined` if it may see all, including unknown actions. */
export function visibleActions(may: May): string[] | undefined {
  if (BOTH.every(may)) return undefined
  return Object.keys(NEEDED).filter((action) => missingScopes(action, may).length === 0)
}
