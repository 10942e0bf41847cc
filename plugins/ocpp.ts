import type { FastifyInstance } from 'fastify'
import fastifyOcpp, { type Authenticate, type HandshakeAcceptance, type HandshakeRejection } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { admitCertificate } from '../lib/certificates/issued.js'
import { matchesCredential, readCredential } from '../lib/charge-points/credential.js'
import { type ChargePointRow, forgetPreviousPassword, raiseSecurityProfile } from '../lib/charge-points/rows.js'
import { limitsOf } from '../lib/limits/chargers.js'
import { LogLines } from '../lib/limits/log-lines.js'
import { type ClientCertificate, ClientCertificates, type Transport } from '../lib/tls/client-certificates.js'
import { ConnectionSecurity } from '../lib/tls/connection-security.js'
import { Proxies } from '../lib/tls/proxies.js'
import { knownOf } from '../lib/traits/book.js'

/** When the process stops: for calls on the wire to be answered, and to close the sockets of a whole fleet. */
const DRAIN_TIMEOUT_MS = 10_000
const DRAIN_SPREAD_MS = 5000

/** Seconds after which to try again, spread over a fleet. */
function soon(): number {
  return 1 + Math.floor(Math.random() * 30)
}

function refuse(status: HandshakeRejection['status'], reason: string): HandshakeRejection {
  return { accept: false, status, reason, ...(status === 503 && { retryAfter: soon() }) }
}

/** Which of the passwords it came with, if it needs one: the new one, or that before. */
function checkPassword(row: ChargePointRow, password: Buffer | undefined): 'none' | 'new' | 'previous' | 'wrong' {
  const [credential, previous] = [readCredential(row.credential), readCredential(row.previous_credential)]
  if (credential === undefined) return 'none'
  if (matchesCredential(credential, password)) return 'new'
  return previous !== undefined && matchesCredential(previous, password) ? 'previous' : 'wrong'
}

/** How a charge point proved who it is. */
interface Proof {
  readonly security: ConnectionSecurity
  /** Not with the password before: one that is lost must not lock the charge point out. */
  readonly isLasting: boolean
  readonly usedNewPassword: boolean
  /** That it logged in with, in profile 3. */
  readonly certificate?: ClientCertificate
}

function isRefused(outcome: Proof | HandshakeRejection): outcome is HandshakeRejection {
  return 'accept' in outcome
}

/**
 * Who may connect. A charge point with a password has to send it, unless it has a certificate; one with neither is let
 * in under open registration only. A certificate counts where it proves profile 3. One that proves nothing is ignored
 * if the password is right and profile 3 is not asked for: many chargers show the certificate of their maker. What the
 * charge point was told at its last boot holds. [A00.FR.002, A00.FR.207, A00.FR.407, A05.FR.09; U7; J-1.6 §5.3; 2.x B01]
 */
