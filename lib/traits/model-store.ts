import { type Static, Type } from '@sinclair/typebox'
import type { Kysely } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import { KNOWN_MODELS } from './known-models.js'
import { type BootedAs, bestMatch, type ChargerModel } from './models.js'
import { TraitsRecord } from './traits.js'

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
  source: Type.Optional(
    Type.String({ description: 'Where the facts of a model that comes with the product are from' })
  ),
  origin: Type.Unsafe<Origin>({
    type: 'string',
    enum: ['shipped', 'changed', 'own'],
    description: 'shipped: as it comes with the product; changed: an operator replaced it; own: an operator made it'
  })
})
export type ChargerModelRecord = Static<typeof ChargerModelRecord>

type Origin = 'shipped' | 'changed' | 'own'

/** Milliseconds after which changes that another process made are read. */
const FRESH_MS = 10_000

/** The charger models: those that come with the product, and over them those of the operators. */
export class ModelStore {
  readonly #db: Kysely<Schema>
  readonly #writer: Pick<Writer, 'write'>
  #models: ReadonlyMap<string, ChargerModel> = new Map(KNOWN_MODELS.map((model) => [model.name, model]))
  #readAt = Number.NEGATIVE_INFINITY

  constructor({ db, writer }: { db: Kysely<Schema>; writer: Pick<Writer, 'write'> }) {
    this.#db = db
    this.#writer = writer
  }

  /** Reads what operators have written, unless that was done just now. */
  async refresh(): Promise<void> {
    if (performance.now() - this.#readAt < FRESH_MS) return
    await this.#read()
  }

  /** The model of a charge point, as of the latest refresh. */
  match(booted: BootedAs): ChargerModel | undefined {
    return bestMatch(this.#models.values(), booted)
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

  /** Creates or replaces a model; one that comes with the product is replaced, too. Answers whether it is new. */
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

  /** Removes an operator's model; one that comes with the product is as it was shipped again. */
  async delete(name: string): Promise<boolean> {
    const { numDeletedRows } = await this.#writer.write((trx) =>
      trx.deleteFrom('charger_models').where('name', '=', name).executeTakeFirst()
    )
    await this.#read()
    return numDeletedRows > 0n
  }

  async #read(): Promise<void> {
    const rows = await this.#db.selectFrom('charger_models').select(['name', 'body']).execute()
    const models = new Map(KNOWN_MODELS.map((model) => [model.name, model]))
    for (const { name, body } of rows) models.set(name, toModel(name, JSON.parse(body) as ChargerModelBody))
    this.#models = models
    this.#readAt = performance.now()
  }
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
