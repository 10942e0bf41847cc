import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type BuiltInToken, isOpenToOthers, loadBuiltInToken } from '../lib/operators/built-in-token.js'

declare module 'fastify' {
  interface FastifyInstance {
    builtInToken: BuiltInToken
  }
}

/** Reads the operator token that exists before any other, or creates it. */
async function builtInToken(app: FastifyInstance): Promise<void> {
  const token = await loadBuiltInToken(app.config)
  if (token.file !== undefined && (await isOpenToOthers(token.file))) {
    app.log.warn({ file: token.file }, 'other users can read the file with the operator token: run chmod 600 on it')
  }
  app.decorate('builtInToken', token)
}

export default fp(builtInToken, { fastify: '5.x', name: 'built-in-token', dependencies: ['env'] })
