import { createRequire } from 'node:module'
import { join } from 'node:path'
import autoload from '@fastify/autoload'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Cluster } from 'fastify-ocpp'
import { problem, problemHandler } from 'fastify-ocpp/rest'
import { AllowedMethods } from './lib/http/allowed-methods.js'
import { answerClientError } from './lib/http/client-error.js'
import { compileWhenUsed } from './lib/http/compilers.js'
import { serverOptions } from './lib/limits/server.js'
import { openBus } from './lib/nodes/bus.js'
import { ProblemError } from './lib/problem-error.js'
import type { Config } from './lib/settings/settings.js'
import { RULE } from './lib/text-like.js'
import { Proxies } from './lib/tls/proxies.js'

export interface AppOptions {
  config: Config
  /** Whether other processes may serve the same PostgreSQL database; for tests. Default: false. */
  sharedDatabase?: boolean
  /** The bus of the nodes, for tests. Default: NATS as the settings have it, or this process is alone. */
  cluster?: Cluster
  /** Default: none. */
  logger?: FastifyServerOptions['logger']
}

/** Length of an identity of 48 characters, all percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 48
/** Longer than most supervisors wait before they kill the process, in milliseconds. */
const CLOSE_TIMEOUT_MS = 60_000

/** Where Fastify looks for the name of a plugin first. */
const NAME = Symbol.for('fastify.display-name')

type Register = (plugin: unknown, ...rest: unknown[]) => unknown

const load = createRequire(import.meta.url)

/** Shared by all apps of the process. */
const compilersFactory = {
  buildValidator: compileWhenUsed(() => validatorCompiler()()),
  buildSerializer: compileWhenUsed(() => serializerCompiler()())
}

function validatorCompiler(): typeof import('@fastify/ajv-compiler').default {
  return load('@fastify/ajv-compiler')
}

function serializerCompiler(): typeof import('@fastify/fast-json-stringify-compiler').default {
  return load('@fastify/fast-json-stringify-compiler')
}

/** Assembles the back-end: everything in plugins/, then everything in routes/, whose folders are URL segments. */
export async function buildApp({
  config,
  sharedDatabase = false,
  cluster,
  logger = false
}: AppOptions): Promise<FastifyInstance> {
  // When run from the sources, autoload must look for .ts files, with any loader.
  if (import.meta.filename.endsWith('.ts')) process.env.FASTIFY_AUTOLOAD_TYPESCRIPT ??= 'true'
  const proxies = new Proxies(config)
  const app = Fastify({
    logger,
    ...serverOptions(config),
    trustProxy: proxies.isTrusted,
    // The first of all request hooks.
    rewriteUrl: (request) => {
      proxies.normalise(request)
      return request.url ?? '/'
    },
    // Also limits the time of `app.close()`: outstanding calls alone get 10 s for their answers.
    pluginTimeout: CLOSE_TIMEOUT_MS,
    // plugins/drain.ts rejects requests at shutdown, but lets through health checks.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Answers requests without a route: unknown paths and malformed requests.
    frameworkErrors: problemHandler,
    clientErrorHandler: answerClientError,
    schemaController: { compilersFactory },
    // Bodies are validated as they were sent: nothing is converted, added or removed.
    ajv: {
      customOptions: {
        coerceTypes: false,
        useDefaults: false,
        removeAdditional: false,
        // With the schema in the error, the problem can name the rule of a pattern and the known members.
        verbose: true,
        keywords: [RULE]
      }
    }
  })
  namePlugins(app)
  app.setErrorHandler(problemHandler)
  const methods = new AllowedMethods()
  app.addHook('onRoute', (route) => methods.add(route))
  app.setNotFoundHandler(({ url, method }, reply) => {
    const allowed = methods.of(url)
    if (allowed.length > 0 && !allowed.includes(method)) {
      reply.header('allow', allowed.join(', '))
      throw new ProblemError(405, 'METHOD_NOT_ALLOWED', `${method} is not allowed here, but ${allowed.join(', ')}`)
    }
    const notFound = Object.assign(new Error('there is nothing here'), { statusCode: 404, code: 'NOT_FOUND' })
    return reply.code(404).type('application/problem+json').send(problem(notFound))
  })
  // Before all plugins, because it may take longer than a plugin may take; and the last to be closed.
  const bus = await openBus(config, app.log)
  app.addHook('onClose', async () => bus?.close())
  await app.register(autoload, {
    dir: join(import.meta.dirname, 'plugins'),
    options: { config, sharedDatabase, cluster: cluster ?? bus?.cluster }
  })
  await app.register(autoload, {
    dir: join(import.meta.dirname, 'routes'),
    // Shared by several routes.
    ignorePattern: /^shared\//,
    autoHooks: true,
    cascadeHooks: true
  })
  return app
}

/**
 * Gives a name to each plugin without one that is registered from now on, such as those of the routes: Fastify would look
 * for it among all modules of the process, twice for each plugin, which is a part of the time of a start.
 */
function namePlugins(app: FastifyInstance): void {
  const register = app.register as Register
  const named: Register = function (this: unknown, plugin, ...rest) {
    if (typeof plugin === 'function' && !(NAME in plugin)) {
      Object.defineProperty(plugin, NAME, { value: plugin.name || 'anonymous' })
    }
    return register.call(this, plugin, ...rest)
  }
  app.register = named as FastifyInstance['register']
}
