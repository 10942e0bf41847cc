/**
 * Two tenants on one server, each with its own path, passwords, handlers and charge points. Both may have a charger
 * named CP-1.
 *
 *   npx tsx --conditions=source examples/tenants.ts
 *   npx wscat -c ws://127.0.0.1:3000/north/ocpp/CP-1 -s ocpp1.6 --auth CP-1:northern-lights
 *   curl http://127.0.0.1:3000/north/charge-points
 */
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyOcpp, { currentTime, passwordMatches } from 'fastify-ocpp'

interface Tenant {
  name: string
  heartbeatInterval: number
  passwords: ReadonlyMap<string, string>
}

const TENANTS: readonly Tenant[] = [
  { name: 'north', heartbeatInterval: 300, passwords: new Map([['CP-1', 'northern-lights']]) },
  { name: 'south', heartbeatInterval: 900, passwords: new Map([['CP-1', 'southern-cross']]) }
]

/** Registers the routes of one tenant. Each tenant has its own scope, and therefore its own `scope.ocpp`. */
async function tenantRoutes(scope: FastifyInstance, { name, heartbeatInterval, passwords }: Tenant): Promise<void> {
  await scope.register(fastifyOcpp, {
    authenticate: ({ identity, password }) => {
      const expected = passwords.get(identity)
      if (expected === undefined) return { accept: false, status: 404, reason: `no charger of ${name}` }
      return passwordMatches(password, expected)
    }
  })
  const boot = () => ({ status: 'Accepted' as const, currentTime: currentTime(), interval: heartbeatInterval })
  scope.ocpp.v16.on('BootNotification', boot)
  scope.ocpp.v201.on('BootNotification', boot)
  scope.ocpp.v21.on('BootNotification', boot)

  scope.get('/charge-points', () =>
    Array.from(scope.ocpp.chargePoints, ({ identity, protocol }) => ({ identity, protocol }))
  )
}

const app = Fastify({ logger: true })

for (const tenant of TENANTS) {
  await app.register((scope) => tenantRoutes(scope, tenant), { prefix: `/${tenant.name}` })
}

process.once('SIGTERM', () => app.close())
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
