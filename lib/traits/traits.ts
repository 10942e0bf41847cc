import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { DEVIATIONS, type Deviation } from 'fastify-ocpp'
import { ProblemError } from '../problem-error.js'
import { isTimeZone } from '../time-zone.js'

const DEVIATION_NAMES = Object.keys(DEVIATIONS) as Deviation[]

/** Each trait of a charge point. An absent trait is taken from the charger model, the settings or the default. */
const TRAITS = {
  validation: Type.Unsafe<'strict' | 'warn'>({
    type: 'string',
    enum: ['strict', 'warn'],
    description:
      'strict: rejects messages that break their schema. warn: handles the valid part of such messages, counts and logs the violation.'
  }),
  leniency: Type.Array(Type.Unsafe<Deviation>({ type: 'string', enum: DEVIATION_NAMES }), {
    uniqueItems: true,
    maxItems: DEVIATION_NAMES.length,
    description: 'Deviations from the standard that the back-end accepts and corrects.'
  }),
  pings: Type.Union([Type.Integer({ minimum: 5, maximum: 3600 }), Type.Literal('off')], {
    description: 'Seconds between WebSocket pings, or off for a charge point that does not answer them.'
  }),
  callsAfterConnect: Type.Union([Type.Integer({ minimum: 0, maximum: 600 }), Type.Literal('boot')], {
    description:
      'Delay of automatic and queued calls after the charge point connects: seconds, or boot: until the BootNotification is answered, at most 600 seconds.'
  }),
  timeZone: Type.String({
    minLength: 1,
    maxLength: 64,
    examples: ['Europe/Berlin'],
    description: 'IANA time zone for times that the charge point sends without an offset, e.g. Europe/Berlin.'
  }),
  energyUnit: Type.Unsafe<'as-sent' | 'Wh-means-kWh' | 'kWh-means-Wh'>({
    type: 'string',
    enum: ['as-sent', 'Wh-means-kWh', 'kWh-means-Wh'],
    description: 'The unit that energy values of the charge point really have.'
  }),
  chargingRateUnit: Type.Unsafe<'A' | 'W'>({
    type: 'string',
    enum: ['A', 'W'],
    description: 'The only unit of charging profiles that the charge point supports.'
  }),
  maxStackLevel: Type.Integer({
    minimum: 0,
    maximum: 1000,
    description: 'The highest stack level that the charge point accepts.'
  }),
  limitStep: Type.Unsafe<'tenth' | 'whole'>({
    type: 'string',
    enum: ['tenth', 'whole'],
    description: 'Load management: whether limits may have a decimal, or are rounded down to whole A.'
  }),
  limitKind: Type.Unsafe<'Relative' | 'Absolute'>({
    type: 'string',
    enum: ['Relative', 'Absolute'],
    description: 'Load management: the kind of charging profiles that the charge point accepts.'
  }),
  limitStackLevel: Type.Integer({
    minimum: 0,
    maximum: 1000,
    description: 'Load management: the stack level of its charging profiles. Default: 0.'
  }),
  limitProfile: Type.Unsafe<'transaction' | 'transaction-without-id' | 'dynamic' | 'default' | 'station'>({
    type: 'string',
    enum: ['transaction', 'transaction-without-id', 'dynamic', 'default', 'station'],
    description:
      'Load management: the charging profile that limits a transaction. transaction: TxProfile; transaction-without-id: the same without transactionId, OCPP 1.6; dynamic: a TxProfile of the kind Dynamic, renewed by UpdateDynamicSchedule, where an OCPP 2.1 charge point has told that it takes it; default: the TxDefaultProfile of the EVSE; station: the maximum of the charge point, if it has one EVSE.'
  }),
  limitZero: Type.Unsafe<'pause' | 'avoid'>({
    type: 'string',
    enum: ['pause', 'avoid'],
    description:
      'Load management: whether a limit of 0 A pauses a transaction, or is to be avoided because the transaction does not go on after it. Where that is learned, cars are only not paused in turns. Default: pause.'
  }),
  limitSettle: Type.Integer({
    minimum: 5,
    maximum: 300,
    description:
      'Load management: seconds after which the current has followed a limit. Learned where it follows late. Default: `settle` of the site.'
  }),
  limitWritesPerDay: Type.Integer({
    minimum: 4,
    maximum: 10_000,
    description:
      'Load management: the most SetChargingProfile in 24 hours for each EVSE. Half of them is kept for the renewal of limits. More are sent only to lower a limit while a circuit is above its own. Default: any number.'
  }),
  limitLease: Type.Unsafe<'kept' | 'unproven' | 'ignored'>({
    type: 'string',
    enum: ['kept', 'unproven', 'ignored'],
    description:
      'Load management: whether a limit ends with the duration of its charging profile, also while the charge point is away. ignored: it goes on, so it is reserved until its transaction has ended. unproven: counts like kept. It is learned from the composite schedule of the charge point unless it is set.'
  }),
  limitFallback: Type.Unsafe<'kept' | 'unproven'>({
    type: 'string',
    enum: ['kept', 'unproven'],
    description:
      'Load management: whether the charge point has a fallback that it has accepted, as it has shown when it was asked. unproven: it is not asked, and counts like kept. It is learned unless it is set.'
  }),
  sampleInterval: Type.Integer({
    minimum: 5,
    maximum: 900,
    description:
      'Load management: seconds between samples of a transaction that the charge point is asked for. Learned where it refuses less. Default: 10.'
  }),
  heartbeatInterval: Type.Integer({
    minimum: 1,
    maximum: 86_400,
    description: 'Heartbeat interval in the answer to a BootNotification, in seconds.'
  }),
  firmwareProtocols: Type.Array(
    Type.Unsafe<'ftp' | 'ftps' | 'http' | 'https' | 'sftp'>({
      type: 'string',
      enum: ['ftp', 'ftps', 'http', 'https', 'sftp']
    }),
    { uniqueItems: true, maxItems: 5, description: 'URL schemes from which the charge point can download firmware.' }
  ),
  costUpdates: Type.Boolean({
    description:
      'Whether the charge point is told the running cost by CostUpdated, too, and not only in the answers to its TransactionEvents. OCPP 2.x.'
  })
} as const satisfies Record<string, TSchema>

