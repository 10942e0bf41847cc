import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { ALL_PROTOCOLS, validatePayload } from 'fastify-ocpp'
import type { Schema } from '../../lib/openapi/document.js'
import { findAction, listActions } from '../../lib/operations/actions.js'
import { OPERATIONS } from '../../lib/operations/table.js'
import { onSharedBackend, operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'

/** The keywords that the forms of the dashboard can show. */
const KEYWORDS = new Set([
  ...['type', 'title', 'description', 'properties', 'required', 'additionalProperties', '$ref', 'allOf', 'enum'],
  ...['items', 'minItems', 'maxItems', 'uniqueItems', 'minimum', 'maximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['pattern', 'format', 'default']
])
const DEEPEST = 7

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, multipleOfPrecision: 6 })
addFormats.default(ajv)

interface Reading {
  definitions: Readonly<Record<string, Schema>>
  path: readonly string[]
}

/** Keywords that no form knows, and references that lead nowhere, with their paths. */
function faultsOf({ ...schema }: Schema, { definitions, path }: Reading): string[] {
  const faults = Object.keys(schema).flatMap((keyword) => (KEYWORDS.has(keyword) ? [] : [...path, keyword].join('/')))
  // Forms show customData as JSON.
  if (path.length > DEEPEST && !path.includes('customData')) faults.push(`${path.join('/')} is too deep`)
  const inside = (part: Schema, ...names: string[]) => faultsOf(part, { definitions, path: [...path, ...names] })
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/$defs/', '')
    const target = definitions[name]
    if (target === undefined) faults.push(`${path.join('/')}: ${schema.$ref}`)
    // An id token of a group of groups would go on for ever.
    else if (path.length <= DEEPEST) faults.push(...inside(target))
  }
  for (const [name, member] of Object.entries(schema.properties ?? {})) faults.push(...inside(member, name))
  for (const part of schema.allOf ?? []) faults.push(...inside(part))
  if (schema.items !== undefined) faults.push(...inside(schema.items))
  return faults
}

function schemaFaults(given: object): string[] {
  const { $defs: definitions = {}, ...schema } = given as Schema & { $defs?: Record<string, Schema> }
  return faultsOf(schema, { definitions, path: [] })
}

function exampleFault(schema: object, example: unknown): string | undefined {
  const validate = ajv.compile(schema)
  return validate(example) ? undefined : ajv.errorsText(validate.errors)
}

describe('the schema of', () => {
  for (const name of Object.keys(OPERATIONS)) {
    it(`the operation ${name} has only keywords that forms know, and its example is valid`, () => {
      const action = findAction('ocpp2.1', name)
      assert.ok(action)
      assert.deepEqual(schemaFaults(action.schema), [])
      assert.equal(exampleFault(action.schema, action.example), undefined)
    })
  }

  for (const protocol of ALL_PROTOCOLS) {
    it(`each call of ${protocol} has only keywords that forms know, and its example is valid`, () => {
      const { calls } = listActions(protocol)
      assert.ok(calls.length >= (protocol === 'ocpp1.6' ? 25 : 40), `${calls.length}`)
      for (const { action: name } of calls) {
        const action = findAction(protocol, name)
        assert.ok(action, name)
        assert.deepEqual(schemaFaults(action.schema), [], name)
        assert.equal(exampleFault(action.schema, action.example), undefined, name)
        assert.equal(validatePayload(protocol, name, 'request', action.example), undefined, name)
      }
    })
  }

  it('the form of a call rejects what its version rejects', () => {
    const { schema } = findAction('ocpp1.6', 'Reset') ?? {}
    assert.ok(schema)
    assert.equal(exampleFault(schema, { type: 'Hard' }), undefined)
    assert.match(exampleFault(schema, { type: 'OnIdle' }) ?? '', /allowed values/)
    assert.match(exampleFault(schema, { type: 'Hard', evseId: 1 }) ?? '', /additional properties/)
  })
})

