import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { memoryCluster } from 'fastify-ocpp/cluster'
import { callAnywhere } from '../../lib/load-management/calls.js'
import { callToClear } from '../../lib/load-management/profiles.js'
import { findLoadManagement } from '../../lib/load-management/rows.js'
import { operate, startBackend } from '../app/support.js'
import { administer, createWithSchema, noPostgres, urlOf } from '../database/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { listenUntilClosed, type TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'

const DATABASE = `sites_${process.pid}`
const PATH = '/sites/garage/load-management'
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const PLAN = {
  mode: 'control',
  circuits: [{ id: 'main', limit: { A: 40 }, margin: 0 }],
  evses: ['SITE-1', 'SITE-2'].map((identity) => ({ identity, evseId: 1, circuit: 'main', fallback: 6, maximum: 32 }))
}

/** A charge point that accepts each limit, and the limits that it was sent. A. */
async function connectLimited(server: TestServer, identity: string): Promise<[Charger, number[]]> {
  const charger = await connectCharger(server.url, identity, { boot: true })
  const limits: number[] = []
  charger.onCall((action, payload) => {
    if (action !== 'SetChargingProfile') return { status: 'Accepted' }
    const { csChargingProfiles } = payload as {
      csChargingProfiles: { chargingSchedule: { chargingSchedulePeriod: { limit: number }[] } }
    }
    limits.push(csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0]?.limit ?? Number.NaN)
    return { status: 'Accepted' }
  })
  return [charger, limits]
}

