import { variableOf } from '../charge-points/configuration-names.js'
import { fold } from '../events/scope.js'
import { is16, type OcppCall } from './profiles.js'

// The settings of a charge point that say what it samples during a transaction, and how often.

/** The measurands that load management needs; where not all are accepted, the first ones are tried first. */
export const NEEDED = ['Current.Import', 'Power.Active.Import', 'Current.Offered', 'SoC'] as const
/** Billing needs it: a list that is empty gets it, too. */
const REGISTER = 'Energy.Active.Import.Register'

/** Seconds. */
export const USUAL_INTERVAL = 10
export const LONGEST_INTERVAL = 60
const INTERVALS = [10, 15, 30, LONGEST_INTERVAL]

/** The keys of OCPP 1.6; 2.x has variables with the same meaning. */
const KEYS = { measurands: 'MeterValuesSampledData', interval: 'MeterValueSampleInterval' } as const
export type Part = keyof typeof KEYS
export const PARTS = Object.keys(KEYS) as Part[]
/** Characters of a value. [1.6 §6.7; 2.x SetVariableDataType] */
const LONGEST_16 = 500
const LONGEST_2 = 1000

/** The value of a setting as the charge point has told it. */
export interface Told {
  value: string
  isReadonly: boolean
}
/** Absent: the charge point does not have the setting, or does not tell it. */
export type ToldParts = Partial<Record<Part, Told>>

export function callToRead(protocol: string): OcppCall {
  if (is16(protocol)) return { action: 'GetConfiguration', payload: { key: Object.values(KEYS) } }
  return { action: 'GetVariables', payload: { getVariableData: PARTS.map((part) => variableOf(KEYS[part])) } }
}

/** `undefined`: the value is longer than OCPP allows. */
export function callToSet(protocol: string, part: Part, value: string): OcppCall | undefined {
  if (value.length > (is16(protocol) ? LONGEST_16 : LONGEST_2)) return undefined
  if (is16(protocol)) return { action: 'ChangeConfiguration', payload: { key: KEYS[part], value } }
  const setVariableData = [{ ...variableOf(KEYS[part]), attributeValue: value }]
  return { action: 'SetVariables', payload: { setVariableData } }
}

interface Answer16 {
  configurationKey?: { key: string; value?: string; readonly?: boolean }[]
  status?: string
}

interface Answer2 {
  getVariableResult?: { variable: { name: string }; attributeStatus: string; attributeValue?: string }[]
  setVariableResult?: { attributeStatus: string }[]
}

export function toldIn(protocol: string, answer: unknown): ToldParts {
  const found: ToldParts = {}
  for (const part of PARTS) {
    const told = is16(protocol) ? told16(answer as Answer16, KEYS[part]) : told2(answer as Answer2, KEYS[part])
    if (told !== undefined) found[part] = told
  }
  return found
}

function told16({ configurationKey = [] }: Answer16, key: string): Told | undefined {
  const found = configurationKey.find((one) => fold(one.key) === fold(key))
  return found?.value === undefined ? undefined : { value: found.value, isReadonly: found.readonly === true }
}

function told2({ getVariableResult = [] }: Answer2, key: string): Told | undefined {
  const name = variableOf(key)?.variable.name ?? ''
  const found = getVariableResult.find(({ variable }) => fold(variable.name) === fold(name))
  const { attributeStatus, attributeValue } = found ?? {}
  if (attributeStatus !== 'Accepted' || attributeValue === undefined) return undefined
  return { value: attributeValue, isReadonly: false }
}

/** `reboot`: accepted, in force after the next boot. `unknown`: the charge point does not have the setting. */
export type Outcome = 'accepted' | 'reboot' | 'refused' | 'unknown'
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  Accepted: 'accepted',
  RebootRequired: 'reboot',
  NotSupported: 'unknown',
  UnknownComponent: 'unknown',
  UnknownVariable: 'unknown'
}

export function outcomeIn(protocol: string, answer: unknown): Outcome {
  const { status } = answer as Answer16
  const { setVariableResult = [] } = answer as Answer2
  return OUTCOMES[(is16(protocol) ? status : setVariableResult[0]?.attributeStatus) ?? ''] ?? 'refused'
}

// --- measurands ----------------------------------------------------------------------------------------------------

export function listOf(value: string): string[] {
  return value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

const LINES = ['.L1', '.L2', '.L3']

/** The measurands that are needed and not in a list. One that is there for each phase is there. [1.6 §9.1.16] */
export function missingIn(list: readonly string[]): string[] {
  const folded = new Set(list.map(fold))
  const hasAny = (name: string) => folded.has(fold(name)) || LINES.every((line) => folded.has(fold(name + line)))
  return NEEDED.filter((name) => !hasAny(name))
}

/** The list that is there, in its order, and some more. */
export function extended(list: readonly string[], more: readonly string[]): string {
  return [...(list.length === 0 ? [REGISTER] : list), ...more].join(',')
}

/** Whether a value says the same: charge points write spaces as they like. */
export function isSame(part: Part, one: string, other: string): boolean {
  if (part === 'interval') return Number(one) === Number(other)
  const [a, b] = [one, other].map((value) => listOf(value).map(fold).sort().join())
  return a === b
}

/** Whether a value may be one of those that are tried in place of the former one. */
export function isAttempt(part: Part, value: string, former: string): boolean {
  if (part === 'interval') return Number(value) < Number(former) || Number(former) === 0
  const added = listOf(value).filter((one) => !listOf(former).map(fold).includes(fold(one)))
  const known = new Set([...NEEDED, REGISTER].map(fold))
  return listOf(value).length - added.length === listOf(former).length && added.every((one) => known.has(fold(one)))
}

// --- intervals -----------------------------------------------------------------------------------------------------

/** Seconds between samples; 0 is none. `undefined`: not a number. */
export function secondsOf(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,9}$/.test(value.trim()) ? Number(value) : undefined
}

/** The intervals to be tried one after another; none if the present one is short enough. Seconds. */
export function intervalsToTry(present: number, wanted: number): number[] {
  const most = present === 0 ? Number.POSITIVE_INFINITY : present
  return [wanted, ...INTERVALS.filter((seconds) => seconds > wanted)].filter((seconds) => seconds < most)
}
