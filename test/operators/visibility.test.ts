import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { allows, type OperatorScope } from '../../lib/operators/scopes.js'
import { itemsOf, onBothBackends, operate, startBackend } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { isLong } from '../support/long.js'
import type { TestServer } from '../support/server.js'
import { within } from '../support/wait.js'
import { type Route, routesOf, tokenOf } from './support.js'

// The data that a token may see by any route. The routes are read from the document, so that new ones are among them: a
// new parameter of a path has to be added to the world below, or the test fails.

const AT = '2026-01-02T03:04:05.000Z'
/** A register that no other number resembles. */
const REGISTER = 86_753_090

interface Marker {
  what: string
  pattern: RegExp
  /** Each of these sets of scopes is enough. */
  scopes: readonly (readonly OperatorScope[])[]
}

const TRANSACTIONS: readonly OperatorScope[] = ['transactions:read']
const ID_TOKENS: readonly OperatorScope[] = ['id-tokens:read']
const BOTH = [...TRANSACTIONS, ...ID_TOKENS]

/** The texts in the world, and who may see them. Id tokens are shortened to four characters in places. */
const MARKERS: readonly Marker[] = [
  { what: 'the id token of a transaction', pattern: /QZTX/i, scopes: [TRANSACTIONS, ID_TOKENS] },
  { what: 'a reading', pattern: /86753\d{3}|\b86753\.09/, scopes: [TRANSACTIONS] },
  { what: 'an id token of the local list', pattern: /QZLI/i, scopes: [ID_TOKENS] },
  { what: 'an id token of a reservation', pattern: /QZRE/i, scopes: [ID_TOKENS] },
  { what: 'an id token that is known', pattern: /QZKN/i, scopes: [ID_TOKENS] },
  { what: 'an id token that was asked about', pattern: /QZAU/i, scopes: [ID_TOKENS] },
  { what: 'the request of a car', pattern: /QZEXI/, scopes: [ID_TOKENS] },
  { what: 'a payment', pattern: /QZPAY/, scopes: [TRANSACTIONS] },
  { what: 'what is known of a customer', pattern: /QZCUSTOMER/, scopes: [BOTH] },
  { what: 'what a vendor sends', pattern: /QZVENDOR/, scopes: [BOTH] }
]
/** Every scope: the last of the sets. */
const ADMIN: readonly OperatorScope[] = ['admin']
const SETS: readonly (readonly OperatorScope[])[] = [
  ['charge-points:read'],
  ['charge-points:write', 'calls:write'],
  ['charge-points:read', 'transactions:read'],
  ['charge-points:read', 'id-tokens:write'],
  ['transactions:read'],
  ['id-tokens:read'],
  ['charge-points:read', 'transactions:read', 'id-tokens:read'],
  ADMIN
]

/**
 * For each route those that may see everything or least of all, and others in turn; all of them in the long suite.
 *
 * @param index of the route
 */
function setsFor(index: number): ReadonlySet<readonly OperatorScope[]> {
  return new Set(SETS.filter((set, at) => isLong || set === ADMIN || at % 4 === index % 4))
}

async function call(server: TestServer, identity: string, action: string, payload: object): Promise<void> {
  const answer = await operate(server, 'POST', `/charge-points/${identity}/calls/${action}`, payload)
  assert.equal(answer.statusCode, 200, `${action}: ${answer.body}`)
}

async function tell(charger: Charger, action: string, payload: object): Promise<void> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, `${action}: ${JSON.stringify(answer)}`)
}

function sampledValue(value: number | string) {
  return [{ timestamp: AT, sampledValue: [{ value, measurand: 'Energy.Active.Import.Register' }] }]
}

/** A charger that does whatever it is asked to. */
async function obedient(server: TestServer, identity: string, protocol: Protocol): Promise<Charger> {
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  return charger.onCall((action) => (action === 'DataTransfer' ? { status: 'Accepted', data: 'QZVENDOR' } : ACCEPTED))
}

const ACCEPTED = { status: 'Accepted' }
const EXPIRES = '2099-01-01T00:00:00Z'

