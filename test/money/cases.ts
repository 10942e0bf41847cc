import { readFileSync } from 'node:fs'
import type { ChargingState, CostInput, Facts } from '../../lib/money/input.js'
import type { TariffDocument } from '../../lib/money/tariff.js'

/** A transaction with the cost that was worked out by hand. Times are seconds after the start. */
export interface Case {
  id: string
  title: string
  zone: string | null
  start: string
  seconds: number
  tariffs: { after: number; document: TariffDocument }[]
  meter: { after: number; wh: number }[]
  states: { after: number; state: ChargingState }[]
  reservedSeconds?: number
  facts?: Facts
  expect: {
    lines: Record<string, string>
    net?: string
    tax?: string
    total?: string
    typeOfCost?: string
    isWaived?: boolean
    unknown?: string[]
    atLeast?: string
  }
}

export const CASES = JSON.parse(readFileSync(new URL('./cases.json', import.meta.url), 'utf8')) as Case[]

export function inputOf({
  zone,
  start: text,
  seconds,
  tariffs,
  meter,
  states,
  reservedSeconds,
  facts
}: Case): CostInput {
  const start = Date.parse(text)
  const at = (after: number) => start + after * 1000
  return {
    tariffs: tariffs.map(({ after, document }) => ({ from: at(after), document })),
    start,
    end: at(seconds),
    ...(zone !== null && { zone }),
    meter: meter.map(({ after, wh }) => ({ at: at(after), wh })),
    states: states.map(({ after, state }) => ({ at: at(after), state })),
    ...(reservedSeconds !== undefined && { reservation: { from: at(-reservedSeconds), until: start } }),
    ...(facts !== undefined && { facts })
  }
}
