import { createHash, type KeyObject, sign, type X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import {
  BasicOCSPResponse,
  CertStatus,
  id_pkix_ocsp_basic,
  OCSPRequest,
  OCSPResponse,
  OCSPResponseStatus,
  ResponderID,
  ResponseBytes,
  ResponseData,
  RevokedInfo,
  SingleResponse
} from '@peculiar/asn1-ocsp'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import { AlgorithmIdentifier, Certificate } from '@peculiar/asn1-x509'

const HOUR_MS = 3_600_000
const ECDSA_SHA256 = '1.2.840.10045.4.3.2'

/** How a responder answers. */
export interface Behaviour {
  /** Who signs. */
  key: KeyObject
  /** Of whoever signs, when it is not the issuer. */
  certificate?: X509Certificate
  /** Default good. */
  status?: 'good' | 'revoked' | 'unknown'
  /** Milliseconds from now. Default: an hour ago. */
  thisUpdate?: number
  /** Milliseconds from now; null: it does not say. Default: in an hour. */
  nextUpdate?: number | null
  /** Changes the signature, or what is answered about. */
  spoils?: 'signature' | 'serial' | 'nonce' | 'content'
  says?: 'tryLater' | 'unauthorized'
  /** HTTP status. Default 200. */
  http?: number
  /** Bytes of the body, which is no answer then. */
  size?: number
  /** Never answers. */
  isSilent?: boolean
}

/** An OCSP responder on a port of its own. */
export class Responder {
  readonly url: string
  /** Requests that came. */
  requests = 0
  behaviour: Behaviour

  private constructor(url: string, behaviour: Behaviour) {
    this.url = url
    this.behaviour = behaviour
  }

  static async start(behaviour: Behaviour): Promise<Responder> {
    let responder: Responder | undefined
    const server = createServer(async (request, reply) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      if (responder === undefined) return
      responder.requests++
      const { http = 200, isSilent = false } = responder.behaviour
      if (isSilent) return
      reply.writeHead(http, {
        'content-type': 'application/ocsp-response',
        ...(http === 302 && { location: '/other' })
      })
      reply.end(answer(Buffer.concat(chunks), responder.behaviour))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    after(() => {
      server.closeAllConnections()
      server.close()
    })
    responder = new Responder(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ocsp`, behaviour)
    return responder
  }
}

function answer(body: Buffer, behaviour: Behaviour): Buffer {
  const { size, says, spoils } = behaviour
  if (size !== undefined) return Buffer.alloc(size, 0x30)
  if (says !== undefined) return encoded(new OCSPResponse({ responseStatus: OCSPResponseStatus[says] }))
  const basic = encoded(basicResponse(AsnConvert.parse(body, OCSPRequest), behaviour))
  const responseBytes = new ResponseBytes({ responseType: id_pkix_ocsp_basic, response: new OctetString(basic) })
  const response = encoded(new OCSPResponse({ responseStatus: OCSPResponseStatus.successful, responseBytes }))
  return spoils === 'content' ? response.subarray(0, -20) : response
}

function basicResponse({ tbsRequest }: OCSPRequest, behaviour: Behaviour): BasicOCSPResponse {
  const { key, certificate, spoils } = behaviour
  const [request] = tbsRequest.requestList
  if (request === undefined) throw new Error('nothing was asked')
  const certID = request.reqCert
  if (spoils === 'serial') certID.serialNumber = new Uint8Array([1, 2, 3]).buffer
  const responseExtensions = tbsRequest.requestExtensions ?? []
  const [nonce] = responseExtensions
  if (spoils === 'nonce' && nonce !== undefined) nonce.extnValue = new OctetString(Buffer.from('0402abcd', 'hex'))
  const now = Date.now()
  const { thisUpdate = -HOUR_MS, nextUpdate = HOUR_MS } = behaviour
  const tbsResponseData = new ResponseData({
    responderID: new ResponderID({ byKey: new OctetString(createHash('sha1').update('responder').digest()) }),
    producedAt: new Date(now),
    responses: [
      new SingleResponse({
        certID,
        certStatus: statusOf(behaviour),
        thisUpdate: new Date(now + thisUpdate),
        ...(nextUpdate !== null && { nextUpdate: new Date(now + nextUpdate) })
      })
    ],
    responseExtensions
  })
  const signature = sign('sha256', encoded(tbsResponseData), key)
  if (spoils === 'signature') signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1
  return new BasicOCSPResponse({
    tbsResponseData,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: ECDSA_SHA256 }),
    signature: new Uint8Array(signature).buffer,
    ...(certificate !== undefined && { certs: [AsnConvert.parse(certificate.raw, Certificate)] })
  })
}

function statusOf({ status = 'good' }: Behaviour): CertStatus {
  if (status === 'good') return new CertStatus({ good: null })
  if (status === 'unknown') return new CertStatus({ unknown: null })
  return new CertStatus({ revoked: new RevokedInfo({ revocationTime: new Date(Date.now() - HOUR_MS) }) })
}

function encoded(value: unknown): Buffer {
  return Buffer.from(AsnConvert.serialize(value))
}