async function furnish16(server: TestServer): Promise<void> {
  const charger = await obedient(server, 'CP-16', 'ocpp1.6')
  await tell(charger, 'Authorize', { idTag: 'QZAUTH-16' })
  const start = await charger.call('StartTransaction', {
    connectorId: 1,
    idTag: 'QZTX-16',
    meterStart: REGISTER,
    timestamp: AT
  })
  const transactionId = start.type === 3 ? start.payload.transactionId : 0
  await tell(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue: sampledValue(String(REGISTER + 1)) })
  const stop = { transactionId, idTag: 'QZTX-16', meterStop: REGISTER + 2, timestamp: AT }
  await tell(charger, 'StopTransaction', stop)
  await tell(charger, 'DataTransfer', { vendorId: 'x', data: 'QZVENDOR' })
  const localAuthorizationList = [{ idTag: 'QZLIST-16', idTagInfo: ACCEPTED }]
  await call(server, 'CP-16', 'SendLocalList', { listVersion: 1, updateType: 'Full', localAuthorizationList })
  const reservation = { connectorId: 1, expiryDate: EXPIRES, idTag: 'QZRES-16', reservationId: 1 }
  await call(server, 'CP-16', 'ReserveNow', reservation)
  await call(server, 'CP-16', 'RemoteStartTransaction', { idTag: 'QZTX-16' })
  await call(server, 'CP-16', 'DataTransfer', { vendorId: 'x', data: 'QZVENDOR' })
  charger.sendText(JSON.stringify([2, randomUUID(), 'NoSuchAction', { idTag: 'QZTX', data: 'QZVENDOR' }]))
  await charger.roundTrip()
}

async function furnish2(server: TestServer, protocol: 'ocpp2.0.1' | 'ocpp2.1'): Promise<void> {
  const identity = protocol === 'ocpp2.1' ? 'CP-21' : 'CP-201'
  const charger = await obedient(server, identity, protocol)
  const token = (idToken: string) => ({ idToken, type: 'Central' })
  await tell(charger, 'Authorize', { idToken: token('QZAUTH-2') })
  for (const [seqNo, eventType] of (['Started', 'Updated', 'Ended'] as const).entries()) {
    await tell(charger, 'TransactionEvent', {
      eventType,
      timestamp: AT,
      triggerReason: 'Authorized',
      seqNo,
      transactionInfo: { transactionId: 'T-1' },
      evse: { id: 1, connectorId: 1 },
      idToken: token('QZTX-2'),
      meterValue: sampledValue(REGISTER + seqNo)
    })
  }
  await tell(charger, 'MeterValues', { evseId: 1, meterValue: sampledValue(REGISTER + 5) })
  await tell(charger, 'DataTransfer', { vendorId: 'x', data: 'QZVENDOR' })
  const iso15118SchemaVersion = 'urn:iso:15118:2:2013:MsgDef'
  await tell(charger, 'Get15118EVCertificate', { iso15118SchemaVersion, action: 'Install', exiRequest: 'QZEXI' })
  if (protocol === 'ocpp2.1') {
    const payment = { pspRef: 'QZPAY', status: 'Settled', settlementAmount: 1, settlementTime: AT }
    await tell(charger, 'NotifySettlement', payment)
  }
  const localAuthorizationList = [{ idToken: token('QZLIST-2'), idTokenInfo: ACCEPTED }]
  await call(server, identity, 'SendLocalList', { versionNumber: 1, updateType: 'Full', localAuthorizationList })
  await call(server, identity, 'ReserveNow', { id: 1, expiryDateTime: EXPIRES, idToken: token('QZRES-2') })
  await call(server, identity, 'RequestStartTransaction', { idToken: token('QZTX-2'), remoteStartId: 1, evseId: 1 })
  await call(server, identity, 'DataTransfer', { vendorId: 'x', data: 'QZVENDOR' })
}

