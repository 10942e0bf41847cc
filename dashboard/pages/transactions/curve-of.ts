import type { TransactionSeries } from '../../api/records.js'
import type { LiveEvent } from '../../api/stream.js'
import type { Curve } from '../../chart/curves.js'
import { withLive } from '../../chart/series.js'
import { strings } from '../../strings/en/transactions.js'

/** The location of a reading that names none. [1.6 §7.32] */
const OUTLET = 'Outlet'

type Series = TransactionSeries['series'][number]

/** How a measurand is drawn. Its name is that of the standard. */
interface Look {
  name: string
  color: string
  isDashed?: boolean
  isStepped?: boolean
}

const { series } = strings

const LOOKS: Readonly<Record<string, Look>> = {
  'Power.Active.Import': { name: series.power, color: '--accent' },
  'Power.Offered': { name: series.offered, color: '--muted', isDashed: true, isStepped: true },
  SoC: { name: series.soc, color: '--ok' },
  'Current.Import': { name: series.current, color: '--busy' },
  'Current.Offered': { name: series.offered, color: '--muted', isDashed: true, isStepped: true },
  'Energy.Active.Import.Register': { name: series.energy, color: '--reserved' }
}
/** Measurands of the first chart. Others are shown if the charge point reports no power. */
const POWER = ['Power.Active.Import', 'Power.Offered', 'SoC']
const CURRENT = ['Current.Import', 'Current.Offered', 'SoC']
const ENERGY = ['Energy.Active.Import.Register', 'SoC']

/** The measurands that are requested. */
export const MEASURANDS = [...new Set([...POWER, ...CURRENT, ...ENERGY])]

/** The most informative curves of a transaction: power, else current, else energy. */
export function curvesOf(all: readonly Series[]): Curve[] {
  const drawn = (measurands: readonly string[]) => measurands.flatMap((measurand) => curvesOfOne(all, measurand))
  for (const measurands of [POWER, CURRENT]) {
    if (all.some(({ measurand }) => measurand === measurands[0])) return drawn(measurands)
  }
  return drawn(ENERGY)
}

/** One curve of the total, else one of each phase. */
function curvesOfOne(all: readonly Series[], measurand: string): Curve[] {
  const found = all.filter((one) => one.measurand === measurand && isOfCharger(one))
  const whole = found.find(({ phase }) => phase === undefined)
  const look = LOOKS[measurand]
  if (look === undefined) return []
  const shown = whole === undefined ? found : [whole]
  return shown.map(({ phase, unit, points }) => ({
    ...look,
    name: phase === undefined ? look.name : `${look.name} ${phase}`,
    unit: unitOf(unit),
    points: points.map(([time = 0, min = 0, mean = 0, max = 0]) => {
      const factor = factorOf(unit)
      return [time, min * factor, mean * factor, max * factor]
    })
  }))
}

/** The state of charge is measured in the car; everything else counts at the outlet. */
function isOfCharger({ measurand, location }: Series): boolean {
  return measurand === 'SoC' || (location ?? OUTLET) === OUTLET
}

function unitOf(unit: string | undefined): string {
  if (unit === 'Percent' || unit === '%') return '%'
  return (unit ?? '').replace(/^k(?=W)/, '')
}

function factorOf(unit: string | undefined): number {
  return unit?.startsWith('kW') ? 1_000 : 1
}

interface Reading {
  timestamp: string
  measurand: string
  value?: number
  unit?: string
  phase?: string
  location?: string
}

/** The series with the readings of an event. */
export function withReadings(before: TransactionSeries, { data }: LiveEvent): TransactionSeries {
  const { readings = [] } = data as { readings?: readonly Reading[] }
  return { ...before, series: before.series.map((one) => readings.reduce(withReading, one)) }
}

function withReading(one: Series, { timestamp, value, ...reading }: Reading): Series {
  const time = Date.parse(timestamp) / 1_000
  const isOfIt =
    reading.measurand === one.measurand &&
    reading.phase === one.phase &&
    (reading.location ?? OUTLET) === (one.location ?? OUTLET) &&
    reading.unit === one.unit
  if (!isOfIt || value === undefined || Number.isNaN(time)) return one
  const points = one.points.map(([at = 0, min = 0, mean = 0, max = 0]) => [at, min, mean, max] as const)
  return { ...one, points: withLive(points, time, value).map((point) => [...point]) }
}

/** Whether the readings of an event bring series that are not drawn yet. */
export function bringsNew({ series: known }: TransactionSeries, { data }: LiveEvent): boolean {
  const { readings = [] } = data as { readings?: readonly Reading[] }
  return readings.some(
    ({ measurand }) => MEASURANDS.includes(measurand) && !known.some((one) => one.measurand === measurand)
  )
}
