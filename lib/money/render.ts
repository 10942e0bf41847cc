import { canonical, hashOf, ocppTariffId } from './canonical.js'
import type { Finding } from './check.js'
import { conditionsOf } from './cuts.js'
import { divideRounded, fromScaled, toScaled } from './exact.js'
import { type AnyPrice, PRICED, type Priced, pricesOf, type TariffDocument } from './tariff.js'

// A tariff as a charge point of OCPP 2.1 takes it.

/** The report of a charge point about the tariffs that it takes; an absent member is unknown. */
export interface RenderFacts {
  /** Most prices. */
  maxElements?: number
  hasConditions?: boolean
  /** ISO 4217. */
  currency?: string
}

/** Why a charge point cannot take a tariff. [2.1 I07.FR.02-03] */
export type RenderProblem = 'too-many-elements' | 'conditions-not-supported' | 'other-currency'

/** TariffType of 2.1. */
export interface WireTariff {
  tariffId: string
  currency: string
  [member: string]: unknown
}

export interface Rendered {
  tariff: WireTariff
  /** Parts of the tariff that the tariff of the charge point expresses less exactly. */
  warnings: Finding[]
}

/** Members of a document that OCPP does not have. */
const OWN = ['idleIncludesEvse', 'billedBy', 'waive'] as const

/**
 * The tariff for a charge point, whole, or why it cannot take it: nothing is left out.
 *
 * @param kind a tariff of one driver has no `validFrom` [2.1 I08.FR.09]
 */
export function render(
  { id, document }: { id: string; document: TariffDocument },
  facts: RenderFacts,
  kind: 'default' | 'driver'
): Rendered | { problems: RenderProblem[] } {
  const problems = problemsOf(document, facts)
  if (problems.length > 0) return { problems }
  const { validFrom, ...always } = document
  const said: TariffDocument = kind === 'default' && validFrom !== undefined ? { ...always, validFrom } : always
  const { idleIncludesEvse: _, billedBy: __, waive: ___, ...standard } = said
  // In the canonical form conditions are not empty.
  const members = JSON.parse(canonical(standard)) as TariffDocument
  const priced = PRICED.flatMap((component) => {
    const own = members[component]
    const prices = pricesOf(members, component).map(perMinute)
    return own === undefined ? [] : [[component, { ...own, prices }] as const]
  })
  return {
    tariff: { tariffId: ocppTariffId(id, hashOf(said)), ...members, ...Object.fromEntries(priced) },
    warnings: [...ownWarnings(document), ...PRICED.flatMap((component) => roundedPrices(document, component))]
  }
}

function problemsOf(document: TariffDocument, { maxElements, hasConditions, currency }: RenderFacts): RenderProblem[] {
  const count = PRICED.reduce((sum, component) => sum + pricesOf(document, component).length, 0)
  const isConditional = conditionsOf(document).some((conditions) => Object.keys(conditions).length > 0)
  const problems: [RenderProblem, boolean][] = [
    // The standard counts in total in one place and for each component in another: the smaller number is safe.
    ['too-many-elements', maxElements !== undefined && count > maxElements],
    ['conditions-not-supported', hasConditions === false && isConditional],
    ['other-currency', currency !== undefined && currency !== document.currency]
  ]
  return problems.flatMap(([problem, isSo]) => (isSo ? [problem] : []))
}

/** Decimals of a price on the wire. [2.1 decimals] */
const DIGITS = 6

function perMinute({ priceHour, ...price }: AnyPrice): AnyPrice {
  if (priceHour === undefined) return price
  return { ...price, priceMinute: fromScaled(divideRounded(toScaled(priceHour, DIGITS), 60n), DIGITS) }
}

function roundedPrices(document: TariffDocument, component: Priced): Finding[] {
  return pricesOf(document, component).flatMap(({ priceHour }, index) => {
    if (priceHour === undefined || toScaled(priceHour, DIGITS) % 60n === 0n) return []
    const pointer = `/${component}/prices/${index}/priceHour`
    return [{ pointer, detail: 'is told for a minute, rounded to six decimals' }]
  })
}

const LOST: Readonly<Record<(typeof OWN)[number], string | undefined>> = {
  waive: 'is unknown to charge points: what they calculate differs where it applies',
  idleIncludesEvse: 'is unknown to charge points: what they calculate may differ where they pause',
  // Says who is billed, and nothing of prices.
  billedBy: undefined
}

function ownWarnings(document: TariffDocument): Finding[] {
  return OWN.flatMap((name) => {
    const detail = document[name] ? LOST[name] : undefined
    return detail === undefined ? [] : [{ pointer: `/${name}`, detail }]
  })
}
