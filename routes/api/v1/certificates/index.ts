import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { revokeCertificate } from '../../../../lib/certificates/issued.js'
import {
  CERTIFICATE_STATUSES,
  type CertificateFilter,
  CertificateRecord,
  type CertificateStatus,
  findCertificate,
  listCertificates,
  readCertificateId
} from '../../../../lib/certificates/list.js'
import { writeCertificates } from '../../../../lib/certificates/pem.js'
import { InvalidQueryError, pageOf, readCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import { momentParam, PageParams, pageSchema } from '../../../../lib/http/records.js'
import { textLike } from '../../../../lib/text-like.js'
import type {} from '../../../../plugins/ca.js'

const TAGS = { tags: ['Certificates'] }

const ListQuery = Type.Object(
  {
    ...PageParams,
    chargePoint: Type.Optional(Type.String({ maxLength: 48, description: 'Identity' })),
    type: Type.Optional(Type.String({ maxLength: 64, description: 'Use, e.g. ChargingStationCertificate' })),
    status: Type.Optional(Type.Unsafe<CertificateStatus>({ type: 'string', enum: CERTIFICATE_STATUSES })),
    expiresBefore: momentParam('They end before then')
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

const Params = Type.Object({
  id: textLike('^(?:issued|installed)-\\d{1,15}$', 'must be issued- or installed- and a number', {
    examples: ['issued-1']
  })
})

/** Answered as a 404 problem. */
class UnknownCertificateError extends Error {
  readonly statusCode = 404
  readonly code = 'UNKNOWN_CERTIFICATE'
}

/** Answered as a 404 problem. */
class NoAuthorityError extends Error {
  readonly statusCode = 404
  readonly code = 'NO_CERTIFICATE_AUTHORITY'
}

/** Answered as a 409 problem. */
class NotIssuedError extends Error {
  readonly statusCode = 409
  readonly code = 'CERTIFICATE_NOT_ISSUED'
}

/** Close code of a connection that is not welcome any more. [RFC 6455 §7.4.1] */
const POLICY_VIOLATION = 1008
const CHAIN = '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n'
const PEM_CHAIN = 'application/pem-certificate-chain'

/** Certificates of charge points, and who signs them. */
export default async function certificates(app: FastifyInstance): Promise<void> {
  const { ca, store, ocpp } = app

  async function find(id: string): Promise<CertificateRecord> {
    const position = readCertificateId(id)
    const found = position && (await findCertificate(store.db, position))
    if (found === undefined) throw new UnknownCertificateError(`no certificate ${id}`)
    return found
  }

  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAGS,
        operationId: 'listCertificates',
        summary: 'List the certificates of all charge points: first what was signed for them, newest first',
        querystring: ListQuery,
        response: { 200: pageSchema(CertificateRecord) }
      }
    },
    async ({ query }) => {
      const limit = readLimit(query)
      const cursor = readCursor(query)
      const behind = cursor === undefined ? undefined : readCertificateId(cursor)
      if (cursor !== undefined && behind === undefined)
        throw new InvalidQueryError('cursor is not one that a page gave')
      const rows = await listCertificates(store.db, filterOf(query), { behind, limit: limit + 1 })
      return pageOf(rows, limit, { show: (row) => row, keyOf: ({ id }) => id })
    }
  )

  app.get(
    '/ca',
    {
      config: {
        scope: 'charge-points:read',
        problems: { 404: { NO_CERTIFICATE_AUTHORITY: 'another authority signs, and CA_CERT does not say which' } }
      },
      schema: {
        ...TAGS,
        operationId: 'getCertificateAuthority',
        summary: 'The certificates of who signs certificates of charge points',
        description:
          'Its own first, then those above it: the last is what others have to trust. Makes it when there is none.',
        produces: [PEM_CHAIN],
        response: {
          200: { description: 'In PEM', content: { [PEM_CHAIN]: { schema: Type.String({ examples: [CHAIN] }) } } }
        }
      }
    },
    async (_request, reply) => {
      const chain = await ca.chain()
      if (chain === undefined) throw new NoAuthorityError('another authority signs: it is not known here (CA_CERT)')
      return reply.type(PEM_CHAIN).send(writeCertificates(chain))
    }
  )

  app.post<{ Params: Static<typeof Params> }>(
    '/:id/revoke',
    {
      config: {
        scope: 'admin',
        problems: {
          404: { UNKNOWN_CERTIFICATE: 'no such certificate' },
          409: { CERTIFICATE_NOT_ISSUED: 'it was not signed here' }
        }
      },
      schema: {
        ...TAGS,
        operationId: 'revokeCertificate',
        summary: 'Revoke a certificate that was signed here',
        description: 'A charge point is not let in with it any more; one that came with it is cut off.',
        params: Params,
        response: { 200: CertificateRecord }
      }
    },
    async ({ params: { id } }) => {
      const { source, chargePoint, status, usedAt } = await find(id)
      const position = readCertificateId(id)
      const isRevoked =
        source === 'issued' &&
        position !== undefined &&
        (await store.commit(chargePoint, revokeCertificate(position.id)))
      if (!isRevoked) throw new NotIssuedError(`${id} was not signed here`)
      const isUsed = usedAt !== undefined && status !== 'superseded'
      if (isUsed) ocpp.chargePoints.get(chargePoint)?.disconnect(POLICY_VIOLATION, 'certificate revoked')
      return find(id)
    }
  )
}

function filterOf({ chargePoint, type, status, expiresBefore }: ListQuery): CertificateFilter {
  return {
    ...(chargePoint !== undefined && { chargePoint }),
    ...(type !== undefined && { type }),
    ...(status !== undefined && { status }),
    ...(expiresBefore !== undefined && { expiresBefore: readTime('expiresBefore', expiresBefore) })
  }
}
