import type { FastifyInstance } from 'fastify'
import type { ClusterApi } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { RefusedChargePoints } from '../../lib/charge-points/refused.js'
import { RateLimit } from '../../lib/events/rate-limit.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Charge points that tried to connect and were refused. */
    refused: RefusedChargePoints
  }
}

type Refusal = Parameters<RefusedChargePoints['note']>[0]

/** Maximum number of events per second, because anybody can cause them without a password. */
const MAX_EVENTS = 20

/** Remembers charge points that were refused, until they connect. */
async function refusedChargePoints(app: FastifyInstance): Promise<void> {
  const { ocpp, publisher } = app
  const limit = new RateLimit(MAX_EVENTS, 1000)
  const refused = new RefusedChargePoints({
    onNews({ identity, firstAt: _first, lastAt: _last, ...data }) {
      if (!limit.pass()) return
      publisher.publish({ type: 'refused', chargePoint: identity, data })
    }
  })
  app.decorate('refused', refused)
  ocpp.events.on('security', ({ type, identity, detail }) => {
    if (type === 'authentication-failed') refused.explain(identity, detail)
  })
  ocpp.events.on('refused', (event) => refused.note(event))
  ocpp.events.on('connect', ({ chargePoint }) => void refused.forget(chargePoint.identity))
  if (ocpp.cluster !== undefined) hearOthers(ocpp.cluster, refused)
}

/** Remembers those that other nodes refused, too, so that each node can list all of them. */
function hearOthers({ node: own, events }: ClusterApi, refused: RefusedChargePoints): void {
  events.on('security', ({ node, identity, data: { type, detail } }) => {
    const isReason = node !== own && type === 'authentication-failed' && identity !== undefined
    if (isReason && typeof detail === 'string') refused.explain(identity, detail)
  })
  events.on('refused', ({ node, identity, data: { rule, status, remoteAddress, offered } }) => {
    if (node === own || identity === undefined || typeof status !== 'number') return
    const refusal = { identity, rule: String(rule), status, remoteAddress: String(remoteAddress) }
    refused.note({ ...refusal, ...(typeof offered === 'string' && { offered }) } as Refusal, false)
  })
  events.on('connect', ({ identity = '' }) => void refused.forget(identity))
}

export default fp(refusedChargePoints, { fastify: '5.x', name: 'csms-refused', dependencies: ['ocpp', 'publisher'] })
