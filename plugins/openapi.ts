import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { complete, type FactsOf } from '../lib/openapi/complete.js'
import type { Document } from '../lib/openapi/document.js'
import { INTRODUCTION } from '../lib/openapi/introduction.js'

/** As OpenAPI writes it, and without the slash at the end of an index route. */
function pathOf(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}').replace(/(?<=.)\/$/, '')
}

/** What the documentation page needs: its own files, and the styles that it writes into its elements. */
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
  // Read when asked for: a hook behind this one may add to them.
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
      components: {
        securitySchemes: {
          operator: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token of an operator: `data/operator-token`, say'
          }
        }
      },
      security: [{ operator: [] }]
    }
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    uiConfig: { deepLinking: true, docExpansion: 'none', filter: true, defaultModelsExpandDepth: -1 }
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}

export default fp(openapi, { fastify: '5.x', name: 'openapi', dependencies: ['security-headers'] })
