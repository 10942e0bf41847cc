import { type Static, Type } from '@sinclair/typebox'
import type { RequestOf } from 'fastify-ocpp'
import { oneOf } from '../http/records.js'
import { connectorOf16, evseOf2, outcomeOf, PLACE, type Place, refuse } from './common.js'
import { ask2, ask16, type Exchange, notSupported, type Outcome } from './exchange.js'
import { connectorsOf } from './facts.js'
import { type Lookup, operation } from './operation.js'

// --- reset -------------------------------------------------------------------------------------------------------

const RESETS = ['graceful', 'immediate', 'on-idle', 'immediate-and-resume'] as const
type Reset = (typeof RESETS)[number]

const ResetBody = Type.Object(
  {
    type: Type.Optional(
      oneOf(
        RESETS,
        'graceful (default): ends transactions properly first; immediate: at once; on-idle: when no transaction is open, OCPP 2.x only; immediate-and-resume: transactions continue afterwards, OCPP 2.1 only'
      )
    ),
    evseId: Type.Optional(Type.Integer({ minimum: 1, description: 'Resets only this EVSE; OCPP 2.x only' }))
  },
  { additionalProperties: false, examples: [{ type: 'graceful' }] }
)
type ResetBody = Static<typeof ResetBody>

const RESETS_16: Partial<Record<Reset, RequestOf<'ocpp1.6', 'Reset'>['type']>> = { graceful: 'Soft', immediate: 'Hard' }

/** `Immediate` ends running transactions properly. [2.x B12] */
const RESETS_2: Record<Reset, RequestOf<'ocpp2.1', 'Reset'>['type']> = {
  graceful: 'Immediate',
  immediate: 'Immediate',
  'on-idle': 'OnIdle',
  'immediate-and-resume': 'ImmediateAndResume'
}

function* reset16({ type = 'graceful', evseId }: ResetBody) {
  refuse('1.6', { evseId })
  const type16 = RESETS_16[type]
  if (type16 === undefined) throw notSupported(`OCPP 1.6 has no reset ${type}`)
  return outcomeOf(yield* ask16('Reset', { type: type16 }))
}

function* reset2({ type = 'graceful', evseId }: ResetBody) {
  return outcomeOf(yield* ask2('Reset', { type: RESETS_2[type], ...(evseId !== undefined && { evseId }) }))
}

export const reset = operation({
  summary: 'Reset a charge point',
  description: '`scheduled`: the charge point resets when no transaction is open.',
  danger: 'interrupts',
  body: ResetBody,
  isQueueable: () => true,
  facts: async () => undefined,
  rows: { v16: reset16, v2: reset2 }
})

// --- availability ------------------------------------------------------------------------------------------------

const AvailabilityBody = Type.Object(
  { operative: Type.Boolean({ description: 'true: in service; false: out of service' }), ...PLACE },
  { additionalProperties: false, examples: [{ operative: false, evseId: 1 }] }
)
type AvailabilityBody = Static<typeof AvailabilityBody>

function* availability16({ operative, ...place }: AvailabilityBody) {
  // Connector 0 is the whole charge point. [1.6 §5.2]
  const connectorId = connectorOf16(place) ?? 0
  return outcomeOf(yield* ask16('ChangeAvailability', { connectorId, type: operative ? 'Operative' : 'Inoperative' }))
}

function* availability2({ operative, ...place }: AvailabilityBody) {
  const evse = evseOf2(place)
  const operationalStatus = operative ? 'Operative' : 'Inoperative'
  return outcomeOf(yield* ask2('ChangeAvailability', { operationalStatus, ...(evse !== undefined && { evse }) }))
}

export const availability = operation({
  summary: 'Take a charge point or a place in or out of service',
  description:
    'Without `evseId` and `connectorId`: the whole charge point. `scheduled`: takes effect when the running transaction has ended.',
  danger: 'interrupts',
  body: AvailabilityBody,
  isQueueable: () => true,
  facts: async () => undefined,
  rows: { v16: availability16, v2: availability2 }
})

// --- cache -------------------------------------------------------------------------------------------------------

export const clearCache = operation({
  summary: 'Empty the authorization cache',
  description: '`rejected` when the charge point has no cache.',
  body: Type.Object({}, { additionalProperties: false }),
  isQueueable: () => true,
  facts: async () => undefined,
  rows: {
    *v16() {
      return outcomeOf(yield* ask16('ClearCache', {}))
    },
    *v2() {
      return outcomeOf(yield* ask2('ClearCache', {}))
    }
  }
})

// --- trigger -----------------------------------------------------------------------------------------------------

type Trigger16 = RequestOf<'ocpp1.6', 'TriggerMessage'>['requestedMessage']
type Extended16 = RequestOf<'ocpp1.6', 'ExtendedTriggerMessage'>['requestedMessage']
type Trigger2 = RequestOf<'ocpp2.1', 'TriggerMessage'>['requestedMessage']