describe('a site of two nodes', { skip: noPostgres }, () => {
  let one: TestServer
  let two: TestServer
  before(async () => {
    await createWithSchema(DATABASE)
    const DATABASE_URL = urlOf(DATABASE)
    const join = memoryCluster()
    const start = async (node: string) => {
      const options = { sharedDatabase: true, cluster: join(node) }
      const server = await startBackend({ ...SETTINGS, DATABASE_URL }, options, listenUntilClosed)
      await within('the database', server.app.database.ready, 60_000)
      return server
    }
    ;[one, two] = [await start('one'), await start('two')]
  })
  after(async () => {
    await Promise.all([one, two].map((server) => server?.close()))
    await administer(`drop database if exists ${DATABASE} with (force)`)
  })

  /** The node that controls the site, and the other one. */
  function roles(): [TestServer, TestServer] | undefined {
    if (one.app.loadManagement.snapshot('garage') !== undefined) return [one, two]
    return two.app.loadManagement.snapshot('garage') === undefined ? undefined : [two, one]
  }

  it('is shown, and limited at each of them, by either', async () => {
    const [charger, limits] = await connectLimited(one, 'SITE-1')
    const [, others] = await connectLimited(two, 'SITE-2')
    for (const [path, body] of [
      ['/sites/garage', { name: 'Garage' }],
      ['/charge-points/SITE-1', { site: 'garage' }],
      ['/charge-points/SITE-2', { site: 'garage' }],
      [PATH, PLAN]
    ] as const) {
      const { statusCode, body: text } = await operate(one, 'PUT', path, body)
      assert.ok(statusCode < 300, text)
    }
    await until('one node controls it', () => roles() !== undefined)
    const [holder, other] = roles() ?? assert.fail()
    const timestamp = new Date().toISOString()
    const start = { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp }
    await charger.call('StartTransaction', start)
    await until('both have their fallback', () => limits.at(-1) === 6 && others.at(-1) === 6)
    const stateAt = async (server: TestServer) => (await operate(server, 'GET', `${PATH}/state`)).json()
    await until('both nodes show the same', async () => {
      const [here, there] = [await stateAt(holder), await stateAt(other)]
      const [evse] = there.evses ?? []
      return evse?.transaction !== undefined && evse.reserved === 6 && here.evses[0].reserved === 6
    })
    const limit = { A: 12, ttl: 600, source: 'EMS' }
    const put = await operate(other, 'PUT', `${PATH}/circuits/main/limit?wait=20`, limit)
    assert.deepEqual([put.statusCode, put.json().lowered], [200, true], put.body)
    for (const server of [holder, other]) {
      await until('its limit is shown', async () => {
        const { loads } = await stateAt(server)
        return loads.every(({ limit }: { limit: number }) => limit === 12)
      })
    }
  })

  it('is shown its fallbacks by the charge points of either', async () => {
    const identities = ['SHOWN-1', 'SHOWN-2']
    for (const [index, server] of [one, two].entries()) {
      const charger = await connectCharger(server.url, `SHOWN-${index + 1}`, { protocol: 'ocpp2.0.1' })
      // They are of two kinds, or one would be enough.
      const chargingStation = { vendorName: 'Acme', model: `Shown ${index}` }
      await charger.call('BootNotification', { reason: 'PowerUp', chargingStation })
      let kept: object | undefined
      charger.onCall((action, payload) => {
        const { chargingProfile, requestId } = payload as { chargingProfile: object; requestId: number }
        if (action === 'SetChargingProfile') kept = chargingProfile
        if (action !== 'GetChargingProfiles') return { status: 'Accepted' }
        const report = { requestId, chargingLimitSource: 'CSO', evseId: 1, chargingProfile: [kept] }
        setImmediate(() => charger.call('ReportChargingProfiles', report).catch(assert.fail))
        return { status: 'Accepted' }
      })
    }
    const evses = identities.map((identity) => ({ identity, evseId: 1, circuit: 'main', fallback: 6, maximum: 32 }))
    for (const [path, body] of [
      ['/sites/shown', { name: 'Shown' }],
      ...identities.map((identity) => [`/charge-points/${identity}`, { site: 'shown' }] as const),
      ['/sites/shown/load-management', { mode: 'control', circuits: [{ id: 'main', limit: { A: 100 } }], evses }]
    ] as const) {
      const { statusCode, body: text } = await operate(one, 'PUT', path, body)
      assert.ok(statusCode < 300, text)
    }
    await until('both have shown them', async () => {
      const state = (await operate(one, 'GET', '/sites/shown/load-management/state')).json()
      const proofs = (state.evses as { fallbackProof: string }[] | undefined)?.map(({ fallbackProof }) => fallbackProof)
      return String(proofs) === 'kept,kept'
    })
  })

  it('is not limited in the name of a process that has lost the control', async () => {
    const charger = await connectCharger(one.url, 'LATE-1', { boot: true })
    const call = { identity: 'LATE-1', ...callToClear('ocpp1.6', 7) }
    const asked: string[] = []
    charger.onCall((action) => {
      asked.push(action)
      return { status: 'Accepted' }
    })
    const epochNow = async () => {
      const row = await findLoadManagement(one.app.database.db, 'garage')
      return Number(row?.epoch)
    }
    await until('one node controls it', () => roles() !== undefined)
    for (const server of [one, two]) {
      const { app } = server
      const { ocpp, calls, elsewhere, database } = app
      const means = { ocpp, calls, elsewhere, db: database.db }
      const epoch = await epochNow()
      const late = callAnywhere(means, call, { siteId: 'garage', epoch: epoch - 1 })
      await assert.rejects(late, { code: 'CONTROL_LOST', sent: false })
      assert.deepEqual(asked, [])
      assert.deepEqual(await callAnywhere(means, call, { siteId: 'garage', epoch }), { status: 'Accepted' })
      assert.deepEqual(asked.splice(0), ['ClearChargingProfile'])
    }
  })

  it('is limited before the calls of others that wait, from either node', async () => {
    for (const [identity, { app }] of [
      ['FIRST-1', one],
      ['FIRST-2', two]
    ] as const) {
      const charger = await connectCharger(one.url, identity, { boot: true })
      const { ocpp, calls, elsewhere, database } = app
      const call = { identity, ...callToClear('ocpp1.6', 7), priority: 1 }
      const others = [1, 2].map(() => one.app.ocpp.call(identity, 'ClearCache', {}))
      const urgent = callAnywhere({ ocpp, calls, elsewhere, db: database.db }, call)
      await until('all wait', () => one.app.ocpp.chargePoints.get(identity)?.pendingCalls === 3)
      const asked: string[] = []
      charger.onCall((action) => {
        asked.push(action)
        return { status: 'Accepted' }
      })
      await Promise.all([...others, urgent])
      assert.deepEqual(asked, ['ClearCache', 'ClearChargingProfile', 'ClearCache'])
    }
  })
})