describe('the list of actions', () => {
  it('names the danger of each', () => {
    const { operations, calls } = listActions('ocpp2.1')
    const named = [...operations, ...calls.map(({ action: name, danger }) => ({ name, danger }))]
    const byDanger = (danger: string) => named.filter((one) => one.danger === danger).map(({ name }) => name)
    assert.deepEqual(byDanger('interrupts'), [
      ...['stop', 'reset', 'unlock', 'availability', 'update-firmware'],
      ...['ChangeAvailability', 'RequestStopTransaction', 'Reset', 'UnlockConnector', 'UpdateFirmware']
    ])
    assert.deepEqual(byDanger('destroys'), [
      ...['clear-charging-limit', 'set-password', 'delete-certificate'],
      ...['ClearChargingProfile', 'ClearDERControl', 'ClearDisplayMessage', 'ClearTariffs', 'ClearVariableMonitoring'],
      ...['CustomerInformation', 'DeleteCertificate', 'SetMonitoringBase']
    ])
  })
})

onSharedBackend('the actions of a charge point', (start) => {
  it('are those of its version, or of its last version while it is disconnected', async () => {
    const server = await start()
    for (const protocol of ALL_PROTOCOLS) {
      const identity = `CP-${protocol}`
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      const { operations, calls } = (await operate(server, 'GET', `/charge-points/${identity}/actions`)).json()
      assert.deepEqual(
        operations.map(({ name, supported }: { name: string; supported: boolean }) => supported && name),
        Object.keys(OPERATIONS)
      )
      const actions = calls.map(({ action }: { action: string }) => action)
      assert.equal(actions.includes('ChangeConfiguration'), protocol === 'ocpp1.6')
      assert.equal(actions.includes('SetVariables'), protocol !== 'ocpp1.6')
      assert.equal(actions.includes('SetDefaultTariff'), protocol === 'ocpp2.1')
      assert.ok(!actions.includes('BootNotification'))
      const listed = await operate(server, 'GET', `/actions?protocol=${protocol}`)
      assert.deepEqual(listed.json(), { operations, calls })
      charger.close()
      await charger.closed
      assert.deepEqual((await operate(server, 'GET', `/charge-points/${identity}/actions`)).json().calls, calls)
    }
  })

  it('are no calls as long as the version of a charge point is unknown', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/NEW-1', {})
    const { operations, calls } = (await operate(server, 'GET', '/charge-points/NEW-1/actions')).json()
    assert.deepEqual(calls, [])
    assert.deepEqual(operations[0], {
      name: 'start',
      title: 'Start a transaction',
      supported: false,
      reason: 'the charge point has never connected, so its version of OCPP is unknown',
      danger: 'none',
      queueable: false
    })
    const refused = await operate(server, 'GET', '/charge-points/NEW-1/actions/Reset')
    assert.equal(refused.statusCode, 404)
    assert.equal(refused.json().code, 'UNKNOWN_ACTION')
    assert.equal((await operate(server, 'GET', '/charge-points/NEW-1/actions/reset')).statusCode, 200)
  })

  it('have a schema that can be asked for one by one', async () => {
    const server = await start()
    const answer = await operate(server, 'GET', '/actions/SetChargingProfile?protocol=ocpp2.0.1')
    assert.deepEqual(answer.json(), JSON.parse(JSON.stringify(findAction('ocpp2.0.1', 'SetChargingProfile'))))
    assert.ok('Ocpp201ChargingScheduleType' in answer.json().schema.$defs)
    for (const name of ['toString', 'BootNotification', 'ChangeConfiguration']) {
      const refused = await operate(server, 'GET', `/actions/${name}?protocol=ocpp2.0.1`)
      assert.equal(refused.json().code, 'UNKNOWN_ACTION', name)
    }
  })
})

it('a schema accepts and rejects what its operation does', async () => {
  const server = await startBackend()
  await operate(server, 'PUT', '/charge-points/CP-1', {})
  for (const body of [{ idToken: { idToken: 'A' } }, { idToken: 'A' }, { idToken: { idToken: 'A' }, evseId: 0 }]) {
    const { schema } = findAction('ocpp1.6', 'start') ?? {}
    const isValid = exampleFault(schema ?? {}, body) === undefined
    const { statusCode } = await operate(server, 'POST', '/charge-points/CP-1/operations/start', body)
    assert.equal(statusCode, isValid ? 409 : 400, JSON.stringify(body))
  }
})
