import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { textLike } from '../text-like.js'

// The tariff of all versions of OCPP: TariffType of 2.1 with its names and units (Wh, W, A, s, per kWh, per minute,
// without tax) and a few additions. [2.1 block I]

const closed = { additionalProperties: false } as const
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema)

/** Of any amount or threshold: so that sums stay exact. */
const LARGEST = 1_000_000_000

const amount = (description: string) => Type.Number({ minimum: 0, maximum: 1_000_000, description })
const threshold = (description: string) =>
  optional(Type.Number({ minimum: -LARGEST, maximum: LARGEST, description: `${description}; negative: discharging` }))
const seconds = (description: string) =>
  optional(Type.Integer({ minimum: 0, maximum: 31_536_000, description: `Seconds. ${description}` }))

const timeOfDay = (description: string) =>
  optional(
    textLike('^(?:[01][0-9]|2[0-3]):[0-5][0-9]$', 'must be a time such as 08:00', {
      description,
      examples: ['08:00']
    })
  )
const date = (description: string) =>
  optional(
    textLike('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', 'must be a date such as 2026-11-01', {
      description,
      examples: ['2026-11-01']
    })
  )

function oneOf<const T extends readonly string[]>(values: T, description?: string) {
  return Type.Unsafe<T[number]>({
    type: 'string',
    enum: [...values],
    ...(description !== undefined && { description })
  })
}

/** From Sunday, as `Date` counts. */
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

const fixedConditions = {
  startTimeOfDay: timeOfDay('Local time of the site, inclusive'),
  endTimeOfDay: timeOfDay('Local time of the site, exclusive. Before `startTimeOfDay`: on the next day'),
  dayOfWeek: optional(Type.Array(oneOf(DAYS), { minItems: 1, maxItems: 7, uniqueItems: true })),
  validFromDate: date('Local date, inclusive'),
  validToDate: date('Local date, exclusive'),
  evseKind: optional(oneOf(['AC', 'DC'])),
  paymentBrand: optional(Type.String({ minLength: 1, maxLength: 20 })),
  paymentRecognition: optional(Type.String({ minLength: 1, maxLength: 20 }))
}

const { paymentBrand: _, paymentRecognition: __, ...timed } = fixedConditions
const conditions = {
  ...timed,
  minEnergy: threshold('Wh of the transaction, inclusive'),
  maxEnergy: threshold('Wh of the transaction, exclusive'),
  minCurrent: threshold('A, inclusive'),
  maxCurrent: threshold('A, exclusive'),
  minPower: threshold('W, inclusive'),
  maxPower: threshold('W, exclusive'),
  minTime: seconds('Since the start of the transaction, inclusive'),
  maxTime: seconds('Since the start of the transaction, exclusive'),
  minChargingTime: seconds('All charging of the transaction, inclusive'),
  maxChargingTime: seconds('All charging of the transaction, exclusive'),
  minIdleTime: seconds('The present uninterrupted idle period, inclusive'),
  maxIdleTime: seconds('The present uninterrupted idle period, exclusive')
}

export const Conditions = Type.Object(conditions, closed)
export type Conditions = Static<typeof Conditions> & Pick<Static<typeof FixedConditions>, keyof typeof fixedConditions>
const FixedConditions = Type.Object(fixedConditions, closed)
/** In the order in which they are told. */
export const CONDITION_NAMES = Object.keys({ ...conditions, ...fixedConditions }) as (keyof Conditions)[]

const TaxRate = Type.Object(
  {
    type: Type.String({ minLength: 1, maxLength: 20, examples: ['VAT'] }),
    tax: Type.Number({ minimum: 0, maximum: 100, description: 'Per cent' }),
    stack: optional(Type.Integer({ minimum: 0, maximum: 4, description: 'Taxes of a level are on top of those below' }))
  },
  closed
)
export type TaxRate = Static<typeof TaxRate>
const taxRates = optional(Type.Array(TaxRate, { minItems: 1, maxItems: 5 }))

const MAX_PRICES = 100

function component<T extends TSchema>(price: T) {
  return optional(
    Type.Object(
      { prices: Type.Array(price, { minItems: 1, maxItems: MAX_PRICES, description: FIRST }), taxRates },
      closed
    )
  )
}
const FIRST = 'The first price whose conditions all hold applies; none holds: the component costs nothing'

const EnergyPrice = Type.Object(
  { priceKwh: amount('For a kWh, without tax'), conditions: optional(Conditions) },
  closed
)
const TimePrice = Type.Object(
  {
    priceMinute: optional(amount('For a minute, without tax')),
    priceHour: optional(amount('For an hour, without tax, instead of `priceMinute`')),
    conditions: optional(Conditions)
  },
  closed
)
const FixedPrice = Type.Object(
  { priceFixed: amount('Once, without tax'), conditions: optional(FixedConditions) },
  closed
)

