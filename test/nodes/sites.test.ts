import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { memoryCluster } from 'fastify-ocpp/cluster'
import { operate, startBackend } from '../app/support.js'
import { administer, createWithSchema, noPostgres, urlOf } from '../database/support.js'
import { connectCharger } from '../support/charger.js'
import { listenUntilClosed, type TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'

const DATABASE = `sites_${process.pid}`
const PATH = '/sites/garage/load-management'
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const PLAN = {
  mode: 'control',
  circuits: [{ id: 'main', limit: { A: 40 }, margin: 0 }],
  evses: [{ identity: 'SITE-1', evseId: 1, circuit: 'main', fallback: 6, maximum: 32 }]
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

  it('is shown and limited by either', async () => {
    const charger = await connectCharger(one.url, 'SITE-1', { boot: true })
    const limits: number[] = []
    charger.onCall((action, payload) => {
      if (action !== 'SetChargingProfile') return { status: 'Accepted' }
      const { csChargingProfiles } = payload as {
        csChargingProfiles: { chargingSchedule: { chargingSchedulePeriod: { limit: number }[] } }
      }
      limits.push(csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0]?.limit ?? Number.NaN)
      return { status: 'Accepted' }
    })
    for (const [path, body] of [
      ['/sites/garage', { name: 'Garage' }],
      ['/charge-points/SITE-1', { site: 'garage' }],
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
    await until('it has its fallback', () => limits.at(-1) === 6)
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
})
