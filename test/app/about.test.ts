import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ROOT } from '../support/root.js'
import { operate, startBackend } from './support.js'

test('any token may read the version and the settings of the back-end', async () => {
  const before = Date.now()
  const server = await startBackend({
    MESSAGE_LOG: 'false',
    RETENTION_MESSAGES_DAYS: '7',
    OCPP_PROTOCOLS: 'ocpp1.6,ocpp2.1',
    OCPP_PATH: '/steve/websocket/:identity'
  })
  const answer = await operate(server, 'GET', '/about')
  const { startedAt, ...about } = answer.json()
  assert.ok(Date.parse(startedAt) >= before - 1 && Date.parse(startedAt) <= Date.now())
  assert.deepEqual(about, {
    version: JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')).version,
    protocols: ['ocpp1.6', 'ocpp2.1'],
    chargePointUrls: [`ws://127.0.0.1:${server.port}/steve/websocket/{identity}`],
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    openRegistration: true,
    messageLog: false,
    // Meter values and the audit log are kept for ever.
    retentionDays: { events: 365, messages: 7, webhookDeliveries: 7 }
  })
})
