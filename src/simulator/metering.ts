import type { Charger } from './charger.js'
import { readMeter, type Sample } from './model/meter.js'
import { advance, type Evse, limitOf, settle, statusOf, type Transaction } from './model/station.js'
import type { Behaviour, SampleContext } from './vocabulary.js'

const SECOND = 1000
/** Simulated milliseconds between two checks whether a transaction has changed its state. */
const PULSE = 10 * SECOND

/** Reads the meters now. */
export function sample(charger: Charger, evse: Evse, measurands: Behaviour): Sample[] {
  const { station, time } = charger
  advance(station, time.now())
  return readMeter(station, evse, charger.list(measurands), limitOf(station, evse, station.updatedAt))
}

/** The setting that lists the measurands of a reading. */
export function measurandsOf(context: SampleContext): Behaviour {
  if (context === 'Sample.Clock') return 'alignedMeasurands'
  return context === 'Transaction.End' ? 'endedMeasurands' : 'sampledMeasurands'
}

/** Schedules the samples and state checks of the running transactions, in one task per charger. */
export function resumePulse(charger: Charger): void {
  const { time, tasks } = charger
  time.cancel(tasks.pulse)
  tasks.pulse = undefined
  const transactions = charger.station.evses.flatMap(({ transaction }) => transaction ?? [])
  if (transactions.length === 0) return
  const next = Math.min(time.now() + PULSE, ...transactions.map(({ nextSampleAt }) => nextSampleAt))
  tasks.pulse = time.at(next, () => {
    pulse(charger)
    resumePulse(charger)
  })
}

function pulse(charger: Charger): void {
  const now = charger.time.now()
  settle(charger.station, now)
  for (const evse of charger.station.evses) {
    const { transaction } = evse
    if (transaction === undefined) continue
    stateChanged(charger, evse, transaction)
    if (transaction.nextSampleAt > now) continue
    scheduleSample(charger, transaction)
    charger.dialect.updated(charger, evse, transaction, 'MeterValuePeriodic')
    charger.emit('meter', { evse: evse.id, wh: Math.round(evse.meter), watts: Math.round(evse.power) })
  }
  charger.reportStatuses()
}

/** Schedules the next periodic sample; an interval of 0 means none. */
export function scheduleSample(charger: Charger, transaction: Transaction): void {
  const interval = charger.number('sampleInterval')
  transaction.nextSampleAt = interval > 0 ? charger.time.now() + interval * SECOND : Number.POSITIVE_INFINITY
}

/** Reports to the CSMS that the charging state changed, e.g. because energy began to flow. */
export function stateChanged(charger: Charger, evse: Evse, transaction: Transaction): void {
  const state = statusOf(charger.station, evse, transaction.connector)
  if (state === transaction.reportedState) return
  transaction.reportedState = state
  charger.dialect.updated(charger, evse, transaction, 'ChargingStateChanged')
}

/** Recalculates the power after a change, and reports new states. */
export function powerChanged(charger: Charger): void {
  settle(charger.station, charger.time.now())
  for (const evse of charger.station.evses) {
    if (evse.transaction !== undefined) stateChanged(charger, evse, evse.transaction)
  }
  charger.reportStatuses()
}

/** Schedules readings at multiples of the interval since midnight UTC. [1.6 §9.1.5 ClockAlignedDataInterval] */
export function startClockAligned(charger: Charger): void {
  const { time, tasks } = charger
  time.cancel(tasks.aligned)
  tasks.aligned = undefined
  const interval = charger.number('alignedInterval') * SECOND
  if (interval <= 0) return
  const next = (Math.floor(time.now() / interval) + 1) * interval
  tasks.aligned = time.at(next, () => {
    readAll(charger)
    startClockAligned(charger)
  })
}

function readAll(charger: Charger): void {
  settle(charger.station, charger.time.now())
  for (const evse of charger.station.evses) {
    if (evse.transaction !== undefined) {
      charger.dialect.updated(charger, evse, evse.transaction, 'MeterValueClock')
    } else if (charger.isOnline) {
      charger.background(charger.dialect.meterValues(charger, evse, 'Sample.Clock'))
    }
  }
}