const Limit = Type.Object(
  { exclTax: optional(amount('Without tax')), inclTax: optional(amount('With tax')), taxRates },
  closed
)

const Description = Type.Object(
  {
    format: oneOf(['ASCII', 'HTML', 'URI', 'UTF8', 'QRCODE']),
    language: optional(Type.String({ minLength: 2, maxLength: 8 })),
    content: Type.String({ minLength: 1, maxLength: 1024 })
  },
  closed
)

/** The prices of a tariff: one version of it, which never changes. */
export const TariffDocument = Type.Object(
  {
    currency: textLike('^[A-Z]{3}$', 'must be three capital letters, e.g. EUR', { description: 'ISO 4217' }),
    description: optional(Type.Array(Description, { minItems: 1, maxItems: 10, description: 'Shown to drivers' })),
    validFrom: optional(
      Type.String({ format: 'date-time', description: 'Applies to transactions that begin at this time or later' })
    ),
    energy: component(EnergyPrice),
    chargingTime: component(TimePrice),
    idleTime: component(TimePrice),
    fixedFee: component(FixedPrice),
    reservationTime: component(TimePrice),
    reservationFixed: component(FixedPrice),
    minCost: optional(Limit),
    maxCost: optional(Limit),
    idleIncludesEvse: optional(
      Type.Boolean({ description: 'Whether time in which the charge point pauses is idle time. Default: false' })
    ),
    billedBy: optional(
      oneOf(['us', 'station'], 'Whose figures are billed if a 2.1 charge point calculates, too. Default: us')
    ),
    waive: optional(
      Type.Object(
        {
          belowWh: optional(Type.Number({ minimum: 0, maximum: 100_000 })),
          belowSeconds: optional(Type.Integer({ minimum: 0, maximum: 3600 }))
        },
        { ...closed, minProperties: 1, description: 'A transaction below all of these limits costs nothing' }
      )
    )
  },
  closed
)
export type TariffDocument = Static<typeof TariffDocument>

const some = (items: TSchema, description: string) =>
  optional(Type.Unsafe<string[]>(Type.Array(items, { minItems: 1, maxItems: 1000, uniqueItems: true, description })))

/** Which transactions a tariff is for. An absent member does not matter. */
export const AppliesTo = Type.Object(
  {
    sites: some(Type.String({ minLength: 1, maxLength: 64 }), 'Ids of sites'),
    chargePoints: some(Type.String({ minLength: 1, maxLength: 48 }), 'Identities'),
    evseIds: optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 1000 }), {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
        description: 'EVSEs; in OCPP 1.6 connectors'
      })
    ),
    groupIds: some(Type.String({ minLength: 1, maxLength: 255 }), 'Groups of id tokens'),
    idTokens: some(Type.String({ minLength: 1, maxLength: 255 }), 'Id tokens'),
    kinds: optional(
      Type.Array(oneOf(['contract', 'adhoc', 'roaming']), { minItems: 1, maxItems: 3, uniqueItems: true })
    )
  },
  closed
)
export type AppliesTo = Static<typeof AppliesTo>

/** A tariff as an operator sets it. */
export const TariffBody = Type.Object(
  {
    ...TariffDocument.properties,
    enabled: optional(Type.Boolean({ description: 'Default: true' })),
    appliesTo: optional(AppliesTo),
    priority: optional(
      Type.Integer({ minimum: 0, maximum: 1000, description: 'Among equally specific tariffs the highest. Default: 0' })
    )
  },
  closed
)
export type TariffBody = Static<typeof TariffBody>

/** The components of a cost, in the order of ties and of receipts. [2.1 TotalCostType] */
export const COMPONENTS = [
  'fixed',
  'energy',
  'chargingTime',
  'idleTime',
  'reservationTime',
  'reservationFixed'
] as const
export type Component = (typeof COMPONENTS)[number]

/** The members of a tariff that have prices. */
export const PRICED = ['energy', 'chargingTime', 'idleTime', 'fixedFee', 'reservationTime', 'reservationFixed'] as const
export type Priced = (typeof PRICED)[number]

/** A price of any component. */
export interface AnyPrice {
  priceKwh?: number
  priceMinute?: number
  priceHour?: number
  priceFixed?: number
  conditions?: Conditions
}

export function pricesOf(document: TariffDocument, component: Priced): readonly AnyPrice[] {
  return (document[component]?.prices ?? []) as readonly AnyPrice[]
}
