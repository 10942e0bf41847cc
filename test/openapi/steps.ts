import type { Protocol } from 'fastify-ocpp'
import { TOKEN } from '../app/support.js'
import { BILLING_STEPS } from './billing-steps.js'

/** Values of earlier answers, by name. */
export type Kept = Record<string, string>

/** One request to an operation of the document, and the status that it is answered with. */
export interface Step {
  operation: string
  status: number | Readonly<Record<Protocol, number>>
  /** Path parameters. Default of `identity`: that of the simulated charger. */
  at?: (kept: Kept) => Record<string, string>
  query?: (kept: Kept) => Record<string, string>
  headers?: Record<string, string>
  /** Default: the first example of the document. */
  body?: (kept: Kept) => object
  /** Which example of the document. */
  example?: string
  /** The part that the answer must have. */
  has?: object
  /** The values to keep of the answer, by JSON pointer. */
  keep?: Record<string, string>
  /** Asked again until what it keeps is there: it is written behind the scenes. */
  isAwaited?: boolean
  /** Is sent to the simulated charger, which has to be there. */
  isSent?: boolean
  /** The event that has to happen before. */
  after?: 'a plug' | 'a transaction'
}

const PAST = '2020-01-01T00:00:00Z'
const FUTURE = '2098-01-01T00:00:00Z'
const SPAN = { from: PAST, to: FUTURE, limit: '5' }
const ASYNC = { prefer: 'respond-async' }
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }
const here = (at: Record<string, string>) => () => at
const notIn16 = { 'ocpp1.6': 409, 'ocpp2.0.1': 200, 'ocpp2.1': 200 } as const
const only201 = { 'ocpp1.6': 422, 'ocpp2.0.1': 200, 'ocpp2.1': 422 } as const

const operate = (name: string, more: Partial<Step> = {}): Step => {
  return { operation: `operate${name}`, status: 200, isSent: true, ...more }
}
const accepted = { has: { status: 'accepted' } }
const EMS = { ttl: 60, source: 'EMS' }
const limited = (more = {}) => ({ limits: [{ circuit: 'other', A: 6, ...more }] })
const managed = (mode: string) => ({ mode, circuits: [{ id: 'main', limit: { A: 63 } }], evses: [] })
const withoutSchedule = () => ({
  version: '1.6',
  evses: [{ id: 1, phases: 3, voltage: 230 }],
  profiles: [{ evseId: 1, profile: { chargingProfileId: 1 } }],
  request: { evseId: 1, start: PAST, duration: 60, unit: 'A' }
})

