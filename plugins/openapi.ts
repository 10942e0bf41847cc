import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { negotiate } from '@fastify/accept-negotiator'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { Compressor, ENCODINGS, type Encoding } from '../lib/http/compressor.js'
import { complete, type FactsOf } from '../lib/openapi/complete.js'
import type { Document } from '../lib/openapi/document.js'
import { INTRODUCTION } from '../lib/openapi/introduction.js'
import { pageDocument } from '../lib/openapi/page-document.js'
import { SECURITY_SCHEMES } from '../lib/openapi/security-schemes.js'

/** A path as OpenAPI writes it, without the trailing slash of an index route. */
function pathOf(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}').replace(/(?<=.)\/$/, '')
}

/** The content security policy of the documentation page: its own files, and inline styles. */
const DOCS_CSP = {
  'default-src': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'style-src': "'self' 'unsafe-inline'"
}

async function openapi(app: FastifyInstance): Promise<void> {
  const routes = new Map<string, RouteOptions>()
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) routes.set(`${method} ${pathOf(route.url)}`, route)
  })
  // Read when requested, because hooks that are added later may add routes.
  const factsOf: FactsOf = (method, path) => routes.get(`${method.toUpperCase()} ${path}`)?.config ?? {}

  await app.register(swagger, {
    transformObject: (source) => {
      if (!('openapiObject' in source)) return source.swaggerObject
      const document = source.openapiObject as unknown as Document
      return complete(document, factsOf) as object
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Operator API',
        version: '1',
        description: INTRODUCTION,
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: '/', description: 'Where this document comes from' }],
      components: { securitySchemes: SECURITY_SCHEMES },
      security: [{ operator: [] }, { signIn: [] }]
    }
  })
  await app.register(documentation)
}

/**
 * Swagger UI keeps the token in `localStorage`, where it would stay for ever and be visible to every tab. The page runs
 * this script before Swagger UI: it replaces `localStorage` by the storage of the tab.
 */
const STORAGE_OF_TAB = {
  filename: 'storage-of-tab.js',
  content: "Object.defineProperty(window, 'localStorage', { value: window.sessionStorage })\n"
}

/** A scope of its own, because only the page and the document are compressed. */
async function documentation(app: FastifyInstance): Promise<void> {
  compressAnswers(app)
  let page: object | undefined
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    theme: { title: 'Operator API', js: [STORAGE_OF_TAB] },
    transformSpecificationClone: false,
    transformSpecification: (document) => {
      page ??= pageDocument(document as unknown as Document)
      return page
    },
    uiConfig: {
      deepLinking: true,
      docExpansion: 'none',
      filter: true,
      defaultModelsExpandDepth: -1,
      persistAuthorization: true
    }
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}

/** Compresses the answers of this scope. They must be the same for every client. */
function compressAnswers(app: FastifyInstance): void {
  const compressor = new Compressor()
  app.addHook('onSend', async (request, reply, payload) => {
    const length = Number(reply.getHeader('content-length') ?? Buffer.byteLength(String(payload)))
    const type = String(reply.getHeader('content-type'))
    if (reply.statusCode !== 200 || request.method !== 'GET' || !Compressor.isWorthwhile(type, length)) return payload
    reply.header('vary', 'accept-encoding')
    const encoding = negotiate(request.headers['accept-encoding'] ?? '', [...ENCODINGS]) as Encoding | null
    if (encoding === null) return payload
    const body = payload instanceof Readable ? await buffer(payload) : Buffer.from(payload as string)
    reply.header('content-encoding', encoding).removeHeader('content-length')
    return compressor.compress(body, encoding)
  })
}

export default fp(openapi, { fastify: '5.x', name: 'openapi', dependencies: ['security-headers'] })
