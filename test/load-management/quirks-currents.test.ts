import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { onBothBackends } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'
import { HUNGRY, learnedOf, neverAbove, profilesTo, SETTINGS, setLimit, stallsOf } from './quirky.js'

const QUIRKS: Quirk[] = ['overshoots', 'own-limit', 'slower-current', 'own-limit', 'own-cloud', 'ignores-limits']
const LIMIT = 173
/** Less than 16 A for each that obeys. There is room for the maximum of two that do not. */
const LOWER = 98

onBothBackends('charge points whose currents do not follow their limits', (start) => {
  it('never take more than there is; a late current is learned, and nothing wrong is', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = stallsOf(QUIRKS)
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: LIMIT }, margin: 3 }] }
    const garage = await Garage.open(server, { id: 'currents', stalls, body })
    neverAbove(garage, LIMIT)
    for (const index of QUIRKS.keys()) await garage.arrive(index, HUNGRY)
    const evses = async () =>
      (await garage.state()).evses as { obedience: string; cause: string; reserved: number; limit?: number }[]
    await garage.pass(90)
    // Their own limit is told, or seen in the current: the rest is for others.
    assert.deepEqual([(await evses())[1]?.limit, (await evses())[3]?.limit], [10, 11])
    assert.deepEqual((await evses())[5], { ...(await evses())[5], obedience: 'ignoring', reserved: 32 })
    await setLimit(garage, LOWER)
    await garage.pass(40)
    assert.equal((await evses())[2]?.obedience, 'ignoring')
    await garage.pass(40)
    assert.equal((await evses())[2]?.obedience, 'obeys')
    assert.deepEqual(await learnedOf(server, 'currents-2'), ['limitSettle 50', 'limitLease kept'])
    neverAbove(garage, LOWER)
    await garage.pass(30)
    neverAbove(garage, LIMIT)
    await setLimit(garage, LIMIT)
    await garage.pass(120)
    // Now its room is kept until its current has followed, and it is not accused.
    await setLimit(garage, LOWER)
    await garage.pass(40)
    const slower = (await evses())[2]
    assert.deepEqual([slower?.obedience, slower?.cause], ['obeys', 'limit'])
    await garage.pass(40)
    neverAbove(garage, LOWER)
    await garage.pass(20)
    for (const [index, quirk] of QUIRKS.entries()) {
      // No form of a limit is to blame.
      const isForm = (trait: string) => !/^limit(Lease|Settle)/.test(trait)
      assert.deepEqual((await learnedOf(server, `currents-${index}`)).filter(isForm), [], quirk)
      const { sent, refused } = await profilesTo(server, `currents-${index}`)
      assert.ok(sent <= 20 && refused === 0, `${quirk}: ${sent} profiles`)
    }
  })
})
