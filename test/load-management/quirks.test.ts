import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage, PHASES } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const LIMIT = 186

/** A quirk; what is reserved at the end, and why; what the car then takes; and what was learned. */
const CASES: [Quirk, number, string, number, unknown[]][] = [
  ['amperes-only', 18.5, 'limit', 18.5, []],
  // On three phases, because it may put all of it on one.
  ['watts-only', 18.5, 'limit', 6.2, [['chargingRateUnit', 'W', 'learned']]],
  ['refuses-tx-profile', 18.5, 'limit', 18.5, [['limitProfile', 'default', 'learned']]],
  ['one-profile', 18.5, 'limit', 18.5, [['limitProfile', 'default', 'learned']]],
  [
    'needs-highest-level',
    18.5,
    'limit',
    18.5,
    [
      ['limitKind', 'Absolute', 'learned'],
      ['limitStackLevel', 10, 'learned']
    ]
  ],
  ['slow-current', 18.5, 'limit', 18.5, []],
  [
    'refuses-relative',
    18.5,
    'limit',
    18.5,
    [
      ['limitKind', 'Absolute', 'learned'],
      ['limitStackLevel', 10, 'learned']
    ]
  ],
  ['whole-numbers', 18, 'limit', 18, [['limitStep', 'whole', 'learned']]],
  ['needs-relative', 18.5, 'limit', 18.5, []],
  // It was also tried without decimals.
  [
    'refuses-transaction-id',
    18,
    'limit',
    18,
    [
      ['limitStep', 'whole', 'learned'],
      ['limitProfile', 'transaction-without-id', 'learned']
    ]
  ]
]

onBothBackends('charge points with quirks', (start) => {
  it('T13: never take more than there is, and are not asked without end', async () => {
    const server = await start(SETTINGS, listen)
    const protocols = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const
    const stalls = CASES.map(([quirk], index) => ({ protocol: protocols[index % 3] ?? 'ocpp1.6', quirks: [quirk] }))
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: LIMIT } }] }
    const garage = await Garage.open(server, { id: 'quirky', stalls, body })
    garage.watch = (currents) => {
      for (const phase of PHASES) assert.ok(currents[phase] <= LIMIT, JSON.stringify(currents))
    }
    for (const index of CASES.keys()) await garage.arrive(index, HUNGRY)
    await garage.pass(120)
    const { evses } = await garage.state()
    // Raises of less than 1 A are not sent.
    const isNear = (value: number | undefined = 0, most: number) => value <= most && value > most - 1
    for (const [index, [quirk, reserved, cause, taken]] of CASES.entries()) {
      assert.ok(isNear(garage.shares()[index], taken), `${quirk}: ${garage.shares()[index]} A`)
      assert.ok(isNear(evses[index].reserved, reserved), `${quirk}: ${evses[index].reserved} A reserved`)
      assert.equal(evses[index].cause, cause, quirk)
    }
    const traitsOf = async (index: number) => {
      const answer = await operate(server, 'GET', `/charge-points/quirky-${index}/smart-charging`)
      const { traits } = answer.json() as { traits: Record<string, { value: unknown; source: string }> }
      return Object.entries(traits).map(([name, { value, source }]) => [name, value, source])
    }
    const learned = await Promise.all(CASES.map((_, index) => traitsOf(index)))
    const isForm = ([name]: unknown[]) => name !== 'limitLease' && name !== 'limitFallback'
    assert.deepEqual(
      learned.map((traits) => traits.filter(isForm)),
      CASES.map(([, , , , traits]) => traits)
    )
    // In whichever form they are said, these limits end by themselves.
    assert.deepEqual(
      learned.map((traits) => traits.filter(([name]) => name === 'limitLease')),
      CASES.map(() => [['limitLease', 'kept', 'learned']])
    )
    const [, rejected] =
      /site_profile_calls_total\{outcome="rejected"\} (\d+)/.exec((await server.app.inject('/metrics')).body) ?? []
    assert.ok(Number(rejected) > 0 && Number(rejected) <= 2 * CASES.length, `${rejected} profiles were rejected`)
  })
})
