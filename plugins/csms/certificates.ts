import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import { ALL_PROTOCOLS, validatePayload } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import fp from 'fastify-plugin'
import { fingerprintOf } from '../../lib/certificate.js'
import { ContractService } from '../../lib/certificates/contract-service.js'
import {
  type CertificateHash,
  deleteCertificate,
  type InstalledCertificate,
  saveCertificate,
  saveInstalledCertificates
} from '../../lib/certificates/installed.js'
import { saveAnswer } from '../../lib/certificates/issued.js'
import { saveNotification } from '../../lib/charge-points/notifications.js'
import { PROTOCOLS_2, type Request2, type Response2 } from '../../lib/charge-points/versions.js'
import { type Change, together } from '../../lib/events/scope.js'
import { tryCertificates } from '../../lib/pem.js'
import type {} from '../ocsp.js'

const DAY_MS = 86_400_000
/** Maximum length of `ocspResult`, in characters. */
const MAX_RESULT_201 = 5_500
const MAX_RESULT_21 = 18_000
const FAILED = { status: 'Failed' } as const
/** Maximum length of `exiResponse`, in characters. */
const MAX_EXI_201 = 5_600
const CHAIN_STATUSES = { good: 'Good', revoked: 'Revoked', unknown: 'Unknown' } as const

interface StatusResponse {
  status: string
}

interface SignedRequest {
  certificateChain: string
  certificateType?: string
}

type InstalledRequest2 = Request2<'GetInstalledCertificateIds'>
type InstalledResponse2 = Response2<'GetInstalledCertificateIds'>

function listed16(
  { certificateType: type }: v16.GetInstalledCertificateIdsRequest,
  { certificateHashData = [] }: v16.GetInstalledCertificateIdsResponse
): Change {
  return saveInstalledCertificates(
    [type],
    certificateHashData.map((hash) => ({ type, hash }))
  )
}

/** All certificates of each chain, for example also the sub-CAs of a V2G chain. */
function listed2(
  { certificateType }: InstalledRequest2,
  { certificateHashDataChain = [] }: InstalledResponse2
): Change {
  const installed = certificateHashDataChain.flatMap(
    ({ certificateType: type, certificateHashData, childCertificateHashData = [] }): InstalledCertificate[] =>
      [certificateHashData, ...childCertificateHashData].map((hash) => ({ type, hash }))
  )
  return saveInstalledCertificates(certificateType, installed)
}

function installed(
  { certificateType, certificate }: { certificateType: string; certificate: string },
  { status }: StatusResponse
): Change | undefined {
  return status === 'Accepted' ? saveCertificate(certificateType, certificate) : undefined
}

function signed(
  { certificateChain, certificateType = 'ChargingStationCertificate' }: SignedRequest,
  { status }: StatusResponse
): Change | undefined {
  const isAccepted = status === 'Accepted'
  const [leaf] = tryCertificates(certificateChain)
  const changes = [
    ...(leaf === undefined ? [] : [saveAnswer(fingerprintOf(leaf), isAccepted)]),
    ...(isAccepted ? [saveCertificate(certificateType, certificateChain)] : [])
  ]
  return together(...changes)
}

/** Both Accepted and NotFound mean that the charge point does not have the certificate any more. */
function deleted(
  { certificateHashData }: { certificateHashData: CertificateHash },
  { status }: StatusResponse
): Change | undefined {
  return status === 'Failed' ? undefined : deleteCertificate(certificateHashData)
}

/** Stores a request as it was sent. */
type Keep = (action: string, context: HandlerContext, payload: unknown) => Promise<void>

/** Get15118EVCertificate: contract certificates for cars, which another service issues. [2.x M01, M02] */
function answerContracts({ ocpp, config, log }: FastifyInstance, keep: Keep): void {
  const { CONTRACT_SERVICE_URL: url, CONTRACT_SERVICE_TOKEN: token } = config
  const contracts = new ContractService({ url, token, log })

  ocpp.v201.on('Get15118EVCertificate', async (request, context) => {
    await keep('Get15118EVCertificate', context, request)
    const { customData: _, ...asked } = request
    const { status, exiResponse } = await contracts.ask({ chargePoint: context.chargePoint.identity, ...asked })
    return exiResponse.length > MAX_EXI_201 ? { status: 'Failed', exiResponse: '' } : { status, exiResponse }
  })
  ocpp.v21.on('Get15118EVCertificate', async (request, context) => {
    await keep('Get15118EVCertificate', context, request)
    const { customData: _, ...asked } = request
    return contracts.ask({ chargePoint: context.chargePoint.identity, ...asked })
  })
}

