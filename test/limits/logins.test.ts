import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordMatches, type RefusedEvent, type SecurityEvent } from 'fastify-ocpp'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'
import { until } from '../support/wait.js'

const RIGHT = 'the right password'

async function start(options: ServerOptions = {}) {
  const asked: string[] = []
  const server = await startServer(
    {
      ...options,
      authenticate: ({ identity, password }) => {
        asked.push(identity)
        return passwordMatches(password, RIGHT)
      }
    },
    answerBasics,
    { trustProxy: true }
  )
  const refused: RefusedEvent[] = []
  const security: SecurityEvent['type'][] = []
  server.app.ocpp.events.on('refused', (event) => refused.push(event))
  server.app.ocpp.events.on('security', ({ type }) => security.push(type))
  const as = (address: string, password: string) => ({ password, headers: { 'x-forwarded-for': address } })
  const guess = (identity: string, address: string) =>
    refusedCharger(server.url, identity, as(address, `${Math.random()}`))
  return { server, asked, refused, security, as, guess }
}

test('guesses beyond maxLoginFailures are answered 429 and Retry-After, and authenticate is not asked', async () => {
  const { guess, asked, refused, security } = await start({ maxLoginFailures: 4 })
  for (let times = 0; times < 4; times++) assert.equal((await guess('CP-1', '192.0.2.1')).status, 401)
  for (let times = 0; times < 5; times++) {
    const { status, headers, body } = await guess('CP-1', '192.0.2.1')
    assert.equal(status, 429)
    assert.equal(headers['retry-after'], '1')
    assert.equal(headers['www-authenticate'], undefined)
    assert.equal(body, 'too many failed logins, try again later\n')
  }
  assert.equal(asked.length, 4)
  assert.deepEqual(security, Array(4).fill('authentication-failed'), 'nobody fills the security log')
  assert.deepEqual(
    refused.map(({ rule }) => rule),
    [...Array(4).fill('authenticate'), ...Array(5).fill('login-failures')]
  )
})

test('guesses of its password affect neither a connected charger nor one at another address', async () => {
  const { server, guess, as } = await start({ maxLoginFailures: 2 })
  const live = await connectCharger(server.url, 'CP-1', { ...as('192.0.2.1', RIGHT), boot: true })
  for (let times = 0; times < 20; times++) await guess('CP-1', '198.51.100.7')
  assert.equal((await live.roundTrip()).type, 3)
  assert.equal(server.app.ocpp.chargePoints.get('CP-1')?.remoteAddress, '192.0.2.1')
  await live.close()
  await connectCharger(server.url, 'CP-1', as('192.0.2.1', RIGHT))
})

test('a charger can reconnect from the address from which its password is guessed', async () => {
  const { server, guess, as } = await start({ maxLoginFailures: 2, maxLoginFailuresPerAddress: 5 })
  const live = await connectCharger(server.url, 'CP-1', as('192.0.2.1', RIGHT))
  for (let times = 0; times < 20; times++) await guess('cp-1', '192.0.2.1')
  for (let index = 0; index < 20; index++) await guess(`CP-${index}`, '192.0.2.1')
  assert.equal((await guess('CP-77', '192.0.2.1')).status, 429)
  await live.close()
  await until('it is gone', () => server.app.ocpp.chargePoints.size === 0)
  const again = await connectCharger(server.url, 'CP-1', { ...as('192.0.2.1', RIGHT), boot: true })
  assert.equal((await again.roundTrip()).type, 3)
})

test('an unknown charger is accepted from there after it has waited as Retry-After says', async () => {
  const { server, guess, as } = await start({ maxLoginFailures: 2 })
  for (let times = 0; times < 10; times++) await guess('CP-1', '192.0.2.1')
  const { status, headers } = await refusedCharger(server.url, 'CP-1', as('192.0.2.1', RIGHT))
  assert.equal(status, 429)
  await new Promise((resolve) => setTimeout(resolve, Number(headers['retry-after']) * 1000))
  await connectCharger(server.url, 'CP-1', as('192.0.2.1', RIGHT))
})

test('many identities tried from one address are stopped by maxLoginFailuresPerAddress', async () => {
  const { guess, refused, asked } = await start({ maxLoginFailuresPerAddress: 6 })
  for (let index = 0; index < 12; index++) await guess(`CP-${index}`, '2001:db8:0:1::1')
  const rules = refused.map(({ rule }) => rule)
  assert.equal(rules.filter((rule) => rule === 'authenticate').length, asked.length)
  assert.ok(asked.length >= 6 && asked.length <= 8, `${asked.length} were tried`)
  assert.equal(rules.at(-1), 'login-failures-per-address')
  assert.equal((await guess('CP-1', '2001:db8:0:1:ffff::2')).status, 429, 'the same network')
  assert.equal((await guess('CP-1', '2001:db8:0:2::1')).status, 401)
})

test('a user name that is not the identity is a failed login', async () => {
  const { server, as, asked } = await start({ maxLoginFailures: 3 })
  const statuses = []
  for (let times = 0; times < 5; times++) {
    const { status } = await refusedCharger(server.url, 'CP-1', { ...as('192.0.2.1', RIGHT), username: 'CP-2' })
    statuses.push(status)
  }
  assert.deepEqual(statuses, [401, 401, 401, 429, 429])
  assert.deepEqual(asked, [])
})

test('a failure of authenticate itself is no failed login', async () => {
  const server = await startServer({
    maxLoginFailures: 1,
    authenticate: () => {
      throw new Error('the database is down')
    }
  })
  for (let times = 0; times < 5; times++) {
    assert.equal((await refusedCharger(server.url, 'CP-1', { password: RIGHT })).status, 503)
  }
})

test('guesses that are made at once count as if they had failed already', async () => {
  const { server, asked, as } = await start({ maxLoginFailures: 3 })
  const all = await Promise.all(
    Array.from({ length: 30 }, (_, index) => refusedCharger(server.url, 'CP-1', as('192.0.2.1', `guess ${index}`)))
  )
  assert.equal(asked.length, 3)
  assert.equal(all.filter(({ status }) => status === 429).length, 27)
})

for (const status of [429, 503] as const) {
  test(`an answer of authenticate with ${status} is not counted as a failed login`, async () => {
    let answer: boolean | { accept: false; status: 429 | 503 } = { accept: false, status }
    const server = await startServer({ maxLoginFailures: 1, authenticate: () => answer }, answerBasics)
    // Each with a password of its own: the same one again would not count as another failure.
    for (const password of ['first', 'second', 'third']) {
      assert.equal((await refusedCharger(server.url, 'CP-1', { password })).status, status)
    }
    answer = true
    const charger = await connectCharger(server.url, 'CP-1', { password: 'fourth' })
    assert.equal((await charger.call('Heartbeat', {})).type, 4)
  })
}
