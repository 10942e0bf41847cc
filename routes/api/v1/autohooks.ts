import type { FastifyInstance } from 'fastify'

/** Only operators get below here. */
export default async function guard(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', app.operators.authenticate)
}
