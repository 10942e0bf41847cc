import { fromScaled, toScaled } from '../money/exact.js'

// The cost that a charge point has calculated itself. [2.1 I12]

/** An amount with and without tax; at least one of the two is present. */
interface Price {
  exclTax?: number
  inclTax?: number
}

const COMPONENTS = ['fixed', 'energy', 'chargingTime', 'idleTime', 'reservationTime', 'reservationFixed'] as const

/** CostDetailsType, as far as it is understood here; it is kept whole. */
export interface OwnCostDetails {
  totalCost: { currency: string; total: Price } & Partial<Record<(typeof COMPONENTS)[number], Price>>
  failureToCalculate?: boolean
}

/** The latest cost that the charge point has calculated for a transaction. */
export interface OwnCost {
  /** The sequence number of the event that carried this cost. */
  seqNo: number
  timestamp: number
  details: OwnCostDetails
}

/** Events arrive in any order: the cost in the event that the charge point sent last counts. */
export function latestOwnCost(known: string | null, told: OwnCost | undefined): string | null {
  if (told === undefined) return known
  if (known === null) return JSON.stringify(told)
  const { seqNo, timestamp } = JSON.parse(known) as OwnCost
  const isLater = told.seqNo - seqNo || told.timestamp - timestamp
  return isLater >= 0 ? JSON.stringify(told) : known
}

/** In the currency: more is no money, and would not be exact. */
const LARGEST = 1e12

/** The amount to be paid; `undefined` if the charge point has not calculated it, or could not. [2.1 I12.FR.14] */
export function knownOwnCost(ownCost: string | null) {
  if (ownCost === null) return undefined
  const { details } = JSON.parse(ownCost) as OwnCost
  const { currency, total } = details.totalCost
  const amount = total.inclTax ?? total.exclTax
  if (details.failureToCalculate === true || amount === undefined || Math.abs(amount) > LARGEST) return undefined
  return { total: amount, currency, details }
}

/** The figures as the operator API shows them. */
export function ownFigures({ totalCost }: OwnCostDetails) {
  const { inclTax, exclTax } = totalCost.total
  return {
    components: COMPONENTS.flatMap((component) => {
      const price = totalCost[component]
      return price === undefined ? [] : [{ component, ...figuresOf(price) }]
    }),
    ...figuresOf(totalCost.total),
    ...(inclTax !== undefined && exclTax !== undefined && { tax: difference(inclTax, exclTax) }),
    taxIncluded: inclTax !== undefined
  }
}

function figuresOf({ exclTax, inclTax }: Price) {
  return { ...(exclTax !== undefined && { net: exclTax }), ...(inclTax !== undefined && { total: inclTax }) }
}

/** At most six decimals are told. [2.1 I12] */
function difference(a: number, b: number): number {
  return fromScaled(toScaled(a, 6) - toScaled(b, 6), 6)
}
