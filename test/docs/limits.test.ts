import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { limitsOf } from '../../lib/limits/chargers.js'
import { ServerLimits } from '../../lib/limits/server.js'
import { readConfig } from '../../lib/settings/settings.js'
import { MESSAGE_CREDIT } from '../../src/connection/flow-control.js'
import { resolveOptions } from '../../src/options.js'
import { ROOT } from '../support/root.js'
import { readPage, tableOf, valuesOf } from './pages.js'

const page = readPage('limits')
const limits = tableOf(page, 'limit')
const server = tableOf(page.split('before the library sees them')[1] ?? '', 'limit')
const refusals = tableOf(page, 'refused because of rule')
const config: Record<string, unknown> = { ...readConfig({}) }
const resolved = resolveOptions({ securityProfile: 0 })
const { tick, connection, maxHeapUsage } = resolved
const defaults: Record<string, number> = {
  ...(resolved as unknown as Record<string, number>),
  ...(connection as unknown as Record<string, number>),
  maxMessageRate: ((connection.creditPerTick / tick) * 1000) / MESSAGE_CREDIT,
  maxMessageBurst: connection.credit / MESSAGE_CREDIT
}

for (const [limit, option = '', fallback = '', setting = ''] of limits) {
  test(`the default of ${limit} is that of the option and of the setting`, () => {
    const [library, backend] = (fallback.match(/\d+/g) ?? []).map(Number)
    assert.equal(library, defaults[option], option)
    const given: Record<string, unknown> = limitsOf(readConfig({}))
    if (setting === '') assert.ok(!(option in given), `${option} has a setting`)
    else {
      assert.equal(backend ?? library, config[setting], setting)
      assert.equal(given[option], config[setting], 'the setting is the option')
    }
  })
}

test('the table has every limit that the back-end gives to the library', () => {
  const documented = limits.filter(([, , , setting]) => setting !== '').map(([, option]) => option)
  assert.deepEqual(documented.toSorted(), Object.keys(limitsOf(readConfig({}))).toSorted())
  assert.equal(maxHeapUsage, 85)
})

for (const [limit, fallback = '', setting = ''] of server.filter(([, , setting]) => setting !== '')) {
  test(`the default of ${limit} is that of the setting`, () => {
    assert.equal(Number.parseInt(fallback, 10), config[setting])
  })
}

test('the rules are those of the source', () => {
  const ofRefusals = valuesOf('types/events.ts', 'type RefusalRule =')
  const ofLimits = valuesOf('types/events.ts', 'type LimitRule =')
  assert.deepEqual(refusals.map(([rule]) => rule).toSorted(), ofRefusals.toSorted())
  const used = new Set(limits.map((row) => row.at(-1) ?? ''))
  assert.deepEqual(
    [...used].filter((rule) => !ofRefusals.includes(rule)).toSorted(),
    ofLimits.filter((rule) => rule !== 'memory').toSorted()
  )
  const { reached } = new ServerLimits(readConfig({}))
  const ofServers = new Set(server.map((row) => row.at(-1) ?? '').filter((rule) => rule !== ''))
  assert.deepEqual([...ofServers].toSorted(), Object.keys(reached).toSorted())
})

test('a limit answers as its rule does', () => {
  const statuses = new Map(refusals.map(([rule, status]) => [rule, status]))
  for (const [limit, , , , answer, rule = ''] of limits) {
    if (statuses.has(rule)) assert.equal(answer, statuses.get(rule), limit)
  }
})

test('the metrics that the page names are there', () => {
  const source = ['limits', 'ocpp'].map((name) => readFileSync(`${ROOT}lib/metrics/${name}.ts`, 'utf8')).join('')
  const names = new Set(page.match(/\b(?:ocpp|http)_\w+_total\b/g))
  assert.ok(names.size >= 5)
  for (const name of names) assert.ok(source.includes(`'${name}'`), name)
})
