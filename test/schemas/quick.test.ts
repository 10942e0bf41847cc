import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import fc from 'fast-check'
import { dateTime, literals, quickSchema } from '../../src/schema.js'

// A quick schema may refuse what is looked at again; it must never pass what the schema refuses.

test('a quick enumeration takes a value for itself, not for a pattern', () => {
  const values = ['Energy.Active', 'a|b', '(x)', 'J1772', 'c\\d', '$^', '*/']
  const quick = TypeCompiler.Compile(quickSchema(literals(...values)))
  for (const value of values) assert(quick.Check(value), value)
  for (const value of ['EnergyXActive', 'a', 'b', 'x', 'c1', '', 'J1772\n', 'Energy.Active ', 7, null]) {
    assert(!quick.Check(value), JSON.stringify(value))
  }
})

for (const digits of [undefined, 3]) {
  const schema = dateTime(digits)
  const quick = TypeCompiler.Compile(quickSchema(schema))

  test(`a quick date-time with ${digits ?? 'any number of'} digits passes nothing that is none`, () => {
    const digit = fc.constantFrom(...'0123456789')
    const part = (length: number) => fc.array(digit, { minLength: length, maxLength: length }).map((d) => d.join(''))
    const fraction = fc.option(
      fc.array(digit, { maxLength: 5 }).map((d) => `.${d.join('')}`),
      { nil: '' }
    )
    const zone = fc.constantFrom('Z', 'z', '', '+02:00', '-23:59', '+24:00', '+1', '\n')
    const text = fc
      .tuple(part(4), part(2), part(2), fc.constantFrom('T', 't', ' '), part(2), part(2), part(2), fraction, zone)
      .map(([y, mo, d, t, h, mi, s, f, z]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`)
    fc.assert(
      fc.property(text, (value) => !quick.Check(value) || Value.Check(schema, value)),
      { numRuns: 2000, seed: 1 }
    )
  })

  test(`a quick date-time with ${digits ?? 'any number of'} digits passes every day it can`, () => {
    for (let day = new Date('2023-01-01T10:20:30.123Z'); day.getUTCFullYear() < 2025; ) {
      const text = day.toISOString()
      assert.equal(quick.Check(text), !text.startsWith('2024-02-29'), text)
      day = new Date(day.getTime() + 86_400_000)
    }
    assert(!quick.Check('2023-02-29T00:00:00Z'))
    assert(!quick.Check('2023-01-01T00:00:00.Z'))
  })
}
