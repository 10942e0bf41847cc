import { usesClock } from './conditions.js'
import { minorDigits } from './currency.js'
import { type Course, conditionsOf, isTooLong } from './cuts.js'
import { compare, type Fraction, fromScaled, minus, plus, shown, toScaled, whole, ZERO } from './exact.js'
import { explain, type Period } from './explain.js'
import type { CostInput, UnknownReason } from './input.js'
import { frozen, isBelow, minimumOf, taxRatesOfLimit } from './limits.js'
import { LocalTime } from './local-time.js'
import { chargesAtStart, documentAt, type LineName, type Piece, piecesOf, type Unknown } from './pieces.js'
import { Register, readingsOf } from './register.js'
import { apportion, inMinor, rounded } from './rounding.js'
import { States } from './states.js'
import { type Amount, amountsOf, LINES, sumOf, taxesOn, taxRatesOf } from './sums.js'
import type { TariffDocument, TaxRate } from './tariff.js'

/** Changes with each change of what this function calculates; written beside every stored figure. */
export const ENGINE = 1

/** One line of a receipt, in units of the currency, rounded to its smallest one. `net` and `tax` add up to `total`. */
export interface Line {
  readonly component: LineName
  readonly net: number
  readonly tax: number
  readonly total: number
}

export interface TaxLine extends TaxRate {
  readonly amount: number
}

export interface Usage {
  /** Wh. Absent if unknown. */
  readonly energy?: number
  /** Seconds; of known states only. */
  readonly chargingTime: number
  readonly idleTime: number
  readonly reservationTime?: number
}

/** The cost of a transaction, and how it was calculated. */
export interface Cost {
  readonly engine: number
  readonly currency: string
  /** [2.1 TariffCostEnumType] */
  readonly typeOfCost: 'NormalCost' | 'MinCost' | 'MaxCost'
  /** The components that are known. Their nets add up to `net` if nothing is unknown. */
  readonly lines: readonly Line[]
  /** Each tax of all components together; they add up to `tax`. */
  readonly taxes: readonly TaxLine[]
  /** Absent if a part is unknown, as `tax` and `total` are. */
  readonly net?: number
  readonly tax?: number
  /** To pay, in the currency. */
  readonly total?: number
  /** Empty if the cost is known. */
  readonly unknown: readonly Unknown[]
  /** The part that is certain, with tax. */
  readonly atLeast: number
  /** Whether the tariff waives the cost, because nearly nothing was used. */
  readonly isWaived: boolean
  /** Present if the driver has refused the tariff. */
  readonly isRefused?: true
  readonly usage: Usage
  readonly periods: readonly Period[]
}

/** Amounts of up to 15 digits are exact as a JSON number. */
const MAX_MINOR = 10n ** 15n

/**
 * The cost of a transaction: running, final, and of a transaction that somebody only thinks of. Exact: it is calculated
 * in fractions of whole numbers and rounded once, half away from zero, to the smallest unit of the currency: the total
 * and the net; the tax is their difference. The order of the input does not matter.
 */
export function cost(input: CostInput): Cost {
  const { end, asOf = Number.POSITIVE_INFINITY, start } = input
  const isFinal = end !== undefined && end <= asOf
  const until = untilOf(Math.min(end ?? asOf, asOf), start)
  const states = new States(input.doubts?.states === undefined ? input.states : [], start, until)
  const readings = readRegister(input, until, isFinal)
  const register = typeof readings === 'string' ? undefined : new Register(readings, states)
  const energyReason = typeof readings === 'string' ? readings : undefined
  const course: Course = { start, until, states, register, local: localOf(input, until) }
  const first = chargesAtStart(input, course)
  const isBeyond = isTooLong(input, course)
  const pieces = isBeyond ? [] : piecesOf(input, course, energyReason)
  const all = [...first.charges.map((charge) => ({ charges: [charge], tariff: 0 })), ...pieces]
  const documents = input.tariffs.map(({ document }) => document)
  const unknown = distinct([
    ...first.unknown,
    ...pieces.flatMap((piece) => piece.unknown),
    ...(isBeyond ? documents.flatMap(beyond) : [])
  ])
  const isRefused = input.isRefused === true
  const waived = isRefused || isWaived(input, course, unknown)
  const priced = price({ all, documents, unknown: isRefused ? [] : unknown, isFinal, waived })
  return {
    engine: ENGINE,
    ...priced,
    ...(isRefused && { isRefused }),
    usage: usageOf(input, pieces, course),
    periods: explain(input, { first: first.charges, pieces })
  }
}

