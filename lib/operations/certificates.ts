import { type Static, Type } from '@sinclair/typebox'
import type * as v21 from 'fastify-ocpp/v21'
import { findCertificate, readCertificateId } from '../certificates/list.js'
import { oneOf } from '../http/records.js'
import { textLike } from '../text-like.js'
import { outcomeOf } from './common.js'
import { ask2, ask16, invalidRequest, notSupported } from './exchange.js'
import { type Lookup, operation } from './operation.js'

/** Roots that can be installed, in the words of OCPP 2.1. */
const ROOTS = [
  'CSMSRootCertificate',
  'ManufacturerRootCertificate',
  'V2GRootCertificate',
  'MORootCertificate',
  'OEMRootCertificate'
] as const
type Root = (typeof ROOTS)[number]

/** The same in the words of OCPP 1.6. [1.6 whitepaper "CertificateUseEnumType"] */
const ROOTS_16 = {
  CSMSRootCertificate: 'CentralSystemRootCertificate',
  ManufacturerRootCertificate: 'ManufacturerRootCertificate'
} as const

function root16(type: Root) {
  if (type === 'CSMSRootCertificate' || type === 'ManufacturerRootCertificate') return ROOTS_16[type]
  throw notSupported(`OCPP 1.6 has no ${type}`)
}

const InstallBody = Type.Object(
  {
    type: oneOf(ROOTS, 'OCPP 1.6: the first two; OCPP 2.0.1: all but the last'),
    certificate: Type.String({
      minLength: 1,
      maxLength: 10_000,
      description: 'PEM; at most 5500 characters before OCPP 2.1'
    })
  },
  { additionalProperties: false }
)

export const installCertificate = operation({
  summary: 'Install a root certificate',
  description:
    '`rejected` when the charge point does not accept the certificate; with the reason Failed it could not store it.',
  body: InstallBody,
  isQueueable: () => true,
  facts: async () => undefined,
  rows: {
    *v16({ type, certificate }) {
      return outcomeOf(yield* ask16('InstallCertificate', { certificateType: root16(type), certificate }))
    },
    *v2({ type, certificate }) {
      return outcomeOf(yield* ask2('InstallCertificate', { certificateType: type, certificate }))
    }
  }
})

function hexadecimal(maxLength: number) {
  return textLike(`^[0-9A-Fa-f]{1,${maxLength}}$`, `must be 1 to ${maxLength} hexadecimal digits`)
}

const HashData = Type.Object(
  {
    hashAlgorithm: oneOf(['SHA256', 'SHA384', 'SHA512'], 'Hash algorithm of the following two'),
    issuerNameHash: hexadecimal(128),
    issuerKeyHash: hexadecimal(128),
    serialNumber: hexadecimal(40)
  },
  { additionalProperties: false }
)
type HashData = Static<typeof HashData>

const DeleteBody = Type.Object(
  {
    certificate: Type.Optional(Type.String({ maxLength: 32, description: 'Id in the list of certificates' })),
    hashData: Type.Optional({ ...HashData, description: 'In place of `certificate`' })
  },
  {
    additionalProperties: false,
    examples: [
      {
        hashData: {
          hashAlgorithm: 'SHA256',
          issuerNameHash: '46b2ffac7e045ec2d1e08d810de69d624f58f32a17051a190b59fe1d2399f1a9',
          issuerKeyHash: 'b4f2f1bafdb3dcc723095d0578ec33837383a8d93213240a0e66a1e6e8954b7e',
          serialNumber: 'a1b2c'
        }
      }
    ]
  }
)

