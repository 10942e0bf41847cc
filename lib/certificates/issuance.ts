import type { X509Certificate } from 'node:crypto'
import { CallError, type ChargePoint, InvalidResponseError, type Ocpp, versionInfo } from 'fastify-ocpp'
import { fingerprintOf, isIssuedBy } from '../certificate.js'
import { saveOwnSecurityEvent } from '../charge-points/security-events.js'
import type { Store } from '../charge-points/store.js'
import { type Change, fold } from '../events/scope.js'
import type { Log } from '../log.js'
import { writeCertificates } from '../pem.js'
import { foldSerial } from '../serial-number.js'
import { hashDataOf } from './hash-data.js'
import {
  type CertificateRequest,
  failRequest,
  type Issued,
  type IssuedRow,
  listWaiting,
  listWaitingIdentities,
  noteTrouble,
  readNames,
  rejectIssued,
  saveIssued,
  saveRequest
} from './issued.js'
import { CERTIFICATE_USES, RequestRefusedError } from './policy.js'
import type { CertificateService } from './service.js'

/** The outcome of a request. `limited`: too many requests; `refused`: by us; `failed`: at the authority. */
export type IssuanceOutcome = 'issued' | 'refused' | 'limited' | 'failed'

export interface IssuanceOptions {
  ca: Pick<CertificateService, 'check' | 'sign' | 'chain'>
  store: Store
  ocpp: Pick<Ocpp, 'call' | 'chargePoints'>
  /** Resolves when the answers of charge points are stored. */
  recorded: () => Promise<void>
  log: Log
  /** Maximum number of certificates per charge point within 24 hours. */
  maxPerDay: number
  onOutcome?: (outcome: IssuanceOutcome) => void
}

const MINUTE_MS = 60_000

/**
 * Signs certificate requests of charge points and sends the certificates. Requests that cannot be signed and
 * certificates that cannot be sent now wait in the database. [1.6 whitepaper A02; 2.x A02]
 */
export class Issuance {
  readonly #options: IssuanceOptions
  /** Work in progress by folded identity, one at a time. `true`: there is more to do afterwards. */
  readonly #busy = new Map<string, { again: boolean; done: Promise<void> }>()
  readonly #stop = new AbortController()

  constructor(options: IssuanceOptions) {
    this.#options = options
  }

  /** Stores a request, unless it must not be signed. */
  async take({ identity, log }: ChargePoint, request: CertificateRequest): Promise<'Accepted' | 'Rejected'> {
    const { ca, store, maxPerDay, onOutcome } = this.#options
    try {
      const use = CERTIFICATE_USES.find((candidate) => candidate === request.type)
      if (use === undefined) throw new RequestRefusedError(`certificates for the use ${request.type} are not signed`)
      if (maxPerDay === 0) throw new RequestRefusedError('signing of certificates is switched off')
      const names = await readNames(store.db, identity)
      await ca.check(request.csr, use, { identity, ...names })
      if (await store.commit(identity, saveRequest(request, maxPerDay))) return 'Accepted'
      onOutcome?.('limited')
      throw new RequestRefusedError(`the charge point had ${maxPerDay} certificates within 24 hours`)
    } catch (error) {
      if (!(error instanceof RequestRefusedError)) throw error
      log.warn({ reason: error.message }, 'refused a certificate request of a charge point')
      onOutcome?.('refused')
      await store.commit(identity, refused(error))
      return 'Rejected'
    }
  }

  /** Sends a charge point its waiting certificates, if it is connected. Never throws. */
  async deliver(identity: string): Promise<void> {
    const key = fold(identity)
    const busy = this.#busy.get(key)
    if (busy !== undefined) {
      busy.again = true
      return busy.done
    }
    const task = { again: false, done: Promise.resolve() }
    task.done = this.#deliverAll(identity, task).finally(() => this.#busy.delete(key))
    this.#busy.set(key, task)
    return task.done
  }

  /**
   * Retries waiting certificates of connected charge points. One that has just connected may be about to boot, and
   * would ignore a call.
   *
   * @param settled how long it must have been connected, in milliseconds
   */
  async deliverWaiting(settled: number): Promise<void> {
    const { store, ocpp } = this.#options
    const since = Date.now() - settled
    const identities = await listWaitingIdentities(store.db)
    const present = identities.filter((identity) => {
      const live = ocpp.chargePoints.get(identity)
      return live !== undefined && live.connectedAt.getTime() <= since
    })
    await Promise.all(present.map((identity) => this.deliver(identity)))
  }

