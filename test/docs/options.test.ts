import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EndpointOptions, resolveOptions } from '../../src/options.js'
import { membersOf, readPage, tableOf } from './pages.js'

const page = readPage('options')
const rows = tableOf(page, 'option')
const resolved: Record<string, unknown> = { ...resolveOptions({ securityProfile: 0 }) }
const connection: Record<string, unknown> = { ...resolveOptions({ securityProfile: 0 }).connection }

const OPTIONS = [...membersOf('options.ts', 'EndpointOptions'), 'authenticate', 'securityProfile']

function accepts(options: EndpointOptions): boolean {
  try {
    resolveOptions({ securityProfile: 0, ...options })
    return true
  } catch {
    return false
  }
}

test('the table has every option, once, and no other', () => {
  const documented = rows.map(([name]) => name)
  assert.deepEqual(documented.toSorted(), OPTIONS.toSorted())
})

test('the table of leniency has every member and its default', () => {
  const documented = tableOf(page, 'member').map(([name]) => String(name))
  assert.deepEqual(documented.toSorted(), membersOf('types/validation.ts', 'Leniency').toSorted())
  assert.deepEqual(resolved.leniency, {})
})

const numeric = rows.filter(([, , , bounds]) => /^\d+ to \d+$/.test(String(bounds)))

test('every option that is a number has its bounds in the table', () => {
  const numbers = Object.entries(resolved).filter(([name, value]) => typeof value === 'number' && isOption(name))
  assert.deepEqual(numeric.map(([name]) => name).toSorted(), numbers.map(([name]) => name).toSorted())
})

function isOption(name: string): boolean {
  return OPTIONS.includes(name)
}

for (const [name = '', unit = '', fallback, bounds = ''] of numeric) {
  test(`unit, default and bounds of ${name} are those of the source`, () => {
    assert.equal(Number(fallback), resolved[name], 'default')
    const [min = Number.NaN, max = Number.NaN] = bounds.split(' to ').map(Number)
    assert.equal(accepts({ [name]: min }), true, `${min} is accepted`)
    assert.equal(accepts({ [name]: max }), true, `${max} is accepted`)
    assert.equal(accepts({ [name]: min - 1 }), false, `${min - 1} is refused`)
    assert.equal(accepts({ [name]: max + 1 }), false, `${max + 1} is refused`)
    assert.equal(/(?:Timeout|Interval|Spread)$/.test(name), unit === 'ms', `unit ${unit}`)
  })
}

test('the defaults of the other options are those of the source', () => {
  const defaults = new Map(rows.map(([name, , fallback]) => [name, fallback]))
  assert.equal(defaults.get('path'), resolved.path)
  assert.equal(defaults.get('compression'), String(resolved.compression))
  assert.equal(defaults.get('leniency'), JSON.stringify(resolved.leniency))
  assert.equal(defaults.get('validation'), 'strict')
  assert.equal(
    String(connection.validation),
    String(resolveOptions({ securityProfile: 0, validation: 'strict' }).connection.validation)
  )
  assert.equal(defaults.get('protocols'), 'all three')
  assert.deepEqual(resolved.protocols, ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'])
  assert.equal(defaults.get('authenticate'), 'none, required')
  assert.throws(() => resolveOptions({}), { code: 'OCPP_ERR_INVALID_OPTIONS' })
  assert.equal(defaults.get('securityProfile'), 'none')
})
