import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { ALL_PROTOCOLS, versionInfo } from 'fastify-ocpp'
import { isPlace, listKeys, listVariables, type SettingFilter } from '../../../lib/charge-points/settings.js'
import { invalidCursor, pageOf, readCursor, readLimit } from '../../../lib/http/paging.js'
import { IdentityParams, oneOf, PageParams, pageSchema } from '../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { COMPONENT, VARIABLE } from '../../../lib/operations/configuration.js'

const Query = Type.Object(
  {
    ...PageParams,
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'Part of the name or of the value' })),
    component: Type.Optional(
      Type.String({
        maxLength: 50,
        description: 'Component of 2.x; of OCPP 1.6 the keys that mean the same as one of its variables'
      })
    ),
    writable: Type.Optional(oneOf(['true', 'false'], 'false: known to be read-only; true: all others'))
  },
  { additionalProperties: false }
)

const text = (description: string) => Type.Optional(Type.String({ description }))
const flag = (description: string) => Type.Optional(Type.Boolean({ description }))

const SettingItem = Type.Object({
  key: text('Key of OCPP 1.6'),
  component: Type.Optional({ ...COMPONENT, description: 'Of 1.6: where 2.x has a variable with the same meaning' }),
  variable: Type.Optional(VARIABLE),
  attribute: text('Attribute of a variable. Absent: Actual'),
  value: text('Absent if it is unknown, or a password'),
  readonly: flag('OCPP 2.x: present when a report has shown it'),
  mutability: text('OCPP 2.x: as reported'),
  persistent: flag('OCPP 2.x: whether the value survives a reboot, as reported'),
  constant: flag('OCPP 2.x: whether the value never changes, as reported'),
  type: Type.Optional(
    Type.String({
      examples: ['integer'],
      description:
        'string, decimal, integer, dateTime, boolean, OptionList, SequenceList or MemberList; of OCPP 1.6 that of the standard'
    })
  ),
  unit: Type.Optional(Type.String({ examples: ['s'] })),
  values: Type.Optional(
    Type.Array(Type.String(), { description: 'The values that it, or an element of the list, may have' })
  ),
  limits: Type.Optional(
    Type.Object(
      { min: Type.Optional(Type.Number()), max: Type.Optional(Type.Number()) },
      { description: 'Of the number, or of the length of the text' }
    )
  ),
  updatedAt: Type.String({ format: 'date-time', description: 'When the charge point last told it' })
})

/** The settings of a charge point. */
export default async function chargePointVariables(app: FastifyInstance): Promise<void> {
  const { store, ocpp, database } = app
  app.get<{ Params: IdentityParams; Querystring: Static<typeof Query> }>(
    '/charge-points/:identity/variables',
    {
      config: { holder: 'preferred', scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'listVariables',
        params: IdentityParams,
        querystring: Query,
        response: { 200: pageSchema(SettingItem) },
        summary: 'List the settings of a charge point',
        description:
          'Configuration keys of OCPP 1.6 or variables of 2.x, sorted by name, as the charge point has last told them: in ' +
          'reports, and in answers to `get-configuration` and `set-configuration`. Empty if it has told none; the ' +
          'report `full-inventory` asks for all.'
      }
    },
    async ({ params, query }) => {
      const { id: chargePointId, protocol: latest } = await store.require(params.identity)
      const limit = readLimit(query)
      const behind = readCursor(query)
      if (behind !== undefined && !isPlace(behind)) throw invalidCursor()
      const { q, component, writable } = query
      const filter: SettingFilter = {
        chargePointId,
        ...(q !== undefined && { part: q }),
        ...(component !== undefined && { component }),
        ...(writable !== undefined && { isWritable: writable === 'true' })
      }
      const live = ocpp.chargePoints.get(params.identity)?.protocol ?? latest
      const protocol = ALL_PROTOCOLS.find((known) => known === live)
      const list = protocol !== undefined && versionInfo(protocol).hasDeviceModel ? listVariables : listKeys
      const page = { limit: limit + 1, ...(behind !== undefined && { behind }) }
      const listed = await list(database.heavy, filter, page)
      return pageOf(listed, limit, { show: ({ record }) => record, keyOf: ({ key }) => key })
    }
  )
}
