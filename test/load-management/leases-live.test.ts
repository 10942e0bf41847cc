import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage, PHASES } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const LEASE = 60
const LIMIT = 64
const BODY = { mode: 'control', lease: LEASE, circuits: [{ id: 'main', limit: { A: LIMIT }, margin: 0 }] }

/** Answers to questions for a composite schedule. */
async function questions(garage: Garage): Promise<number[]> {
  return Promise.all(
    garage.chargers.map(async ({ identity }) => {
      const answer = await operate(garage.server, 'GET', `/charge-points/${identity}/calls?limit=100`)
      const { items } = answer.json() as { items: { action: string }[] }
      return items.filter(({ action }) => action === 'GetCompositeSchedule').length
    })
  )
}

async function evsesOf(garage: Garage): Promise<{ lease: string; reserved: number; limit?: number; reason: string }[]> {
  return (await garage.state()).evses
}

async function goOffline(garage: Garage, index: number): Promise<void> {
  await garage.charger(index).goOffline()
  await until('the charge point is away', async () => {
    await garage.run()
    return (await garage.state()).evses[index].connected === false
  })
}

onBothBackends('charge points whose limits may not end by themselves', (start) => {
  it('are found out once for each kind, and keep their limits reserved while they are away', async () => {
    const server = await start(SETTINGS, listen)
    const quirks = ['ignores-duration'] as const
    const stalls = [
      { protocol: 'ocpp1.6', quirks },
      { protocol: 'ocpp2.1', quirks },
      { protocol: 'ocpp1.6' },
      { protocol: 'ocpp2.0.1' }
    ] as const
    const garage = await Garage.open(server, { id: 'leased', stalls, body: BODY })
    const over: string[] = []
    garage.watch = (currents) => {
      if (PHASES.some((phase) => currents[phase] > LIMIT + 1e-6)) over.push(JSON.stringify(currents))
    }
    for (const index of stalls.keys()) await garage.arrive(index, HUNGRY)
    await garage.reach([16, 16, 16, 16], 300)
    await garage.pass(200)
    const known = await evsesOf(garage)
    assert.deepEqual(
      known.map(({ lease }) => lease),
      ['ignored', 'ignored', 'kept', 'kept']
    )
    const { traits } = (await operate(server, 'GET', '/charge-points/leased-0/smart-charging')).json()
    assert.deepEqual(traits.limitLease, { value: 'ignored', source: 'learned' })
    // They are of two kinds.
    const asked = await questions(garage)
    assert.deepEqual([(asked[0] ?? 0) + (asked[1] ?? 0), (asked[2] ?? 0) + (asked[3] ?? 0)], [1, 1], String(asked))
    for (const index of [0, 2]) await goOffline(garage, index)
    await garage.pass(5 * LEASE)
    const away = await evsesOf(garage)
    assert.deepEqual([away[0]?.reserved, away[2]?.reserved], [16, 6])
    assert.match(away[0]?.reason ?? '', /do not end by themselves/)
    assert.deepEqual(garage.shares(), [16, 21, 6, 21])
    await garage.charger(0).goOnline()
    await garage.pass(60)
    await garage.leave(0)
    await garage.pass(30)
    assert.deepEqual([(await evsesOf(garage))[0]?.reserved, over], [6, []])
    assert.deepEqual(await questions(garage), asked)
  })
})
