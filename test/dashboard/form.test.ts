import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Value } from '@sinclair/typebox/value'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { type Field, fieldsOf, type Schema } from '../../dashboard/form/tree.js'
import { initial, parseText, placeErrors, read, textOf, write } from '../../dashboard/form/value.js'
import * as generated from '../../dashboard/generated/schemas.js'
import { OPERATIONS } from '../../lib/operations/table.js'
import { PROTOCOLS } from '../../src/protocol.js'
import { type Components, ComponentWriter } from '../../src/rest/components.js'
import type { Protocol } from '../../src/types/protocol.js'
import { minimal, mutants } from '../schemas/samples.js'
import { payloads, typedIn } from './payloads.js'

// Across a clock change and off the hour, where conversions of times go wrong.
const ZONES = ['Europe/Berlin', 'Asia/Kathmandu', 'UTC'] as const

/** The schema of a request, as the API serves it. */
function schemaOf(protocol: Protocol, action: string): Schema {
  const components: Components = {}
  const definition = PROTOCOLS[protocol].actions.get(action)
  assert(definition)
  const schema = new ComponentWriter(components, protocol).write(definition.request)
  return { ...schema, components: undefined, $defs: components } satisfies Schema
}

function withDefinitions({ components: _, ...schema }: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')) as Schema
}

for (const protocol of Object.keys(PROTOCOLS) as Protocol[]) {
  describe(`forms of ${protocol}`, () => {
    for (const [action, definition] of PROTOCOLS[protocol].actions) {
      test(`${action}: what is typed in is the payload`, () => {
        const schema = withDefinitions(schemaOf(protocol, action))
        const field = fieldsOf(schema)
        fc.assert(
          fc.property(payloads(schema), fc.constantFrom(...ZONES), (payload, zone) => {
            assert.deepEqual(typedIn(field, payload, zone), payload)
            assert(Value.Check(definition.request, payload), JSON.stringify(payload))
          }),
          { numRuns: 4, seed: 7, endOnFailure: true }
        )
      })

      test(`${action}: each error is shown at a field`, () => {
        const field = fieldsOf(withDefinitions(schemaOf(protocol, action)))
        const value = minimal(definition.request)
        for (const { pointer, rule } of mutants(definition.request)) {
          if (pointer.includes('customData') || rule === 'additional') continue
          const { others } = placeErrors(field, value, [{ pointer, detail: rule }])
          assert.deepEqual(others, [], pointer)
        }
      })
    }
  })
}

const bodies = {
  ...Object.fromEntries(Object.entries(OPERATIONS).map(([name, { body }]) => [name, body])),
  ...generated
}

describe('forms of operations and resources', () => {
  for (const [name, body] of Object.entries(bodies)) {
    const schema = JSON.parse(JSON.stringify(body)) as Schema
    const field = fieldsOf(schema)

    test(`${name}: what is typed in is the body`, () => {
      const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)
      fc.assert(
        fc.property(payloads(schema), fc.constantFrom(...ZONES), (payload, zone) => {
          assert.deepEqual(typedIn(field, payload, zone), payload)
          assert(validate(payload), JSON.stringify([payload, validate.errors]))
        }),
        { numRuns: 10, seed: 7, endOnFailure: true }
      )
    })
  }
})

