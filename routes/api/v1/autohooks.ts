import type { FastifyInstance } from 'fastify'

/** All routes below need an operator token, and save what operators change. */
export default async function guard(app: FastifyInstance): Promise<void> {
  const { operators, audit } = app
  app.addHook('onRequest', operators.authenticate)
  app.addHook('preHandler', audit.begin)
  app.addHook('onSend', audit.complete)
  app.addHook('onResponse', operators.count)
}
