import { join } from 'node:path'
import ajvCompiler from '@fastify/ajv-compiler'
import autoload from '@fastify/autoload'
import serializerCompiler from '@fastify/fast-json-stringify-compiler'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { problem, problemHandler } from 'fastify-ocpp/rest'
import { AllowedMethods } from './lib/http/allowed-methods.js'
import { answerClientError } from './lib/http/client-error.js'
import { compileOnce } from './lib/http/compilers.js'
import { serverOptions } from './lib/limits/server.js'
import type { Config } from './lib/settings/settings.js'
import { RULE } from './lib/text-like.js'
import { Proxies } from './lib/tls/proxies.js'

export interface AppOptions {
  config: Config
  /** Whether other processes may serve the same PostgreSQL database; for tests. Default: false. */
  sharedDatabase?: boolean
  /** Default: none. */
  logger?: FastifyServerOptions['logger']
}

/** Length of an identity of 48 characters, all percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 48
/** Longer than most supervisors wait before they kill the process, in milliseconds. */
const CLOSE_TIMEOUT_MS = 60_000

/** Shared by all apps of the process. */
const compilersFactory = {
  buildValidator: compileOnce(ajvCompiler()),
  buildSerializer: compileOnce(serializerCompiler())
}

/** Answered as a 405 problem. */
class MethodNotAllowedError extends Error {
  readonly statusCode = 405
  readonly code = 'METHOD_NOT_ALLOWED'
}

/** Assembles the back-end: everything in plugins/, then everything in routes/, whose folders are URL segments. */
export async function buildApp({
  config,
  sharedDatabase = false,
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
  app.setErrorHandler(problemHandler)
  const methods = new AllowedMethods()
  app.addHook('onRoute', (route) => methods.add(route))
  app.setNotFoundHandler(({ url, method }, reply) => {
    const allowed = methods.of(url)
    if (allowed.length > 0 && !allowed.includes(method)) {
      reply.header('allow', allowed.join(', '))
      throw new MethodNotAllowedError(`${method} is not allowed here, but ${allowed.join(', ')}`)
    }
    const notFound = Object.assign(new Error('there is nothing here'), { statusCode: 404, code: 'NOT_FOUND' })
    return reply.code(404).type('application/problem+json').send(problem(notFound))
  })
  await app.register(autoload, {
    dir: join(import.meta.dirname, 'plugins'),
    options: { config, sharedDatabase }
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
