import { type Static, Type } from '@sinclair/typebox'
import { hasDecimals, toScaled } from './exact.js'

// Limits of a transaction, e.g. for a prepaid balance. [2.1 E16, C17]

export const LIMIT_NAMES = ['maxCost', 'maxEnergy', 'maxTime', 'maxSoC'] as const
export type LimitName = (typeof LIMIT_NAMES)[number]

/** Decimals that the wire carries. [2.1 decimals] */
export const WIRE_DECIMALS = 6

const LIMITS = {
  maxCost: Type.Optional(
    Type.Number({
      minimum: 1e-6,
      maximum: 1e9,
      description: 'Including tax, in the currency of the tariff; at most six decimals'
    })
  ),
  maxEnergy: Type.Optional(Type.Number({ minimum: 1e-6, maximum: 1e12, description: 'Wh; at most six decimals' })),
  maxTime: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Seconds' })),
  maxSoC: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Per cent. Only OCPP 2.1 charge points can obey it' })
  )
}

/** What an operator sets. */
export const TransactionLimitBody = Type.Object(LIMITS, {
  additionalProperties: false,
  minProperties: 1,
  examples: [{ maxCost: 20 }]
})
export type TransactionLimitBody = Static<typeof TransactionLimitBody>

export const TransactionLimit = Type.Object(LIMITS)
export type TransactionLimit = Static<typeof TransactionLimit>

/** The first limit with more decimals than the wire carries. */
export function tooFineIn(limit: TransactionLimit): LimitName | undefined {
  return LIMIT_NAMES.find((name) => !hasDecimals(limit[name] ?? 0, WIRE_DECIMALS))
}

/** The limits that are present, and the higher one of each: a limit cannot be lowered or removed. [2.1 E16] */
export function raisedBy(known: TransactionLimit, limit: TransactionLimit): TransactionLimit {
  const entries = LIMIT_NAMES.map((name) => [name, Math.max(known[name] ?? 0, limit[name] ?? 0)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value > 0))
}

/** The first limit that would be lowered. */
export function loweredIn(known: TransactionLimit, limit: TransactionLimit): LimitName | undefined {
  return LIMIT_NAMES.find((name) => (limit[name] ?? Number.POSITIVE_INFINITY) < (known[name] ?? 0))
}

/** The limits that a charge point takes. `takes` absent: it has not said which. */
export function takenOf(limit: TransactionLimit, takes: ReadonlySet<LimitName> | undefined): TransactionLimit {
  return only(limit, (name) => takes === undefined || takes.has(name))
}

/** The limits that are not the known ones. */
export function changedIn(known: TransactionLimit, limit: TransactionLimit): TransactionLimit {
  return only(limit, (name) => known[name] !== limit[name])
}

export function isEmpty(limit: TransactionLimit): boolean {
  return LIMIT_NAMES.every((name) => limit[name] === undefined)
}

function only(limit: TransactionLimit, is: (name: LimitName) => boolean): TransactionLimit {
  return Object.fromEntries(
    LIMIT_NAMES.flatMap((name) => (limit[name] !== undefined && is(name) ? [[name, limit[name]]] : []))
  )
}

/** What a transaction has come to. What is not known is absent. */
export interface Figures {
  /** Including tax, in the currency of the tariff. */
  cost?: number | undefined
  /** Wh. */
  energy?: number | undefined
  /** Seconds. */
  time?: number | undefined
}

const MEASURED = [
  ['maxCost', 'cost'],
  ['maxEnergy', 'energy'],
  ['maxTime', 'time']
] as const

/** The limits that are known to be reached. An unknown figure reaches none. */
export function reachedIn(limit: TransactionLimit, figures: Figures): LimitName[] {
  return MEASURED.flatMap(([name, figure]) => {
    const [most, value] = [limit[name], figures[figure]]
    return most !== undefined && value !== undefined && value >= most ? [name] : []
  })
}

/** Per cent of a limit up to which it is kept: readings come at intervals. */
const KEPT_UP_TO = 105n

/** The first limit that is exceeded. Time goes on while the car only stays connected, which is no use of energy. */
export function exceededIn(limit: TransactionLimit, { cost, energy }: Figures): 'maxCost' | 'maxEnergy' | undefined {
  const isOver = (most: number | undefined, value: number | undefined) =>
    most !== undefined && value !== undefined && scaled(value) * 100n > scaled(most) * KEPT_UP_TO
  if (isOver(limit.maxCost, cost)) return 'maxCost'
  return isOver(limit.maxEnergy, energy) ? 'maxEnergy' : undefined
}

function scaled(value: number): bigint {
  return toScaled(value, WIRE_DECIMALS)
}

/** Lists of charge points name them as Energy or as maxEnergy. */
export function limitNamesIn(list: string): ReadonlySet<LimitName> {
  const named = list.split(',').map((name) => name.trim().toLowerCase().replace(/^max/, ''))
  return new Set(LIMIT_NAMES.filter((name) => named.includes(name.slice(3).toLowerCase())))
}
