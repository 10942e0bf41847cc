import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { RateLimit } from '../../lib/events/rate-limit.js'
import type {} from '../../plugins/publisher.js'
import { startBackend } from '../app/support.js'
import { refusedCharger } from '../support/charger.js'

it('a rate limit lets so many through in one window, and as many in the next', () => {
  let now = 0
  const limit = new RateLimit(2, 1000, () => now)
  const passed = [0, 1, 999, 1000, 1001, 1002, 5000].map((time) => {
    now = time
    return limit.pass()
  })
  assert.deepEqual(passed, [true, true, false, true, true, false, true])
})

it('repeated rejected handshakes do not displace other events', async () => {
  const { app, url } = await startBackend({ OCPP_OPEN_REGISTRATION: 'false' })
  const told: string[] = []
  after(app.publisher.subscribe(({ type, chargePoint }) => told.push(`${type} ${chargePoint}`)))
  const started = performance.now()
  for (let knock = 0; knock < 100; knock++) await refusedCharger(url, `STRANGER-${knock}`)
  const windows = 1 + Math.ceil((performance.now() - started) / 1000)
  assert.equal(told[0], 'security STRANGER-0')
  const security = told.filter((line) => line.startsWith('security ')).length
  // Each kind of event has a limit of its own.
  for (const count of [security, told.length - security]) assert.ok(count <= 20 * windows, `${count} in ${windows}`)
})
