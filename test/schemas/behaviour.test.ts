import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActionDefinition } from '../../src/schema.js'
import { validatePayload } from '../../src/validate.js'
import { ASTRAL, maximal, minimal, mutants, type Rule, TENTHS, variants } from './samples.js'
import { versions } from './versions.js'

// Every message accepts the payloads it must accept and names the one violation of every other, at every depth.

type Kind = 'request' | 'response'

for (const { version, protocol, actions } of versions) {
  for (const [action, definition] of Object.entries<ActionDefinition>(actions)) {
    for (const kind of ['request', 'response'] as const) {
      const schema = definition[kind]
      if (schema === undefined) continue
      const violation = (payload: unknown) => validatePayload(protocol, action, kind, payload)

      test(`OCPP ${version} ${action} ${kind}: valid payloads pass, every mutant fails`, () => {
        assert.equal(violation(minimal(schema)), undefined, 'minimal payload')
        assert.equal(violation(maximal(schema)), undefined, 'maximal payload')
        const refused = variants(schema).filter(({ payload }) => violation(payload) !== undefined)
        assert.deepEqual(namesOf(refused), [], 'valid payloads refused')
        const wrong = mutants(schema).flatMap(({ name, payload, pointer, rule }) => {
          const found = violation(payload)
          const expected = `${codeOf(protocol, rule)} at ${pointer}`
          const actual = found && `${found.code} at ${found.pointer}`
          return actual === expected ? [] : [`${name}: ${actual}, expected ${expected}`]
        })
        assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} mutants judged wrongly`)
      })
    }
  }

  test(`OCPP ${version}: a payload that is no object is a format violation`, () => {
    const code = codeOf(protocol, 'additional')
    for (const [action, kind] of [
      ['Heartbeat', 'request'],
      ['Heartbeat', 'response'],
      ['BootNotification', 'request']
    ] satisfies [string, Kind][]) {
      for (const payload of ['text', 42, true, []]) {
        const found = validatePayload(protocol, action, kind, payload)
        assert.deepEqual([found?.code, found?.pointer], [code, ''], `${action} ${kind} ${JSON.stringify(payload)}`)
      }
    }
  })

  test(`OCPP ${version}: no message repeats the input`, () => {
    const echo = /NoSuchValue|unexpected|toString|yesterday|relative|\b42\b|8\.15|xx|\u{1F50C}/u
    for (const [action, { request }] of Object.entries<ActionDefinition>(actions)) {
      for (const { name, payload } of mutants(request)) {
        const message = validatePayload(protocol, action, 'request', payload)?.message ?? ''
        assert.doesNotMatch(message, echo, `${action} ${name}`)
      }
    }
  })
}

test('a text is measured in code points', () => {
  const violation = (idTag: string) => validatePayload('ocpp1.6', 'Authorize', 'request', { idTag })
  assert.equal(violation(ASTRAL.repeat(20)), undefined)
  assert.equal(violation(ASTRAL.repeat(21))?.pointer, '/idTag')
  assert.equal(violation(`${ASTRAL.repeat(20)}x`)?.pointer, '/idTag')
})

test('a text of code points within its limit hides no other violation', () => {
  const payload = { chargePointVendor: ASTRAL.repeat(20), chargePointModel: 'x'.repeat(21) }
  assert.equal(validatePayload('ocpp1.6', 'BootNotification', 'request', payload)?.pointer, '/chargePointModel')
})

test('a charging limit is tested in decimals', () => {
  const violation = (minChargingRate: number) =>
    validatePayload('ocpp1.6', 'GetCompositeSchedule', 'response', {
      status: 'Accepted',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [], minChargingRate }
    })
  for (let tenths = 0; tenths <= 1000; tenths++) assert.equal(violation(tenths / 10), undefined, String(tenths / 10))
  for (const tenth of TENTHS) assert.equal(violation(tenth), undefined, String(tenth))
  assert.equal(violation(8.15)?.code, 'PropertyConstraintViolation')
})

test('1.6 has both spellings of Celsius, in both messages', () => {
  for (const unit of ['Celsius', 'Celcius']) {
    const meterValue = [{ timestamp: '2026-01-01T00:00:00Z', sampledValue: [{ value: '21', unit }] }]
    assert.equal(validatePayload('ocpp1.6', 'MeterValues', 'request', { connectorId: 1, meterValue }), undefined)
    const stop = { transactionId: 1, meterStop: 1, timestamp: '2026-01-01T00:00:00Z', transactionData: meterValue }
    assert.equal(validatePayload('ocpp1.6', 'StopTransaction', 'request', stop), undefined)
  }
})

function codeOf(protocol: string, rule: Rule): string {
  const is16 = protocol === 'ocpp1.6'
  switch (rule) {
    case 'required':
    case 'minItems':
    case 'maxItems':
      return is16 ? 'OccurenceConstraintViolation' : 'OccurrenceConstraintViolation'
    case 'type':
      return 'TypeConstraintViolation'
    case 'additional':
      return is16 ? 'FormationViolation' : 'FormatViolation'
    default:
      return 'PropertyConstraintViolation'
  }
}

function namesOf(samples: { name: string }[]): string[] {
  return samples.slice(0, 10).map(({ name }) => name)
}
