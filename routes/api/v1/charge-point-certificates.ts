import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { NotConnectedError } from 'fastify-ocpp'
import { CertificateRecord, listCertificates, readCertificateId } from '../../../lib/certificates/list.js'
import { CERTIFICATE_USES } from '../../../lib/certificates/policy.js'
import { invalidCursor, pageOf, readCursor, readLimit } from '../../../lib/http/paging.js'
import { IdentityParams, PageParams, pageSchema } from '../../../lib/http/records.js'
import { CALL_PROBLEMS, together, UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { renewalCall } from '../../../lib/operations/renewal.js'
import type {} from '../../../plugins/calls.js'

const TAGS = { tags: ['Certificates'] }

const ListQuery = Type.Object({ ...PageParams }, { additionalProperties: false })

const RenewBody = Type.Object(
  {
    type: Type.Optional(
      Type.Unsafe<(typeof CERTIFICATE_USES)[number]>({
        type: 'string',
        enum: CERTIFICATE_USES,
        description: 'Its use; 1.6 knows the first only. Default: ChargingStationCertificate'
      })
    ),
    combined: Type.Optional(Type.Boolean({ description: '2.x: one certificate for us and for cars' }))
  },
  { additionalProperties: false, examples: [{ type: 'ChargingStationCertificate' }] }
)

const CallAnswer = Type.Object({
  messageId: Type.String({ description: 'By which /calls/{messageId} finds it' }),
  action: Type.String(),
  result: Type.Unknown({ description: "The charge point's own answer" })
})

const RENEW_PROBLEMS = together(CALL_PROBLEMS, {
  409: { OPERATION_NOT_SUPPORTED: 'the version that the charge point speaks knows no such certificate' }
})

interface OneChargePoint {
  Params: IdentityParams
}

/** The certificates of one charge point. */
export default async function chargePointCertificates(app: FastifyInstance): Promise<void> {
  const { store, ocpp, calls } = app

  app.get<OneChargePoint & { Querystring: Static<typeof ListQuery> }>(
    '/charge-points/:identity/certificates',
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        ...TAGS,
        operationId: 'listCertificatesOfChargePoint',
        summary: 'List the certificates of a charge point: first what was signed for it, newest first',
        description: 'What else it has installed is known once it was asked (operation list-certificates).',
        params: IdentityParams,
        querystring: ListQuery,
        response: { 200: pageSchema(CertificateRecord) }
      }
    },
    async ({ params: { identity }, query }) => {
      await store.require(identity)
      const limit = readLimit(query)
      const cursor = readCursor(query)
      const behind = cursor === undefined ? undefined : readCertificateId(cursor)
      if (cursor !== undefined && behind === undefined) throw invalidCursor()
      const rows = await listCertificates(store.db, { chargePoint: identity }, { behind, limit: limit + 1 })
      return pageOf(rows, limit, { show: (row) => row, keyOf: ({ id }) => id })
    }
  )

  app.post<OneChargePoint & { Body: Static<typeof RenewBody> }>(
    '/charge-points/:identity/certificates/renew',
    {
      config: { scope: 'calls:write', problems: RENEW_PROBLEMS },
      schema: {
        ...TAGS,
        operationId: 'renewCertificate',
        summary: 'Have a charge point ask for a new certificate',
        description: 'When it has accepted it asks by itself, and gets what is signed: the list of certificates tells.',
        params: IdentityParams,
        body: RenewBody,
        response: { 200: CallAnswer }
      }
    },
    async ({ params: { identity }, body, operator }) => {
      await store.require(identity)
      const live = ocpp.chargePoints.get(identity)
      if (live === undefined) throw new NotConnectedError(identity)
      const { type = 'ChargingStationCertificate', combined = false } = body
      const call = renewalCall(live.protocol, { type, combined: combined ? 1 : 0 })
      return calls.call({ identity, ...call, operator: operator?.name ?? '' })
    }
  )
}
