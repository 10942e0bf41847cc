import { negotiate } from '@fastify/accept-negotiator'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { DASHBOARD_CSP, type DashboardFiles, findDashboard, PAGE_PATHS } from '../lib/http/dashboard.js'
import type {} from './env.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** `undefined`: the setting DASHBOARD is off, or the dashboard was not built. */
    dashboard: Dashboard | undefined
  }
}

/** The page of the dashboard, which is the same for all paths. */
export interface Dashboard {
  /** Whether the client of `/` is a browser, which gets the page instead of the directory. */
  isWanted(request: FastifyRequest): boolean
  send(reply: FastifyReply): FastifyReply
}

/** Names of assets contain a digest of their contents. */
const FOR_EVER = 'public, max-age=31536000, immutable'
const HOUR = 'public, max-age=3600'

function isWanted({ headers }: FastifyRequest): boolean {
  return negotiate(headers.accept ?? '', ['application/json', 'text/html']) === 'text/html'
}

function dashboardOf({ page }: DashboardFiles): Dashboard {
  return {
    isWanted,
    send: (reply) =>
      reply
        .headers({ 'content-security-policy': DASHBOARD_CSP, 'cache-control': 'no-cache', vary: 'accept' })
        .type('text/html; charset=utf-8')
        .send(page)
  }
}

/** Not in a scope of its own, which would not have what later plugins add to requests. */
async function addFiles(app: FastifyInstance, { root, files: names }: DashboardFiles): Promise<void> {
  await app.register(fastifyStatic, { root, serve: false, preCompressed: true, cacheControl: false })
  for (const name of names) {
    app.get(`/${name}`, { schema: { hide: true } }, (_request, reply) => {
      return reply.header('cache-control', name.startsWith('assets/') ? FOR_EVER : HOUR).sendFile(name)
    })
  }
}

async function dashboard(app: FastifyInstance): Promise<void> {
  const found = app.config.DASHBOARD ? findDashboard(import.meta.dirname) : undefined
  const pages = found && dashboardOf(found)
  app.decorate('dashboard', pages)
  if (found === undefined || pages === undefined) return
  for (const path of PAGE_PATHS) app.get(path, { schema: { hide: true } }, (_request, reply) => pages.send(reply))
  await addFiles(app, found)
}

export default fp(dashboard, {
  fastify: '5.x',
  name: 'dashboard',
  dependencies: ['env']
})
