import type { ChargePoint, ConnectionTraits, ToldIdentity } from 'fastify-ocpp'
import type { ModelStore } from './model-store.js'
import { type AppliedTrait, applied, ownTraits, type TraitName, type Traits, valuesOf } from './traits.js'

/** What is known of a charge point that its traits depend on. */
export interface KnownOf {
  own: Traits
  vendor: string | null
  model: string | null
  firmware: string | null
}

export interface TraitsBookOptions {
  models: Pick<ModelStore, 'match'>
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

/** A connection: its traits are kept by the `context` that it got when it was let in, which no other connection has. */
type Connected = Pick<ChargePoint, 'context'>

/** The traits of charge points, and of those that are connected what they depend on. */
export class TraitsBook {
  readonly #models: Pick<ModelStore, 'match'>
  readonly #settings: Traits
  readonly #known = new WeakMap<object, KnownOf>()
  /** What applies to connections, found out once for all messages until it changes. */
  #values = new WeakMap<object, Traits>()

  constructor({ models, settings }: TraitsBookOptions) {
    this.#models = models
    this.#settings = settings
  }

  /** The traits that apply, each with its source. */
  applied({ own, vendor, model, firmware }: KnownOf): Partial<Record<TraitName, AppliedTrait>> {
    const match = this.#models.match({ vendor, model, firmware })
    return applied({ own, settings: this.#settings, ...(match !== undefined && { model: match }) })
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
   * A charge point connects: how the library is to treat it.
   *
   * @param context of the connection that is about to be made
   */
  connecting(context: object, known: KnownOf = NOBODY): ConnectionTraits {
    this.#known.set(context, known)
    this.#values.delete(context)
    return toConnectionTraits(this.of({ context }))
  }

  /** A charge point tells what it is, which may be another thing than at its last boot. */
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

  /** An operator has changed the traits of a charge point: they apply to its connection from its next message on. */
  changed(own: Traits, connection: Pick<ChargePoint, 'context' | 'adapt'> | undefined): void {
    if (connection === undefined || !isContext(connection.context)) return
    connection.adapt(this.connecting(connection.context, { ...this.#knownOf(connection.context), own }))
  }

  /** An operator has changed charger models. */
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

/** The part of the traits that the library takes care of. */
function toConnectionTraits({ validation, leniency = [], pings, timeZone }: Traits): ConnectionTraits {
  return {
    leniency: { deviations: leniency, ...(timeZone !== undefined && { timeZone }) },
    // Handlers get values of the types that they expect, or none.
    ...(validation !== undefined && { validation: validation === 'warn' ? 'salvage' : validation }),
    ...(pings !== undefined && { pingInterval: pings === 'off' ? 0 : pings * 1000 })
  }
}
