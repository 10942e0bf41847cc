import type { ChargePoint, ConnectionTraits, ToldIdentity } from 'fastify-ocpp'
import type { ModelStore } from './model-store.js'
import { type AppliedTrait, applied, ownTraits, type TraitName, type Traits, valuesOf } from './traits.js'

/** The values of a charge point that its traits depend on. */
export interface KnownOf {
  own: Traits
  vendor: string | null
  model: string | null
  firmware: string | null
}

export interface TraitsBookOptions {
  models: Pick<ModelStore, 'match' | 'learned'>
  /** Traits that the settings of the back-end give to every charge point. */
  settings: Traits
}

/** The columns of a charge point that its traits depend on. */
export interface TraitsRow {
  traits: string | null
  vendor: string | null
  model: string | null
  firmware_version: string | null
}

export function knownOf({ traits, vendor, model, firmware_version }: TraitsRow): KnownOf {
  return { own: ownTraits(traits), vendor, model, firmware: firmware_version }
}

const NOBODY: KnownOf = { own: {}, vendor: null, model: null, firmware: null }

/**
 * A connection. Its traits are stored by its `context`, an object that authentication made for this connection only.
 */
type Connected = Pick<ChargePoint, 'context'>

/** The traits of charge points. For connected ones, the values that they depend on are kept in memory. */
export class TraitsBook {
  readonly #models: Pick<ModelStore, 'match' | 'learned'>
  readonly #settings: Traits
  readonly #known = new WeakMap<object, KnownOf>()
  /** Traits of connections, cached for all messages until they change. */
  #values = new WeakMap<object, Traits>()

  constructor({ models, settings }: TraitsBookOptions) {
    this.#models = models
    this.#settings = settings
  }

  /** The traits that apply, each with its source. */
  applied({ own, vendor, model, firmware }: KnownOf): Partial<Record<TraitName, AppliedTrait>> {
    const booted = { vendor, model, firmware }
    const match = this.#models.match(booted)
    const learned = this.#models.learned(booted)
    const sources = { own, settings: this.#settings, ...(learned !== undefined && { learned }) }
    return applied({ ...sources, ...(match !== undefined && { model: match }) })
  }

  /** The traits that apply to a connection, each with its source. */
  appliedTo({ context }: Connected): Partial<Record<TraitName, AppliedTrait>> {
    return this.applied(this.#knownOf(context))
  }

  /** The traits that apply to a connection. */
  of({ context }: Connected): Traits {
    const values = isContext(context) ? this.#values.get(context) : undefined
    if (values !== undefined) return values
    const found = valuesOf(this.appliedTo({ context }))
    if (isContext(context)) this.#values.set(context, found)
    return found
  }

  /**
   * To be called when a charge point connects. Returns how the library has to treat it.
   *
   * @param context of the connection that is about to be made
   */
  connecting(context: object, known: KnownOf = NOBODY): ConnectionTraits {
    this.#known.set(context, known)
    this.#values.delete(context)
    return toConnectionTraits(this.of({ context }))
  }

  /** To be called at a BootNotification, because vendor, model and firmware may differ from those of the last boot. */
  booting({ context }: Connected, { vendor, model, firmwareVersion }: ToldIdentity): ConnectionTraits | undefined {
    if (!isContext(context)) return undefined
    const { own } = this.#knownOf(context)
    return this.connecting(context, {
      own,
      vendor: vendor ?? null,
      model: model ?? null,
      firmware: firmwareVersion ?? null
    })
  }

  /** To be called when an operator changed the traits of a charge point: they apply from its next message on. */
  changed(own: Traits, connection: Pick<ChargePoint, 'context' | 'adapt'> | undefined): void {
    if (connection === undefined || !isContext(connection.context)) return
    connection.adapt(this.connecting(connection.context, { ...this.#knownOf(connection.context), own }))
  }

  /** To be called when an operator changed charger models. */
  modelsChanged(connections: Iterable<Pick<ChargePoint, 'context' | 'adapt'>>): void {
    this.#values = new WeakMap()
    for (const connection of connections) connection.adapt(toConnectionTraits(this.of(connection)))
  }

  #knownOf(context: unknown): KnownOf {
    return (isContext(context) ? this.#known.get(context) : undefined) ?? NOBODY
  }
}

function isContext(context: unknown): context is object {
  return typeof context === 'object' && context !== null
}

/** The traits that the library implements. */
function toConnectionTraits({ validation, leniency = [], pings, timeZone, energyUnit }: Traits): ConnectionTraits {
  // The ledger needs the decimals of a reading such as 12.345 kWh.
  const keepDecimals = energyUnit === 'Wh-means-kWh'
  const isLenient = leniency.length > 0 || keepDecimals || timeZone !== undefined
  return {
    ...(isLenient && {
      leniency: {
        deviations: leniency,
        ...(keepDecimals && { keepDecimals }),
        ...(timeZone !== undefined && { timeZone })
      }
    }),
    // Handlers get values of the expected types, or `undefined`.
    ...(validation !== undefined && { validation: validation === 'warn' ? 'salvage' : validation }),
    ...(pings !== undefined && { pingInterval: pings === 'off' ? 0 : pings * 1000 })
  }
}