export type TraitName = keyof typeof TRAITS
export type Traits = { [Name in TraitName]?: Static<(typeof TRAITS)[Name]> }

export const TRAIT_NAMES = Object.keys(TRAITS) as TraitName[]

function optional(): Record<TraitName, TSchema> {
  const members = TRAIT_NAMES.map((name) => [name, Type.Optional(TRAITS[name] as TSchema)])
  return Object.fromEntries(members) as Record<TraitName, TSchema>
}

function removable(names: readonly TraitName[]): Record<string, TSchema> {
  const members = names.map((name) => [name, Type.Optional(Type.Union([TRAITS[name] as TSchema, Type.Null()]))])
  return Object.fromEntries(members)
}

export const TraitsRecord = Type.Unsafe<Traits>(Type.Object(optional(), { additionalProperties: false }))

/** A change of traits: `null` removes one. */
export type TraitsChange = { [Name in TraitName]?: Traits[Name] | null }
/** A change of some traits only. */
export function changeOf(names: readonly TraitName[]) {
  return Type.Unsafe<TraitsChange>(Type.Object(removable(names), { additionalProperties: false }))
}
export const TraitsChange = changeOf(TRAIT_NAMES)

export type TraitSource = 'own' | 'learned' | 'model' | 'setting' | 'default'

export interface AppliedTrait {
  value: unknown
  source: TraitSource
  /** Name of the charger model, when that is the source. */
  model?: string
}

const Applied = Type.Object(
  {
    value: Type.Unknown(),
    source: Type.Unsafe<TraitSource>({ type: 'string', enum: ['own', 'learned', 'model', 'setting', 'default'] }),
    model: Type.Optional(Type.String({ description: 'Name of the charger model, when that is the source' }))
  },
  { additionalProperties: false }
)
export const AppliedTraitsRecord = Type.Unsafe<Partial<Record<TraitName, AppliedTrait>>>(
  Type.Object(Object.fromEntries(TRAIT_NAMES.map((name) => [name, Type.Optional(Applied)])), {
    additionalProperties: false
  })
)

/** Default traits. A trait without a default is unknown. */
export const DEFAULT_TRAITS: Traits = { validation: 'strict', leniency: [], timeZone: 'UTC', energyUnit: 'as-sent' }

/** Sources of traits; the first ones take precedence. */
export interface TraitSources {
  own: Traits
  learned?: Traits
  model?: { name: string; traits: Traits }
  settings: Traits
}

/** The traits that apply to a charge point, each with its source. */
export function applied(sources: TraitSources): Partial<Record<TraitName, AppliedTrait>> {
  const result: Partial<Record<TraitName, AppliedTrait>> = {}
  for (const name of TRAIT_NAMES) {
    const found = find(name, sources)
    if (found !== undefined) result[name] = found
  }
  return result
}

function find(name: TraitName, { own, learned, model, settings }: TraitSources): AppliedTrait | undefined {
  if (own[name] !== undefined) return { value: own[name], source: 'own' }
  if (learned?.[name] !== undefined) return { value: learned[name], source: 'learned' }
  if (model?.traits[name] !== undefined) return { value: model.traits[name], source: 'model', model: model.name }
  if (settings[name] !== undefined) return { value: settings[name], source: 'setting' }
  return DEFAULT_TRAITS[name] === undefined ? undefined : { value: DEFAULT_TRAITS[name], source: 'default' }
}

/** The values alone. */
export function valuesOf(traits: Partial<Record<TraitName, AppliedTrait>>): Traits {
  return Object.fromEntries(Object.entries(traits).map(([name, { value }]) => [name, value])) as Traits
}

/** The traits that an operator gave to a charge point, parsed from their column. */
export function ownTraits(column: string | null): Traits {
  return column === null ? {} : (JSON.parse(column) as Traits)
}

/** Applies a change to the `own` traits; a change of `null` removes all. */
export function changed(own: Traits, change: TraitsChange | null): Traits {
  if (change === null) return {}
  const merged = Object.entries({ ...own, ...change }).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(merged) as Traits
}

/**
 * Checks what a JSON schema cannot express.
 *
 * @throws `UNKNOWN_TIME_ZONE`
 */
export function checkTraits({ timeZone }: TraitsChange): void {
  if (timeZone === undefined || timeZone === null || isTimeZone(timeZone)) return
  throw new ProblemError(422, 'UNKNOWN_TIME_ZONE', 'traits.timeZone must be an IANA time zone, such as Europe/Berlin')
}
