import { type Static, Type } from '@sinclair/typebox'
import type { Kysely } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import { KNOWN_MODELS } from './known-models.js'
import { type BootedAs, bestMatch, type ChargerModel } from './models.js'
import { type Traits, TraitsRecord } from './traits.js'

const pattern = (what: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: `${what}, without regard to case; * stands for any characters. Left out: any`
    })
  )

export const ChargerModelBody = Type.Object(
  {
    match: Type.Object(
      {
        vendor: pattern('Vendor in the BootNotification'),
        model: pattern('Model in the BootNotification'),
        firmware: pattern('Firmware version in the BootNotification')
      },
      { additionalProperties: false, minProperties: 1 }
    ),
    traits: TraitsRecord,
    enabled: Type.Optional(Type.Boolean({ default: true, description: 'Default: true' })),
    note: Type.Optional(Type.String({ maxLength: 2000 }))
  },
  { additionalProperties: false }
)
export type ChargerModelBody = Static<typeof ChargerModelBody>

export const ChargerModelRecord = Type.Object({
  name: Type.String(),
  match: ChargerModelBody.properties.match,
  traits: TraitsRecord,
  enabled: Type.Boolean(),
  note: Type.Optional(Type.String()),
  source: Type.Optional(Type.String({ description: 'Source of the facts about a model that comes with the product' })),
  origin: Type.Unsafe<Origin>({
    type: 'string',
    enum: ['shipped', 'changed', 'own'],
    description: 'shipped: comes with the product; changed: an operator replaced it; own: an operator created it'
  })
})
export type ChargerModelRecord = Static<typeof ChargerModelRecord>

type Origin = 'shipped' | 'changed' | 'own'

/** Milliseconds after which changes by another process are read. */
const FRESH_MS = 10_000
/**
 * Maximum number of cached matches. There is a limit because a charge point may send any vendor, model and firmware.
 */
const MAX_KINDS = 1000

/** The charger models: those of the operators, which take precedence, and those that come with the product. */
export class ModelStore {
  readonly #db: Kysely<Schema>
  readonly #writer: Pick<Writer, 'write'>
  #models: ReadonlyMap<string, ChargerModel> = new Map(KNOWN_MODELS.map((model) => [model.name, model]))
  #learned: ReadonlyMap<string, Traits> = new Map()
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  /** Cached matches: a fleet has few kinds of charge points. */
  #matches = new Map<string, ChargerModel | undefined>()

  constructor({ db, writer }: { db: Kysely<Schema>; writer: Pick<Writer, 'write'> }) {
    this.#db = db
    this.#writer = writer
  }

  /** Reads the models of operators, unless they were read a moment ago. */
  async refresh({ isForced = false } = {}): Promise<void> {
    if (isForced) return this.#read()
    if (performance.now() - this.#readAt < FRESH_MS) return
    // One read for a whole fleet that connects at the same time.
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    await this.#reading
  }

  /** The model of a charge point, as of the latest refresh. */
  match(booted: BootedAs): ChargerModel | undefined {
    const key = JSON.stringify([booted.vendor, booted.model, booted.firmware])
    if (this.#matches.has(key)) return this.#matches.get(key)
    const found = bestMatch(this.#models.values(), booted)
    if (this.#matches.size >= MAX_KINDS) this.#matches.clear()
    this.#matches.set(key, found)
    return found
  }

  /** What was learned of the charge points of this kind, as of the latest refresh. */
  learned(booted: BootedAs): Traits | undefined {
    return this.#learned.get(kindOf(booted))
  }

  /** Keeps what was learned of the charge points of a kind, beside what was learned before. */
  async learn(booted: BootedAs, traits: Traits): Promise<void> {
    const key = { vendor: booted.vendor ?? '', model: booted.model ?? '', firmware: booted.firmware ?? '' }
    // Nothing is said of all charge points that do not tell what they are.
    if (key.vendor === '' && key.model === '') return
    await this.#writer.write(async (trx) => {
      await hold(trx, 'chargerModel', kindOf(booted))
      const row = await trx
        .selectFrom('learned_traits')
        .select('traits')
        .where('vendor', '=', key.vendor)
        .where('model', '=', key.model)
        .where('firmware', '=', key.firmware)
        .executeTakeFirst()
      const values = {
        traits: JSON.stringify({ ...JSON.parse(row?.traits ?? '{}'), ...traits }),
        learned_at: Date.now()
      }
      await trx
        .insertInto('learned_traits')
        .values({ ...key, ...values })
        .onConflict((conflict) => conflict.columns(['vendor', 'model', 'firmware']).doUpdateSet(values))
        .execute()
    })
    await this.#read()
  }

  async list(): Promise<ChargerModelRecord[]> {
    await this.#read()
    return [...this.#models.values()].map(toRecord).sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  async find(name: string): Promise<ChargerModelRecord | undefined> {
    await this.#read()
    const model = this.#models.get(name)
    return model && toRecord(model)
  }

  /** Creates or replaces a model, also one that comes with the product. Returns whether it is new. */
  async put(name: string, body: ChargerModelBody): Promise<boolean> {
    const isNew = await this.#writer.write(async (trx) => {
      await hold(trx, 'chargerModel', name)
      const values = { body: JSON.stringify(body), updated_at: Date.now() }
      const { numUpdatedRows } = await trx
        .updateTable('charger_models')
        .set(values)
        .where('name', '=', name)
        .executeTakeFirst()
      if (numUpdatedRows > 0n) return false
      await trx
        .insertInto('charger_models')
        .values({ name, ...values })
        .execute()
      return !isShipped(name)
    })
    await this.#read()
    return isNew
  }

  /** Removes an operator's model. A model that comes with the product is restored as shipped. */
  async delete(name: string): Promise<boolean> {
    const { numDeletedRows } = await this.#writer.write((trx) =>
      trx.deleteFrom('charger_models').where('name', '=', name).executeTakeFirst()
    )
    await this.#read()
    return numDeletedRows > 0n
  }

  async #read(): Promise<void> {
    const rows = await this.#db.selectFrom('charger_models').select(['name', 'body']).execute()
    const learned = await this.#db.selectFrom('learned_traits').selectAll().execute()
    const models = new Map(KNOWN_MODELS.map((model) => [model.name, model]))
    for (const { name, body } of rows) models.set(name, toModel(name, JSON.parse(body) as ChargerModelBody))
    this.#models = models
    this.#learned = new Map(learned.map((row) => [kindOf(row), JSON.parse(row.traits) as Traits]))
    this.#matches.clear()
    this.#readAt = performance.now()
  }
}

function kindOf({ vendor, model, firmware }: BootedAs): string {
  return JSON.stringify([vendor ?? '', model ?? '', firmware ?? ''])
}

function toModel(name: string, { match, traits, enabled = true, note }: ChargerModelBody): ChargerModel {
  return { name, match, traits, isEnabled: enabled, ...(note !== undefined && { note }) }
}

function toRecord(model: ChargerModel): ChargerModelRecord {
  const { name, match, traits, isEnabled, note, source } = model
  return {
    name,
    match,
    traits,
    enabled: isEnabled,
    ...(note !== undefined && { note }),
    ...(source !== undefined && { source }),
    origin: originOf(model)
  }
}

function originOf(model: ChargerModel): Origin {
  if (KNOWN_MODELS.includes(model)) return 'shipped'
  return isShipped(model.name) ? 'changed' : 'own'
}

function isShipped(name: string): boolean {
  return KNOWN_MODELS.some((known) => known.name === name)
}
