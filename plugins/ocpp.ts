import type { FastifyInstance } from 'fastify'
import fastifyOcpp, { type Authenticate, type Handshake, type HandshakeRejection, LogThrottle } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { type ChargePointRow, forgetPreviousPassword, raiseSecurityProfile } from './domain/charge-points.js'
import { matchesCredential, readCredential } from './domain/credential.js'
import { limitsOf } from './limits/chargers.js'

/** Seconds after which to try again, spread over a fleet. */
function soon(): number {
  return 1 + Math.floor(Math.random() * 30)
}

function refuse(status: HandshakeRejection['status'], reason: string): HandshakeRejection {
  return { accept: false, status, reason, ...(status === 503 && { retryAfter: soon() }) }
}

/** What the connection is worth. [1.6 security whitepaper A00; 2.x A00] */
function securityProfile({ encrypted, certificate, tlsAuthorized, password }: Handshake): number {
  if (encrypted && certificate !== undefined && tlsAuthorized) return 3
  if (password === undefined) return 0
  return encrypted ? 2 : 1
}

/** Which of the passwords it came with, if it needs one: the new one, or that before. */
function checkPassword(row: ChargePointRow, password: Buffer | undefined): 'none' | 'new' | 'previous' | 'wrong' {
  const [credential, previous] = [readCredential(row.credential), readCredential(row.previous_credential)]
  if (credential === undefined) return 'none'
  if (matchesCredential(credential, password)) return 'new'
  return previous !== undefined && matchesCredential(previous, password) ? 'previous' : 'wrong'
}

/**
 * Who may connect. A charge point with a password has to send it, always; one without is let in under open
 * registration only. What it was told at its last boot holds. [A00.FR.207; A05.FR.09; U7; J-1.6 §5.3; 2.x B01]
 */
function createAuthenticate({ store, database, config }: FastifyInstance): Authenticate {
  const isOpen = config.OCPP_OPEN_REGISTRATION

  async function admit(identity: string) {
    if (!isOpen) return refuse(404, 'nobody provisioned it')
    return (await store.admit(identity)) ? ({ accept: true } as const) : refuse(503, 'too many that nobody provisioned')
  }

  return async (handshake) => {
    const { identity, password } = handshake
    if (!database.isReady()) return refuse(503, 'the database is not ready')
    const row = await store.find(identity)
    if (row === undefined) return admit(identity)

    const match = checkPassword(row, password)
    if (match === 'wrong') return refuse(401, password === undefined ? 'no password' : 'wrong password')
    if (match === 'none' && !isOpen) return refuse(401, 'it has no password yet')
    if (row.enabled === 0) return refuse(403, 'an operator has disabled it')
    const profile = securityProfile(handshake)
    if (profile < Math.max(row.security_profile ?? 0, row.highest_security_profile)) {
      return refuse(403, `security profile ${profile} is lower than it has to be`)
    }

    if (match === 'new' && row.previous_credential !== null) await store.commit(identity, forgetPreviousPassword)
    // Not without a password: one that is lost must not lock the charge point out.
    if (match === 'new' && profile > row.highest_security_profile) {
      await store.commit(identity, raiseSecurityProfile(profile))
    }
    return row.boot_status === null ? { accept: true } : { accept: true, registration: row.boot_status }
  }
}

async function ocpp(app: FastifyInstance): Promise<void> {
  const { config } = app
  await app.register(fastifyOcpp, {
    path: config.OCPP_PATH,
    protocols: config.OCPP_PROTOCOLS,
    callTimeout: config.OCPP_CALL_TIMEOUT,
    pingInterval: config.OCPP_PING_INTERVAL,
    ...limitsOf(config),
    authenticate: createAuthenticate(app)
  })
  if (config.OCPP_OPEN_REGISTRATION) {
    app.log.warn(
      { HOST: config.HOST },
      'open registration: any charger that reaches this address is accepted without a password (OCPP_OPEN_REGISTRATION)'
    )
  }
  const lines = new LogThrottle()
  app.ocpp.events.on('security', (event) => {
    lines.line(event.type, (more) => app.log.warn({ ...more, security: event }, `OCPP ${event.type}`))
  })
}

export default fp(ocpp, { fastify: '5.x', name: 'ocpp', dependencies: ['env', 'database', 'store'] })
