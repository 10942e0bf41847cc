import type { ChargePoint, Protocol } from 'fastify-ocpp'
import { versionInfo } from 'fastify-ocpp'

/** A call that the checker makes. */
export interface Step {
  /** As it is shown, e.g. `TriggerMessage StatusNotification`. */
  name: string
  action: string
  payload: object
  /** The message that must follow when the charge point accepts. */
  expects?: string
}

const REPORT_ID = 1

/** The calls in their order: harmless ones, and none that changes anything. */
export function stepsFor(protocol: Protocol): readonly Step[] {
  const { hasDeviceModel, hasTransactionEvents } = versionInfo(protocol)
  const connector = hasTransactionEvents ? { evse: { id: 1, connectorId: 1 } } : { connectorId: 1 }
  const meter = hasTransactionEvents ? { evse: { id: 1 } } : { connectorId: 1 }
  const settings: Step[] = hasDeviceModel
    ? [
        {
          name: 'GetBaseReport FullInventory',
          action: 'GetBaseReport',
          payload: { requestId: REPORT_ID, reportBase: 'FullInventory' },
          expects: 'NotifyReport'
        },
        { name: 'GetVariables HeartbeatInterval', action: 'GetVariables', payload: HEARTBEAT_VARIABLE }
      ]
    : [{ name: 'GetConfiguration', action: 'GetConfiguration', payload: {} }]
  return [
    ...settings,
    trigger('StatusNotification', connector),
    trigger('MeterValues', meter),
    trigger('Heartbeat', {}),
    trigger('BootNotification', {})
  ]
}

const HEARTBEAT_VARIABLE = {
  getVariableData: [{ component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } }]
}

function trigger(requestedMessage: string, place: object): Step {
  const name = `TriggerMessage ${requestedMessage}`
  return { name, action: 'TriggerMessage', payload: { requestedMessage, ...place }, expects: requestedMessage }
}

/** Outcome of a call. */
export interface CallOutcome {
  call: string
  /** `result`, `callerror`, `timeout`, `disconnected`, … */
  outcome: string
  /** Status of the answer, or the code of the error. */
  detail?: string
  /** Whether the message that must follow came. */
  followed?: boolean
}

type AnyCall = (action: string, payload: object, options: { timeout: number }) => Promise<unknown>

/** Makes a call; never rejects. */
export async function makeCall(
  chargePoint: ChargePoint,
  { name, action, payload }: Step,
  timeout: number
): Promise<{ outcome: CallOutcome; response: unknown }> {
  try {
    const response = await (chargePoint.call as AnyCall)(action, payload, { timeout })
    const { status } = (response ?? {}) as { status?: unknown }
    const detail = typeof status === 'string' ? { detail: status } : {}
    return { outcome: { call: name, outcome: 'result', ...detail }, response }
  } catch (error) {
    const { code } = error as { code?: string }
    return {
      outcome: { call: name, outcome: outcomeOf(code), ...(code !== undefined && { detail: code }) },
      response: undefined
    }
  }
}

function outcomeOf(code = ''): string {
  if (code === 'OCPP_ERR_TIMEOUT') return 'timeout'
  if (code === 'OCPP_ERR_DISCONNECTED') return 'disconnected'
  if (code === 'OCPP_ERR_INVALID_RESPONSE') return 'invalid answer'
  return code.startsWith('OCPP_ERR_') ? 'not made' : 'callerror'
}

/** Whether the charge point has agreed to what was asked. */
export function isAccepted({ outcome, detail }: CallOutcome): boolean {
  return outcome === 'result' && detail === 'Accepted'
}

/** Keys that a charge point with the Core profile must have. [1.6 §9.1] */
const REQUIRED_KEYS = [
  'AuthorizeRemoteTxRequests',
  'ClockAlignedDataInterval',
  'ConnectionTimeOut',
  'ConnectorPhaseRotation',
  'GetConfigurationMaxKeys',
  'HeartbeatInterval',
  'LocalAuthorizeOffline',
  'LocalPreAuthorize',
  'MeterValuesAlignedData',
  'MeterValuesSampledData',
  'MeterValueSampleInterval',
  'NumberOfConnectors',
  'ResetRetries',
  'StopTransactionOnEVSideDisconnect',
  'StopTransactionOnInvalidId',
  'StopTxnAlignedData',
  'StopTxnSampledData',
  'SupportedFeatureProfiles',
  'TransactionMessageAttempts',
  'TransactionMessageRetryInterval',
  'UnlockConnectorOnEVSideDisconnect'
]

/** The required keys that an answer to GetConfiguration does not have. Names of keys ignore case. */
export function missingKeys(response: unknown): string[] {
  const { configurationKey } = (response ?? {}) as { configurationKey?: unknown }
  if (!Array.isArray(configurationKey)) return []
  const present = new Set(configurationKey.map((entry: { key?: unknown } | null) => String(entry?.key).toLowerCase()))
  return REQUIRED_KEYS.filter((key) => !present.has(key.toLowerCase()))
}
