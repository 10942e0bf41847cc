import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBackend } from '../app/support.js'
import { ROOT } from '../support/root.js'
import { simulate } from './command-line.js'

const SCENARIOS = `${ROOT}examples/scenarios/`

test('every example passes again on the database of the back-end that it passed on before', async () => {
  const server = await startBackend({ OCPP_OPEN_REGISTRATION: 'true' })
  const argv = ['--url', `${server.url}/ocpp`, '--speed', '3000', '--quiet', '--json']
  for (const name of [...readdirSync(SCENARIOS), ...readdirSync(SCENARIOS)]) {
    const { code, json, err } = await simulate(...argv, '--scenario', join(SCENARIOS, name))
    assert.deepEqual([name, code, json.filter(({ event, ok }) => event === 'step' && ok !== true)], [name, 0, []], err)
  }
})

test('identity and hardware on the command line take precedence over the scenario', async () => {
  const server = await startBackend({ OCPP_OPEN_REGISTRATION: 'true' })
  const argv = ['--url', `${server.url}/ocpp`, '--speed', '3000', '--json', '--identity', 'SIM-SOLO', '--evses', '2']
  const { json } = await simulate(...argv, '--scenario', join(SCENARIOS, 'wrong-message.json'))
  assert.deepEqual(new Set(json.flatMap(({ identity }) => identity ?? [])), new Set(['SIM-SOLO']))
  assert.deepEqual(new Set(json.flatMap(({ event, evse }) => (event === 'status' ? [evse] : []))), new Set([1, 2]))
})
