import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { API } from '../lib/http/api.js'
import type {} from '../plugins/dashboard.js'

const Directory = Type.Object({
  name: Type.String({ examples: ['fastify-ocpp'] }),
  documentation: Type.String({
    examples: ['/docs'],
    description: 'Documentation of all requests, with a form to try each'
  }),
  openapi: Type.String({ examples: ['/openapi.json'] }),
  api: Type.String({ examples: ['/api/v1'], description: 'Operator API; needs a token' }),
  chargePoints: Type.String({ examples: ['/ocpp/{identity}'], description: 'WebSocket path for charge points' }),
  health: Type.Array(Type.String(), { examples: [['/health/live', '/health/ready']] })
})

/** The dashboard for browsers, and an overview for other clients. */
export default async function directory(app: FastifyInstance): Promise<void> {
  const { OCPP_PATH } = app.config
  app.get(
    '/',
    {
      schema: {
        tags: ['Health'],
        operationId: 'getDirectory',
        summary: 'List what this server offers',
        description: 'A browser gets the dashboard instead.',
        security: [],
        response: { 200: Directory }
      }
    },
    async (request, reply) => {
      if (app.dashboard?.isWanted(request) === true) return app.dashboard.send(reply)
      return {
        name: 'fastify-ocpp',
        documentation: '/docs',
        openapi: '/openapi.json',
        api: API,
        chargePoints: OCPP_PATH.replace(/:(\w+)$/, '{$1}'),
        health: ['/health/live', '/health/ready']
      }
    }
  )
}
