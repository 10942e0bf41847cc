import type { ChargePoint, ConnectionTraits, ToldIdentity } from 'fastify-ocpp'
import { fold } from '../events/scope.js'
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

/** The traits of charge points, and of those that are connected what they depend on. */
export class TraitsBook {
  readonly #models: Pick<ModelStore, 'match'>
  readonly #settings: Traits
  /** Of connected charge points, by folded identity. */
  readonly #known = new Map<string, KnownOf>()

  constructor({ models, settings }: TraitsBookOptions) {
    this.#models = models
    this.#settings = settings
  }

  /** The traits that apply, each with its source. */
  applied({ own, vendor, model, firmware }: KnownOf): Partial<Record<TraitName, AppliedTrait>> {
    const match = this.#models.match({ vendor, model, firmware })
    return applied({ own, settings: this.#settings, ...(match !== undefined && { model: match }) })
  }

  /** The traits of a charge point that is connected; of another one those of the settings. */
  of(identity: string): Traits {
    return valuesOf(this.applied(this.#known.get(fold(identity)) ?? NOBODY))
  }

  /** A charge point connects: how the library is to treat it. */
  connecting(identity: string, known: KnownOf = NOBODY): ConnectionTraits {
    this.#known.set(fold(identity), known)
    return toConnectionTraits(valuesOf(this.applied(known)))
  }

  /** A charge point tells what it is, which may be another thing than at its last boot. */
  booting(identity: string, { vendor, model, firmwareVersion }: ToldIdentity): ConnectionTraits {
    const { own } = this.#known.get(fold(identity)) ?? NOBODY
    return this.connecting(identity, {
      own,
      vendor: vendor ?? null,
      model: model ?? null,
      firmware: firmwareVersion ?? null
    })
  }

  /** An operator has changed the traits of a charge point: they apply to its connection from its next message on. */
  changed(identity: string, own: Traits, connection: Pick<ChargePoint, 'adapt'> | undefined): void {
    const known = this.#known.get(fold(identity))
    if (known === undefined || connection === undefined) return
    connection.adapt(this.connecting(identity, { ...known, own }))
  }

  /** An operator has changed charger models. */
  modelsChanged(connections: Iterable<Pick<ChargePoint, 'identity' | 'adapt'>>): void {
    for (const connection of connections) {
      const known = this.#known.get(fold(connection.identity))
      if (known !== undefined) connection.adapt(toConnectionTraits(valuesOf(this.applied(known))))
    }
  }

  /** The connection is over. */
  left(identity: string): void {
    this.#known.delete(fold(identity))
  }
}

/** The part of the traits that the library takes care of. */
function toConnectionTraits({ validation, leniency = [], pings, timeZone }: Traits): ConnectionTraits {
  return {
    leniency: { deviations: leniency, ...(timeZone !== undefined && { timeZone }) },
    ...(validation !== undefined && { validation }),
    ...(pings !== undefined && { pingInterval: pings === 'off' ? 0 : pings * 1000 })
  }
}
