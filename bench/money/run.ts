// The cost of a day of charging: 8640 readings, and a tariff whose price changes four times. The budget is 100
// microseconds of CPU time. Option: --runs N.
import { parseArgs } from 'node:util'
import { cost } from '../../lib/money/cost.js'
import type { CostInput } from '../../lib/money/input.js'
import type { TariffDocument } from '../../lib/money/tariff.js'

const BUDGET = 100
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5000' } } })
const runs = Number(values.runs)

const between = (startTimeOfDay: string, endTimeOfDay: string) => ({ startTimeOfDay, endTimeOfDay })
const document: TariffDocument = {
  currency: 'EUR',
  energy: {
    prices: [
      { priceKwh: 0.4, conditions: between('08:00', '18:00') },
      { priceKwh: 0.3, conditions: between('20:00', '22:00') },
      { priceKwh: 0.25 }
    ],
    taxRates: [{ type: 'VAT', tax: 19 }]
  }
}
const start = Date.parse('2026-03-02T00:00:00Z')
const STEP = 10_000
const READINGS = 8640
const meter = Array.from({ length: READINGS + 1 }, (_, index) => ({ at: start + index * STEP, wh: index * 10 }))
const end = start + READINGS * STEP

const input = { tariffs: [{ from: start, document }], start, zone: 'Europe/Berlin', meter, states: [] }
measure('final cost', { ...input, end })
measure('running cost', { ...input, asOf: end - STEP / 2 })
measure('without prices by time', { ...input, tariffs: [{ from: start, document: flat() }], end })

function flat(): TariffDocument {
  return { currency: 'EUR', energy: { prices: [{ priceKwh: 0.4 }] } }
}

function measure(name: string, one: CostInput): void {
  for (let run = 0; run < runs; run++) cost(one)
  const before = process.cpuUsage()
  for (let run = 0; run < runs; run++) cost(one)
  const { user, system } = process.cpuUsage(before)
  const each = (user + system) / runs
  console.log(
    `${name.padEnd(24)} ${each.toFixed(1).padStart(8)} µs${each > BUDGET ? `, over the budget of ${BUDGET}` : ''}`
  )
}
