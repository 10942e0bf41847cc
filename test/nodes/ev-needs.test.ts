import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { memoryCluster } from 'fastify-ocpp/cluster'
import type * as v21 from 'fastify-ocpp/v21'
import { operate, startBackend } from '../app/support.js'
import { administer, createWithSchema, noPostgres, urlOf } from '../database/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { perform, play } from '../operations/support.js'
import { listenUntilClosed, type TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'

const DATABASE = `ev_needs_${process.pid}`
const PATH = '/sites/evs/load-management'
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const PATIENCE = 60_000
const VERSIONS = ['ocpp2.0.1', 'ocpp2.1'] as const
const MAXIMUM = 10
const NEEDS = {
  requestedEnergyTransfer: 'AC_three_phase',
  acChargingParameters: { energyAmount: 20_000, evMinCurrent: 6, evMaxCurrent: MAXIMUM, evMaxVoltage: 400 }
}

type Profiles = v21.ChargingProfileType[]

/** A charge point that accepts what it is sent, with what it tells about its EV. */
async function connect(server: TestServer, identity: string, protocol: (typeof VERSIONS)[number]) {
  const { charger, asked } = await play(server, protocol, () => ({ status: 'Accepted' }), { identity })
  let seqNo = 0
  const profiles = (): Profiles =>
    asked
      .filter(([action]) => action === 'SetChargingProfile')
      .map(([, payload]) => (payload as v21.SetChargingProfileRequest).chargingProfile)
  return {
    server,
    identity,
    protocol,
    profiles,
    /** The limits of its transactions. */
    limits: () => profiles().filter(({ chargingProfilePurpose }) => chargingProfilePurpose === 'TxProfile'),
    tells: (eventType: string, chargingState: string) =>
      book(charger, 'TransactionEvent', {
        ...event2(eventType, seqNo++, new Date().toISOString(), { evse: { id: 1, connectorId: 1 } }),
        transactionInfo: { transactionId: `tx-${identity}`, chargingState }
      }),
    asks: async () => (await book(charger, 'NotifyEVChargingNeeds', { evseId: 1, chargingNeeds: NEEDS })).status,
    plans: async (limit: number) => {
      const chargingSchedulePeriod = [{ startPeriod: 0, limit }]
      const chargingSchedule = { id: 1, duration: 600, chargingRateUnit: 'A', chargingSchedulePeriod }
      const plan = { timeBase: new Date().toISOString(), evseId: 1, chargingSchedule }
      return (await book(charger, 'NotifyEVChargingSchedule', plan)).status
    },
    pulls: (chargingProfileId: number) => book(charger, 'PullDynamicScheduleUpdate', { chargingProfileId })
  }
}

describe('an EV at a site of two nodes', { skip: noPostgres }, () => {
  let one: TestServer
  let two: TestServer
  before(async () => {
    await createWithSchema(DATABASE)
    const DATABASE_URL = urlOf(DATABASE)
    const join = memoryCluster()
    const start = async (node: string) => {
      const options = { sharedDatabase: true, cluster: join(node) }
      const server = await startBackend({ ...SETTINGS, DATABASE_URL }, options, listenUntilClosed)
      await within('the database', server.app.database.ready, PATIENCE)
      return server
    }
    ;[one, two] = [await start('one'), await start('two')]
  })
  after(async () => {
    await Promise.all([one, two].map((server) => server?.close()))
    await administer(`drop database if exists ${DATABASE} with (force)`)
  })

  /** Two at each node. */
  async function connectAll() {
    const evs: Awaited<ReturnType<typeof connect>>[] = []
    for (const [node, server] of Object.entries({ one, two }))
      for (const protocol of VERSIONS) evs.push(await connect(server, `EV-${node}-${protocol}`, protocol))
    return evs
  }

  async function configure(mode: string, evs: readonly { identity: string }[]) {
    assert.ok((await operate(one, 'PUT', '/sites/evs', { name: 'EVs' })).statusCode < 300)
    for (const { identity } of evs) await operate(one, 'PUT', `/charge-points/${identity}`, { site: 'evs' })
    const evses = evs.map(({ identity }) => ({ identity, evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }))
    const circuits = [{ id: 'main', limit: { A: 63 }, margin: 1 }]
    const { statusCode, body } = await operate(one, 'PUT', `${PATH}?force=true`, {
      mode,
      raiseDelay: 0,
      settle: 5,
      circuits,
      evses
    })
    assert.ok(statusCode < 300, body)
  }

  it('gets the profile that it was promised, whichever node controls the site', async () => {
    const evs = await connectAll()
    await configure('control', evs)
    await until('each has its fallback', () => evs.every(({ profiles }) => profiles().length > 0), PATIENCE)
    const holders = [one, two].filter(({ app }) => app.loadManagement.snapshot('evs') !== undefined)
    assert.equal(holders.length, 1, 'the charge points of the other node are not at the one that controls the site')
    const follow = async ({ server, identity, protocol, tells, asks, plans, limits, pulls }: (typeof evs)[number]) => {
      /** No call is on its way, as the node of the charge point has it. */
      const isLimited = async () => {
        const { evses } = (await operate(server, 'GET', `${PATH}/state`)).json()
        return evses.find((evse: { identity: string }) => evse.identity === identity).target !== undefined
      }
      await tells('Started', 'EVConnected')
      assert.equal(await asks(), 'Processing', 'it cannot be limited yet')
      assert.deepEqual(limits(), [])
      await tells('Updated', 'Charging')
      await until('it is sent a profile', () => limits().length > 0, PATIENCE)
      await until('it is limited', isLimited, PATIENCE)
      let sent = 0
      // The limit of another one may just have changed this one's.
      await until('it is promised', async () => {
        sent = limits().length
        const isPromised = (await asks()) === 'Accepted'
        if (isPromised) assert.equal(limits().length, sent, 'not before the answer')
        return isPromised
      })
      await until('the profile follows', () => limits().length > sent, PATIENCE)
      await until('it is limited', isLimited, PATIENCE)
      const before = limits().length
      assert.equal(await plans(MAXIMUM + 30), 'Rejected')
      await until('the limit is told again', () => limits().length > before, PATIENCE)
      if (protocol === 'ocpp2.1') assert.equal((await pulls(44)).status, 'Rejected')
    }
    await Promise.all(evs.map(follow))
  })

  it('is promised none when the site only observes, and is not sent any', async () => {
    const evs = await connectAll()
    await configure('observe', evs)
    await until(
      'the profiles are taken away',
      async () => {
        const { items } = (await operate(one, 'GET', `/charge-points/${evs[0]?.identity}/charging-profiles`)).json()
        return items.length === 0
      },
      PATIENCE
    )
    for (const { protocol, asks } of evs) {
      await until(
        'nothing is promised',
        async () => (await asks()) === (protocol === 'ocpp2.1' ? 'NoChargingProfile' : 'Rejected'),
        PATIENCE
      )
    }
  })

  it('gets the values of a dynamic profile that the other node has sent', async () => {
    const chargingSchedulePeriod = [{ startPeriod: 0, limit: 9000 }]
    const chargingProfile = {
      ...{ id: 44, stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Dynamic' },
      chargingSchedule: [{ id: 1, chargingRateUnit: 'W', chargingSchedulePeriod }]
    }
    const ev = await connect(two, 'EV-two-ocpp2.1', 'ocpp2.1')
    const { status } = await perform(one, ev.identity, 'calls/SetChargingProfile', { evseId: 1, chargingProfile })
    assert.equal(status, 200)
    assert.deepEqual(await ev.pulls(44), { status: 'Accepted', scheduleUpdate: { limit: 9000 } })
  })
})
