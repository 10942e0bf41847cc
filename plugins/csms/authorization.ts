import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import type { ContractStatus, Contracts } from '../../lib/certificates/contract.js'
import { defined } from '../../lib/charge-points/defined.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { RateLimit } from '../../lib/events/rate-limit.js'
import { type Decision, IdTokens, idTagInfo, idTokenInfo } from '../../lib/id-tokens/authorization.js'
import { AUTHORIZATIONS, AuthorizationLog } from '../../lib/id-tokens/authorization-log.js'
import type {} from '../ledger.js'
import type {} from '../ocsp.js'
import type {} from '../price-messages.js'

declare module 'fastify' {
  interface FastifyInstance {
    idTokens: IdTokens
    /** The id tokens that asked to charge, and the answers. */
    authorizations: AuthorizationLog
  }
}

type AuthorizeRequest2 = Request2<'Authorize'>

/**
 * The status of a contract certificate, or of the hash data that a charge point sends once it has verified the
 * certificate. [2.x C07]
 */
async function certificateStatus(
  contracts: Contracts,
  { idToken, certificate, iso15118CertificateHashData: hashes }: AuthorizeRequest2
): Promise<ContractStatus | undefined> {
  if (certificate !== undefined) return contracts.checkChain(certificate, idToken.idToken)
  return hashes && contracts.checkHashes(hashes)
}

/** Maximum number of events per second. The list has more. */
const MAX_EVENTS = 50
const WARN_INTERVAL_MS = 10_000

function createLog({ database, store, publisher, log }: FastifyInstance): AuthorizationLog {
  const events = new RateLimit(MAX_EVENTS, 1000)
  const warnings = new RateLimit(1, WARN_INTERVAL_MS)
  return new AuthorizationLog({
    append: (rows) => database.writer.record([{ shape: AUTHORIZATIONS, rows }]),
    chargePointId: (identity) => store.knownId(identity) ?? store.chargePointId(identity),
    onNews({ chargePoint, type: idTokenType, ...told }) {
      if (!events.pass()) return
      const data = { ...told, ...defined({ idTokenType }) }
      publisher.publish({ type: 'authorization', chargePoint, data })
    },
    onDrop(count, err) {
      if (warnings.pass()) log.warn({ err, count }, 'answers about id tokens were not listed')
    }
  })
}

/** Authorize. [1.6 §4.1; 2.x C01-C09] */
async function authorization(app: FastifyInstance): Promise<void> {
  const { ocpp, config, store, ledger, contracts, prices } = app
  const idTokens = new IdTokens({
    db: store.db,
    acceptUnknown: config.UNKNOWN_ID_TOKENS === 'accept',
    ...(config.ID_TOKENS_CONCURRENT_TX && {
      isInUse: (idToken, except) => ledger.hasOpenTransaction(idToken, except)
    })
  })
  app.decorate('idTokens', idTokens)
  const log = createLog(app)
  app.decorate('authorizations', log)
  app.addHook('onClose', () => log.flush())

  async function authorize2(request: AuthorizeRequest2, { chargePoint }: HandlerContext) {
    const { idToken, type } = request.idToken
    const known = await idTokens.info(idToken, type)
    const status = await certificateStatus(contracts, request)
    const isRefused = status !== undefined && status !== 'Accepted' && known.status === 'Accepted'
    const info: Decision = isRefused ? { status: 'Invalid', reason: 'certificate' } : known
    const answer = idTokenInfo(info)
    const { reason } = info
    log.note({ chargePoint: chargePoint.identity, idToken, type, status: answer.status, reason })
    const whole = { idTokenInfo: answer, ...defined({ certificateStatus: status }) } as const
    return prices.texts.withTariff(chargePoint, whole, { idToken, type, language: info.language })
  }

  ocpp.v16.on('Authorize', async ({ idTag }, { chargePoint }) => {
    const info = await idTokens.info(idTag)
    const answer = idTagInfo(info)
    log.note({ chargePoint: chargePoint.identity, idToken: idTag, status: answer.status, reason: info.reason })
    return { idTagInfo: answer }
  })
  new Version2(ocpp).on('Authorize', authorize2)
}

export default fp(authorization, {
  fastify: '5.x',
  name: 'csms-authorization',
  dependencies: ['env', 'ocpp', 'store', 'ledger', 'ocsp', 'database', 'publisher', 'price-messages']
})
