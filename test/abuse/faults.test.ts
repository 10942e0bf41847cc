import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { after, describe, it, test } from 'node:test'
import { sql } from 'kysely'
import { settings } from '../../lib/settings/settings.js'
import { onBothBackends, operate, startBackend } from '../app/support.js'
import { migrated } from '../database/support.js'
import { tableOf } from '../docs/pages.js'
import { connectCharger } from '../support/charger.js'
import { connectRaw, rawFrame } from '../support/raw.js'
import { ROOT } from '../support/root.js'
import type { TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'

const PROXY_IDLE_MS = 60_000
const START = { connectorId: 1, idTag: 'TAG-1', meterStart: 0, timestamp: '2026-01-01T00:00:00Z' }

async function transactions(server: TestServer): Promise<Record<string, unknown>[]> {
  return (await operate(server, 'GET', '/transactions')).json().items
}

/** Every fault of the table in PROTOCOL, section 3. */
const FAULTS = [
  ...numbered('N', 11),
  ...numbered('P', 10),
  ...numbered('D', 8),
  ...numbered('B', 4),
  ...numbered('C', 3),
  ...numbered('K', 3),
  ...numbered('X', 6)
]

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
}

describe('the table of faults', () => {
  const rows = tableOf(readFileSync(`${ROOT}docs/faults.md`, 'utf8'), 'fault')

  it('has every fault once', () => {
    assert.deepEqual(
      rows.map(([fault = '']) => fault.split(' ')[0]),
      FAULTS
    )
  })

  it('names tests that are there', () => {
    const troubles = tableOf(readFileSync(`${ROOT}docs/faults.md`, 'utf8'), 'trouble')
    assert.ok(troubles.length > 0)
    for (const [fault, outcome, tests = ''] of [...rows, ...troubles]) {
      assert.ok(outcome !== undefined && outcome !== '', fault)
      const files = tests.split(', ')
      for (const file of files)
        assert.ok(existsSync(`${ROOT}${file}`) && /\.(?:test|long)\.ts$/.test(file), `${fault}: ${file}`)
    }
  })
})

test('the pages on security name tests and pages that are there', () => {
  for (const page of ['SECURITY.md', 'docs/security.md']) {
    const text = readFileSync(`${ROOT}${page}`, 'utf8')
    const tests = Array.from(text.matchAll(/`(test\/[\w/.-]+)`/g), ([, file = '']) => file)
    assert.ok(tests.length > 0)
    for (const file of tests) assert.ok(existsSync(`${ROOT}${file}`), `${page}: ${file}`)
    const folder = page.startsWith('docs/') ? `${ROOT}docs/` : ROOT
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      assert.ok(existsSync(`${folder}${link}`), `${page}: ${link}`)
    }
  }
})

test('the table of vulnerabilities has every one once', () => {
  const rows = tableOf(readFileSync(`${ROOT}SECURITY.md`, 'utf8'), 'vulnerability')
  assert.deepEqual(
    rows.map(([name = '']) => name.split(' ')[0]),
    numbered('V', 25)
  )
})

onBothBackends('a message that was cut off', (start) => {
  it('is not booked, however much of it arrived, and is booked when it is sent again', async () => {
    const server = await start()
    const frame = rawFrame({ payload: JSON.stringify([2, 'start', 'StartTransaction', START]) })
    for (const length of [1, 6, 20, frame.length - 1]) {
      const charger = await connectRaw(server.port, 'CUT-1')
      await new Promise((resolve) => charger.socket.write(frame.subarray(0, length), resolve))
      charger.socket.end()
      await charger.closed
    }
    const charger = await connectCharger(server.url, 'CUT-1', { boot: true })
    assert.deepEqual(await transactions(server), [])
    assert.equal((await charger.call('StartTransaction', START)).type, 3)
    assert.equal((await transactions(server)).length, 1)
  })
})

/** A network that takes its time, in both directions. */
async function slowNetwork(port: number, delay: number): Promise<number> {
  const sockets: Socket[] = []
  const later = (from: Socket, to: Socket) => {
    from.on('error', () => undefined)
    from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), delay))
    from.on('close', () => setTimeout(() => to.destroy(), delay))
    sockets.push(from)
  }
  const server = createServer((outer) => {
    const inner = connect(port, '127.0.0.1')
    later(outer, inner)
    later(inner, outer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

onBothBackends('a slow network', (start) => {
  it('costs no ping and no call, and a message that is sent again over another connection is booked once', async () => {
    const delay = 400
    const server = await start({ OCPP_PING_INTERVAL: '1000' })
    const port = await slowNetwork(server.port, delay)
    const charger = await connectCharger(`ws://127.0.0.1:${port}`, 'FAR-1', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    charger.send(2, 'start', 'StartTransaction', START)
    // It does not wait for the answer: over a connection that is quicker it overtakes its original.
    const near = await connectCharger(server.url, 'FAR-1')
    const answer = await near.call('StartTransaction', START)
    assert.equal(answer.type, 3)
    await near.close()
    const back = await connectCharger(`ws://127.0.0.1:${port}`, 'FAR-1')
    back.onCall(() => ({ status: 'Accepted' }))
    const again = await back.call('StartTransaction', START)
    assert.deepEqual(again.type === 3 && again.payload, answer.type === 3 && answer.payload)
    assert.equal((await transactions(server)).length, 1)
    // Longer than a ping interval, with every pong on its way for a while.
    const pinged = () => once(back.ws, 'ping')
    await within('two pings', pinged().then(pinged))
    assert.equal((await operate(server, 'POST', '/charge-points/FAR-1/calls/ClearCache', {})).statusCode, 200)
    assert.equal(back.ws.readyState, back.ws.OPEN)
  })
})

test('chargers are pinged more often than proxies close silent connections', () => {
  assert.ok(settings.OCPP_PING_INTERVAL.default * 2 <= PROXY_IDLE_MS)
})

test('a restored database gives no transaction id twice, and messages of a lost transaction are answered', async () => {
  const ids: unknown[] = []
  // Both begin empty: as far back as a backup can be.
  for (let time = 0; time < 2; time++) {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'BACK-1', { boot: true })
    for (let index = 0; index < 20; index++) {
      const answer = await charger.call('StartTransaction', { ...START, meterStart: index })
      ids.push(answer.type === 3 && answer.payload.transactionId)
    }
    const transactionId = ids[0]
    const stop = { transactionId, meterStop: 100, timestamp: '2026-01-01T01:00:00Z' }
    assert.equal((await charger.call('StopTransaction', stop)).type, 3)
    await charger.close()
    await until('it is gone', () => server.app.ocpp.chargePoints.size === 0)
  }
  assert.ok(ids.every((id) => Number.isInteger(id)))
  assert.equal(new Set(ids).size, ids.length)
})

test('SQLite has its commits on the disk', async () => {
  const { writeDb } = await migrated('sqlite')
  const { rows } = await sql<{ synchronous: number; journal_mode: string }>`pragma synchronous`.execute(writeDb)
  // 2 is FULL.
  assert.equal(rows[0]?.synchronous, 2)
  const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(writeDb)
  assert.equal(mode.rows[0]?.journal_mode, 'wal')
})
