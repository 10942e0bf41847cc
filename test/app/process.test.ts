import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { basic, connectCharger, refusedCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { until } from '../support/wait.js'
import { startProcess } from './process.js'
import { temporaryDirectory } from './support.js'

function tokenIn(output: string): string | undefined {
  return /operator token +([A-Za-z0-9_-]{43})\n/.exec(output)?.[1]
}

describe('the started back-end', () => {
  it('answers the first BootNotification, and lets an operator reset that charger', async () => {
    const backend = await startProcess()
    const url = await backend.url()
    const charger = await connectCharger(url.replace('http', 'ws'), 'test_charge_point')
    const boot = { chargePointVendor: 'VendorX', chargePointModel: 'SingleSocketCharger' }
    const answer = await charger.call('BootNotification', boot, '19223201')
    assert.equal(answer.type, 3)
    const { currentTime, interval, ...rest } = answer.payload
    assert.deepEqual(rest, { status: 'Accepted' })
    assert.ok(Math.abs(Date.parse(String(currentTime)) - Date.now()) < 60_000)
    assert.ok(Number(interval) >= 285 && Number(interval) <= 315)

    const calls: unknown[] = []
    charger.onCall((action, payload) => {
      calls.push([action, payload])
      return { status: 'Accepted' }
    })
    const response = await fetch(`${url}/api/v1/charge-points/test_charge_point/calls/Reset`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenIn(backend.output())}`, 'content-type': 'application/json' },
      body: '{"type":"Soft"}'
    })
    assert.equal(response.status, 200)
    const { messageId, ...result } = (await response.json()) as Record<string, unknown>
    assert.equal(typeof messageId, 'string')
    assert.deepEqual(result, { action: 'Reset', result: { status: 'Accepted' } })
    assert.deepEqual(calls, [['Reset', { type: 'Soft' }]])
  })

  it('warns of misspelt settings, and of no other variables', inLong, async () => {
    const backend = await startProcess({ DATABASE_ULR: 'x', OPERTOR_TOKEN: 'x', HTTP_PROXY: 'x', LOG_LEVEL: 'warn' })
    await backend.url()
    const warned = [
      ...backend.output().matchAll(/"name":"(\w+)","meant":"(\w+)","msg":"unknown setting, probably misspelt"/g)
    ]
    assert.deepEqual(
      warned.map(([, name, meant]) => [name, meant]),
      [
        ['DATABASE_ULR', 'DATABASE_URL'],
        ['OPERTOR_TOKEN', 'OPERATOR_TOKEN']
      ]
    )
  })

  it('closes connections with code 1012 and exits 0 on SIGTERM', inLong, async () => {
    const backend = await startProcess()
    const charger = await connectCharger((await backend.url()).replace('http', 'ws'), 'CP-1', { boot: true })
    backend.kill('SIGTERM')
    assert.equal((await charger.closed).code, 1012)
    assert.equal(await backend.exited(), 0)
  })

  it('exits at once, with an error code, on a second signal', inLong, async () => {
    const backend = await startProcess()
    const url = await backend.url()
    const charger = await connectCharger(url.replace('http', 'ws'), 'CP-1', { boot: true })
    const called = new Promise<void>((resolve) => {
      charger.onCall(() => {
        resolve()
        return new Promise(() => undefined)
      })
    })
    void fetch(`${url}/api/v1/charge-points/CP-1/calls/ClearCache`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenIn(backend.output())}` }
    }).catch(() => undefined)
    await called
    backend.kill('SIGTERM')
    await until('it goes down', () => backend.output().includes('going down'))
    backend.kill('SIGTERM')
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /second SIGTERM/)
  })
})

describe('the operator token', () => {
  it('is created on the first start, shown once, readable by its owner only, and kept', inLong, async () => {
    const directory = await temporaryDirectory()
    const first = await startProcess({}, directory)
    await first.url()
    const token = tokenIn(first.output())
    assert.ok(token !== undefined)
    const file = join(directory, 'data', 'operator-token')
    assert.equal((await readFile(file, 'utf8')).trim(), token)
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.equal((await stat(join(directory, 'data'))).mode & 0o777, 0o700)
    first.kill('SIGINT')
    assert.equal(await first.exited(), 0)

    const second = await startProcess({ LOG_LEVEL: 'trace' }, directory)
    const url = await second.url()
    const response = await fetch(`${url}/api/v1/charge-points`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(response.status, 200)
    second.kill('SIGTERM')
    assert.equal(await second.exited(), 0)
    assert.ok(!second.output().includes(token))
  })
})

describe('the log', () => {
  it('contains no password of a charger, even at level trace', inLong, async () => {
    const backend = await startProcess({ LOG_LEVEL: 'trace', OPERATOR_TOKEN: 'token-of-the-test-operator' })
    const url = await backend.url()
    const password = 'correct-horse-battery'
    const provisioned = await fetch(`${url}/api/v1/charge-points/CP-1`, {
      method: 'PUT',
      headers: { authorization: 'Bearer token-of-the-test-operator', 'content-type': 'application/json' },
      body: JSON.stringify({ password })
    })
    assert.equal(provisioned.status, 201)
    const ws = url.replace('http', 'ws')
    await connectCharger(ws, 'CP-1', { password, boot: true })
    const wrong = await refusedCharger(ws, 'CP-1', { password: `${password}?` })
    assert.equal(wrong.status, 401)
    backend.kill('SIGTERM')
    assert.equal(await backend.exited(), 0)
    assert.match(backend.output(), /authentication-failed/)
    for (const secret of [password, basic('CP-1', password).slice('Basic '.length), 'token-of-the-test-operator']) {
      assert.ok(!backend.output().includes(secret))
    }
  })
})

describe('a start that cannot succeed', () => {
  it('exits 1 and names the invalid setting', async () => {
    const backend = await startProcess({ PORT: 'http' })
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /^Cannot start: PORT must be an integer from 0 to 65535/m)
  })

  it('exits 1 and names the port that is in use', inLong, async () => {
    const other = createServer().listen(0, '127.0.0.1')
    after(() => other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    assert.ok(typeof address === 'object' && address !== null)
    const backend = await startProcess({ PORT: String(address.port) })
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), new RegExp(`^Cannot start: PORT ${address.port} on 127\\.0\\.0\\.1 is in use`, 'm'))
  })

  it('exits 1 and names the path that collides', inLong, async () => {
    const backend = await startProcess({ OCPP_PATH: '/api/v1/charge-points/:identity' })
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /^Cannot start: OCPP_PATH must not be/m)
  })

  it('exits 1 and names the directory that cannot be created', inLong, async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'data'), 'a file')
    const backend = await startProcess({}, directory)
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /^Cannot start: DATA_DIR must be a writable directory/m)
  })
})

describe('a file .env', () => {
  it('gives settings, but not over the environment', inLong, async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, '.env'), 'OPERATOR_TOKEN=from-the-env-file-of-the-test\nPORT=1\n')
    const backend = await startProcess({}, directory)
    const headers = { authorization: 'Bearer from-the-env-file-of-the-test' }
    const response = await fetch(`${await backend.url()}/api/v1/charge-points`, { headers })
    assert.equal(response.status, 200)
    assert.match(backend.output(), /the one in OPERATOR_TOKEN/)
  })
})
