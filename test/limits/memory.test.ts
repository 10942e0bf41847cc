import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { after, test } from 'node:test'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { connectRaw } from '../support/raw.js'
import { nodeArguments } from '../support/root.js'
import { until } from '../support/wait.js'

const PATIENCE = 60_000

/** A server of its own, whose heap is full when it holds 200 MB. */
async function start() {
  const command = nodeArguments('test/limits/memory-server.ts')
  // Its young objects count, too: not more room for them than a server has.
  const execArgv = [...command.slice(0, -1), '--expose-gc', '--max-old-space-size=200', '--max-semi-space-size=16']
  const child = fork(command.at(-1) ?? '', { execArgv, serialization: 'json' })
  after(() => child.kill('SIGKILL'))
  const told: unknown[][] = []
  child.on('message', (event) => told.push(event as unknown[]))
  const isTold = (...event: unknown[]) => told.some((other) => JSON.stringify(other) === JSON.stringify(event))
  const holds = async (share: number) => {
    child.send(share)
    await until(`it uses ${share} of its memory`, () => isTold('holds', share), PATIENCE)
  }
  await until('it listens', () => told.some(([name]) => name === 'listens'), PATIENCE)
  const address = String(told.find(([name]) => name === 'listens')?.[1])
  return { child, isTold, holds, url: address.replace('http', 'ws'), port: Number(new URL(address).port) }
}

test('above maxHeapUsage newcomers are answered 503, those who are connected never notice, and below it is over', async () => {
  const { url, holds, isTold, child } = await start()
  const charger = await connectCharger(url, 'CP-1')
  await holds(0.65)
  for (let times = 0; times < 20; times++) {
    const { status, headers } = await refusedCharger(url, 'CP-2')
    assert.equal(status, 503)
    assert.ok(Number(headers['retry-after']) >= 1)
    assert.equal((await charger.roundTrip()).type, 3)
  }
  await until('it is told', () => isTold('refused', 'memory'))
  await holds(0)
  await untilAdmitted(url, 'CP-2')
  assert.equal(child.exitCode, null)
})

test('half-way to the limit nothing is compressed, and connections that do not read are cut', async () => {
  const { url, port, holds, isTold } = await start()
  const headers = { 'Sec-WebSocket-Protocol': 'ocpp2.1', 'Sec-WebSocket-Extensions': 'permessage-deflate' }
  const raw = await connectRaw(port, 'READER', { headers })
  const slow = await connectRaw(port, 'SLOW', { headers: { 'Sec-WebSocket-Protocol': 'ocpp2.1' } })
  const charger = await connectCharger(url, 'CP-1')
  const ask = { payload: '[2,"1","DataTransfer",{"vendorId":"Acme"}]' }
  const frames = () => raw.frames.filter(({ opcode }) => opcode === 1)
  raw.write(ask)
  await until('it is answered', () => frames().length === 1)
  assert.ok((frames()[0]?.payload.length ?? 0) < 5000, 'it is compressed')
  slow.socket.pause()
  for (let times = 0; times < 500; times++) slow.write(ask)
  assert.equal((await charger.roundTrip()).type, 3)
  await holds(0.82)
  await until(
    'it is cut',
    () => isTold('limited', 'memory', 'SLOW') && isTold('disconnect', 'slow-reader', 'SLOW'),
    PATIENCE
  )
  raw.write(ask)
  await until('it is answered', () => frames().length === 2)
  assert.equal(JSON.parse(raw.texts[1] ?? '')[0], 3)
  assert.equal((await charger.roundTrip()).type, 3)
})

/** Connects a charger as soon as it is let in. */
async function untilAdmitted(url: string, identity: string): Promise<void> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    try {
      await connectCharger(url, identity)
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
  }
}
