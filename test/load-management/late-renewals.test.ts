import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot } from '../../lib/load-management/options.js'
import { plantOf } from '../../lib/load-management/plant.js'
import { type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { between } from '../../lib/load-management/tally.js'

// The count of leases that ended in a transaction before they were renewed.

const NOW = Date.UTC(2026, 0, 5, 12)
const SECOND = 1000
const AFTER = NOW + 10 * SECOND
const TRANSACTION = { key: 't', id: 1, since: NOW - 3_600_000, poweredAt: NOW - 3_600_000 }
const EVSE = { identity: 'CP', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }
const PLANT = plantOf({ mode: 'control', circuits: [{ id: 'main', limit: { A: 63 } }], evses: [EVSE] }, 'UTC')

/** A car with a limit whose lease ends so many seconds after the first run. */
function limited(seconds: number, more: Partial<EvseState> = {}): EvseState {
  const sent = { amperes: 16, at: NOW - 60 * SECOND, until: NOW + seconds * SECOND }
  return { ...initialState(), fallback: 6, transaction: TRANSACTION, sent, possible: [sent], ...more }
}

function seen(state: EvseState, at: number): Snapshot {
  return { plant: PLANT, mode: 'control', at, result: { states: new Map([['cp 1', state]]) } } as unknown as Snapshot
}

function late(before: EvseState, after: EvseState): number {
  return between(seen(before, NOW), seen(after, AFTER)).lateRenewals
}

test('a lease that ends between two runs counts once', () => {
  assert.equal(late(limited(5), limited(5)), 1)
  assert.equal(late(limited(10), limited(10)), 1, 'in the moment of the second run')
  assert.equal(late(limited(11), limited(11)), 0, 'it goes on')
  assert.equal(late(limited(0), limited(0)), 0, 'it had ended before, and was counted then')
})

test('a lease that was renewed, or of which nothing is left to renew, does not count', () => {
  const renewed = { amperes: 16, at: NOW + 3 * SECOND, until: NOW + 900 * SECOND }
  assert.equal(late(limited(5), limited(900, { sent: renewed })), 0)
  const { transaction: _, ...ended } = limited(5)
  assert.equal(late(limited(5), ended), 0, 'the transaction has ended')
  assert.equal(late(limited(5), limited(5, { transaction: { ...TRANSACTION, key: 'next' } })), 0, 'it is another one')
  const { sent: _sent, ...unlimited } = limited(5)
  assert.equal(late(unlimited, unlimited), 0, 'there is no limit')
})

test('the end of a lease that changes nothing does not count, because the fallback is as much', () => {
  const least = { amperes: 6, at: NOW - 60 * SECOND, until: NOW + 5 * SECOND }
  assert.equal(late(limited(5, { sent: least }), limited(5, { sent: least })), 0)
  assert.equal(late(limited(5, { fallback: 16 }), limited(5, { fallback: 16 })), 0)
  assert.equal(late(limited(5, { fallback: 15 }), limited(5, { fallback: 15 })), 1)
})
