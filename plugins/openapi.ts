import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

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
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Operator API',
        version: '1',
        description: 'Charge points, and every OCPP call to them as one HTTP request.'
      },
      components: { securitySchemes: { operator: { type: 'http', scheme: 'bearer' } } },
      security: [{ operator: [] }]
    }
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    uiConfig: { docExpansion: 'none', filter: true, tagsSorter: 'alpha' }
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}

export default fp(openapi, { fastify: '5.x', name: 'openapi', dependencies: ['security-headers'] })
