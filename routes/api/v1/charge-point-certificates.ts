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
        description: 'Use of the certificate; OCPP 1.6 has only the first one. Default: ChargingStationCertificate'
      })
    ),
    combined: Type.Optional(
      Type.Boolean({
        description:
          'OCPP 2.x: request one certificate for both the connection to this back-end and the connections to cars'
      })
    )
  },
  { additionalProperties: false, examples: [{ type: 'ChargingStationCertificate' }] }
)

const CallAnswer = Type.Object({
  messageId: Type.String({ description: 'Message id of the call, for /calls/{messageId}' }),
  action: Type.String(),
  result: Type.Unknown({ description: 'The answer of the charge point' })
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
        summary: 'List the certificates of a charge point: first those that our authority signed, newest first',
        description:
          'Other installed certificates are listed after the operation list-certificates has asked the charge point for them.',
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
      const rows = await listCertificates(app.database.heavy, { chargePoint: identity }, { behind, limit: limit + 1 })
      return pageOf(rows, limit, { show: (row) => row, keyOf: ({ id }) => id })
    }
  )

  app.post<OneChargePoint & { Body: Static<typeof RenewBody> }>(
    '/charge-points/:identity/certificates/renew',
    {
      config: { holder: 'needed', scope: 'calls:write', problems: RENEW_PROBLEMS },
      schema: {
        ...TAGS,
        operationId: 'renewCertificate',
        summary: 'Ask a charge point to request a new certificate',
        description:
          'A charge point that accepts sends its request later, and gets the signed certificate. The list of certificates shows the progress.',
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