/** Every operation of the document, but for the raw calls: what is made is looked at, changed and taken away. */
export const STEPS: readonly Step[] = [
  { operation: 'getDirectory', status: 200 },
  { operation: 'isLive', status: 200 },
  { operation: 'isReady', status: 200 },

  { operation: 'createOperatorToken', status: 201, has: { name: 'billing' } },
  { operation: 'createOperatorToken', status: 409 },
  { operation: 'createOperatorToken', status: 422, body: () => ({ name: 'late', scopes: ['admin'], expiresAt: PAST }) },
  { operation: 'listOperatorTokens', status: 200, query: here({ limit: '1' }) },
  { operation: 'getOperatorToken', status: 200, at: here({ name: 'billing' }) },
  { operation: 'getOwnOperatorToken', status: 200, has: { name: 'operator' } },
  { operation: 'signIn', status: 200, headers: OWN_PAGE, body: () => ({ token: TOKEN }), has: { name: 'operator' } },
  { operation: 'signIn', status: 401, headers: OWN_PAGE },
  {
    operation: 'signIn',
    status: 403,
    headers: { 'sec-fetch-site': 'cross-site' },
    body: () => ({ token: TOKEN })
  },
  { operation: 'getSignIn', status: 404 },
  { operation: 'signOut', status: 404 },
  { operation: 'listSignIns', status: 200, query: here({ limit: '1' }), keep: { signIn: '/items/0/id' } },
  { operation: 'endSignIn', status: 204, at: ({ signIn = '' }) => ({ id: signIn }) },
  { operation: 'getAbout', status: 200 },
  { operation: 'listNodes', status: 200 },
  { operation: 'revokeOperatorToken', status: 204, at: here({ name: 'billing' }) },

  { operation: 'putSite', status: 201, at: here({ id: 'bellecour' }) },
  { operation: 'putSite', status: 200, at: here({ id: 'bellecour' }) },
  { operation: 'putSite', status: 422, at: here({ id: 'bellecour' }), body: () => ({ name: 'A', timeZone: 'Lyon' }) },
  { operation: 'getSite', status: 200, at: here({ id: 'bellecour' }), query: here({ include: 'counts' }) },
  { operation: 'listSites', status: 200, query: here({ q: 'Bellecour', include: 'counts' }) },
  { operation: 'putChargePoint', status: 201, at: here({ identity: 'CP-1' }) },
  { operation: 'putChargePoint', status: 200, at: here({ identity: 'CP-1' }) },
  {
    operation: 'putChargePoint',
    status: 422,
    at: here({ identity: 'CP-1' }),
    body: () => ({ generatePassword: true, password: 'sixteen characters' })
  },
  { operation: 'getLoadManagement', status: 404, at: here({ id: 'bellecour' }) },
  { operation: 'putLoadManagement', status: 201, at: here({ id: 'bellecour' }), body: () => managed('observe') },
  { operation: 'putLoadManagement', status: 200, at: here({ id: 'bellecour' }), body: () => managed('control') },
  { operation: 'putLoadManagement', status: 422, at: here({ id: 'bellecour' }) },
  { operation: 'getLoadManagement', status: 200, at: here({ id: 'bellecour' }), has: { mode: 'control' } },
  { operation: 'getLoadState', status: 200, at: here({ id: 'bellecour' }), has: { mode: 'control' } },
  { operation: 'planLoad', status: 200, at: here({ id: 'bellecour' }), has: { mode: 'control' } },
  { operation: 'planLoad', status: 422, at: here({ id: 'bellecour' }), body: () => limited() },
  { operation: 'listAllocations', status: 200, at: here({ id: 'bellecour' }), query: here({ limit: '1' }) },
  { operation: 'getCircuit', status: 200, at: here({ id: 'bellecour', circuit: 'main' }), has: { id: 'main' } },
  { operation: 'putCircuit', status: 201, at: here({ id: 'bellecour', circuit: 'sub' }) },
  { operation: 'putCircuit', status: 200, at: here({ id: 'bellecour', circuit: 'sub' }) },
  { operation: 'putCircuit', status: 422, at: here({ id: 'bellecour', circuit: 'main' }) },
  { operation: 'putAssignment', status: 422, at: here({ id: 'bellecour', identity: 'NOBODY', evseId: '1' }) },
  { operation: 'getAssignment', status: 404, at: here({ id: 'bellecour', identity: 'NOBODY', evseId: '1' }) },
  { operation: 'deleteAssignment', status: 404, at: here({ id: 'bellecour', identity: 'NOBODY', evseId: '1' }) },
  { operation: 'deleteCircuit', status: 409, at: here({ id: 'bellecour', circuit: 'main' }) },
  { operation: 'deleteCircuit', status: 204, at: here({ id: 'bellecour', circuit: 'sub' }) },
  { operation: 'getCircuitLimit', status: 404, at: here({ id: 'bellecour', circuit: 'main' }) },
  {
    operation: 'putCircuitLimit',
    status: 200,
    at: here({ id: 'bellecour', circuit: 'main' }),
    query: here({ wait: '1' })
  },
  { operation: 'getCircuitLimit', status: 200, at: here({ id: 'bellecour', circuit: 'main' }) },
  { operation: 'deleteCircuitLimit', status: 204, at: here({ id: 'bellecour', circuit: 'main' }) },
  { operation: 'putCircuitLimits', status: 200, at: here({ id: 'bellecour' }), query: here({ wait: '1' }) },
  { operation: 'putCircuitLimits', status: 422, at: here({ id: 'bellecour' }), body: () => limited(EMS) },
  { operation: 'putCircuitMeasurement', status: 204, at: here({ id: 'bellecour', circuit: 'main' }) },
  { operation: 'putCircuitMeasurement', status: 404, at: here({ id: 'bellecour', circuit: 'other' }) },
  { operation: 'deleteLoadManagement', status: 409, at: here({ id: 'bellecour' }) },
  { operation: 'deleteSite', status: 409, at: here({ id: 'bellecour' }) },
  { operation: 'putLoadManagement', status: 200, at: here({ id: 'bellecour' }), body: () => managed('off') },
  { operation: 'deleteLoadManagement', status: 204, at: here({ id: 'bellecour' }) },
  { operation: 'getSummary', status: 200, query: here({ site: 'bellecour', from: '2026-01-01' }) },
  { operation: 'deleteSite', status: 204, at: here({ id: 'bellecour' }) },
  { operation: 'getChargePoint', status: 200, has: { connected: true } },
  { operation: 'getChargePoint', status: 200, query: here({ include: 'connectors' }) },
  { operation: 'getChargePoint', status: 200, at: here({ identity: 'CP-1' }), has: { connected: false } },
  { operation: 'getChargePointState', status: 200 },
  { operation: 'getChargePointState', status: 200, at: here({ identity: 'CP-1' }) },
  {
    operation: 'listConnections',
    status: 200,
    query: here({ from: PAST, to: FUTURE, limit: '1' }),
    keep: { connectedAt: '/items/0/connectedAt' },
    isAwaited: true
  },
  { operation: 'getChargePointState', status: 200, query: here({ blocks: 'connectors,reservations' }) },
  {
    operation: 'listChargePoints',
    status: 200,
    query: here({ connected: 'true', q: 'SIM', registration: 'Accepted', enabled: 'true', sort: '-identity' }),
    keep: { protocol: '/items/0/protocol' }
  },
  { operation: 'listChargePoints', status: 200, query: here({ limit: '1' }), keep: { cursor: '/nextCursor' } },
  { operation: 'listChargePoints', status: 200, query: ({ cursor = '' }) => ({ limit: '1', cursor }) },
  { operation: 'listLatestEvents', status: 200, query: here({ type: 'boot', limit: '2' }) },
  { operation: 'listConnectors', status: 200, query: here({ status: 'Available', chargePoint: 'SIM-1' }) },
  {
    operation: 'listMessages',
    status: 200,
    query: here({ action: 'BootNotification', limit: '1' }),
    keep: { message: '/items/0/action', row: '/items/0/id' },
    isAwaited: true
  },
  { operation: 'listMessages', status: 200, query: here({ format: 'csv', direction: 'in', error: 'false' }) },
  { operation: 'listMessages', status: 400, query: here({ messageType: '7' }) },

  { operation: 'putIdToken', status: 201, at: here({ idToken: '04E91C5A2B3C' }) },
  { operation: 'putIdToken', status: 200, at: here({ idToken: '04E91C5A2B3C' }) },
  { operation: 'getIdToken', status: 200, at: here({ idToken: '04E91C5A2B3C' }) },
  {
    operation: 'listIdTokens',
    status: 200,
    query: here({ q: '04E9', status: 'Accepted', groupId: 'FLEET-7', limit: '1' }),
    keep: { idToken: '/items/0/idToken' }
  },

  { operation: 'putTariff', status: 201, at: here({ id: 'standard' }) },
  { operation: 'putTariff', status: 200, at: here({ id: 'standard' }) },
  { operation: 'getTariff', status: 200, at: here({ id: 'standard' }) },
  { operation: 'putTariff', status: 200, at: here({ id: 'standard' }), example: 'example2' },
  { operation: 'putTariff', status: 200, at: here({ id: 'standard' }) },
  { operation: 'listTariffVersions', status: 200, at: here({ id: 'standard' }) },
  { operation: 'checkTariff', status: 200 },
  { operation: 'priceTariff', status: 200 },
  { operation: 'listChargerModels', status: 200 },
  { operation: 'putChargerModel', status: 201, at: here({ name: 'example' }) },
  { operation: 'putChargerModel', status: 200, at: here({ name: 'example' }) },
  { operation: 'getChargerModel', status: 200, at: here({ name: 'example' }) },
  { operation: 'deleteChargerModel', status: 204, at: here({ name: 'example' }) },
  { operation: 'getChargerModel', status: 404, at: here({ name: 'example' }) },
  { operation: 'listViolations', status: 200, query: here({ limit: '5' }) },
  { operation: 'listViolations', status: 200, query: here({ groupBy: 'model' }) },
  { operation: 'listProblems', status: 200 },
  { operation: 'acknowledgeProblem', status: 404, at: here({ id: 'none' }) },
  { operation: 'unacknowledgeProblem', status: 404, at: here({ id: 'none' }) },
  { operation: 'listTariffs', status: 200, keep: { tariff: '/items/0/id' } },

  { operation: 'createWebhook', status: 201, keep: { webhook: '/id' } },
  { operation: 'createWebhook', status: 422, body: () => ({ url: 'ftp://hooks.example.com/' }) },
  { operation: 'listWebhooks', status: 200 },
  { operation: 'getWebhook', status: 200, at: ({ webhook = '' }) => ({ id: webhook }) },
  { operation: 'changeWebhook', status: 200, at: ({ webhook = '' }) => ({ id: webhook }) },
  { operation: 'replaceWebhookSecret', status: 200, at: ({ webhook = '' }) => ({ id: webhook }) },
  {
    operation: 'changeWebhook',
    status: 200,
    at: ({ webhook = '' }) => ({ id: webhook }),
    body: ({ receiver }) => ({ url: receiver, filter: {} })
  },
  { operation: 'testWebhook', status: 200, at: ({ webhook = '' }) => ({ id: webhook }), has: { delivered: true } },

  { operation: 'listActions', status: 200, query: here({ protocol: 'ocpp2.1' }) },
  { operation: 'listActions', status: 400, query: here({ protocol: 'ocpp3' }) },
  { operation: 'getAction', status: 200, at: here({ name: 'Reset' }), query: here({ protocol: 'ocpp1.6' }) },
  { operation: 'listChargePointActions', status: 200 },
  { operation: 'getChargePointAction', status: 200, at: here({ identity: 'SIM-1', name: 'reset' }) },
  { operation: 'getChargePointAction', status: 200, at: here({ identity: 'SIM-1', name: 'TriggerMessage' }) },
  {
    operation: 'getAvailability',
    status: 200,
    query: here({ interval: 'day', groupBy: 'evse', chargePoint: 'SIM-1' }),
    keep: { start: '/items/0/start' },
    isAwaited: true
  },
  operate('Trigger', accepted),
  operate('GetConfiguration', accepted),
  operate('SetConfiguration', accepted),
  { operation: 'getChargePointTariffs', status: 200 },
  { operation: 'listChargingProfiles', status: 200, query: here({ limit: '1' }) },
  { operation: 'getSmartCharging', status: 200 },
  { operation: 'putSmartCharging', status: 200, body: () => ({ limitStep: 'whole', chargingRateUnit: null }) },
  {
    operation: 'getCompositeSchedule',
    status: 200,
    query: here({
      evseId: '1',
      duration: '60',
      unit: 'W',
      source: 'both',
      phases: '3',
      voltage: '230',
      timeout: '20000'
    }),
    isSent: true
  },
  { operation: 'getCompositeSchedule', status: 409, at: here({ identity: 'CP-1' }) },
  { operation: 'calculateCompositeSchedule', status: 200, has: { status: 'Accepted' } },
  { operation: 'calculateCompositeSchedule', status: 422, body: withoutSchedule },
  { operation: 'listVariables', status: 200, query: here({ q: 'Interval', writable: 'true', limit: '1' }) },
  operate('SendLocalList', accepted),
  operate('ChargingLimit', accepted),
  operate('ClearChargingLimit', accepted),
  operate('PriorityCharging', { status: 409, isSent: false }),
  operate('DynamicLimit', { status: { 'ocpp1.6': 409, 'ocpp2.0.1': 409, 'ocpp2.1': 200 }, isSent: false }),
  operate('Reserve', accepted),
  operate('CancelReservation', accepted),
  operate('Unlock', accepted),
  operate('UploadLog', accepted),
  operate('UpdateFirmware', accepted),
  operate('InstallCertificate', accepted),
  operate('ListCertificates', accepted),
  operate('DeleteCertificate', accepted),
  operate('ClearCache', { ...accepted, keep: { messageId: '/calls/0/messageId' } }),
  operate('SetTariffs', { has: { tariffs: [] }, isSent: false }),
  operate('Stop', { status: 409 }),
  operate('Start', accepted),
  {
    operation: 'listTransactions',
    status: 200,
    after: 'a plug',
    query: here({ chargePoint: 'SIM-1', status: 'open', sort: '-startedAt', ...SPAN }),
    keep: { transaction: '/items/0/id' },
    isAwaited: true
  },
  { operation: 'listTransactions', status: 200, headers: { accept: 'text/csv' } },
  { operation: 'getTransaction', status: 200, at: ({ transaction = '' }) => ({ id: transaction }) },
  {
    operation: 'listChargePointMeterValues',
    status: 200,
    query: here({ measurand: 'Energy.Active.Import.Register', evseId: '1', sort: 'timestamp', ...SPAN })
  },
  { operation: 'listChargePointMeterValues', status: 200, headers: { accept: 'text/csv' } },
  { operation: 'listChargePointStates', status: 200, query: here({ limit: '5' }) },
  { operation: 'listChargePointStates', status: 200, headers: { accept: 'text/csv' } },
  {
    operation: 'showTransactionSeries',
    status: 200,
    at: ({ transaction = '' }) => ({ id: transaction }),
    query: here({ measurand: 'Power.Active.Import', points: '100', from: PAST, to: FUTURE })
  },
  {
    operation: 'listTransactionMeterValues',
    status: 200,
    at: ({ transaction = '' }) => ({ id: transaction }),
    query: here({ limit: '5' })
  },
  {
    operation: 'listTransactionMeterValues',
    status: 200,
    at: ({ transaction = '' }) => ({ id: transaction }),
    headers: { accept: 'text/csv' }
  },
  {
    operation: 'sumTransactions',
    status: 200,
    query: here({ from: '2024-01-01', to: '2026-01-01', interval: 'month', timeZone: 'Europe/Berlin', groupBy: 'site' })
  },
  {
    operation: 'sumTransactions',
    status: 200,
    query: here({ format: 'csv' })
  },
  { operation: 'listAuthorizations', status: 200, query: here({ ...SPAN, known: 'false', distinct: 'idToken' }) },
  { operation: 'listRefusedChargePoints', status: 200, query: here({ q: 'nobody' }) },
  { operation: 'forgetRefusedChargePoint', status: 404, at: here({ identity: 'NOBODY' }) },
  { operation: 'closeTransaction', status: 404, at: here({ id: '999999' }) },
  { operation: 'getTransactionNeeds', status: 404, at: ({ transaction = '' }) => ({ id: transaction }) },
  { operation: 'putTransactionNeeds', status: 404, at: here({ id: '999999' }) },
  { operation: 'deleteTransactionNeeds', status: 404, at: here({ id: '999999' }) },
  { operation: 'getTransactionCost', status: 200, at: ({ transaction = '' }) => ({ id: transaction }) },
  { operation: 'changeTransactionTariff', status: 404, at: here({ id: '999999' }) },
  { operation: 'getTransactionLimit', status: 200, at: ({ transaction = '' }) => ({ id: transaction }) },
  { operation: 'putTransactionLimit', status: 404, at: here({ id: '999999' }) },
  operate('Stop', accepted),
  ...BILLING_STEPS,

  { operation: 'createReport', status: 200, isSent: true, has: { status: 'complete' } },
  { operation: 'createReport', status: 200, isSent: true, example: 'example2', has: { status: 'complete' } },
  {
    operation: 'createReport',
    status: 202,
    isSent: true,
    example: 'example3',
    headers: ASYNC,
    has: { status: 'pending' },
    keep: { requestId: '/requestId' }
  },
  { operation: 'createReport', status: notIn16, isSent: true, example: 'example4' },
  { operation: 'getReport', status: 200, at: ({ requestId = '' }) => ({ identity: 'SIM-1', requestId }) },

  { operation: 'getCall', status: 200, at: ({ messageId = '' }) => ({ messageId }), has: { status: 'answered' } },
  { operation: 'cancelCall', status: 409, at: ({ messageId = '' }) => ({ messageId }) },
  {
    operation: 'listCalls',
    status: 200,
    query: here({ chargePoint: 'SIM-1', action: 'ClearCache', status: 'answered', operator: 'operator', ...SPAN }),
    keep: { call: '/items/0/messageId' }
  },
  { operation: 'listChargePointCalls', status: 200, query: here({ action: 'ClearCache', limit: '1' }) },
  { operation: 'callMany', status: 200, isSent: true },
  {
    operation: 'callMany',
    status: 200,
    body: () => ({ action: 'ClearCache', all: true, dryRun: true }),
    has: { dryRun: true, total: 2 }
  },
  { operation: 'callMany', status: only201, isSent: true, example: 'example2' },
  {
    operation: 'callMany',
    status: 202,
    example: 'example3',
    headers: ASYNC,
    keep: { bulkId: '/bulkId' }
  },
  { operation: 'getBulkCall', status: 200, at: ({ bulkId = '' }) => ({ bulkId }), has: { total: 1 } },
  {
    operation: 'listBulkCallItems',
    status: 200,
    at: ({ bulkId = '' }) => ({ bulkId }),
    query: here({ status: 'queued', limit: '1' }),
    keep: { queued: '/items/0/messageId' },
    isAwaited: true
  },
  { operation: 'listBulkCalls', status: 200, query: here({ limit: '1' }) },
  {
    operation: 'cancelCall',
    status: 200,
    at: ({ queued = '' }) => ({ messageId: queued }),
    has: { status: 'cancelled' }
  },
  { operation: 'stopBulkCall', status: 409, at: ({ bulkId = '' }) => ({ bulkId }) },
  {
    operation: 'operateMany',
    status: 200,
    at: () => ({ name: 'clear-cache' }),
    body: () => ({ identities: ['SIM-1'] }),
    has: { kind: 'operation', total: 1 },
    isSent: true
  },

  { operation: 'getCertificateAuthority', status: 200 },
  { operation: 'renewCertificate', status: 200, isSent: true },
  {
    operation: 'listCertificates',
    status: 200,
    query: here({
      chargePoint: 'SIM-1',
      type: 'ChargingStationCertificate',
      status: 'accepted',
      expiresBefore: FUTURE
    }),
    keep: { certificate: '/items/0/id' },
    isAwaited: true
  },
  { operation: 'listCertificatesOfChargePoint', status: 200, query: here({ limit: '1' }) },
  {
    operation: 'revokeCertificate',
    status: 200,
    at: ({ certificate = '' }) => ({ id: certificate }),
    has: { status: 'revoked' }
  },

  {
    operation: 'listDeliveries',
    status: 200,
    at: ({ webhook = '' }) => ({ id: webhook }),
    query: here({ chargePoint: 'SIM-1', status: 'delivered', ...SPAN }),
    keep: { delivery: '/items/0/id' },
    isAwaited: true
  },
  {
    operation: 'getDelivery',
    status: 200,
    at: ({ webhook = '', delivery = '' }) => ({ id: webhook, deliveryId: delivery })
  },
  {
    operation: 'resendDelivery',
    status: 202,
    at: ({ webhook = '', delivery = '' }) => ({ id: webhook, deliveryId: delivery })
  },
  { operation: 'deleteWebhook', status: 204, at: ({ webhook = '' }) => ({ id: webhook }) },

  operate('Availability', accepted),
  operate('SetPassword', accepted),
  { operation: 'deleteTariff', status: 204, at: here({ id: 'standard' }) },
  { operation: 'deleteIdToken', status: 204, at: here({ idToken: '04E91C5A2B3C' }) },
  { operation: 'deleteChargePoint', status: 204, at: here({ identity: 'CP-1' }) },
  {
    operation: 'listAudit',
    status: 200,
    query: here({ operator: 'operator', target: 'charge-points/CP-1', ...SPAN }),
    keep: { audited: '/items/0/target' }
  },
  { operation: 'disconnectChargePoint', status: 204, isSent: true },
  operate('Reset', accepted)
]
