import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { observeLimit } from '../../lib/smart-charging/observed.js'

/** Limits of others that show in the composite schedules of charge points of 1.6, whoever has asked for them. [1.6 §5.7] */
async function observedLimits({ calls }: FastifyInstance): Promise<void> {
  calls.after('ocpp1.6', 'GetCompositeSchedule', (request, response) => observeLimit(request, response))
}

export default fp(observedLimits, {
  fastify: '5.x',
  name: 'csms-observed-limits',
  dependencies: ['calls', 'csms-charging-profiles']
})
