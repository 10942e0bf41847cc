import { type ChargePoint, type Protocol, versionInfo } from 'fastify-ocpp'
import { chunks, fold, type Reader } from '../events/scope.js'
import type { LimitsTaken } from '../ledger/limits.js'
import type { RenderFacts } from '../money/render.js'
import { limitNamesIn } from '../money/transaction-limit.js'

// The prices that a charge point can show and calculate, as it has reported it.

export interface PriceFacts {
  /** Whether it shows the text of a tariff. [2.x I01] */
  showsTariffs: boolean
  /** The tariffs that it takes, if it calculates costs itself; absent: it does not. [2.1 I07-I12] */
  takes?: RenderFacts
  /** The limits of transactions that it takes; absent: it knows none. [2.1 E16] */
  limits?: LimitsTaken
  /** How it takes the pricing messages of 1.6; absent: it has not said that it knows them. */
  pricing?: PricingMessages
}

/** [OCA "OCPP & California Pricing Requirements"] */
export interface PricingMessages {
  /** Most decimals of a price or a cost; absent: not told. */
  decimals?: number
  /** Whether it shows texts in several languages. */
  isMultilingual: boolean
  /** Tags of RFC 5646; absent: not told. */
  languages?: readonly string[]
}

export const COST_CONTROLLER = 'TariffCostCtrlr'

const LIMITS_VARIABLE = 'SupportedLimits'

/** The reported variables about tariffs, costs and limits: `Enabled[Tariff]` and the like, in lower case. */
export type CostVariables = ReadonlyMap<string, string>

export async function readCostVariables(db: Reader, chargePointId: number): Promise<CostVariables> {
  return (await readAllCostVariables(db, [chargePointId])).get(chargePointId) ?? new Map()
}

/** Those of several charge points, by id; absent: it has reported none. */
export async function readAllCostVariables(
  db: Reader,
  chargePointIds: readonly number[]
): Promise<ReadonlyMap<number, CostVariables>> {
  const found = new Map<number, Map<string, string>>()
  for (const part of chunks(chargePointIds)) {
    const rows = await db
      .selectFrom('variables')
      .select(['charge_point_id', 'variable', 'variable_instance', 'value'])
      .where('charge_point_id', 'in', part)
      .where((eb) =>
        eb.or([
          eb('component', '=', COST_CONTROLLER),
          eb.and([eb('component', '=', 'TxCtrlr'), eb('variable', '=', LIMITS_VARIABLE)])
        ])
      )
      .where('attribute', '=', 'Actual')
      .execute()
    for (const { charge_point_id: id, variable, variable_instance, value } of rows) {
      const name = fold(variable_instance === '' ? variable : `${variable}[${variable_instance}]`)
      const known = found.get(id) ?? new Map<string, string>()
      if (value !== null) known.set(name, value)
      found.set(id, known)
    }
  }
  return found
}

/** Booleans come as text. `undefined` if the variable was not reported. */
export function flagOf(variables: CostVariables, name: string): boolean | undefined {
  const value = variables.get(fold(name))
  return value === undefined ? undefined : fold(value) === 'true'
}

export function factsIn(protocol: Protocol, variables: CostVariables): PriceFacts {
  const available = flagOf(variables, 'Available[Tariff]') === true
  const enabled = flagOf(variables, 'Enabled[Tariff]')
  // In 2.0.1 it switches the text on, in 2.1 the calculation. [2.0.1 I01; 2.1 I §1.1]
  if (!versionInfo(protocol).hasTariffs) return { showsTariffs: enabled ?? available }
  return {
    showsTariffs: available,
    ...(enabled === true && { takes: takenBy(variables) }),
    limits: limitsIn(variables)
  }
}

function limitsIn(variables: CostVariables): LimitsTaken {
  const list = variables.get(fold(LIMITS_VARIABLE))
  return list === undefined ? {} : { names: limitNamesIn(list) }
}

function takenBy(variables: CostVariables): RenderFacts {
  const maxElements = Number(variables.get(fold('MaxElements[Tariff]')))
  const hasConditions = flagOf(variables, 'ConditionsSupported[Tariff]')
  const currency = variables.get(fold('Currency'))?.trim()
  return {
    ...(Number.isInteger(maxElements) && maxElements > 0 && { maxElements }),
    ...(hasConditions !== undefined && { hasConditions }),
    ...(currency !== undefined && currency !== '' && { currency })
  }
}

