import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { buildApp } from '../../app.js'
import { readConfig } from '../../lib/settings/settings.js'
import { BEARER, startBackend, temporaryDirectory } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { listen, type TestServer } from '../support/server.js'
import { assertRefused, bearer, metric, tokenOf } from './support.js'

const GUESS = bearer('a-guess-that-is-wrong-for-sure')

async function ask({ app }: TestServer, headers: Record<string, string>, remoteAddress = '192.0.2.1') {
  return app.inject({ url: '/api/v1/operator-tokens/self', headers, remoteAddress })
}

async function guess(server: TestServer, times: number, remoteAddress?: string): Promise<void> {
  for (let time = 0; time < times; time++) {
    assert.equal((await ask(server, GUESS, remoteAddress)).statusCode, 401)
  }
}

describe('an address that sends wrong tokens', () => {
  it('is answered 429 with Retry-After, even with the right one, while other addresses are not limited', async () => {
    const server = await startBackend({ API_FAILURE_LIMIT: '5' })
    await guess(server, 5)
    for (const headers of [GUESS, BEARER]) {
      const refused = await ask(server, headers)
      assert.equal(refused.statusCode, 429)
      assertRefused(refused, 'too many')
      assert.equal(refused.json().code, 'TOO_MANY_FAILURES')
      const retryAfter = Number(refused.headers['retry-after'])
      assert.ok(retryAfter >= 1 && retryAfter <= 60)
    }
    assert.equal((await ask(server, BEARER, '192.0.2.2')).statusCode, 200)
    assert.equal(await metric(server, 'operator_refusals_total{reason="throttled"}'), 2)
    assert.equal(await metric(server, 'operator_refusals_total{reason="invalid-token"}'), 5)
  })

  it('does not lock out other clients there whose token is known and too long to be guessed', async () => {
    const server = await startBackend({ API_FAILURE_LIMIT: '3' })
    const known = await tokenOf(server, 'known', 'admin')
    const fresh = await tokenOf(server, 'fresh', 'admin')
    assert.equal((await ask(server, known)).statusCode, 200)
    await guess(server, 3)
    assert.equal((await ask(server, known)).statusCode, 200)
    assert.equal((await ask(server, fresh)).statusCode, 429)
  })

  it('does not lock out the owner of the generated token', async () => {
    const DATA_DIR = await temporaryDirectory()
    const server = await listen(await buildApp({ config: readConfig({ DATA_DIR, API_FAILURE_LIMIT: '3' }) }))
    await guess(server, 3)
    assert.equal((await ask(server, GUESS)).statusCode, 429)
    assert.equal((await ask(server, bearer(server.app.operators.newToken ?? ''))).statusCode, 200)
  })

  it('counts with all addresses of its IPv6 network', async () => {
    const server = await startBackend({ API_FAILURE_LIMIT: '3' })
    await guess(server, 1, '2001:db8::1')
    await guess(server, 1, '2001:db8::2')
    await guess(server, 1, '2001:db8::3')
    assert.equal((await ask(server, GUESS, '2001:db8::4')).statusCode, 429)
    assert.equal((await ask(server, GUESS, '2001:db8:0:1::4')).statusCode, 401)
  })

  it('causes no query for texts that cannot be tokens', async () => {
    const server = await startBackend({ API_FAILURE_LIMIT: '0' })
    let reads = 0
    const { db } = server.app.database
    const selectFrom = db.selectFrom.bind(db)
    Object.assign(db, {
      selectFrom: (...args: Parameters<typeof selectFrom>) => {
        reads++
        return selectFrom(...args)
      }
    })
    await guess(server, 50)
    assert.equal(reads, 0)
    assert.equal((await ask(server, bearer(`ocpp_${'A'.repeat(43)}`))).statusCode, 401)
    assert.equal(reads, 1)
  })

  it('may be unknown because its connection has ended: such requests cause no internal error', async () => {
    const server = await startBackend()
    const line = 'GET /api/v1/operator-tokens/self HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n'
    const fault = 'operator_requests_total{method="GET",status="500"}'
    for (let time = 0; time < 10; time++) {
      const socket = connect(server.port, '127.0.0.1')
      await once(socket, 'connect')
      socket.write(line.repeat(500), () => socket.resetAndDestroy())
      await once(socket, 'close')
    }
    assert.equal((await ask(server, BEARER)).statusCode, 200)
    assert.equal(await metric(server, fault), 0)
  })

  it('does not keep chargers from connecting', async () => {
    const server = await startBackend({ API_FAILURE_LIMIT: '1', API_RATE_LIMIT: '1' })
    await guess(server, 1, '127.0.0.1')
    for (const identity of ['CP-1', 'CP-2', 'CP-3']) {
      const charger = await connectCharger(server.url, identity, { boot: true })
      assert.equal((await charger.call('Heartbeat')).type, 3)
    }
  })
})

describe('requests without a token', () => {
  it('do not count as wrong tokens', async () => {
    const server = await startBackend({ API_FAILURE_LIMIT: '1' })
    for (let time = 0; time < 5; time++) assert.equal((await ask(server, {})).statusCode, 401)
    assert.equal((await ask(server, BEARER)).statusCode, 200)
  })
})

describe('a token that is used too often', () => {
  it('is answered 429, while another is not', async () => {
    const server = await startBackend({ API_RATE_LIMIT: '20' })
    const other = await tokenOf(server, 'other', 'admin')
    assert.equal((await ask(server, BEARER)).statusCode, 200)
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(server, BEARER)))
    const refused = answers.filter(({ statusCode }) => statusCode === 429)
    assert.ok(refused.length > 0)
    for (const answer of refused) {
      assertRefused(answer, 'too many')
      assert.equal(answer.json().code, 'TOO_MANY_REQUESTS')
      assert.equal(answer.headers['retry-after'], '1')
    }
    assert.equal((await ask(server, other)).statusCode, 200)
  })

  it('is let through any number of times when the limit is 0', async () => {
    const server = await startBackend({ API_RATE_LIMIT: '0' })
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(server, BEARER)))
    assert.ok(answers.every(({ statusCode }) => statusCode === 200))
  })
})
