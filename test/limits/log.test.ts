import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'

interface Line {
  level: number
  msg: string
  rule?: string
  suppressed?: number
  chargePoint?: string
}

async function start(options: ServerOptions = {}) {
  const lines: Line[] = []
  const stream = { write: (text: string) => void lines.push(JSON.parse(text)) }
  const server = await startServer(options, answerBasics, { logger: { level: 'info', stream } })
  return { server, of: (msg: string) => lines.filter((line) => line.msg === msg) }
}

test('the line of a refused upgrade names the rule, and a flood of them writes few', async () => {
  const { server, of } = await start({ maxLoginFailures: 0, authenticate: () => false })
  await refusedCharger(server.url, 'not an identity ')
  for (let times = 0; times < 100; times++) await refusedCharger(server.url, 'CP-1')
  const rules = of('upgrade refused').map(({ rule }) => rule)
  assert.equal(rules[0], 'identity')
  const refused = rules.filter((rule) => rule === 'authenticate').length
  assert.ok(refused >= 20 && refused < 60, `${refused} lines`)
})

test('the line of a malformed message names the rule and the charger, and says how many were left out', async () => {
  const { server, of } = await start()
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.0.1', boot: true })
  for (let times = 0; times < 500; times++) charger.sendText('nonsense')
  await charger.roundTrip()
  const counted = () => of('malformed message').reduce((sum, line) => sum + 1 + (line.suppressed ?? 0), 0)
  let sent = 500
  // A line is due once in a while, and then says what was left out.
  while (counted() < sent) {
    await sleep(100)
    charger.sendText('nonsense')
    sent++
    await charger.roundTrip()
  }
  const lines = of('malformed message')
  assert.ok(lines.length >= 21 && lines.length < 60, `${lines.length} lines`)
  assert.deepEqual([...new Set(lines.map(({ rule }) => rule))], ['not valid JSON'])
  assert.equal(lines[0]?.chargePoint, 'CP-1')
  const suppressed = lines.reduce((sum, line) => sum + (line.suppressed ?? 0), 0)
  assert.equal(suppressed + lines.length, sent)
})

test('a handler that always fails does not fill the log', async () => {
  const { server, of } = await start()
  server.app.ocpp.v16.on('DataTransfer', () => {
    throw new Error('broken')
  })
  const charger = await connectCharger(server.url, 'CP-1', { boot: true })
  for (let times = 0; times < 200; times++) charger.send(2, `${times}`, 'DataTransfer', { vendorId: 'Acme' })
  await charger.roundTrip()
  const lines = of('a handler failed').length
  assert.ok(lines >= 20 && lines < 60, `${lines} lines`)
})
