import fc from 'fast-check'
import { check } from '../../lib/money/check.js'
import type { ChargingState, CostInput } from '../../lib/money/input.js'
import type { TariffDocument } from '../../lib/money/tariff.js'

// Random tariffs and transactions.

const STATES: readonly ChargingState[] = ['charging', 'pausedByEv', 'pausedByEvse', 'connected']
const price = fc.integer({ min: 0, max: 2_000_000 }).map((micros) => Number(`${micros}e-6`))
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)

/** Two limits, of which one may be absent. */
function limits(min: string, max: string, scale: number) {
  return fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), fc.constantFrom('min', 'max', 'both'))
    .map(([from, more, which]) => ({
      ...(which !== 'max' && { [min]: from * scale }),
      ...(which !== 'min' && { [max]: (from + more) * scale })
    }))
}

const clock = fc.oneof(
  fc.tuple(time, time).map(([startTimeOfDay, endTimeOfDay]) => ({ startTimeOfDay, endTimeOfDay })),
  fc.constantFrom({ dayOfWeek: ['Saturday', 'Sunday'] }, { dayOfWeek: ['Monday'] }, { evseKind: 'DC' }),
  fc.constantFrom({ validFromDate: '2026-03-29' }, { validToDate: '2026-10-25' })
)
const dynamic = fc.oneof(
  limits('minTime', 'maxTime', 60),
  limits('minChargingTime', 'maxChargingTime', 45),
  limits('minIdleTime', 'maxIdleTime', 30)
)
const energy = fc.oneof(limits('minEnergy', 'maxEnergy', 500), limits('minPower', 'maxPower', 400))
const none = fc.constant({})
const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts.map((part) => fc.oneof(none, part))).map((all) => Object.assign({}, ...all))

const taxRates = fc.option(
  fc.array(
    fc.record({
      type: fc.constantFrom('VAT', 'city'),
      tax: fc.integer({ min: 0, max: 2500 }).map((tax) => tax / 100),
      stack: fc.integer({ min: 0, max: 2 })
    }),
    { minLength: 1, maxLength: 3 }
  ),
  { nil: undefined }
)

function component(one: fc.Arbitrary<object>, conditions: fc.Arbitrary<object>) {
  const prices = fc.array(
    fc.tuple(one, conditions).map(([amount, when]) => ({ ...amount, conditions: when })),
    { minLength: 1, maxLength: 4 }
  )
  return fc.option(
    fc.tuple(prices, taxRates).map(([prices, rates]) => ({ prices, ...(rates && { taxRates: rates }) })),
    { nil: undefined }
  )
}

const timePrice = fc.oneof(
  price.map((priceMinute) => ({ priceMinute })),
  price.map((priceHour) => ({ priceHour }))
)

/** Tariffs that the check takes. */
export const documents = fc
  .record({
    currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
    energy: component(
      price.map((priceKwh) => ({ priceKwh })),
      merged(clock, dynamic, energy)
    ),
    chargingTime: component(timePrice, merged(clock, dynamic)),
    idleTime: component(timePrice, merged(clock, dynamic)),
    fixedFee: component(
      price.map((priceFixed) => ({ priceFixed })),
      merged(clock)
    ),
    idleIncludesEvse: fc.boolean()
  })
  .map((document) => JSON.parse(JSON.stringify(document)) as TariffDocument)
  .filter((document) => check(document).errors.length === 0)

const STARTS = ['2026-03-02T16:30:00Z', '2026-03-28T23:40:00Z', '2026-10-25T00:10:00Z', '2026-06-06T21:50:00Z']

/** Transactions of whole seconds whose energy is a whole number of thousandths of a Wh for each second of charging. */
export const sessions = fc
  .record({
    start: fc.constantFrom(...STARTS).map((text) => Date.parse(text)),
    states: fc.array(fc.tuple(fc.integer({ min: 1, max: 2400 }), fc.constantFrom(...STATES)), {
      minLength: 1,
      maxLength: 6
    }),
    readings: fc.array(fc.tuple(fc.integer({ min: 1, max: 1800 }), fc.integer({ min: 0, max: 9000 })), {
      minLength: 1,
      maxLength: 8
    }),
    evseKind: fc.constantFrom('AC' as const, 'DC' as const)
  })
  .map(({ start, states, readings, evseKind }) => {
    let at = start
    const changes = states.map(([seconds, state], index) => {
      if (index > 0) at += seconds * 1000
      return { at, state }
    })
    const stateAt = (time: number) => changes.filter((one) => one.at <= time).at(-1)?.state
    let [time, milliWh] = [start, 0]
    const meter = [{ at: time, wh: 0 }]
    for (const [seconds, rate] of readings) {
      for (let second = 0; second < seconds; second++) {
        if (stateAt(time + second * 1000) === 'charging') milliWh += rate
      }
      time += seconds * 1000
      meter.push({ at: time, wh: Number(`${milliWh}e-3`) })
    }
    return { start, end: time, zone: 'Europe/Berlin', states: changes, meter, facts: { evseKind } }
  }) satisfies fc.Arbitrary<Omit<CostInput, 'tariffs'>>