/** GetCertificateStatus. [2.x M06] */
function answerStatus({ ocpp, ocsp }: FastifyInstance, keep: Keep): void {
  async function status(ocspRequestData: v21.OCSPRequestDataType, maxLength: number) {
    const { responderURL, ...data } = ocspRequestData
    const { der } = await ocsp.status(data, responderURL)
    // Accepted means that the status was retrieved; the charge point verifies it. [2.x M06]
    if (der === undefined) return FAILED
    const ocspResult = der.toString('base64')
    return ocspResult.length > maxLength ? FAILED : ({ status: 'Accepted', ocspResult } as const)
  }

  ocpp.v201.on('GetCertificateStatus', async (request, context) => {
    await keep('GetCertificateStatus', context, request)
    return status(request.ocspRequestData, MAX_RESULT_201)
  })
  ocpp.v21.on('GetCertificateStatus', async (request, context) => {
    await keep('GetCertificateStatus', context, request)
    return status(request.ocspRequestData, MAX_RESULT_21)
  })
}

/** GetCertificateChainStatus. [2.1 M07] */
function answerChainStatus({ ocpp, ocsp }: FastifyInstance, keep: Keep): void {
  ocpp.v21.on('GetCertificateChainStatus', async (request, context) => {
    const asked = request.certificateStatusRequests
    const failed = { certificateStatus: asked.map(failedOf) }
    // It repeats what a request that was tolerated has too much of: such a request cannot be answered.
    if (validatePayload('ocpp2.1', 'GetCertificateChainStatus', 'response', failed) !== undefined) return failed
    await keep('GetCertificateChainStatus', context, request)
    return { certificateStatus: await Promise.all(asked.map(statusOfOne)) }
  })

  /** No responder answered: the charge point asks again after a day. */
  function failedOf({ certificateHashData, source }: v21.CertificateStatusRequestInfoType) {
    const nextUpdate = new Date(Date.now() + DAY_MS).toISOString()
    return { certificateHashData, source, status: 'Failed', nextUpdate } as const
  }

  /** The first answer of a responder. Revocation lists are not fetched. [2.1 M07] */
  async function statusOfOne(asked: v21.CertificateStatusRequestInfoType) {
    const { certificateHashData, source, urls } = asked
    const { customData: _, ...data } = certificateHashData
    for (const url of source === 'OCSP' ? urls : []) {
      const { status, nextUpdate: next = Date.now() } = await ocsp.status(data, url)
      if (status === 'failed') continue
      const nextUpdate = new Date(next).toISOString()
      return { certificateHashData, source, status: CHAIN_STATUSES[status], nextUpdate } as const
    }
    return failedOf(asked)
  }
}

/**
 * Certificates of charge points, the status of certificates that charge points ask for, and contract certificates for
 * cars, which another service issues. [1.6 whitepaper M03-M05; 2.x M]
 */
async function certificates(app: FastifyInstance): Promise<void> {
  const { store, calls } = app

  const keep: Keep = (action, { chargePoint, messageId }, payload) =>
    store.commit(chargePoint.identity, saveNotification({ action, messageId, payload }))

  answerContracts(app, keep)
  answerStatus(app, keep)
  answerChainStatus(app, keep)

  calls
    .after('ocpp1.6', 'GetInstalledCertificateIds', listed16)
    .after(PROTOCOLS_2, 'GetInstalledCertificateIds', listed2)
    .after(ALL_PROTOCOLS, 'InstallCertificate', installed)
    .after(ALL_PROTOCOLS, 'CertificateSigned', signed)
    .after(ALL_PROTOCOLS, 'DeleteCertificate', deleted)
}

export default fp(certificates, {
  fastify: '5.x',
  name: 'csms-certificates',
  dependencies: ['env', 'ocpp', 'store', 'calls', 'ocsp']
})