/** The hash data by which the charge point knows the certificate. */
async function deleteFacts(
  { db, chargePoint }: Lookup,
  { certificate, hashData }: Static<typeof DeleteBody>
): Promise<HashData> {
  if (hashData !== undefined && certificate === undefined) return hashData
  if (hashData !== undefined || certificate === undefined) {
    throw invalidRequest('give either certificate or hashData')
  }
  const position = readCertificateId(certificate)
  const found = position && (await findCertificate(db, position))
  if (found?.chargePoint !== chargePoint.identity)
    throw invalidRequest(`the charge point has no certificate ${certificate}`)
  const { issuerNameHash, issuerKeyHash, serialNumber } = found
  const hashAlgorithm = (['SHA256', 'SHA384', 'SHA512'] as const).find((one) => one === found.hashAlgorithm)
  if (hashAlgorithm === undefined || issuerNameHash === undefined || issuerKeyHash === undefined) {
    throw invalidRequest('the hashes of the certificate are unknown: read them with the operation list-certificates')
  }
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber: serialNumber ?? '' }
}

export const removeCertificate = operation({
  summary: 'Delete a certificate',
  description: '`not-found` when the charge point does not have the certificate.',
  danger: 'destroys',
  body: DeleteBody,
  facts: deleteFacts,
  rows: {
    *v16(_request, certificateHashData) {
      return deleted(yield* ask16('DeleteCertificate', { certificateHashData }))
    },
    *v2(_request, certificateHashData) {
      return deleted(yield* ask2('DeleteCertificate', { certificateHashData }))
    }
  }
})

function deleted(answer: { status: string; statusInfo?: object }) {
  return answer.status === 'NotFound' ? { ...outcomeOf(answer), status: 'not-found' as const } : outcomeOf(answer)
}

const LISTED = [...ROOTS, 'V2GCertificateChain'] as const
type Listed = (typeof LISTED)[number]

const ListBody = Type.Object(
  {
    types: Type.Optional(
      Type.Array(oneOf(LISTED, 'Use'), { minItems: 1, uniqueItems: true, description: 'Default: all types' })
    )
  },
  { additionalProperties: false, examples: [{ types: ['CSMSRootCertificate'] }] }
)

const ListedCertificate = Type.Object({
  type: Type.String({ description: 'Type of the certificate' }),
  hashData: HashData,
  children: Type.Optional(Type.Array(HashData, { description: 'The certificates below it in the chain' }))
})

function* list16({ types = ['CSMSRootCertificate', 'ManufacturerRootCertificate'] }: { types?: Listed[] }) {
  const certificates: Static<typeof ListedCertificate>[] = []
  for (const type of types) {
    if (type === 'V2GCertificateChain') throw notSupported(`OCPP 1.6 has no ${type}`)
    const { certificateHashData = [] } = yield* ask16('GetInstalledCertificateIds', { certificateType: root16(type) })
    certificates.push(...certificateHashData.map((hash) => ({ type, hashData: hashOf(hash) })))
  }
  return { status: certificates.length === 0 ? ('not-found' as const) : ('accepted' as const), certificates }
}

function* list2({ types }: { types?: Listed[] }) {
  const request = types === undefined ? {} : { certificateType: types }
  const { status, statusInfo, certificateHashDataChain = [] } = yield* ask2('GetInstalledCertificateIds', request)
  const certificates = certificateHashDataChain.map((chain) => ({
    type: chain.certificateType,
    hashData: hashOf(chain.certificateHashData),
    ...(chain.childCertificateHashData !== undefined && { children: chain.childCertificateHashData.map(hashOf) })
  }))
  return {
    status: status === 'NotFound' ? ('not-found' as const) : ('accepted' as const),
    ...(statusInfo !== undefined && { statusInfo }),
    certificates
  }
}

function hashOf({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: v21.CertificateHashDataType): HashData {
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }
}

export const listInstalledCertificates = operation({
  summary: 'List the installed certificates',
  description: 'The answer is saved: `/certificates` shows it. `not-found`: the charge point has none.',
  body: ListBody,
  details: { certificates: Type.Optional(Type.Array(ListedCertificate)) },
  facts: async () => undefined,
  rows: { v16: list16, v2: list2 }
})
