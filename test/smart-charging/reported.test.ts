import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompositePeriod, CompositeSchedule } from 'fastify-ocpp/smart-charging'
import { differencesOf, readReported } from '../../lib/smart-charging/reported.js'

const START = Date.parse('2026-11-20T12:00:00Z')
const QUESTION = { evseId: 1, start: START, duration: 3600, unit: 'W' as const }

function calculated(...periods: Omit<CompositePeriod, 'by'>[]): CompositeSchedule {
  return { status: 'Accepted', duration: 3600, periods: periods.map((one) => ({ by: [], ...one })), warnings: [] }
}

function told(...chargingSchedulePeriod: ({ startPeriod: number } & Record<string, number>)[]) {
  const schedule = { chargingRateUnit: 'W', chargingSchedulePeriod, duration: 3600, evseId: 1 } as const
  const scheduleStart = new Date(START).toISOString()
  return readReported({ status: 'Accepted', schedule: { ...schedule, scheduleStart } }, QUESTION)
}

test('each value that a charge point tells is compared, and named where it differs', () => {
  const own = calculated(
    { start: 0, limit: 9000, limitL2: 6000, dischargeLimit: -3000, setpoint: 5000, numberPhases: 3 },
    { start: 1800, limit: 9000, dischargeLimit: -3000, setpoint: 0, numberPhases: 3 }
  )
  const same = { limit: 9000, limit_L2: 6000, dischargeLimit: -3000, setpoint: 5000, numberPhases: 3 }
  const later = { limit: 9000, dischargeLimit: -3000, setpoint: 0, numberPhases: 3 }
  assert.deepEqual(differencesOf(own, told({ startPeriod: 0, ...same }, { startPeriod: 1800, ...later })), [])
  const other = { ...same, limit_L2: 9000, dischargeLimit: 0, setpoint: 6000, numberPhases: 1 }
  const differences = differencesOf(own, told({ startPeriod: 0, ...other }, { startPeriod: 1800, ...later }))
  const at = { start: 0, end: 1800 }
  assert.deepEqual(differences, [
    { ...at, value: 'limitL2', calculated: 6000, reported: 9000 },
    { ...at, value: 'dischargeLimit', calculated: -3000, reported: 0 },
    { ...at, value: 'setpoint', calculated: 5000, reported: 6000 },
    { ...at, value: 'numberPhases', calculated: 3, reported: 1 }
  ])
})

test('a value that a charge point does not tell is no difference, unless it is the limit', () => {
  const own = calculated({ start: 0, limit: 9000, dischargeLimit: -3000, setpoint: 5000, numberPhases: 3 })
  assert.deepEqual(differencesOf(own, told({ startPeriod: 0, limit: 9000 })), [])
  assert.deepEqual(differencesOf(own, told({ startPeriod: 0, setpoint: 5000 })), [
    { start: 0, end: 3600, value: 'limit', calculated: 9000 }
  ])
})

test('nothing is compared where no profile limits', () => {
  const own = calculated({ start: 0, limit: null, numberPhases: 3 })
  assert.deepEqual(differencesOf(own, told({ startPeriod: 0, limit: 11_000, numberPhases: 1 })), [])
})
