import type { Evse, Station } from './station.js'

/** One measured value, in the words of all versions. */
export interface Sample {
  readonly measurand: (typeof MEASURANDS)[number]
  readonly value: number
  readonly unit: string
  readonly phase?: 'L1' | 'L2' | 'L3' | 'L1-N' | 'L2-N' | 'L3-N'
  readonly location?: 'EV'
}

/** The measurands of the meters. */
export const MEASURANDS = [
  'Energy.Active.Import.Register',
  'Power.Active.Import',
  'Power.Offered',
  'Current.Import',
  'Current.Offered',
  'Voltage',
  'Frequency',
  'Temperature',
  'SoC'
] as const

const LINES = ['L1', 'L2', 'L3'] as const

type Meter = (station: Station, evse: Evse, offered: number) => Omit<Sample, 'measurand'>[]

const METERS: Readonly<Record<(typeof MEASURANDS)[number], Meter>> = {
  'Energy.Active.Import.Register': (_, { meter }) => [{ value: rounded(meter), unit: 'Wh' }],
  'Power.Active.Import': (_, { power }) => [{ value: rounded(power), unit: 'W' }],
  'Power.Offered': (_station, _evse, offered) => [{ value: rounded(offered), unit: 'W' }],
  'Current.Import': (station, evse) => {
    const phases = usedPhases(station, evse)
    const value = rounded(evse.power / station.voltage / phases)
    return station.phases === 1 ? [{ value, unit: 'A' }] : lines((line) => (line < phases ? value : 0), 'A')
  },
  'Current.Offered': ({ voltage, phases }, _, offered) => [{ value: rounded(offered / voltage / phases), unit: 'A' }],
  Voltage: ({ voltage, phases }) =>
    phases === 1
      ? [{ value: voltage, unit: 'V' }]
      : LINES.map((line) => ({ value: voltage, unit: 'V', phase: `${line}-N` as const })),
  Frequency: () => [{ value: 50, unit: 'Hertz' }],
  Temperature: (_, { power }) => [{ value: rounded(25 + power / 2000), unit: 'Celsius' }],
  SoC: (_, { transaction }) => {
    const ev = transaction?.connector.ev
    return ev === undefined ? [] : [{ value: rounded(ev.soc * 100), unit: 'Percent', location: 'EV' as const }]
  }
}

/** Reads the meters of an EVSE; unknown measurands are left out. */
export function readMeter(station: Station, evse: Evse, measurands: readonly string[], offered: number): Sample[] {
  const { quirks } = station
  const known = MEASURANDS.filter((measurand) => {
    return measurands.includes(measurand) && !(measurand === 'Current.Import' && quirks.has('no-current'))
  })
  return known.flatMap((measurand) =>
    METERS[measurand](station, evse, offered)
      .filter(({ phase = 'L1' }) => phase === 'L1' || measurand !== 'Current.Import' || !quirks.has('one-line-meter'))
      .map((reading) => ({ measurand, ...reading }))
  )
}

function lines(reading: (line: number) => number, unit: string): Omit<Sample, 'measurand'>[] {
  return LINES.map((phase, index) => ({ value: reading(index), unit, phase }))
}

export function usedPhases(station: Station, { transaction }: Evse): number {
  return Math.min(station.phases, transaction?.connector.ev?.phases ?? station.phases)
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
