import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import { milliseconds } from '../events/scope.js'
import { shift, toNumber } from './numbers.js'

/** One sampled value of any version. What the charge point left out and has no default is ''. */
export interface MeterSample {
  timestamp: number
  measurand: string
  phase: string
  context: string
  location: string
  unit: string
  format: 'Raw' | 'SignedData'
  /** In `unit`, the multiplier applied; null when the text is no number. */
  value: number | null
  /** As sent. */
  raw: string
  /** 2.x signedMeterValue as sent, JSON. */
  signed_data: string | null
}

/** The defaults of the standard. [1.6 "SampledValue"; 2.x "SampledValueType", "UnitOfMeasureType"] */
export const REGISTER = 'Energy.Active.Import.Register'
const DEFAULT_UNIT = 'Wh'

type MeterValue2 = v201.MeterValueType | v21.MeterValueType
type SampledValue2 = MeterValue2['sampledValue'][number]

/** @param now for a timestamp that cannot be read */
export function samplesOf16(meterValue: readonly v16.MeterValue[] | undefined, now: number): MeterSample[] {
  return (meterValue ?? []).flatMap(({ timestamp, sampledValue }) => {
    const time = milliseconds(timestamp, now)
    return sampledValue.map((sampled) => sampleOf16(sampled, time))
  })
}

function sampleOf16(sampled: v16.SampledValue, timestamp: number): MeterSample {
  const { value, measurand = REGISTER, format = 'Raw', phase = '', context = '', location = '' } = sampled
  return {
    timestamp,
    measurand,
    phase,
    context,
    location,
    unit: sampled.unit ?? unitOf(measurand),
    format,
    value: format === 'SignedData' ? null : toNumber(value),
    raw: value,
    signed_data: null
  }
}

/** @param now for a timestamp that cannot be read */
export function samplesOf2(meterValue: readonly MeterValue2[] | undefined, now: number): MeterSample[] {
  return (meterValue ?? []).flatMap(({ timestamp, sampledValue }) => {
    const time = milliseconds(timestamp, now)
    return sampledValue.map((sampled: SampledValue2) => sampleOf2(sampled, time))
  })
}

function sampleOf2(sampled: SampledValue2, timestamp: number): MeterSample {
  const { value, measurand = REGISTER, phase = '', context = '', location = '' } = sampled
  const { unitOfMeasure, signedMeterValue } = sampled
  return {
    timestamp,
    measurand,
    phase,
    context,
    location,
    unit: unitOfMeasure?.unit ?? unitOf(measurand),
    format: 'Raw',
    value: shift(value, unitOfMeasure?.multiplier ?? 0),
    raw: String(value),
    signed_data: signedMeterValue === undefined ? null : JSON.stringify(signedMeterValue)
  }
}

function unitOf(measurand: string): string {
  return measurand.startsWith('Energy.Active') ? DEFAULT_UNIT : ''
}

/** Powers of ten to Wh. */
const ENERGY_UNITS: ReadonlyMap<string, number> = new Map([
  ['Wh', 0],
  ['kWh', 3],
  ['MWh', 6]
])

/** The energy in Wh; null when it is none. */
export function toWattHours(value: number | null, unit: string): number | null {
  const exponent = ENERGY_UNITS.get(unit)
  return value === null || exponent === undefined ? null : shift(value, exponent)
}
