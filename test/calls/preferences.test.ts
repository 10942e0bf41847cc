import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { it } from 'node:test'
import { readPreferences } from '../../lib/calls/preferences.js'
import { within } from '../../lib/calls/within.js'

for (const [header, respondAsync, wait] of [
  [undefined, false, undefined],
  ['', false, undefined],
  ['respond-async', true, undefined],
  ['RESPOND-ASYNC', true, undefined],
  ['respond-async, wait=5', true, 5],
  ['wait=5,respond-async', true, 5],
  ['respond-async, wait="7"', true, 7],
  ['respond-async; x=y, wait=9; z', true, 9],
  ['wait=10', false, 10],
  // The first of a kind counts. [RFC 7240 §2]
  ['respond-async, wait=1, wait=20', true, 1],
  [['respond-async, wait=2', 'wait=30'], true, 2],
  ['Wait=3, wait=40', false, 3],
  ['wait=x, wait=4', false, undefined],
  ['wait, wait=4', false, undefined],
  ['return=minimal, handling=lenient', false, undefined],
  ['wait=-1', false, undefined],
  ['wait=1.5', false, undefined],
  ['wait=12345', false, undefined]
] as const) {
  it(`Prefer: ${JSON.stringify(header)} is ${respondAsync ? 'respond-async' : 'to wait'}, ${wait ?? 'no'} seconds`, () => {
    const given = typeof header === 'object' ? [...header] : header
    assert.deepEqual(readPreferences(given), { respondAsync, wait })
  })
}

it('an answer that comes in time leaves no timer behind', async () => {
  const timers = new Set<number>()
  const hook = createHook({
    init: (id, type) => {
      if (type === 'Timeout') timers.add(id)
    },
    destroy: (id) => void timers.delete(id)
  }).enable()
  assert.equal(await within(60, Promise.resolve('in time')), 'in time')
  // A timer counts as gone in a later turn of the event loop.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  hook.disable()
  assert.equal(timers.size, 0)
})
