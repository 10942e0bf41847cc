import { compare, type Fraction, minus, times, toScaled, ZERO } from './exact.js'
import type { Piece } from './pieces.js'
import { type Amount, amountsOf, between, sumOf, taxFactor } from './sums.js'
import { PRICED, type TariffDocument, type TaxRate } from './tariff.js'

type Limit = NonNullable<TariffDocument['minCost']>
type Charged = Pick<Piece, 'charges' | 'tariff'>

function limitOf(amount: number): Fraction {
  return { n: toScaled(amount, 6), d: 10n ** 6n }
}

/** Whether a cost is below a minimum, without tax or with it. [2.1 I12.FR.38] */
export function isBelow(amounts: readonly Amount[], { exclTax, inclTax }: Limit): boolean {
  const isLess = (limit: number | undefined, member: 'net' | 'total') =>
    limit !== undefined && compare(sumOf(amounts, member), limitOf(limit)) < 0
  return isLess(exclTax, 'net') || isLess(inclTax, 'total')
}

/** The taxes of all components, if they are the same; `undefined` if they differ. */
export function commonTaxRates(document: TariffDocument): readonly TaxRate[] | undefined {
  const rates = PRICED.flatMap((name) => {
    const component = document[name]
    return component === undefined ? [] : [component.taxRates ?? []]
  })
  const [first = []] = rates
  return rates.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? first : undefined
}

/** The taxes of a minimum: its own, or those of all components. */
export function taxRatesOfLimit(document: TariffDocument, limit: Limit): readonly TaxRate[] {
  return limit.taxRates ?? commonTaxRates(document) ?? []
}

/** The minimum without and with tax. One that is not told follows from the taxes. */
export function minimumOf(document: TariffDocument, limit: Limit): { net: Fraction; total: Fraction } {
  const { exclTax, inclTax } = limit
  const factor = taxFactor(taxRatesOfLimit(document, limit))
  const net = exclTax === undefined ? undefined : limitOf(exclTax)
  const total = inclTax === undefined ? undefined : limitOf(inclTax)
  return {
    net: net ?? times(total ?? ZERO, { n: factor.d, d: factor.n }),
    total: total ?? times(net ?? ZERO, factor)
  }
}

/**
 * The amounts at the moment at which a maximum was reached, without tax or with it; `undefined` if it never was.
 * [2.1 I12.FR.39-41]
 */
export function frozen(
  pieces: readonly Charged[],
  documents: readonly TariffDocument[],
  { exclTax, inclTax }: Limit
): Amount[] | undefined {
  const limits = [
    ['net', exclTax],
    ['total', inclTax]
  ] as const
  const isReached = (amounts: readonly Amount[]) =>
    limits.some(([member, limit]) => limit !== undefined && compare(sumOf(amounts, member), limitOf(limit)) > 0)
  const until = (count: number) => amountsOf(pieces.slice(0, count), documents)
  if (!isReached(until(pieces.length))) return undefined
  let [low, high] = [0, pieces.length]
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (isReached(until(middle))) high = middle
    else low = middle
  }
  const [before, after] = [until(low), until(high)]
  const parts = limits.flatMap(([member, limit]) => (limit === undefined ? [] : [partUntil(member, limit)]))
  return between(
    before,
    after,
    parts.reduce((a, b) => (compare(a, b) <= 0 ? a : b))
  )

  function partUntil(member: 'net' | 'total', limit: number): Fraction {
    const from = sumOf(before, member)
    const gained = minus(sumOf(after, member), from)
    const room = minus(limitOf(limit), from)
    // Above 1: this half of the limit is not reached here.
    return gained.n === 0n ? { n: 2n, d: 1n } : { n: room.n * gained.d, d: room.d * gained.n }
  }
}
