import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { difference, type LocalListEntry, merge } from '../../lib/charge-points/local-lists.js'
import { split } from '../../lib/operations/parts.js'

it('items are split into parts that a charge point takes, in their order, none lost', () => {
  const limits = fc.record({ items: fc.integer({ min: 1, max: 10 }), bytes: fc.integer({ min: 1, max: 2000 }) })
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 300 })), limits, (items, { items: most, bytes }) => {
      const parts = split(items, { items: most, bytes })
      assert.deepEqual(parts.flat(), items)
      for (const part of parts) {
        assert.ok(part.length > 0 && part.length <= most)
        // A single one may be too long by itself.
        assert.ok(part.length === 1 || Buffer.byteLength(JSON.stringify(part)) <= bytes)
      }
    })
  )
})

it('parts are measured in bytes, not in characters', () => {
  const items = Array.from({ length: 4 }, () => '€'.repeat(50))
  assert.deepEqual(
    split(items, { items: 10, bytes: 500 }).map(({ length }) => length),
    [1, 1, 1, 1]
  )
})

it('the changes of a local list turn the old list into the new one', () => {
  const entry = fc.record({
    idTag: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
    idTagInfo: fc.record({ status: fc.constantFrom('Accepted', 'Blocked') })
  })
  const list = fc.uniqueArray(entry, { selector: ({ idTag }) => idTag })
  const sorted = (entries: readonly LocalListEntry[]) => entries.map((one) => JSON.stringify(one)).sort()
  fc.assert(
    fc.property(list, list, (before, after) => {
      const changes = difference(before, after)
      assert.deepEqual(sorted(merge(before, changes)), sorted(after))
      if (JSON.stringify(before) === JSON.stringify(after)) assert.deepEqual(changes, [])
    })
  )
})