function createAuthenticate({ store, database, config, tlsMaterial, traits }: FastifyInstance): Authenticate {
  const { OCPP_OPEN_REGISTRATION: isOpen, OCPP_MIN_SECURITY_PROFILE: minProfile } = config
  const certificates = new ClientCertificates(config, new Proxies(config), () => tlsMaterial.current)

  async function admit(identity: string) {
    if (!isOpen || minProfile > 0) return refuse(404, 'nobody provisioned it')
    if (!(await store.admit(identity))) return refuse(503, 'too many that nobody provisioned')
    return { accept: true, context: new ConnectionSecurity(0), traits: traits.book.connecting(identity) } as const
  }

  function proofByCertificate(row: ChargePointRow, certificate: ClientCertificate, password: Buffer | undefined) {
    const fault = certificates.subjectFault(certificate, row)
    if (fault !== undefined) return refuse(403, fault)
    // It needs none; a wrong one is that of somebody else.
    const match = password === undefined ? 'none' : checkPassword(row, password)
    if (match === 'wrong') return refuse(401, 'a certificate and a wrong password')
    const { commonName, isExpired } = certificate
    const security = new ConnectionSecurity(3, commonName, isExpired)
    return { security, isLasting: !isExpired, usedNewPassword: match === 'new', certificate }
  }

  function proofByPassword(row: ChargePointRow, encrypted: boolean, password: Buffer | undefined) {
    const match = checkPassword(row, password)
    if (match === 'wrong') return refuse(401, password === undefined ? 'no password' : 'wrong password')
    if (match === 'none' && !isOpen) return refuse(401, 'it has no password yet')
    // A password that nobody has verified proves nothing.
    const profile = match === 'none' ? 0 : encrypted ? 2 : 1
    const isNew = match === 'new'
    return { security: new ConnectionSecurity(profile), isLasting: isNew, usedNewPassword: isNew }
  }

  async function remember(row: ChargePointRow, { security: { profile }, isLasting, usedNewPassword }: Proof) {
    if (usedNewPassword && row.previous_credential !== null) await store.commit(row.identity, forgetPreviousPassword)
    if (isLasting && profile > row.highest_security_profile) {
      await store.commit(row.identity, raiseSecurityProfile(profile))
    }
  }

  /** The proofs that it offers, the strongest first. */
  function* proofsOf(row: ChargePointRow, { encrypted, certificate, fault }: Transport, password: Buffer | undefined) {
    if (fault !== undefined) yield refuse(403, fault)
    if (certificate !== undefined) {
      yield proofByCertificate(row, certificate, password)
      // A certificate of this operator that names somebody else is only made up for by a password that was verified.
      if (row.credential === null) return
    }
    yield proofByPassword(row, encrypted, password)
  }

  async function accept(row: ChargePointRow, proof: Proof): Promise<HandshakeAcceptance | HandshakeRejection> {
    const { security: context, certificate } = proof
    if (row.enabled === 0) return refuse(403, 'an operator has disabled it')
    if (context.profile < Math.max(minProfile, row.security_profile ?? 0, row.highest_security_profile)) {
      return refuse(403, `security profile ${context.profile} is lower than it has to be`)
    }

    // An earlier one of ours is valid until the new one was used: this is its use. [2.x A02]
    const known = certificate === undefined ? 'foreign' : await admitCertificate(store, row.identity, certificate)
    if (known !== 'ours' && known !== 'foreign') return refuse(403, `its certificate is ${known}`)

    await remember(row, proof)
    const accepted = { accept: true, context, traits: traits.book.connecting(row.identity, knownOf(row)) } as const
    if (context.isRenewing) return { ...accepted, registration: 'Pending' }
    return { ...accepted, ...(row.boot_status !== null && { registration: row.boot_status }) }
  }

  return async ({ identity, password, request }) => {
    if (!database.isReady()) return refuse(503, 'the database is not ready')
    const transport = certificates.transportOf(request)
    const [row] = await Promise.all([store.find(identity), traits.models.refresh()])
    if (!transport.encrypted && minProfile > 1) return refuse(403, 'it has to connect with TLS')
    if (row === undefined) return admit(identity)

    let refusal: HandshakeRejection | undefined
    for (const proof of proofsOf(row, transport, password)) {
      const outcome = isRefused(proof) ? proof : await accept(row, proof)
      if (outcome.accept) {
        if (refusal !== undefined) request.log.info({ identity, reason: refusal.reason }, IGNORED)
        return outcome
      }
      refusal ??= outcome
    }
    return refusal ?? refuse(401, 'no proof of who it is')
  }
}

const IGNORED = 'the certificate of a charge point was ignored, because its password proves who it is'

async function ocpp(app: FastifyInstance): Promise<void> {
  const { config } = app
  await app.register(fastifyOcpp, {
    path: config.OCPP_PATH,
    protocols: config.OCPP_PROTOCOLS,
    callTimeout: config.OCPP_CALL_TIMEOUT,
    pingInterval: config.OCPP_PING_INTERVAL,
    drainTimeout: DRAIN_TIMEOUT_MS,
    drainSpread: DRAIN_SPREAD_MS,
    ...limitsOf(config),
    authenticate: createAuthenticate(app),
    traits: ({ identity }, told) => app.traits.book.booting(identity, told)
  })
  if (config.OCPP_OPEN_REGISTRATION) {
    app.log.warn(
      { HOST: config.HOST },
      'open registration: any charger that reaches this address is accepted without a password (OCPP_OPEN_REGISTRATION)'
    )
  }
  app.ocpp.events.on('disconnect', ({ chargePoint: { identity } }) => {
    // It may have come back already.
    if (!app.ocpp.chargePoints.has(identity)) app.traits.book.left(identity)
  })
  const lines = new LogLines()
  app.ocpp.events.on('security', (event) => {
    lines.line(event.type, (more) => app.log.warn({ ...more, security: event }, `OCPP ${event.type}`))
  })
}

export default fp(ocpp, {
  fastify: '5.x',
  name: 'ocpp',
  dependencies: ['env', 'database', 'store', 'drain', 'tls-material', 'traits']
})
