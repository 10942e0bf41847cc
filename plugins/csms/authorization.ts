import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { ContractStatus, Contracts } from '../../lib/certificates/contract.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { type IdTokenInfo, IdTokens, idTagInfo, idTokenInfo } from '../../lib/id-tokens/authorization.js'
import type {} from '../ledger.js'
import type {} from '../ocsp.js'

declare module 'fastify' {
  interface FastifyInstance {
    idTokens: IdTokens
  }
}

type AuthorizeRequest2 = Request2<'Authorize'>

/** Of a contract certificate, or of what the charge point calls it by when it has verified it. [2.x C07] */
async function certificateStatus(
  contracts: Contracts,
  { idToken, certificate, iso15118CertificateHashData: hashes }: AuthorizeRequest2
): Promise<ContractStatus | undefined> {
  if (certificate !== undefined) return contracts.checkChain(certificate, idToken.idToken)
  return hashes && contracts.checkHashes(hashes)
}

/** Authorize. [1.6 §4.1; 2.x C01-C09] */
async function authorization(app: FastifyInstance): Promise<void> {
  const { ocpp, config, store, ledger, contracts } = app
  const idTokens = new IdTokens({
    db: store.db,
    acceptUnknown: config.UNKNOWN_ID_TOKENS === 'accept',
    ...(config.ID_TOKENS_CONCURRENT_TX && {
      isInUse: (idToken, except) => ledger.hasOpenTransaction(idToken, except)
    })
  })
  app.decorate('idTokens', idTokens)

  async function authorize2(request: AuthorizeRequest2) {
    const { idToken, type } = request.idToken
    const known: IdTokenInfo = await idTokens.info(idToken, type)
    const status = await certificateStatus(contracts, request)
    if (status === undefined) return { idTokenInfo: idTokenInfo(known) }
    const isRefused = status !== 'Accepted' && known.status === 'Accepted'
    const info: IdTokenInfo = isRefused ? { status: 'Invalid' } : known
    return { idTokenInfo: idTokenInfo(info), certificateStatus: status } as const
  }

  ocpp.v16.on('Authorize', async ({ idTag }) => ({ idTagInfo: idTagInfo(await idTokens.info(idTag)) }))
  new Version2(ocpp).on('Authorize', authorize2)
}

export default fp(authorization, {
  fastify: '5.x',
  name: 'csms-authorization',
  dependencies: ['env', 'ocpp', 'store', 'ledger', 'ocsp']
})
