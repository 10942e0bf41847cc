import 'reflect-metadata'
import { createPublicKey, type JsonWebKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509'
import { operate } from '../app/support.js'
import { type Charger, type ChargerOptions, connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { within } from '../support/wait.js'

export type RequestKind = 'ec' | 'ec-384' | 'ec-521' | 'rsa' | 'weak-rsa'

/** A certificate signing request, and the key it is for. */
export interface Requested {
  readonly csr: string
  readonly key: KeyObject
}

const EC = { ec: 'P-256', 'ec-384': 'P-384', 'ec-521': 'P-521' } as const

function generate(kind: RequestKind): Promise<webcrypto.CryptoKeyPair> {
  if (kind === 'rsa' || kind === 'weak-rsa') {
    const modulusLength = kind === 'rsa' ? 2048 : 1024
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength,
      publicExponent: Buffer.from([1, 0, 1])
    }
    return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  }
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: EC[kind] }, true, ['sign', 'verify'])
}

/** The request of a charge point for a certificate. */
export async function signingRequest(name: string, kind: RequestKind = 'ec'): Promise<Requested> {
  const keys = await generate(kind)
  const signingAlgorithm = { name: keys.privateKey.algorithm.name, hash: 'SHA-256' }
  const request = await Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm })
  return { csr: request.toString('pem'), key: KeyObject.from(keys.privateKey) }
}

/** The same with a signature that is somebody else's. */
export async function forgedRequest(name: string): Promise<string> {
  const { csr } = await signingRequest(name)
  const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64')
  // In the middle of the last number of the signature.
  const at = der.length - 10
  der[at] = (der[at] ?? 0) ^ 0xff
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
}

/** Whether the certificate is for this key. */
export function isFor(certificate: X509Certificate, key: KeyObject): boolean {
  return certificate.publicKey.equals(
    createPublicKey({ key: key.export({ format: 'jwk' }) as JsonWebKey, format: 'jwk' })
  )
}

export interface SignedCall {
  certificateChain: string
  certificateType?: string
  requestId?: number
}

/** A charge point that asks for certificates. */
export class Applicant {
  readonly charger: Charger
  /** The payloads of CertificateSigned that it got. */
  readonly received: SignedCall[] = []
  /** Other calls that it got, and accepted. */
  readonly asked: [action: string, payload: unknown][] = []
  /** Its answer to CertificateSigned; `gone`: it loses its connection instead. */
  answer: 'Accepted' | 'Rejected' | 'gone' | ErrorAnswer = 'Accepted'
  #waiting: ((call: SignedCall) => void)[] = []

  constructor(charger: Charger) {
    this.charger = charger
    charger.onCall((action, payload) => this.#asked(action, payload))
  }

  static async connect({ url }: TestServer, identity: string, options: ChargerOptions = {}): Promise<Applicant> {
    return new Applicant(await connectCharger(url, identity, { boot: true, ...options }))
  }

  /** Asks, and resolves with what it is answered. */
  async asks(csr: string, more: object = {}): Promise<string> {
    const answer = await this.charger.call('SignCertificate', { csr, ...more })
    return answer.type === 3 ? String(answer.payload.status) : answer.code
  }

  /** The CertificateSigned that comes next. */
  async next(): Promise<SignedCall> {
    return within('CertificateSigned', new Promise<SignedCall>((resolve) => this.#waiting.push(resolve)), 20_000)
  }

  /** Asks for a certificate and gets it. */
  async obtains({ csr }: Pick<Requested, 'csr'>, more: object = {}): Promise<SignedCall> {
    const next = this.next()
    const status = await this.asks(csr, more)
    if (status !== 'Accepted') throw new Error(`it was answered ${status}`)
    return next
  }

  #asked(action: string, payload: unknown): unknown {
    if (action !== 'CertificateSigned') {
      this.asked.push([action, payload])
      return { status: 'Accepted' }
    }
    const call = payload as SignedCall
    this.received.push(call)
    this.#waiting.shift()?.(call)
    if (this.answer === 'gone') {
      this.charger.ws.terminate()
      return NO_ANSWER
    }
    return this.answer instanceof ErrorAnswer ? this.answer : { status: this.answer }
  }
}

/** The certificates of a chain, the first one first. */
export function chainOf({ certificateChain }: SignedCall): [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = certificateChain.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  if (first === undefined) throw new Error('there is no certificate')
  return [new X509Certificate(first), ...others.map((pem) => new X509Certificate(pem))]
}

/** The certificates that the API shows, once `isDone` holds for them. */
export async function certificatesOf(
  server: TestServer,
  query: string,
  isDone: (items: Record<string, unknown>[]) => boolean
): Promise<Record<string, unknown>[]> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const response = await operate(server, 'GET', `/certificates${query}`)
    const { items } = response.json()
    if (isDone(items)) return items
    if (performance.now() > deadline) throw new Error(`it is still ${JSON.stringify(items)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
