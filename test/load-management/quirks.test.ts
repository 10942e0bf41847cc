import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { onBothBackends } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'
import { HUNGRY, learnedOf, neverAbove, profilesTo, SETTINGS, stallsOf } from './quirky.js'

const LIMIT = 278

interface Case {
  quirk: Quirk
  /** A that are reserved at the end, which the car takes unless `taken` says otherwise. */
  reserved: number
  taken?: number
  learned: string[]
}

const HIGHEST = ['limitKind Absolute', 'limitStackLevel 10']

/** Forms that charge points refuse. */
const CASES: Case[] = [
  { quirk: 'amperes-only', reserved: 18.5, learned: [] },
  // It is reserved on three phases, because the charge point may put all of it on one.
  { quirk: 'watts-only', reserved: 18.5, taken: 6.2, learned: ['chargingRateUnit W'] },
  { quirk: 'refuses-tx-profile', reserved: 18.5, learned: ['limitProfile default'] },
  { quirk: 'one-profile', reserved: 18.5, learned: ['limitProfile default'] },
  { quirk: 'needs-highest-level', reserved: 18.5, learned: HIGHEST },
  { quirk: 'slow-current', reserved: 18.5, learned: [] },
  { quirk: 'refuses-relative', reserved: 18.5, learned: HIGHEST },
  { quirk: 'whole-numbers', reserved: 18, learned: ['limitStep whole'] },
  { quirk: 'needs-relative', reserved: 18.5, learned: [] },
  // It was also tried without decimals.
  {
    quirk: 'refuses-transaction-id',
    reserved: 18,
    learned: ['limitStep whole', 'limitProfile transaction-without-id']
  },
  { quirk: 'level-999', reserved: 18.5, learned: ['limitKind Absolute', 'limitStackLevel 999'] },
  { quirk: 'needs-level-0', reserved: 18.5, learned: [] },
  { quirk: 'highest-level-0', reserved: 18.5, learned: [] },
  { quirk: 'refuses-future-start', reserved: 18.5, learned: [] },
  { quirk: 'late-default', reserved: 18.5, learned: [] }
]

onBothBackends('charge points with quirks', (start) => {
  it('never take more than there is, and their forms are learned within three tries, for others of their kind, too', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = stallsOf(CASES.map(({ quirk }) => quirk))
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: LIMIT } }] }
    const garage = await Garage.open(server, { id: 'quirky', stalls, body })
    neverAbove(garage, LIMIT)
    for (const index of CASES.keys()) await garage.arrive(index, HUNGRY)
    await garage.pass(120)
    const { evses } = await garage.state()
    // Raises of less than 1 A are not sent.
    const isNear = (value: number | undefined = 0, most: number) => value <= most && value >= most - 1
    for (const [index, { quirk, reserved, taken = reserved, learned }] of CASES.entries()) {
      assert.ok(isNear(garage.shares()[index], taken), `${quirk}: ${garage.shares()[index]} A`)
      assert.ok(isNear(evses[index].reserved, reserved), `${quirk}: ${evses[index].reserved} A reserved`)
      assert.equal(evses[index].cause, 'limit', quirk)
      // In whichever form they are said, these limits end by themselves.
      assert.deepEqual(await learnedOf(server, `quirky-${index}`), [...learned, 'limitLease kept'], quirk)
      const { refused } = await profilesTo(server, `quirky-${index}`)
      assert.ok(refused <= 2, `${quirk}: ${refused} profiles were refused`)
    }
    const others = CASES.filter(({ learned }) => learned.length > 0)
    const second = await Garage.open(server, { id: 'second', stalls: stallsOf(others.map(({ quirk }) => quirk)), body })
    for (const index of others.keys()) await second.arrive(index, HUNGRY)
    await second.pass(30)
    const refused = await Promise.all(
      others.map(async ({ quirk }, index) => [quirk, (await profilesTo(server, `second-${index}`)).refused])
    )
    assert.deepEqual(
      refused.filter(([, count]) => count !== 0),
      []
    )
  })

  it('are tried ever more rarely where every form is refused: the fallback, or the limit of a transaction', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = stallsOf([['amperes-only', 'watts-only'], ['refuses-tx-profile', 'late-default'], 'ignores-limits'])
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 110 }, margin: 0 }] }
    const garage = await Garage.open(server, { id: 'stubborn', stalls, body })
    neverAbove(garage, 110)
    for (const index of stalls.keys()) await garage.arrive(index, HUNGRY)
    await garage.pass(60)
    const { evses } = await garage.state()
    assert.deepEqual([evses[0].reserved, evses[0].cause], [32, 'no-fallback'])
    const counts = () => Promise.all(stalls.map((_, index) => profilesTo(server, `stubborn-${index}`)))
    const before = await counts()
    await garage.pass(600, 30)
    const after = await counts()
    // All forms once, and one after each pause of 10, 20, 40, 80, 160 and 300 seconds.
    const [first, second, third] = after
    assert.ok((before[0]?.sent ?? 0) <= 9 && (first?.sent ?? 0) <= 12, JSON.stringify([before, after]))
    // The running transaction does not follow a default, and the next one does: it is limited by that in the end.
    assert.ok((second?.refused ?? 0) <= 2 && (second?.sent ?? 0) <= 8, JSON.stringify(second))
    // It accepts each form once.
    assert.ok((third?.sent ?? 0) <= 10, JSON.stringify(third))
    const { evses: later } = await garage.state()
    assert.deepEqual([later[0].cause, later[2].cause, later[2].reserved], ['no-fallback', 'ignores-limits', 32])
  })
})
