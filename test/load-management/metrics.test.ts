import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const STALLS = [
  { protocol: 'ocpp1.6', fallback: 0 },
  { protocol: 'ocpp2.1', fallback: 0 }
] as const
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

onBothBackends('the metrics of load management', (start) => {
  it('tell what is meant and measured, what waits, and how long a limit takes to hold', async () => {
    const server = await start(SETTINGS, listen)
    const circuits = [{ id: 'main', limit: { A: 41 }, margin: 1 }]
    const garage = await Garage.open(server, { id: 'meters', stalls: STALLS, body: { mode: 'control', circuits } })
    const values = async () => {
      const { body } = await server.app.inject('/metrics')
      return (name: string) => {
        const line = body.split('\n').find((one) => one.startsWith(`${name} `))
        return line === undefined ? undefined : Number(line.slice(name.length + 1))
      }
    }
    const load = (kind: string) => `site_circuit_load{site="meters",circuit="main",phase="L1",kind="${kind}"}`
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    await garage.reach([20, 20], 900)
    await garage.pass(75)
    const before = await values()
    assert.equal(before(load('allocated')), 40)
    assert.equal(before(load('measured')), 40)
    assert.equal(before('site_waiting_transactions{site="meters"}'), 0)
    assert.equal(before('site_measurement_age_seconds{site="meters",circuit="main"}'), undefined)
    const counts = ['site_pauses_total', 'site_exceeded_seconds_total', 'site_limit_reaction_seconds_count']
    const start0 = counts.map((name) => before(name) ?? 0)
    assert.deepEqual(start0, [0, 0, 0])
    const path = '/sites/meters/load-management/circuits/main'
    const measurement = { L1: 0, L2: 0, L3: 0, includesChargers: false }
    assert.equal((await operate(server, 'PUT', `${path}/measurement`, measurement)).statusCode, 204)
    await operate(server, 'PUT', `${path}/limit`, { A: 50, ttl: 600, source: 'EMS' })
    await garage.run()
    assert.equal((await values())('site_limit_reaction_seconds_count'), 0, 'nothing had to be lowered')
    await operate(server, 'PUT', `${path}/limit`, { A: 9, ttl: 600, source: 'EMS' })
    await garage.run()
    await garage.pass(20)
    const after = await values()
    assert.equal(after('site_limit_reaction_seconds_count'), 1)
    assert.ok((after('site_limit_reaction_seconds_sum') ?? 0) > 0)
    assert.equal(after('site_pauses_total'), 1)
    assert.equal(after('site_waiting_transactions{site="meters"}'), 1)
    assert.ok((after('site_exceeded_seconds_total') ?? 0) > 0, 'the cars were still measured above the new limit')
    assert.ok(Number(after('site_measurement_age_seconds{site="meters",circuit="main"}')) >= 20)
    assert.equal(after('site_late_renewals_total'), 0)
    // Nobody renews the only lease above a fallback, and then it is noticed once.
    garage.time.advance(1_000_000)
    for (let run = 0; run < 2; run++) await garage.run()
    assert.equal((await values())('site_late_renewals_total'), 1)
  })
})
