import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { MaterialSource } from '../lib/tls/material-source.js'
import type {} from './ca.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The certificates, keys and authorities in the TLS files. */
    tlsMaterial: MaterialSource
  }
}

/** Interval of the checks. The files are polled because not every volume reports changes; they have a few kilobytes. */
const RELOAD_INTERVAL_MS = 5_000
const DAY_MS = 86_400_000

async function tlsMaterial(app: FastifyInstance): Promise<void> {
  const { TLS_CLIENT_ORGANIZATION, CA_REQUESTS_PER_DAY } = app.config
  // Certificates that our own authority signs are accepted without any setting.
  const hasOwn = TLS_CLIENT_ORGANIZATION !== undefined && CA_REQUESTS_PER_DAY > 0
  const source = await MaterialSource.open(app.config, app.log, hasOwn ? await app.ca.rootPem() : undefined)
  app.decorate('tlsMaterial', source)
  const { TLS_CERT, TLS_CLIENT_CA } = app.config
  if (TLS_CERT.length === 0 && TLS_CLIENT_CA.length === 0) return
  const timers = [
    setInterval(
      () => background(source.reload(), app.log, 'could not reload the TLS files'),
      RELOAD_INTERVAL_MS
    ).unref(),
    setInterval(() => source.warnOfExpiry(), DAY_MS).unref()
  ]
  app.addHook('onClose', async () => {
    for (const timer of timers) clearInterval(timer)
  })
}

export default fp(tlsMaterial, { fastify: '5.x', name: 'tls-material', dependencies: ['env', 'ca'] })
