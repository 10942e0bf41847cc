import type { Authenticate, Handshake, HandshakeAcceptance, HandshakeRejection } from 'fastify-ocpp'
import { admitCertificate } from '../certificates/issued.js'
import { matchesCredential, readCredential } from '../charge-points/credential.js'
import { type ChargePointRow, forgetPreviousPassword, raiseSecurityProfile } from '../charge-points/rows.js'
import type { Store } from '../charge-points/store.js'
import type { Config } from '../settings/settings.js'
import { knownOf, type TraitsBook } from '../traits/book.js'
import { type ClientCertificate, ClientCertificates, type Transport } from './client-certificates.js'
import { ConnectionSecurity } from './connection-security.js'
import type { Material } from './material.js'
import { Proxies } from './proxies.js'

export interface AuthenticatorOptions {
  config: Config
  store: Store
  isDatabaseReady: () => boolean
  /** The TLS files as they were last read. */
  material: () => Pick<Material, 'authorities' | 'revocationLists'>
  /** With several nodes: the next number in the order of connections. */
  nextEpoch?: (() => Promise<number>) | undefined
  traits: { models: { refresh(): Promise<unknown> }; book: TraitsBook }
}

/** How a charge point proved its identity. */
interface Proof {
  readonly security: ConnectionSecurity
  /** Whether the proof raises the security profile for good. The previous password does not, because losing the new one must not lock the charge point out. */
  readonly isLasting: boolean
  readonly usedNewPassword: boolean
  /** The client certificate of security profile 3. */
  readonly certificate?: ClientCertificate
}

const IGNORED = 'ignored the certificate of a charge point, because its password proves its identity'

