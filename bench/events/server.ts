import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../../app.js'
import { readConfig } from '../../lib/settings/settings.js'
import type {} from '../../plugins/publisher.js'
import type { Order, Outcome } from './orders.js'

/** How often events are published, a share of them each time. */
const TICK_MS = 5

const directory = mkdtempSync(join(tmpdir(), 'bench-events-'))
const OPERATOR_TOKEN = 'token-of-the-bench-operator'
const app = await buildApp({ config: readConfig({ OPERATOR_TOKEN, DATA_DIR: directory, LOG_LEVEL: 'silent' }) })
await app.listen({ host: '127.0.0.1', port: 0 })

process.on('message', (order: Order) => void publishAll(order).then((outcome) => process.send?.(outcome)))
process.on('disconnect', () => process.exit())
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
process.send?.({ port: (app.server.address() as AddressInfo).port, token: OPERATOR_TOKEN })

/** At an even rate; when it gets late it publishes what is due at once. */
async function publishAll({ rate, count }: Order): Promise<Outcome> {
  const cpu = process.cpuUsage()
  const started = performance.now()
  let published = 0
  while (published < count) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    const due = Math.min(count, Math.floor(((performance.now() - started) / 1000) * rate))
    for (; published < due; published++) publish(published)
  }
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { seconds, cpuSeconds: (user + system) / 1e6, rss: process.memoryUsage.rss() }
}

function publish(number: number): void {
  app.publisher.publish({
    type: 'status',
    chargePoint: `CP-${number % 1000}`,
    data: { evseId: 1, connectorId: 1 + (number % 2), status: 'Occupied', timestamp: '2026-01-01T00:00:00.000Z' }
  })
}
