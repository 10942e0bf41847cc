import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Value } from '@sinclair/typebox/value'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { periodMembers, scheduleText, withPeriod } from '../../dashboard/form/schedule.js'
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

  test('an empty text is sent only where one is required and allowed, and asked for', () => {
    const text = { type: 'string', maxLength: 20 }
    const patterned = { ...text, pattern: '^a*$' }
    const properties = {
      value: text,
      name: { ...text, minLength: 1 },
      code: patterned,
      note: text,
      list: { type: 'array', items: text }
    }
    const form = fieldsOf({ type: 'object', required: ['value', 'name', 'code', 'list'], properties })
    assert(form.kind === 'group')
    const texts = form.fields.map((inner) => (inner.kind === 'list' ? inner.item : inner))
    assert.deepEqual(
      texts.filter((inner) => inner.kind === 'text' && inner.mayBeEmpty).map(({ name }) => name),
      ['value']
    )
    assert.deepEqual(write(form, { value: 'a' }, '/value', parseText(form.fields[0] as Field, '')), {})
    assert.deepEqual(write(form, { name: 'a' }, '/value', ''), { name: 'a', value: '' })
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

describe('a charging schedule', () => {
  const members = (protocol: Protocol) => {
    const schema = withDefinitions(schemaOf(protocol, 'SetChargingProfile'))
    const lists: Field[] = []
    const search = (field: Field): void => {
      if (field.kind === 'list' && field.name === 'chargingSchedulePeriod') lists.push(field.item)
      if (field.kind === 'list') search(field.item)
      if (field.kind === 'group') field.fields.forEach(search)
    }
    search(fieldsOf(schema))
    const [item] = lists
    assert(item)
    const found = periodMembers(item)
    assert(found)
    return found
  }

  test('is found in each version and in the operation, and no other list is taken for one', () => {
    for (const protocol of Object.keys(PROTOCOLS) as Protocol[]) {
      const { start, limit, phases } = members(protocol)
      assert.deepEqual([start.name, limit.name, phases?.name], ['startPeriod', 'limit', 'numberPhases'])
    }
    const body = fieldsOf(JSON.parse(JSON.stringify(OPERATIONS['charging-limit'].body)) as Schema)
    assert(body.kind === 'group')
    const periods = body.fields.find(({ name }) => name === 'periods')
    assert(periods?.kind === 'list' && periodMembers(periods.item) !== undefined)
    assert.equal(periodMembers(fieldsOf({ type: 'object', properties: { limit: { type: 'number' } } })), undefined)
  })

  test('is told in words, from the limit before the first period to the end', () => {
    const periods = [{ startPeriod: 0, limit: 16, numberPhases: 3 }, { startPeriod: 90 }]
    const schedule = { chargingRateUnit: 'A', duration: 3_600, chargingSchedulePeriod: periods }
    assert.deepEqual(scheduleText(members('ocpp2.1'), periods, schedule), {
      lines: ['0:00:00 to 0:01:30: 16 A, 3 phases', '0:01:30 to 1:00:00: no limit entered'],
      faults: []
    })
    const wrong = [
      { startPeriod: 5, limit: 1 },
      { startPeriod: 5, limit: 2 },
      { startPeriod: 'x' },
      { startPeriod: 3_600 }
    ]
    assert.deepEqual(scheduleText(members('ocpp1.6'), wrong, schedule).faults, [
      'The first period must start at 0',
      'Period 2 does not start after the one before it',
      'Period 4 starts after the end of the schedule'
    ])
  })

  test('has a new period an hour after the last one', () => {
    const all = members('ocpp2.0.1')
    assert.deepEqual(withPeriod(all, undefined), [{ startPeriod: 0 }])
    assert.deepEqual(withPeriod(all, [{ startPeriod: 60 }]), [{ startPeriod: 60 }, { startPeriod: 3_660 }])
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
