import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallError, type Protocol } from 'fastify-ocpp'
import * as v16 from 'fastify-ocpp/v16'
import * as v21 from 'fastify-ocpp/v21'
import * as v201 from 'fastify-ocpp/v201'
import { maximal, minimal } from '../schemas/samples.js'
import { until } from '../support/wait.js'
import { createCharger, start, startCsms } from './support.js'

const VERSIONS = { 'ocpp1.6': v16.actions, 'ocpp2.0.1': v201.actions, 'ocpp2.1': v21.actions }
/** CALLERRORs that say what is wrong with the request; the others say that the charger is no good. */
const FORESEEN = ['PropertyConstraintViolation', 'FormationViolation', 'FormatViolation', 'SecurityError']
/** They take the charger away from the next one. */
const LAST = ['Reset']

/** The schema of 1.6 allows a schedule without periods; the library never sends one. */
function complete(payload: unknown): unknown {
  const schedule = (payload as Partial<v16.SetChargingProfileRequest>).csChargingProfiles?.chargingSchedule
  if (schedule?.chargingSchedulePeriod.length === 0) schedule.chargingSchedulePeriod.push({ startPeriod: 0, limit: 0 })
  return payload
}

for (const [protocol, actions] of Object.entries(VERSIONS)) {
  const names = Object.entries(actions)
    .filter(([, { direction, messageType }]) => direction !== 'chargePoint' && messageType === 'CALL')
    .sort(([a], [b]) => LAST.indexOf(a) - LAST.indexOf(b))
  for (const [size, build] of Object.entries({ smallest: minimal, largest: maximal })) {
    test(`${protocol}: answers the ${size} request of each of the ${names.length} actions of a CSMS`, async () => {
      const csms = await startCsms()
      await start(createCharger(csms, protocol as Protocol), csms)
      for (const [action, { request }] of names) {
        const outcome = await csms.app.ocpp.call('SIM-1', action, complete(build(request))).then(
          () => 'CALLRESULT',
          (error: unknown) => (error instanceof CallError ? error.code : `${action}: ${String(error)}`)
        )
        assert(outcome === 'CALLRESULT' || FORESEEN.includes(outcome), `${action} was answered ${outcome}`)
      }
    })
  }
}

test('messages that follow from the largest requests are valid, too', async () => {
  const csms = await startCsms()
  const { charger, events } = createCharger(csms, 'ocpp2.1')
  await charger.connect()
  await until('the charger is accepted', () => csms.of('StatusNotification').length === 1)
  for (const [action, { direction, request }] of Object.entries(v21.actions)) {
    if (direction !== 'csms' || action === 'Reset') continue
    await csms.app.ocpp.call('SIM-1', action, maximal(request))
  }
  await csms.app.ocpp.call('SIM-1', 'GetBaseReport', { requestId: 7, reportBase: 'FullInventory' })
  await until('the report is complete', () =>
    csms.of('NotifyReport').some(({ requestId, tbc }) => requestId === 7 && tbc !== true)
  )
  assert.deepEqual(
    events.filter(({ event }) => event === 'problem'),
    []
  )
})