describe('the value of a form', () => {
  const schema: Schema = {
    type: 'object',
    required: ['name'],
    properties: {
      note: { type: 'string' },
      name: { type: 'string' },
      limit: { type: 'number' },
      loud: { type: 'boolean' },
      place: {
        type: 'object',
        required: ['inner'],
        properties: {
          inner: { type: 'object', properties: { x: { type: 'integer' } } },
          names: { type: 'array', items: { type: 'string' } }
        }
      },
      customData: { type: 'object', properties: { vendorId: { type: 'string' } } }
    }
  }
  const field = fieldsOf(schema)
  const member = (name: string): Field => {
    assert.equal(field.kind, 'group')
    const found = field.fields.find((inner) => inner.name === name)
    assert(found)
    return found
  }

  test('required fields come first, and extensions of vendors are left to the JSON view', () => {
    assert.equal(field.kind, 'group')
    assert.deepEqual(
      field.fields.map(({ name }) => name),
      ['name', 'note', 'limit', 'loud', 'place']
    )
    assert.deepEqual(field.hidden, ['customData'])
  })

  test('an optional object exists from the first entry in it to the last', () => {
    const entered = write(field, {}, '/place/inner/x', 5)
    assert.deepEqual(entered, { place: { inner: { x: 5 } } })
    assert.deepEqual(write(field, entered, '/place/inner/x', undefined), {})
    const named = write(field, {}, '/place/names', ['a'])
    assert.deepEqual(named, { place: { inner: {}, names: ['a'] } })
    assert.deepEqual(write(field, named, '/place/names/0', undefined), {})
  })

  test('other members of the JSON view stay', () => {
    const value = { name: 'a', customData: { vendorId: 'v' }, unknown: 1 }
    assert.deepEqual(write(field, value, '/name', 'b'), { ...value, name: 'b' })
    assert.deepEqual(value.name, 'a')
  })

  test('text that is no number is left to the server, which names the member', () => {
    assert.equal(parseText(member('limit'), '7.4'), 7.4)
    assert.equal(parseText(member('limit'), '7,4'), '7,4')
    assert.equal(parseText(member('limit'), ' '), ' ')
    assert.equal(parseText(member('limit'), ''), undefined)
    assert.equal(textOf(member('limit'), '7,4'), '7,4')
    assert.equal(textOf(member('name'), { a: 1 }), '{"a":1}')
  })

  test('an untouched boolean is not sent', () => {
    assert.deepEqual(initial(field), {})
    assert.deepEqual(write(field, {}, '/loud', false), { loud: false })
    assert.deepEqual(write(field, { loud: false }, '/loud', undefined), {})
  })

  test('members that every object has are not taken for entries', () => {
    assert.equal(read({}, '/toString'), undefined)
    assert.equal(read({ 'a/b': { '~': 1 } }, '/a~1b/~0'), 1)
  })

  test('an error of a member without a field goes to the field above, or to the form', () => {
    const places = placeErrors(field, {}, [
      { pointer: '/place/elsewhere', detail: 'is unknown' },
      { pointer: '/elsewhere', detail: 'is unknown, too' }
    ])
    assert.deepEqual([...places.byField], [['/place', ['is unknown']]])
    assert.deepEqual(places.others, [{ pointer: '/elsewhere', detail: 'is unknown, too' }])
  })

  test('a schema with a keyword that forms do not know is refused', () => {
    assert.throws(() => fieldsOf({ type: 'object', patternProperties: {} }), /patternProperties/)
  })
})

describe('date-times', () => {
  const field: Field = { kind: 'date-time', name: 'at', required: false }

  test('are shown in the zone and sent in UTC', () => {
    assert.equal(textOf(field, '2026-11-30T13:03:00Z', 'Europe/Berlin'), '2026-11-30T14:03:00')
    assert.equal(textOf(field, '2026-11-30T13:03:00.250Z', 'Europe/Berlin'), '2026-11-30T14:03:00.250')
    assert.equal(parseText(field, '2026-07-01T14:03', 'Europe/Berlin'), '2026-07-01T12:03:00Z')
    assert.equal(parseText(field, '2026-07-01T14:03', 'Asia/Kathmandu'), '2026-07-01T08:18:00Z')
    assert.equal(parseText(field, 'soon', 'UTC'), 'soon')
  })

  test('of an hour that the clocks leave out are an hour later, of one they repeat the earlier', () => {
    assert.equal(parseText(field, '2026-03-29T02:30', 'Europe/Berlin'), '2026-03-29T01:30:00Z')
    assert.equal(parseText(field, '2026-10-25T02:30', 'Europe/Berlin'), '2026-10-25T00:30:00Z')
  })

  test('in the zone of the machine come back', () => {
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 86_400_000 * 3.3) {
      const utc = `${new Date(at).toISOString().slice(0, 19)}Z`
      assert.equal(parseText(field, textOf(field, utc)), utc)
    }
  })
})