/** Customer information, as a charge point reports it. Answers the id of the report. */
async function furnishReport(server: TestServer): Promise<string> {
  const charger = await connectCharger(server.url, 'CP-REPORT', { protocol: 'ocpp2.0.1', boot: true })
  charger.onCall((_action, payload) => {
    const { requestId } = payload as { requestId: number }
    // The test may end before the charger has the answer.
    tell(charger, 'NotifyCustomerInformation', { requestId, data: 'QZCUSTOMER', seqNo: 0, generatedAt: AT }).catch(
      () => undefined
    )
    return ACCEPTED
  })
  const payload = { type: 'customer-information', idToken: { idToken: 'QZTX-2' } }
  const response = await within('the report', operate(server, 'POST', '/charge-points/CP-REPORT/reports', payload))
  assert.equal(response.statusCode, 200, response.body)
  assert.match(response.body, /QZCUSTOMER/)
  return String(response.json().requestId)
}

/** The values of each parameter of a path. */
type World = Readonly<Record<string, readonly string[]>>

async function furnish(server: TestServer): Promise<World> {
  await operate(server, 'PUT', '/id-tokens/QZKNOWN', { status: 'Accepted' })
  await operate(server, 'PUT', '/tariffs/1', { currency: 'EUR', pricePerKwh: 1 })
  const webhook = { url: 'https://hooks.example.com/', enabled: false }
  const { id: webhookId } = (await operate(server, 'POST', '/webhooks', webhook)).json()
  await furnish16(server)
  await furnish2(server, 'ocpp2.0.1')
  await furnish2(server, 'ocpp2.1')
  const requestId = await furnishReport(server)
  const bulk = { action: 'DataTransfer', payload: { vendorId: 'x', data: 'QZVENDOR' }, identities: ['CP-16', 'CP-21'] }
  const { bulkId } = (await operate(server, 'POST', '/calls', bulk)).json()
  const ids = async (path: string, name: string) => {
    const { items } = (await operate(server, 'GET', path)).json() as { items: Record<string, unknown>[] }
    return items.map((item) => String(item[name]))
  }
  return {
    identity: ['CP-16', 'CP-201', 'CP-21', 'CP-REPORT'],
    messageId: await ids('/calls?action=RemoteStartTransaction', 'messageId'),
    bulkId: [bulkId],
    requestId: [requestId],
    idToken: ['QZKNOWN'],
    name: ['operator-1'],
    deliveryId: ['1'],
    circuit: ['main'],
    evseId: ['1'],
    number: ['R-2026-000001'],
    // Of transactions, tariffs, webhooks and certificates.
    id: [...(await ids('/transactions', 'id')), '1', String(webhookId), 'issued-1']
  }
}

/** Every path that a route has in the world. */
function pathsOf({ path }: Route, world: World): string[] {
  let paths = [path]
  for (const [place, name = ''] of path.matchAll(/\{(\w+)\}/g)) {
    const values = world[name]
    assert.ok(values !== undefined && values.length > 0, `the world has nothing for ${place} of ${path}`)
    paths = paths.flatMap((unfinished) => values.map((value) => unfinished.replace(place, encodeURIComponent(value))))
  }
  return paths
}

/** These answer for as long as anybody listens: test/events has them. */
const STREAMS = new Set(['/api/v1/events'])

function maySee(held: readonly OperatorScope[], { scopes }: Marker): boolean {
  return scopes.some((all) => all.every((scope) => allows(held, scope)))
}

