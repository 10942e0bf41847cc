import type { FastifyInstance } from 'fastify'

/** Only operators get below here, and what they change is written down. */
export default async function guard(app: FastifyInstance): Promise<void> {
  const { operators, audit } = app
  app.addHook('onRequest', operators.authenticate)
  app.addHook('preHandler', audit.begin)
  app.addHook('onSend', audit.complete)
  app.addHook('onResponse', operators.count)
}
