import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../../app.js'
import { saveSecurityEvent } from '../../lib/charge-points/security-events.js'
import { telling } from '../../lib/events/scope.js'
import { readConfig } from '../../lib/settings/settings.js'
import type {} from '../../plugins/store.js'
import type { Order, Outcome, Usage } from './orders.js'

const TICK_MS = 5
const CHARGE_POINTS = 500
const OPERATOR_TOKEN = 'token-of-the-bench-operator'
const directory = mkdtempSync(join(tmpdir(), 'bench-webhooks-'))
const app = await buildApp({
  config: readConfig({
    OPERATOR_TOKEN,
    DATA_DIR: directory,
    LOG_LEVEL: 'silent',
    DATABASE_URL: process.env.DATABASE_URL,
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true'
  })
})
await app.listen({ host: '127.0.0.1', port: 0 })
// Charge points that are known already, as nearly all are.
for (let index = 0; index < CHARGE_POINTS; index++) await app.store.chargePointId(`CP-${index}`)

process.on('message', (order: Order | 'usage') => {
  if (order === 'usage') process.send?.(usage())
  else void carryOut(order).then((outcome) => process.send?.(outcome))
})
process.on('disconnect', () => process.exit())
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
process.send?.('ready')

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpuSeconds: (user + system) / 1e6 }
}

async function carryOut({ rate, count, url }: Order): Promise<Outcome> {
  if (url !== undefined) {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
    await app.inject({ method: 'POST', url: '/api/v1/webhooks', headers, payload: { url } })
  }
  const started = performance.now()
  const commits: Promise<number>[] = []
  while (commits.length < count) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    const due = Math.min(count, Math.floor(((performance.now() - started) / 1000) * rate))
    while (commits.length < due) commits.push(commit(commits.length))
  }
  const took = (await Promise.all(commits)).sort((a, b) => a - b)
  return {
    seconds: (performance.now() - started) / 1000,
    commitMs: { p50: took[Math.floor(count / 2)] ?? 0, p99: took[Math.floor(count * 0.99)] ?? 0 },
    rss: process.memoryUsage.rss()
  }
}

/** A small change, and an event of it. Resolves with the milliseconds it took. */
async function commit(number: number): Promise<number> {
  const started = performance.now()
  const identity = `CP-${number % CHARGE_POINTS}`
  const save = saveSecurityEvent({ type: 'SettingSystemTime', source: 'chargePoint', timestamp: number })
  const data = { source: 'chargePoint', type: 'SettingSystemTime', timestamp: '2026-01-01T00:00:00.000Z' } as const
  await app.store.commit(
    identity,
    telling(save, () => ({ type: 'security', chargePoint: identity, data }))
  )
  return performance.now() - started
}