onBothBackends('a token with any scopes', (start) => {
  it('reads nothing about transactions and id tokens without their scopes', async () => {
    const server = await start({ WEBHOOK_ALLOW_PRIVATE: 'true' })
    const world = await furnish(server)
    const routes = routesOf(server).filter(({ method, path }) => method === 'GET' && !STREAMS.has(path))
    const seen = new Map<Marker, Set<string>>(MARKERS.map((marker) => [marker, new Set()]))
    /** Whoever may see everything is asked first: other answers are JSON, whatever is accepted. */
    const asCsv = new Set<string>()
    for (const [index, scopes] of [...SETS.entries()].toReversed()) {
      const headers = await tokenOf(server, `operator-${index}`, ...scopes)
      for (const route of routes) {
        if (!setsFor(routes.indexOf(route)).has(scopes)) continue
        for (const url of pathsOf(route, world)) {
          for (const accept of ['application/json', 'text/csv']) {
            if (accept === 'text/csv' && scopes !== ADMIN && !asCsv.has(route.path)) continue
            const answer = await server.app.inject({ url, headers: { ...headers, accept } })
            const { body, statusCode } = answer
            if (/csv/.test(String(answer.headers['content-type']))) asCsv.add(route.path)
            assert.ok(statusCode < 500, `${url}: ${statusCode} ${body}`)
            for (const marker of MARKERS) {
              // An id in the path is told by the one who asks.
              if (!marker.pattern.test(body.replaceAll(url, ''))) continue
              assert.ok(maySee(scopes, marker), `${url} tells ${scopes.join(' ')} ${marker.what}:\n${body}`)
              seen.get(marker)?.add(`${route.path} ${scopes.join(' ')}`)
            }
          }
        }
      }
    }
    // They are there for those who may.
    for (const [{ what }, places] of seen)
      assert.ok(
        [...places].some((place) => place.endsWith('admin')),
        what
      )
  })

  it('does not read blocks, messages and contents that need a scope it lacks, and is rejected when it asks for them', async () => {
    const server = await start()
    await furnish16(server)
    const headers = await tokenOf(server, 'technician', 'charge-points:read')
    const get = (path: string) => server.app.inject({ url: `/api/v1${path}`, headers })

    const state = (await get('/charge-points/CP-16/state')).json()
    for (const block of ['transactions', 'readings', 'reservations', 'localList']) assert.ok(!(block in state), block)
    for (const block of ['connectors', 'configuration', 'statusHistory']) assert.ok(block in state, block)

    // Written behind everything else.
    await itemsOf(server, '/charge-points/CP-16/messages?action=Heartbeat', 2)
    const { items } = (await get('/charge-points/CP-16/messages?limit=1000')).json() as { items: { action?: string }[] }
    const actions = new Set(items.map(({ action }) => action))
    assert.deepEqual([...actions].sort(), ['BootNotification', 'Heartbeat'])
    for (const [action, scope] of [
      ['StartTransaction', 'transactions:read'],
      ['MeterValues', 'transactions:read'],
      ['Authorize', 'id-tokens:read'],
      ['DataTransfer', 'transactions:read'],
      ['NoSuchAction', 'transactions:read']
    ] as const) {
      const refused = await get(`/charge-points/CP-16/messages?action=${action}`)
      assert.equal(refused.statusCode, 403, action)
      const challenge = `Bearer error="insufficient_scope", scope="${scope}"`
      assert.equal(refused.headers['www-authenticate'], challenge, action)
    }

    const [call] = (await get('/calls?action=RemoteStartTransaction')).json().items
    assert.deepEqual([call.request, call.withheld, call.response], [undefined, ['transactions:read'], ACCEPTED])
    const [transfer] = (await get('/calls?action=DataTransfer')).json().items
    assert.deepEqual([transfer.request, transfer.response, transfer.status], [undefined, undefined, 'answered'])
  })
})

describe('the log of messages', () => {
  it('has the action of the CALL for its answer, and none if two CALLs have the same id', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    // Two frames at once, so that the second call is there before the first is answered.
    const start = { connectorId: 1, idTag: 'QZTX', meterStart: 0, timestamp: AT }
    charger.send(2, 'one', 'StartTransaction', start)
    charger.send(2, 'one', 'Heartbeat', {})
    await charger.call('Heartbeat', {}, 'two')
    const items = await itemsOf(server, '/charge-points/CP-1/messages', 8)
    const answers = items.filter(({ messageType }) => messageType === 3)
    const actionsOf = (id: string) => answers.filter(({ messageId }) => messageId === id).map(({ action }) => action)
    assert.deepEqual(actionsOf('two'), ['Heartbeat'])
    const ofOne = actionsOf('one')
    assert.equal(ofOne.length, 2)
    const withToken = answers.find(({ payload }) => 'transactionId' in (payload as object))
    assert.notEqual(withToken?.action, 'Heartbeat')
  })
})
