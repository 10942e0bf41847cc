import type { FastifyInstance } from 'fastify'
import fastifyOcpp, { type Cluster } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { limitsOf } from '../lib/limits/chargers.js'
import { LogLines } from '../lib/limits/log-lines.js'
import { nextEpoch } from '../lib/nodes/epochs.js'
import { Authenticator } from '../lib/tls/authenticator.js'

/** At shutdown: how long to wait for answers to calls, and over how long to spread the closing of connections. */
const DRAIN = { drainTimeout: 10_000, drainSpread: 5_000 }
/** With several nodes, whose charge points go to the others. Load balancers get 3 s before it begins. */
const NODE_DRAIN = { drainTimeout: 5_000, drainSpread: 9_000 }

interface OcppOptions {
  /** The bus of the nodes; `undefined`: this process is alone. */
  cluster?: Cluster | undefined
}

async function ocpp(app: FastifyInstance, { cluster }: OcppOptions): Promise<void> {
  const { config, store, database, tlsMaterial, traits } = app
  const { authenticate } = new Authenticator({
    config,
    store,
    isDatabaseReady: () => database.isReady(),
    material: () => tlsMaterial.current,
    nextEpoch: cluster && (() => nextEpoch(database.db)),
    traits
  })
  await app.register(fastifyOcpp, {
    path: config.OCPP_PATH,
    protocols: config.OCPP_PROTOCOLS,
    callTimeout: config.OCPP_CALL_TIMEOUT,
    pingInterval: config.OCPP_PING_INTERVAL,
    ...(cluster === undefined ? DRAIN : NODE_DRAIN),
    ...limitsOf(config),
    authenticate,
    ...(cluster && { cluster }),
    traits: (chargePoint, told) => traits.book.booting(chargePoint, told)
  })
  if (config.OCPP_OPEN_REGISTRATION) {
    app.log.warn(
      { HOST: config.HOST },
      'open registration: any charger that reaches this address is accepted without a password (OCPP_OPEN_REGISTRATION)'
    )
  }
  app.ocpp.events.on('handled', ({ chargePoint, action, error }) => {
    if (action === 'BootNotification' && error === undefined) traits.settling.booted(chargePoint)
  })
  app.ocpp.events.on('disconnect', ({ chargePoint }) => traits.settling.left(chargePoint))
  const lines = new LogLines()
  app.ocpp.events.on('security', (event) => {
    lines.line(event.type, (more) => app.log.warn({ ...more, security: event }, `OCPP ${event.type}`))
  })
}

export default fp(ocpp, {
  fastify: '5.x',
  name: 'ocpp',
  dependencies: ['env', 'database', 'store', 'drain', 'tls-material', 'traits']
})
