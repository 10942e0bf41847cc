import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import { Issuance } from '../../lib/certificates/issuance.js'
import { defined } from '../../lib/charge-points/defined.js'
import { Version2 } from '../../lib/charge-points/versions.js'
import { observeCertificates } from '../../lib/metrics/certificates.js'
import type {} from '../ca.js'
import type {} from '../metrics.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Certificates on their way to charge points. */
    issuance: Issuance
  }
}

const RETRY_MS = 60_000
/** A charge point that reconnects after a reboot sends its BootNotification within this time. Milliseconds. */
const SETTLED_MS = 20_000

/** Of 2.0.1 and 2.1. */
interface SignRequest2 {
  csr: string
  certificateType?: string
  requestId?: number
}

/** Answers SignCertificate, and sends CertificateSigned automatically. [1.6 whitepaper A02; 2.x A02] */
async function certificateSigning(app: FastifyInstance): Promise<void> {
  const { ocpp, ca, store, calls, database, log, config } = app
  const onOutcome = observeCertificates(app.metrics, database)
  const recorded = () => calls.idle()
  const issuance = new Issuance({ ca, store, ocpp, recorded, log, maxPerDay: config.CA_REQUESTS_PER_DAY, onOutcome })
  app.decorate('issuance', issuance)

  async function sign16({ csr }: { csr: string }, { chargePoint }: HandlerContext) {
    const request = { csr, type: 'ChargingStationCertificate', isCombined: false }
    return { status: await issuance.take(chargePoint, request) }
  }

  /** A certificate without a stated use is for both uses. [2.x A02] */
  async function sign2(request: SignRequest2, { chargePoint }: HandlerContext) {
    const { csr, certificateType: type = 'ChargingStationCertificate', requestId } = request
    const isCombined = request.certificateType === undefined
    return { status: await issuance.take(chargePoint, { csr, type, isCombined, ...defined({ requestId }) }) }
  }

  async function deliver(_request: unknown, { status }: { status: string }, { chargePoint }: HandlerContext) {
    if (status === 'Accepted') await issuance.deliver(chargePoint.identity)
  }

  ocpp.v16.on('SignCertificate', sign16).after('SignCertificate', deliver)
  new Version2(ocpp).on('SignCertificate', sign2).after('SignCertificate', deliver)

  async function retry(): Promise<void> {
    if (!database.isReady()) return
    await issuance.deliverWaiting(SETTLED_MS)
  }

  const timer = setInterval(() => background(retry(), log, 'certificates that wait were not sent'), RETRY_MS).unref()
  app.addHook('preClose', async () => {
    clearInterval(timer)
    await issuance.close()
  })
}

export default fp(certificateSigning, {
  fastify: '5.x',
  name: 'csms-certificate-signing',
  dependencies: ['env', 'ca', 'database', 'store', 'ocpp', 'calls', 'metrics']
})
