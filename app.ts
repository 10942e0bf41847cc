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

/** An identity of 48 characters, every one percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 48
/** Longer than whoever stops the process waits. */
const CLOSE_TIMEOUT_MS = 60_000

/** The same for every app of the process. */
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
  // Run from source autoload has to look for .ts, however that is made to run.
  if (import.meta.filename.endsWith('.ts')) process.env.FASTIFY_AUTOLOAD_TYPESCRIPT ??= 'true'
  const proxies = new Proxies(config)
  const app = Fastify({
    logger,
    ...serverOptions(config),
    trustProxy: proxies.isTrusted,
    // The first of all that look at a request.
    rewriteUrl: (request) => {
      proxies.normalise(request)
      return request.url ?? '/'
    },
    // It also bounds how long closing may take, and calls on the wire alone get 10 s for their answer.
    pluginTimeout: CLOSE_TIMEOUT_MS,
    // plugins/drain.ts does it, and lets through who asks how things stand.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // Where no route is there to answer: of a path that is none, and of what is no request.
    frameworkErrors: problemHandler,
    clientErrorHandler: answerClientError,
    schemaController: { compilersFactory },
    // A body is checked as it came: nothing is converted, added or dropped.
    ajv: {
      customOptions: {
        coerceTypes: false,
        useDefaults: false,
        removeAdditional: false,
        // With its schema, an error can tell the rule of a pattern and the members that are known.
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
    // What several routes share.
    ignorePattern: /^shared\//,
    autoHooks: true,
    cascadeHooks: true
  })
  return app
}