/** Nothing of a transaction that is too long is known but what it costs once. */
function beyond(document: TariffDocument): Unknown[] {
  const names = (['energy', 'chargingTime', 'idleTime'] as const).filter((name) => document[name] !== undefined)
  return names.map((component) => ({ component, reason: 'out-of-range' }))
}

function untilOf(time: number, start: number): number {
  if (!Number.isSafeInteger(time)) throw new RangeError('a running cost needs the time until which it is wanted')
  return Math.max(time, start)
}

function readRegister({ doubts, meter, start }: CostInput, end: number, isFinal: boolean) {
  return doubts?.energy ?? readingsOf(meter, { start, end, isFinal })
}

function localOf({ tariffs, zone, reservation, start }: CostInput, until: number): LocalTime | undefined {
  const asksClock = tariffs.some(({ document }) => conditionsOf(document).some(usesClock))
  if (zone === undefined || !asksClock) return undefined
  const from = reservation !== undefined && reservation.from < start ? reservation.from : start
  return new LocalTime(zone, from, until)
}

/** One for each component, the reason that came first. */
function distinct(unknown: readonly Unknown[]): Unknown[] {
  const first = new Map<string, Unknown>()
  for (const one of unknown) if (!first.has(one.component)) first.set(one.component, one)
  return LINES.flatMap((line) => first.get(line) ?? [])
}

/** A start that failed costs nothing, not even the fee for the start. */
function isWaived(input: CostInput, { register, start, until }: Course, unknown: readonly Unknown[]): boolean {
  const { waive } = documentAt(input, input.tariffs.length - 1)
  if (waive === undefined || unknown.length > 0) return false
  const { belowWh, belowSeconds } = waive
  const used = register?.at(whole(until))
  const isLittle = belowWh === undefined || (used !== undefined && compare(used, whole(toScaled(belowWh, 3))) < 0)
  const isShort =
    belowSeconds === undefined || (input.doubts?.time === undefined && until - start < belowSeconds * 1000)
  return isLittle && isShort
}

interface Priced {
  all: readonly Pick<Piece, 'charges' | 'tariff'>[]
  documents: readonly TariffDocument[]
  unknown: readonly Unknown[]
  isFinal: boolean
  waived: boolean
}

type Figures = Omit<Cost, 'usage' | 'periods' | 'engine'>

function price({ all, documents, unknown, isFinal, waived }: Priced): Figures {
  const last = documents.at(-1)
  if (last === undefined) throw new RangeError('a cost needs a tariff')
  const digits = minorDigits(last.currency)
  const base = { currency: last.currency, isWaived: waived }
  if (waived) return { ...base, ...figures([], { digits, documents, unknown }), typeOfCost: 'NormalCost' }
  const frozenAmounts = last.maxCost === undefined ? undefined : frozen(all, documents, last.maxCost)
  const amounts = frozenAmounts ?? amountsOf(all, documents)
  if (isFinal && unknown.length === 0 && last.minCost !== undefined && isBelow(amounts, last.minCost)) {
    return { ...base, ...minimum(last, last.minCost, digits), typeOfCost: 'MinCost' }
  }
  const typeOfCost = frozenAmounts === undefined ? 'NormalCost' : 'MaxCost'
  return { ...base, ...figures(amounts, { digits, documents, unknown }), typeOfCost }
}

type Rounded = Omit<Figures, 'currency' | 'isWaived' | 'typeOfCost'>

interface Rounding {
  digits: number
  documents: readonly TariffDocument[]
  unknown: readonly Unknown[]
}

function figures(amounts: readonly Amount[], { digits, documents, unknown }: Rounding): Rounded {
  const certain = rounded(inMinor(sumOf(amounts, 'total'), digits))
  const reasons = certain > MAX_MINOR ? [{ component: 'fixed', reason: 'out-of-range' } as const] : unknown
  const isKnown = ({ line }: Amount) => !reasons.some(({ component }) => component === line)
  const known = reasons.length === 0 ? amounts : amounts.filter(isKnown)
  const [net, total] = [sumOf(known, 'net'), sumOf(known, 'total')].map((sum) => rounded(inMinor(sum, digits)))
  const { lines, taxes } = rows(known, { net: net ?? 0n, total: total ?? 0n, digits, documents })
  const sums = {
    net: fromScaled(net ?? 0n, digits),
    tax: fromScaled((total ?? 0n) - (net ?? 0n), digits),
    total: fromScaled(total ?? 0n, digits)
  }
  return {
    lines: certain > MAX_MINOR ? [] : lines,
    taxes: reasons.length === 0 ? taxes : [],
    ...(reasons.length === 0 && sums),
    unknown: reasons,
    atLeast: certain > MAX_MINOR ? 0 : fromScaled(certain, digits)
  }
}