/** The keys that say how a charge point of 1.6 takes prices. */
const KEYS = [
  'CustomDisplayCostAndPrice',
  'NumberOfDecimalsForCostValues',
  'CustomMultiLanguageMessages',
  'SupportedLanguages'
] as const

async function readKeys(db: Reader, chargePointId: number): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('configuration_keys')
    .select(['key', 'value'])
    .where('charge_point_id', '=', chargePointId)
    .where('key', 'in', KEYS)
    .execute()
  return new Map(rows.flatMap(({ key, value }) => (value === null ? [] : [[key, value]])))
}

/** Some charge points write 1 for true. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && ['true', '1'].includes(fold(value))
}

export function pricingIn(keys: ReadonlyMap<string, string>): PricingMessages | undefined {
  if (!isOn(keys.get('CustomDisplayCostAndPrice'))) return undefined
  const decimals = keys.get('NumberOfDecimalsForCostValues')?.trim() ?? ''
  const languages = keys
    .get('SupportedLanguages')
    ?.split(',')
    .map((tag) => tag.trim())
  return {
    ...(/^\d$/.test(decimals) && { decimals: Math.min(Number(decimals), MAX_DECIMALS) }),
    isMultilingual: isOn(keys.get('CustomMultiLanguageMessages')),
    ...(languages !== undefined && { languages })
  }
}

/** Of amounts towards charge points. [2.1 decimals] */
const MAX_DECIMALS = 6

export interface PriceFactsOptions {
  db: Reader
  chargePointId(identity: string): Promise<number>
}

type Connection = Pick<ChargePoint, 'identity' | 'protocol'>

/** The facts of connected charge points. They are read once for each connection, and again after a report. */
export class PriceFactsBook {
  readonly #options: PriceFactsOptions
  readonly #known = new WeakMap<Connection, Promise<PriceFacts>>()
  /** The same after they were read: most messages concern charge points that take no prices, and must not wait for that. */
  readonly #settled = new WeakMap<Connection, PriceFacts>()

  constructor(options: PriceFactsOptions) {
    this.#options = options
  }

  async of(chargePoint: Connection): Promise<PriceFacts> {
    const known = this.#known.get(chargePoint) ?? this.#read(chargePoint)
    this.#known.set(chargePoint, known)
    try {
      const facts = await known
      if (this.#known.get(chargePoint) === known) this.#settled.set(chargePoint, facts)
      return facts
    } catch (error) {
      // After a report it has been read again.
      if (this.#known.get(chargePoint) === known) this.#known.delete(chargePoint)
      throw error
    }
  }

  /** How it takes limits. Never rejects: the next answer can tell a limit as well. */
  async limitsOf(chargePoint: Connection & Pick<ChargePoint, 'log'>): Promise<LimitsTaken | undefined> {
    if (!versionInfo(chargePoint.protocol).hasTariffs) return undefined
    try {
      return (await this.of(chargePoint)).limits
    } catch (err) {
      chargePoint.log.warn({ err }, 'could not look up which limits the charge point takes')
      return undefined
    }
  }

  /** What has been read already, without waiting. */
  known(chargePoint: Connection): PriceFacts | undefined {
    return this.#settled.get(chargePoint)
  }

  /** To be called when a report of the charge point was saved. */
  forget(chargePoint: Connection): void {
    this.#known.delete(chargePoint)
    this.#settled.delete(chargePoint)
  }

  async #read({ identity, protocol }: Connection): Promise<PriceFacts> {
    const { db, chargePointId } = this.#options
    return readFacts(db, protocol, await chargePointId(identity))
  }
}

/** Reads the last report of a charge point. */
export async function readFacts(db: Reader, protocol: Protocol, id: number): Promise<PriceFacts> {
  if (versionInfo(protocol).hasDeviceModel) return factsIn(protocol, await readCostVariables(db, id))
  const pricing = pricingIn(await readKeys(db, id))
  return { showsTariffs: false, ...(pricing !== undefined && { pricing }) }
}

/**
 * How a charge point writes a language in which it shows texts; `undefined` if it shows none in it. Tags have no case, and one
 * with a region is shown where the language is. [BCP 47]
 */
export function shownLanguage(
  { isMultilingual, languages }: PricingMessages,
  language: string | undefined
): string | undefined {
  if (!isMultilingual || language === undefined || languages === undefined) return isMultilingual ? language : undefined
  const wanted = fold(language)
  const base = (tag: string) => fold(tag).split('-')[0]
  return languages.find((tag) => fold(tag) === wanted) ?? languages.find((tag) => base(tag) === base(wanted))
}