interface Words {
  v16?: Trigger16
  /** Needs ExtendedTriggerMessage of the security extension. */
  extended16?: Extended16
  v2?: Trigger2
}

/** The name of each message in each version. */
const TRIGGERS = {
  boot: { v16: 'BootNotification', v2: 'BootNotification' },
  heartbeat: { v16: 'Heartbeat', v2: 'Heartbeat' },
  status: { v16: 'StatusNotification', v2: 'StatusNotification' },
  'meter-values': { v16: 'MeterValues', v2: 'MeterValues' },
  transaction: { v2: 'TransactionEvent' },
  'firmware-status': { v16: 'FirmwareStatusNotification', v2: 'FirmwareStatusNotification' },
  'signed-firmware-status': { extended16: 'FirmwareStatusNotification', v2: 'FirmwareStatusNotification' },
  'diagnostics-status': { v16: 'DiagnosticsStatusNotification', v2: 'LogStatusNotification' },
  'log-status': { extended16: 'LogStatusNotification', v2: 'LogStatusNotification' },
  'publish-firmware-status': { v2: 'PublishFirmwareStatusNotification' },
  'sign-certificate': { extended16: 'SignChargePointCertificate', v2: 'SignChargingStationCertificate' },
  'sign-v2g-certificate': { v2: 'SignV2GCertificate' },
  'sign-v2g20-certificate': { v2: 'SignV2G20Certificate' },
  'sign-combined-certificate': { v2: 'SignCombinedCertificate' },
  custom: { v2: 'CustomTrigger' }
} as const satisfies Record<string, Words>

type Trigger = keyof typeof TRIGGERS
export const TRIGGER_NAMES = Object.keys(TRIGGERS) as Trigger[]

const TriggerBody = Type.Object(
  {
    message: oneOf(
      TRIGGER_NAMES,
      'transaction, publish-firmware-status, sign-v2g-certificate and sign-combined-certificate: OCPP 2.x only; sign-v2g20-certificate and custom: OCPP 2.1 only'
    ),
    ...PLACE,
    customTrigger: Type.Optional(
      Type.String({ minLength: 1, maxLength: 50, description: 'Name of the custom trigger; with `custom` only' })
    )
  },
  { additionalProperties: false, examples: [{ message: 'status', evseId: 1 }] }
)
type TriggerBody = Static<typeof TriggerBody>

type Connectors = Awaited<ReturnType<typeof connectorsOf>>

function* trigger16({ message, customTrigger, ...place }: TriggerBody): Exchange {
  refuse('1.6', { customTrigger })
  const { v16, extended16 }: Words = TRIGGERS[message]
  const connectorId = connectorOf16(place)
  const at = connectorId === undefined ? {} : { connectorId }
  if (v16 !== undefined) return outcomeOf(yield* ask16('TriggerMessage', { requestedMessage: v16, ...at }))
  if (extended16 === undefined) throw notSupported(`OCPP 1.6 cannot ask for ${message}`)
  return outcomeOf(yield* ask16('ExtendedTriggerMessage', { requestedMessage: extended16, ...at }))
}

function* trigger2({ message, customTrigger, ...place }: TriggerBody, connectors: Connectors): Exchange {
  const { v2: requestedMessage } = TRIGGERS[message]
  const outcomes: Outcome[] = []
  for (const evse of message === 'status' ? statusPlaces(place, connectors) : [evseOf2(place)]) {
    const answer = yield* ask2('TriggerMessage', {
      requestedMessage,
      ...(evse !== undefined && { evse }),
      ...(customTrigger !== undefined && { customTrigger })
    })
    outcomes.push(outcomeOf(answer))
  }
  return outcomes.find(({ status }) => status !== 'accepted') ?? outcomes[0] ?? { status: 'rejected' }
}

/**
 * A StatusNotification is about one connector. Without a place it is triggered for each known connector. [2.x
 * F06.FR.12]
 */
function statusPlaces(place: Place, connectors: Connectors) {
  const evse = evseOf2(place)
  if (evse !== undefined) return [{ ...evse, connectorId: evse.connectorId ?? 1 }]
  const known = connectors.map(({ evse_id, connector_id }) => ({ id: evse_id, connectorId: connector_id }))
  return known.length === 0 ? [undefined] : known
}

export const trigger = operation({
  summary: 'Trigger a message',
  description: 'The charge point sends the message after its answer. `not-supported` when it cannot send it.',
  body: TriggerBody,
  facts: ({ db, chargePoint }: Lookup) => connectorsOf(db, chargePoint.id),
  rows: { v16: trigger16, v2: trigger2 }
})
