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
import type { Reader } from '../../../../lib/events/scope.js'
import { invalidCursor, pageOf, readCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import { momentParam, PageParams, pageSchema } from '../../../../lib/http/records.js'
import { writeCertificates } from '../../../../lib/pem.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { textLike } from '../../../../lib/text-like.js'
import type {} from '../../../../plugins/ca.js'

const TAGS = { tags: ['Certificates'] }

const ListQuery = Type.Object(
  {
    ...PageParams,
    chargePoint: Type.Optional(Type.String({ maxLength: 48, description: 'Identity' })),
    type: Type.Optional(Type.String({ maxLength: 64, description: 'Use, e.g. ChargingStationCertificate' })),
    status: Type.Optional(Type.Unsafe<CertificateStatus>({ type: 'string', enum: CERTIFICATE_STATUSES })),
    expiresBefore: momentParam('Certificates that expire before this time')
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

const Params = Type.Object({
  id: textLike('^(?:issued|installed)-\\d{1,15}$', 'must be issued- or installed- and a number', {
    examples: ['issued-1']
  })
})

/** The close code for a connection that broke a rule. [RFC 6455 §7.4.1] */
const POLICY_VIOLATION = 1008
const CHAIN = '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n'
const PEM_CHAIN = 'application/pem-certificate-chain'

/** Certificates of charge points, and the authority that signs them. */
export default async function certificates(app: FastifyInstance): Promise<void> {
  addList(app)
  addAuthority(app)
  addRevoke(app)
}

function addList(app: FastifyInstance): void {
  const { database } = app
  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAGS,
        operationId: 'listCertificates',
        summary: 'List the certificates of all charge points: first those that our authority signed, newest first',
        querystring: ListQuery,
        response: { 200: pageSchema(CertificateRecord) }
      }
    },
    async ({ query }) => {
      const limit = readLimit(query)
      const cursor = readCursor(query)
      const behind = cursor === undefined ? undefined : readCertificateId(cursor)
      if (cursor !== undefined && behind === undefined) throw invalidCursor()
      const rows = await listCertificates(database.heavy, filterOf(query), { behind, limit: limit + 1 })
      return pageOf(rows, limit, { show: (row) => row, keyOf: ({ id }) => id })
    }
  )
}

function addAuthority(app: FastifyInstance): void {
  const { ca } = app
  app.get(
    '/ca',
    {
      config: {
        scope: 'charge-points:read',
        problems: {
          404: { NO_CERTIFICATE_AUTHORITY: 'another authority signs, and CA_CERT does not name its certificate' }
        }
      },
      schema: {
        ...TAGS,
        operationId: 'getCertificateAuthority',
        summary: 'The certificates of the authority that signs for charge points',
        description:
          'Its own certificate comes first, then those above it. The last one is the root that others have to trust. Creates the authority if there is none.',
        produces: [PEM_CHAIN],
        response: {
          200: { description: 'In PEM', content: { [PEM_CHAIN]: { schema: Type.String({ examples: [CHAIN] }) } } }
        }
      }
    },
    async (_request, reply) => {
      const chain = await ca.chain()
      if (chain === undefined)
        throw new ProblemError(
          404,
          'NO_CERTIFICATE_AUTHORITY',
          'another authority signs: set CA_CERT to the file with its certificate'
        )
      return reply.type(PEM_CHAIN).send(writeCertificates(chain))
    }
  )
}

function addRevoke(app: FastifyInstance): void {
  const { store, ocpp } = app
  app.post<{ Params: Static<typeof Params> }>(
    '/:id/revoke',
    {
      config: {
        scope: 'admin',
        problems: {
          404: { UNKNOWN_CERTIFICATE: 'no such certificate' },
          409: { CERTIFICATE_NOT_ISSUED: 'our authority did not sign the certificate' }
        }
      },
      schema: {
        ...TAGS,
        operationId: 'revokeCertificate',
        summary: 'Revoke a certificate that our authority signed',
        description:
          'A charge point cannot connect with the certificate any more. A connection that uses it is closed.',
        params: Params,
        response: { 200: CertificateRecord }
      }
    },
    async ({ params: { id } }) => {
      const { source, chargePoint, status, usedAt } = await existing(store.db, id)
      const position = readCertificateId(id)
      const isRevoked =
        source === 'issued' &&
        position !== undefined &&
        (await store.commit(chargePoint, revokeCertificate(position.id)))
      if (!isRevoked)
        throw new ProblemError(409, 'CERTIFICATE_NOT_ISSUED', `our authority did not sign the certificate ${id}`)
      const isUsed = usedAt !== undefined && status !== 'superseded'
      // On whatever node; if that cannot be reached, the certificate is refused at the next connection.
      if (isUsed) await ocpp.disconnect(chargePoint, POLICY_VIOLATION, 'certificate revoked').catch(() => undefined)
      return existing(store.db, id)
    }
  )
}

/** @throws `UNKNOWN_CERTIFICATE` */
async function existing(db: Reader, id: string): Promise<CertificateRecord> {
  const position = readCertificateId(id)
  const found = position && (await findCertificate(db, position))
  if (found === undefined) throw new ProblemError(404, 'UNKNOWN_CERTIFICATE', `no certificate ${id}`)
  return found
}

function filterOf({ chargePoint, type, status, expiresBefore }: ListQuery): CertificateFilter {
  return {
    ...(chargePoint !== undefined && { chargePoint }),
    ...(type !== undefined && { type }),
    ...(status !== undefined && { status }),
    ...(expiresBefore !== undefined && { expiresBefore: readTime('expiresBefore', expiresBefore) })
  }
}
