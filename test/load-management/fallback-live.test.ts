import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage, PHASES } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
// Not enough for the maximum of one and the fallbacks of the others.
const LIMIT = 48
const BODY = { mode: 'control', circuits: [{ id: 'main', limit: { A: LIMIT }, margin: 0 }] }

/** How often each charge point was asked for its profiles. */
async function questions(garage: Garage): Promise<number[]> {
  return Promise.all(
    garage.chargers.map(async ({ identity }) => {
      const answer = await operate(garage.server, 'GET', `/charge-points/${identity}/calls?limit=200`)
      const { items } = answer.json() as { items: { action: string }[] }
      return items.filter(({ action }) => action === 'GetChargingProfiles').length
    })
  )
}

onBothBackends('charge points that accept a fallback and do not keep it', (start) => {
  it('are found out, reserve their maximum meanwhile, and get the fallback in another form', async () => {
    const server = await start(SETTINGS, listen)
    const quirks = ['loses-relative-default'] as const
    const stalls = [
      { protocol: 'ocpp2.0.1', quirks },
      { protocol: 'ocpp2.1', quirks },
      { protocol: 'ocpp2.0.1' },
      { protocol: 'ocpp2.1' }
    ] as const
    const garage = await Garage.open(server, { id: 'lossy', stalls, body: BODY })
    const over: string[] = []
    garage.watch = (currents) => {
      if (PHASES.some((phase) => currents[phase] > LIMIT + 1e-6)) over.push(JSON.stringify(currents))
    }
    let early: { fallbackProof: string; reserved: number; reason: string }[] = []
    // While circuits may carry more than their limits, nobody is asked anything.
    for (let passed = 0; passed < 30 && early[0]?.fallbackProof !== 'missing'; passed++) {
      await garage.pass(1, 1)
      early = (await garage.state()).evses
    }
    assert.equal(early[0]?.fallbackProof, 'missing')
    assert.equal(early[0]?.reserved, 32)
    assert.match(early[0]?.reason ?? '', /accepts its fallback, but does not have it/)
    await garage.pass(90)
    const later = (await garage.state()).evses as { fallbackProof: string; reserved: number }[]
    assert.deepEqual(
      later.map(({ fallbackProof, reserved }) => [fallbackProof, reserved]),
      stalls.map(() => ['kept', 6])
    )
    const traitsOf = async (index: number) => {
      return (await operate(server, 'GET', `/charge-points/lossy-${index}/smart-charging`)).json().traits
    }
    const traits = await traitsOf(1)
    assert.equal(traits.limitFallback, undefined, 'each one of this kind is asked')
    assert.deepEqual((await traitsOf(3)).limitFallback, { value: 'kept', source: 'learned' })
    assert.deepEqual(traits.limitKind, { value: 'Absolute', source: 'learned' })
    for (const index of stalls.keys()) await garage.arrive(index, HUNGRY)
    await garage.reach([12, 12, 12, 12], 300)
    const asked = await questions(garage)
    assert.equal((asked[2] ?? 0) + (asked[3] ?? 0), 1, 'one of a kind is enough')
    assert.deepEqual(asked.slice(0, 2), [2, 2])
    assert.deepEqual(over, [])
  })
})