  /** Cancels requests to an authority. They are retried after the next start. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all([...this.#busy.values()].map(({ done }) => done))
  }

  async #deliverAll(identity: string, task: { again: boolean }): Promise<void> {
    do {
      task.again = false
      try {
        const { store } = this.#options
        const waiting = await listWaiting(store.db, await store.chargePointId(identity))
        for (const row of waiting) await this.#deliverOne(identity, row)
      } catch (err) {
        this.#options.log.warn({ err, identity }, 'could not send certificates to a charge point')
      }
    } while (task.again && !this.#stop.signal.aborted)
  }

  async #deliverOne(identity: string, row: IssuedRow): Promise<void> {
    const { store, log } = this.#options
    try {
      const pem = row.pem ?? (await this.#sign(identity, row))
      await this.#send(identity, row, pem)
    } catch (err) {
      if (this.#stop.signal.aborted) return
      log.warn({ err, identity, type: row.type }, 'could not sign a certificate or send it to its charge point')
      await store.commit(identity, this.#afterError(row, err))
    }
  }

  #afterError({ id }: IssuedRow, error: unknown): Change {
    const { message } = error as Error
    if (error instanceof RequestRefusedError) {
      this.#options.onOutcome?.('failed')
      const event = refused(error)
      return async (scope) => {
        await failRequest(id, message)(scope)
        await event(scope)
      }
    }
    const isFinal = error instanceof CallError || error instanceof InvalidResponseError
    return isFinal ? rejectIssued(id, message) : noteTrouble(id, message)
  }

  async #sign(identity: string, { id, csr, type, combined }: IssuedRow): Promise<string> {
    const { ca, store, onOutcome } = this.#options
    const use = CERTIFICATE_USES.find((candidate) => candidate === type) ?? 'ChargingStationCertificate'
    const task = { csr, chargePoint: identity, use, isCombined: combined === 1 }
    const chain = await ca.sign(task, this.#stop.signal)
    const issued = await describe(chain, (await ca.chain()) ?? [])
    await store.commit(identity, saveIssued(id, issued))
    onOutcome?.('issued')
    return issued.pem
  }

  /** The outcome is taken from the call journal, because another process may have sent the call. */
  async #send(identity: string, row: IssuedRow, certificateChain: string): Promise<void> {
    const { ocpp, recorded } = this.#options
    const live = ocpp.chargePoints.get(identity)
    if (live?.registration !== 'Accepted' && live?.registration !== 'Pending') return
    const type = row.combined === 1 ? {} : { certificateType: row.type }
    const { hasCertificateTypes, hasCertificateRequestIds } = versionInfo(live.protocol)
    const requestId = row.request_id === null || !hasCertificateRequestIds ? {} : { requestId: row.request_id }
    const payload = hasCertificateTypes ? { certificateChain, ...type, ...requestId } : { certificateChain }
    await ocpp.call(identity, 'CertificateSigned', payload)
    await recorded()
  }
}

/** At most one event per minute: a charge point that requests again and again does so quickly. */
function refused({ message: techInfo }: Error): Change {
  return saveOwnSecurityEvent({ type: 'CertificateRequestRefused', techInfo }, MINUTE_MS)
}

/** The stored values of a certificate. */
async function describe(
  chain: readonly [X509Certificate, ...X509Certificate[]],
  authorities: readonly X509Certificate[]
): Promise<Issued> {
  const [leaf, ...above] = chain
  const issuer = [...above, ...authorities].find((candidate) => isIssuedBy(leaf, candidate))
  const hash = issuer && (await hashDataOf(leaf, issuer))
  return {
    pem: writeCertificates(chain),
    subject: leaf.subject.replaceAll('\n', ', '),
    fingerprint: fingerprintOf(leaf),
    serialNumber: foldSerial(leaf.serialNumber),
    expiresAt: Date.parse(leaf.validTo),
    ...(hash !== undefined && { hash })
  }
}
