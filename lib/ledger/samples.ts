import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import { milliseconds } from '../events/scope.js'
import { shift, toNumber } from './numbers.js'

/** One sampled value of any version. A member that the charge point left out is its default, or '' if there is none. */
export interface MeterSample {
  timestamp: number
  measurand: string
  phase: string
  context: string
  location: string
  unit: string
  format: 'Raw' | 'SignedData'
  /** The value in `unit`, after the multiplier; `null` if the text is not a number. */
  value: number | null
  /** The value as the charge point sent it. */
  raw: string
  /** 2.x signedMeterValue as sent, JSON. */
  signed_data: string | null
}

/** The defaults of the standard. [1.6 "SampledValue"; 2.x "SampledValueType", "UnitOfMeasureType"] */
export const REGISTER = 'Energy.Active.Import.Register'
const DEFAULT_UNIT = 'Wh'

type MeterValue2 = v201.MeterValueType | v21.MeterValueType
type SampledValue2 = MeterValue2['sampledValue'][number]

/** How the energy unit that a charge point sends is to be understood. */
export type EnergyUnit = 'as-sent' | 'Wh-means-kWh' | 'kWh-means-Wh'

/** The unit that the charge point means. */
function meant(unit: string, energyUnit: EnergyUnit): string {
  if (energyUnit === 'Wh-means-kWh' && unit === 'Wh') return 'kWh'
  return energyUnit === 'kWh-means-Wh' && unit === 'kWh' ? 'Wh' : unit
}

/**
 * `meterStart` or `meterStop` in Wh, the only unit of the standard. `undefined` stays `undefined`. [1.6 §6.45, §6.49]
 */
export function registerOf(reading: number, energyUnit: EnergyUnit = 'as-sent'): number {
  // A reading in kWh may have decimals. Round after the conversion to Wh.
  return energyUnit === 'Wh-means-kWh' && typeof reading === 'number' ? Math.round(shift(reading, 3)) : reading
}

/** @param now replaces a timestamp that cannot be parsed */
export function samplesOf16(
  meterValue: readonly v16.MeterValue[] | undefined,
  now: number,
  energyUnit: EnergyUnit = 'as-sent'
): MeterSample[] {
  return (meterValue ?? []).flatMap(({ timestamp, sampledValue }) => {
    const time = milliseconds(timestamp, now)
    return sampledValue.map((sampled) => sampleOf16(sampled, time, energyUnit))
  })
}

function sampleOf16(sampled: v16.SampledValue, timestamp: number, energyUnit: EnergyUnit): MeterSample {
  const { value, measurand = REGISTER, format = 'Raw', phase = '', context = '', location = '' } = sampled
  return {
    timestamp,
    measurand,
    phase,
    context,
    location,
    unit: meant(sampled.unit ?? unitOf(measurand), energyUnit),
    format,
    value: format === 'SignedData' ? null : toNumber(value),
    raw: value,
    signed_data: null
  }
}

/** @param now replaces a timestamp that cannot be parsed */
export function samplesOf2(
  meterValue: readonly MeterValue2[] | undefined,
  now: number,
  energyUnit: EnergyUnit = 'as-sent'
): MeterSample[] {
  return (meterValue ?? []).flatMap(({ timestamp, sampledValue }) => {
    const time = milliseconds(timestamp, now)
    return sampledValue.map((sampled: SampledValue2) => sampleOf2(sampled, time, energyUnit))
  })
}

function sampleOf2(sampled: SampledValue2, timestamp: number, energyUnit: EnergyUnit): MeterSample {
  const { value, measurand = REGISTER, phase = '', context = '', location = '' } = sampled
  const { unitOfMeasure, signedMeterValue } = sampled
  return {
    timestamp,
    measurand,
    phase,
    context,
    location,
    unit: meant(unitOfMeasure?.unit ?? unitOf(measurand), energyUnit),
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

/** The energy in Wh; `null` if there is no value or its unit is not one of energy. */
export function toWattHours(value: number | null, unit: string): number | null {
  const exponent = ENERGY_UNITS.get(unit)
  return value === null || exponent === undefined ? null : shift(value, exponent)
}
