import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { ProblemError } from '../../../../lib/problem-error.js'
import { textLike } from '../../../../lib/text-like.js'
import { ChargerModelBody, ChargerModelRecord, type ModelStore } from '../../../../lib/traits/model-store.js'
import { checkTraits } from '../../../../lib/traits/traits.js'

const Params = Type.Object({
  name: textLike(
    '^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$',
    'must be 1 to 64 lower-case letters, digits, dots, hyphens and underscores, and begin and end with a letter or digit'
  )
})

interface OneModel {
  Params: Static<typeof Params>
}

const TAGS = { tags: ['ChargePoints'] }
const problems = { 404: { UNKNOWN_CHARGER_MODEL: 'no such charger model' } }

/** Facts about all charge points of a kind: how they deviate, and what they need. */
export default async function chargerModels(app: FastifyInstance): Promise<void> {
  list(app)
  show(app)
  put(app)
  remove(app)
}

function list(app: FastifyInstance): void {
  const { models } = app.traits
  app.get(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAGS,
        operationId: 'listChargerModels',
        summary: 'List the charger models',
        description: 'Lists models that come with the product and models that operators added.',
        response: { 200: Type.Object({ items: Type.Array(ChargerModelRecord) }) }
      }
    },
    async () => ({ items: await models.list() })
  )
}

function show(app: FastifyInstance): void {
  const { models } = app.traits
  app.get<OneModel>(
    '/:name',
    {
      config: { scope: 'charge-points:read', problems },
      schema: {
        ...TAGS,
        operationId: 'getChargerModel',
        summary: 'Show a charger model',
        params: Params,
        response: { 200: ChargerModelRecord }
      }
    },
    async ({ params }) => existing(models, params.name)
  )
}

function put(app: FastifyInstance): void {
  const { models, book } = app.traits
  app.put<OneModel & { Body: ChargerModelBody }>(
    '/:name',
    {
      config: {
        scope: 'charge-points:write',
        problems: { 422: { UNKNOWN_TIME_ZONE: 'traits.timeZone is no IANA time zone' } }
      },
      schema: {
        ...TAGS,
        operationId: 'putChargerModel',
        summary: 'Create or replace a charger model',
        description:
          'The most specific match applies: firmware before model, model before vendor. Traits of a ' +
          'charge point itself take precedence. Connected charge points use the model from their next message on.',
        params: Params,
        body: ChargerModelBody,
        response: { 200: ChargerModelRecord, 201: ChargerModelRecord }
      }
    },
    async ({ params, body }, reply) => {
      checkTraits(body.traits)
      const isNew = await models.put(params.name, body)
      book.modelsChanged(app.ocpp.chargePoints)
      return reply.code(isNew ? 201 : 200).send(await existing(models, params.name))
    }
  )
}

function remove(app: FastifyInstance): void {
  const { models, book } = app.traits
  app.delete<OneModel>(
    '/:name',
    {
      config: { scope: 'charge-points:write', problems },
      schema: {
        ...TAGS,
        operationId: 'deleteChargerModel',
        summary: 'Delete a charger model',
        description:
          'Deleting a model that comes with the product restores it as shipped; to stop its use, disable it.',
        params: Params,
        response: { 204: Type.Null({ description: 'Deleted, or restored as shipped' }) }
      }
    },
    async ({ params }, reply) => {
      if (!(await models.delete(params.name))) throw unknown(params.name)
      book.modelsChanged(app.ocpp.chargePoints)
      return reply.code(204).send()
    }
  )
}

async function existing(models: ModelStore, name: string): Promise<ChargerModelRecord> {
  const model = await models.find(name)
  if (model === undefined) throw unknown(name)
  return model
}

function unknown(name: string): ProblemError {
  return new ProblemError(404, 'UNKNOWN_CHARGER_MODEL', `no charger model ${name}`)
}