/**
 * Decides which charge points may connect. A charge point with a password must send it, unless it has a certificate.
 * One that has neither may connect with open registration only. A certificate counts if it proves security profile 3.
 * Otherwise it is ignored, if the password is right and profile 3 is not required: many chargers send the certificate
 * of their manufacturer. The registration status of the last boot applies.
 * [A00.FR.002, A00.FR.207, A00.FR.407, A05.FR.09; U7; J-1.6 §5.3; 2.x B01]
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #certificates: ClientCertificates

  constructor(options: AuthenticatorOptions) {
    this.#options = options
    const { config, material } = options
    this.#certificates = new ClientCertificates(config, new Proxies(config), material)
  }

  readonly authenticate: Authenticate = async (handshake) => {
    const outcome = await this.#decide(handshake)
    const { nextEpoch } = this.#options
    if (!outcome.accept || nextEpoch === undefined) return outcome
    const epoch = await nextEpoch()
    if (outcome.context instanceof ConnectionSecurity) outcome.context.epoch = epoch
    return { ...outcome, epoch }
  }

  async #decide({ identity, password, request }: Handshake): Promise<HandshakeAcceptance | HandshakeRejection> {
    const { store, config, isDatabaseReady, traits } = this.#options
    if (!isDatabaseReady()) return refuse(503, 'the database is not ready')
    const transport = this.#certificates.transportOf(request)
    const [row] = await Promise.all([store.find(identity), traits.models.refresh()])
    if (!transport.encrypted && config.OCPP_MIN_SECURITY_PROFILE > 1) return refuse(403, 'TLS is required')
    if (row === undefined) return this.#admit(identity)

    let refusal: HandshakeRejection | undefined
    for (const proof of this.#proofsOf(row, transport, password)) {
      const outcome = isRefused(proof) ? proof : await this.#accept(row, proof)
      if (outcome.accept) {
        if (refusal !== undefined) request.log.info({ identity, reason: refusal.reason }, IGNORED)
        return outcome
      }
      refusal ??= outcome
    }
    return refusal ?? refuse(401, 'no password and no valid certificate')
  }

  /** The answer to a charge point that no operator has created. */
  async #admit(identity: string): Promise<HandshakeAcceptance | HandshakeRejection> {
    const { store, config, traits } = this.#options
    const { OCPP_OPEN_REGISTRATION: isOpen, OCPP_MIN_SECURITY_PROFILE: minProfile } = config
    if (!isOpen || minProfile > 0) return refuse(404, 'unknown charge point: no operator has created it')
    const context = new ConnectionSecurity(0)
    const admitted = async () => {
      const isAdmitted = await store.admit(identity)
      return isAdmitted ? undefined : refuse(503, 'too many charge points that no operator has created')
    }
    return { accept: true, context, traits: traits.book.connecting(context), admitted }
  }

  /** The proofs of a handshake, the strongest first. */
  *#proofsOf(row: ChargePointRow, { encrypted, certificate, fault }: Transport, password: Buffer | undefined) {
    if (fault !== undefined) yield refuse(403, fault)
    if (certificate !== undefined) {
      yield this.#proofByCertificate(row, certificate, password)
      // Only a verified password makes up for a certificate of this operator that names another charge point.
      if (row.credential === null) return
    }
    yield this.#proofByPassword(row, encrypted, password)
  }

  #proofByCertificate(row: ChargePointRow, certificate: ClientCertificate, password: Buffer | undefined) {
    const fault = this.#certificates.subjectFault(certificate, row)
    if (fault !== undefined) return refuse(403, fault)
    // A password is not needed here. A wrong one shows that the certificate is used by another device.
    const match = password === undefined ? 'none' : checkPassword(row, password)
    if (match === 'wrong') return refuse(401, 'a valid certificate, but a wrong password')
    const { commonName, isExpired } = certificate
    const security = new ConnectionSecurity(3, commonName, isExpired)
    return { security, isLasting: !isExpired, usedNewPassword: match === 'new', certificate }
  }

  #proofByPassword(row: ChargePointRow, encrypted: boolean, password: Buffer | undefined) {
    const match = checkPassword(row, password)
    if (match === 'wrong') return refuse(401, password === undefined ? 'no password' : 'wrong password')
    if (match === 'none' && !this.#options.config.OCPP_OPEN_REGISTRATION) {
      return refuse(401, 'the charge point has no password yet')
    }
    // A password that was not verified proves nothing.
    const profile = match === 'none' ? 0 : encrypted ? 2 : 1
    const isNew = match === 'new'
    return { security: new ConnectionSecurity(profile), isLasting: isNew, usedNewPassword: isNew }
  }

  async #accept(row: ChargePointRow, proof: Proof): Promise<HandshakeAcceptance | HandshakeRejection> {
    const { store, config, traits } = this.#options
    const { security: context, certificate } = proof
    if (row.enabled === 0) return refuse(403, 'an operator has disabled the charge point')
    const needed = Math.max(config.OCPP_MIN_SECURITY_PROFILE, row.security_profile ?? 0, row.highest_security_profile)
    if (context.profile < needed) return refuse(403, `security profile ${context.profile}, but ${needed} is required`)

    // An earlier certificate of our authority is valid until the charge point uses the new one, as it does here. [2.x A02]
    const known = certificate === undefined ? 'foreign' : await admitCertificate(store, row.identity, certificate)
    if (known !== 'ours' && known !== 'foreign') return refuse(403, `its certificate is ${known}`)

    context.seenBefore = row.last_seen_at ?? undefined
    const admitted = this.#memory(row, proof)
    const accepted = {
      accept: true,
      context,
      traits: traits.book.connecting(context, knownOf(row)),
      ...(admitted !== undefined && { admitted })
    } as const
    if (context.isRenewing) return { ...accepted, registration: 'Pending' }
    return { ...accepted, ...(row.boot_status !== null && { registration: row.boot_status }) }
  }

  /** Notes what the proof changes for later connections, if anything. */
  #memory(row: ChargePointRow, { security: { profile }, isLasting, usedNewPassword }: Proof) {
    const { store } = this.#options
    const forgets = usedNewPassword && row.previous_credential !== null
    const raises = isLasting && profile > row.highest_security_profile
    if (!forgets && !raises) return undefined
    return async () => {
      if (forgets) await store.commit(row.identity, forgetPreviousPassword)
      if (raises) await store.commit(row.identity, raiseSecurityProfile(profile))
      return undefined
    }
  }
}

/** Compares a password with the current one and with the previous one. `none`: the charge point has no password. */
function checkPassword(row: ChargePointRow, password: Buffer | undefined): 'none' | 'new' | 'previous' | 'wrong' {
  const [credential, previous] = [readCredential(row.credential), readCredential(row.previous_credential)]
  if (credential === undefined) return 'none'
  if (matchesCredential(credential, password)) return 'new'
  return previous !== undefined && matchesCredential(previous, password) ? 'previous' : 'wrong'
}

function isRefused(outcome: Proof | HandshakeRejection): outcome is HandshakeRejection {
  return 'accept' in outcome
}

function refuse(status: HandshakeRejection['status'], reason: string): HandshakeRejection {
  return { accept: false, status, reason, ...(status === 503 && { retryAfter: soon() }) }
}

/** Seconds until the next attempt, at random, so that a whole fleet does not reconnect at once. */
function soon(): number {
  return 1 + Math.floor(Math.random() * 30)
}