/** The lines and the taxes, rounded so that they add up. */
function rows(
  amounts: readonly Amount[],
  {
    net,
    total,
    digits,
    documents
  }: { net: bigint; total: bigint; digits: number; documents: readonly TariffDocument[] }
) {
  const lines = LINES.flatMap((line) => {
    const own = amounts.filter((amount) => amount.line === line)
    return own.length === 0 ? [] : [{ line, net: sumOf(own, 'net'), total: sumOf(own, 'total') }]
  })
  const minor = (value: Fraction) => inMinor(value, digits)
  const nets = apportion(
    net,
    lines.map((one) => minor(one.net))
  )
  const taxed = apportion(
    total - net,
    lines.map((one) => minor(minus(one.total, one.net)))
  )
  const taxes = taxesOf(amounts, documents)
  const perTax = apportion(
    total - net,
    taxes.map(({ amount }) => minor(amount))
  )
  return {
    lines: lines.map(({ line }, index): Line => {
      const [own, tax] = [nets[index] ?? 0n, taxed[index] ?? 0n]
      const show = (value: bigint) => fromScaled(value, digits)
      return { component: line, net: show(own), tax: show(tax), total: show(own + tax) }
    }),
    taxes: taxes.map(({ rate }, index): TaxLine => ({ ...rate, amount: fromScaled(perTax[index] ?? 0n, digits) }))
  }
}

/** The exact amount of each tax, over all components. */
function taxesOf(amounts: readonly Amount[], documents: readonly TariffDocument[]) {
  const taxes = new Map<string, { rate: TaxRate; amount: Fraction }>()
  for (const { line, tariff, net } of amounts) {
    for (const { rate, amount } of taxesOn(net, taxRatesOf(documents[tariff], line))) {
      const key = JSON.stringify([rate.type, rate.tax, rate.stack ?? 0])
      const known = taxes.get(key)
      taxes.set(key, { rate, amount: known === undefined ? amount : plus(known.amount, amount) })
    }
  }
  return [...taxes.values()]
}

/** A minimum replaces all lines by one. [2.1 I12.FR.38] */
function minimum(document: TariffDocument, limit: NonNullable<TariffDocument['minCost']>, digits: number): Rounded {
  const exact = minimumOf(document, limit)
  const [net, total] = [rounded(inMinor(exact.net, digits)), rounded(inMinor(exact.total, digits))]
  const rates = taxRatesOfLimit(document, limit)
  const taxes = taxesOn(exact.net, rates)
  const show = (value: bigint) => fromScaled(value, digits)
  const shares = shareTax(
    total - net,
    taxes.map(({ amount }) => inMinor(amount, digits))
  )
  const sums = { net: show(net), tax: show(total - net), total: show(total) }
  return {
    ...sums,
    lines: [{ component: 'fixed', ...sums }],
    taxes: taxes.map(({ rate }, index) => ({ ...rate, amount: show(shares[index] ?? 0n) })),
    unknown: [],
    atLeast: sums.total
  }
}

/** A minimum with both halves need not agree with its taxes to the cent: the first takes the difference. */
function shareTax(tax: bigint, exact: readonly Fraction[]): bigint[] {
  const shares = exact.map(rounded)
  const difference = tax - shares.reduce((sum, one) => sum + one, 0n)
  return shares.map((one, index) => (index === 0 ? one + difference : one))
}

/** The energy and times that were used. Times are of known states. */
function usageOf(input: CostInput, pieces: readonly Piece[], { register, until }: Course): Usage {
  const { reservation } = input
  const used = register?.at(whole(until))
  const spent = (counts: (piece: Piece) => boolean) =>
    shown(
      pieces.filter(counts).reduce((sum, { from, to }) => plus(sum, minus(to, from)), ZERO),
      0
    )
  const seconds = (milliseconds: number) => shown({ n: BigInt(milliseconds), d: 1000n }, 0)
  return {
    ...(used !== undefined && { energy: shown({ n: used.n, d: used.d * 1000n }, 3) }),
    chargingTime: seconds(spent(({ state }) => state === 'charging')),
    idleTime: seconds(spent(({ state, tariff }) => isPaidIdle(state, input, tariff))),
    ...(reservation !== undefined && { reservationTime: seconds(reservation.until - reservation.from) })
  }
}

function isPaidIdle(state: Piece['state'], input: CostInput, tariff: number): boolean {
  if (state === 'pausedByEvse') return documentAt(input, tariff).idleIncludesEvse === true
  return state === 'pausedByEv' || state === 'connected'
}

export type { UnknownReason }
