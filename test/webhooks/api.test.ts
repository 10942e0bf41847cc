import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildApp } from '../../app.js'
import { readConfig } from '../../lib/settings/settings.js'
import { BEARER, shareBackends, startBackend, TOKEN, temporaryDirectory } from '../app/support.js'
import { listen } from '../support/server.js'
import { isSigned, openReceiver } from './receiver.js'
import { addWebhook, ask, deliveriesOf, LOCAL, publish, untilDeliveries } from './support.js'

const HOOK = 'https://example.org/hook'

const start = shareBackends()

describe('the operator API of webhooks', () => {
  it('creates, shows, changes and deletes them', async () => {
    const server = await startBackend()
    const made = await ask(server, 'POST', '', {
      url: HOOK,
      description: 'Billing',
      filter: { types: ['transaction'], chargePoints: ['CP-1'] },
      enabled: false
    })
    assert.equal(made.statusCode, 201)
    const { secret, ...webhook } = made.json()
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    assert.equal(made.headers.location, `/api/v1/webhooks/${webhook.id}`)
    assert.deepEqual([webhook.url, webhook.description, webhook.enabled], [HOOK, 'Billing', false])
    assert.deepEqual(webhook.filter, { types: ['transaction'], chargePoints: ['CP-1'] })
    assert.deepEqual((await ask(server, 'GET', `/${webhook.id}`)).json(), webhook)
    assert.deepEqual((await ask(server, 'GET', '')).json(), { items: [webhook] })
    const changed = (await ask(server, 'PATCH', `/${webhook.id}`, { description: null, filter: {} })).json()
    assert.deepEqual([changed.url, changed.description, changed.filter, changed.enabled], [HOOK, undefined, {}, false])
    assert.equal((await ask(server, 'DELETE', `/${webhook.id}`)).statusCode, 204)
    assert.deepEqual((await ask(server, 'GET', '')).json(), { items: [] })
  })

  it('answers 404 for unknown ones', async () => {
    const server = await start()
    for (const [method, path, body] of [
      ['GET', '/7'],
      ['PATCH', '/7', { enabled: true }],
      ['DELETE', '/7'],
      ['POST', '/7/test'],
      ['POST', '/7/secret'],
      ['GET', '/7/deliveries']
    ] as const) {
      const response = await ask(server, method, path, body)
      assert.deepEqual([response.statusCode, response.json().code], [404, 'UNKNOWN_WEBHOOK'], path)
    }
    const { id } = await addWebhook(server, { url: HOOK })
    for (const [method, path] of [
      ['GET', `/${id}/deliveries/7`],
      ['POST', `/${id}/deliveries/7/resend`]
    ] as const) {
      const response = await ask(server, method, path)
      assert.deepEqual([response.statusCode, response.json().code], [404, 'UNKNOWN_DELIVERY'], path)
    }
  })

  it('rejects invalid bodies, without an echo of the secret', async () => {
    const server = await start()
    for (const [body, status] of [
      [{}, 400],
      [{ url: HOOK, filter: { types: ['weather'] } }, 400],
      [{ url: HOOK, filter: { types: [] } }, 400],
      [{ url: HOOK, filter: { chargePoints: ['a/b'] } }, 400],
      [{ url: HOOK, other: 1 }, 400],
      [{ url: HOOK, secret: 'whsec_dG9vIHNob3J0' }, 400],
      [{ url: HOOK, secret: `hunter2${'x'.repeat(100)}` }, 400],
      [{ url: 'http://example.org/' }, 422],
      [{ url: 'https://127.0.0.1/' }, 422],
      [{ url: 'https://user:hunter2@example.org/' }, 422]
    ] as const) {
      const response = await ask(server, 'POST', '', body)
      assert.equal(response.statusCode, status, JSON.stringify(body))
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
      assert.doesNotMatch(response.body, /whsec_d|hunter2/)
    }
    const { id } = await addWebhook(server, { url: HOOK })
    assert.equal((await ask(server, 'PATCH', `/${id}`, { url: 'https://10.0.0.1/' })).statusCode, 422)
    assert.equal((await ask(server, 'PATCH', `/${id}`, {})).statusCode, 400)
    for (const query of ['?status=lost', '?limit=0', '?cursor=!', '?from=yesterday', '?other=1']) {
      assert.equal((await ask(server, 'GET', `/${id}/deliveries${query}`)).statusCode, 400, query)
    }
  })

  it('allows a hundred webhooks', async () => {
    const server = await startBackend()
    for (let count = 0; count < 100; count++) await addWebhook(server, { url: HOOK, enabled: false })
    const response = await ask(server, 'POST', '', { url: HOOK })
    assert.deepEqual([response.statusCode, response.json().code], [409, 'TOO_MANY_WEBHOOKS'])
  })

  it('is for administrators only', async () => {
    const server = await start()
    for (const url of ['/api/v1/webhooks', '/api/v1/webhooks/1', '/api/v1/webhooks/1/deliveries']) {
      assert.equal((await server.app.inject({ url })).statusCode, 401)
    }
    const made = await server.app.inject({
      method: 'POST',
      url: '/api/v1/operator-tokens',
      headers: BEARER,
      payload: { name: 'reader', scopes: ['charge-points:read', 'transactions:read'] }
    })
    assert.equal(made.statusCode, 201, made.body)
    const headers = { authorization: `Bearer ${made.json().token}` }
    assert.equal((await server.app.inject({ url: '/api/v1/webhooks', headers })).statusCode, 403)
  })
})

describe('a test of a webhook', () => {
  it('shows its result, and leaves nothing behind', async () => {
    const server = await startBackend(LOCAL)
    const receiver = await openReceiver()
    const { id, secret } = await addWebhook(server, { url: receiver.url, enabled: false })
    const began = performance.now()
    const { duration, ...good } = (await ask(server, 'POST', `/${id}/test`)).json()
    assert.deepEqual(good, { delivered: true, responseStatus: 204 })
    assert.ok(duration >= 0 && duration < (performance.now() - began) / 1000, String(duration))
    const [request] = receiver.requests
    assert.ok(request !== undefined && isSigned(request, secret))
    assert.deepEqual([request.event.type, request.event.data], ['test', { webhook: id }])
    receiver.answer(() => 404)
    const { duration: _, ...bad } = (await ask(server, 'POST', `/${id}/test`)).json()
    assert.deepEqual(bad, { delivered: false, responseStatus: 404, error: 'HTTP_404' })
    assert.deepEqual(await deliveriesOf(server, id), [])
  })
})

describe('a new secret', () => {
  it('signs in addition to the old one', async () => {
    const server = await startBackend(LOCAL)
    const receiver = await openReceiver()
    const given = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    const { id, secret: first } = await addWebhook(server, { url: receiver.url, secret: given })
    assert.equal(first, given)
    const second = (await ask(server, 'POST', `/${id}/secret`)).json()
    assert.ok(Date.parse(second.previousSecretUntil) > Date.now() + 80_000_000)
    publish(server, 'CP-1')
    const [request] = await receiver.received(1)
    assert.ok(request !== undefined && isSigned(request, first) && isSigned(request, second.secret))
    await server.app.database.writer.write((trx) =>
      trx.updateTable('webhooks').set({ previous_secret_until: 1 }).execute()
    )
    const third = (await ask(server, 'POST', `/${id}/secret`, { secret: given.replace('AQEB', 'AgIC') })).json()
    publish(server, 'CP-1')
    const [, last] = await receiver.received(2)
    assert.ok(last !== undefined && isSigned(last, second.secret) && isSigned(last, third.secret))
    assert.ok(!isSigned(last, first))
  })
})

describe('the secret', () => {
  it('is shown once, and nowhere else: not in the log, the audit or any other answer', async () => {
    const lines: string[] = []
    const settings = { OPERATOR_TOKEN: TOKEN, DATA_DIR: await temporaryDirectory(), LOG_LEVEL: 'trace', ...LOCAL }
    const logger = { level: 'trace', stream: { write: (line: string) => void lines.push(line) } }
    const server = await listen(await buildApp({ config: readConfig(settings), logger }))
    const receiver = await openReceiver()
    receiver.answer(() => 500)
    const given = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    const { id } = await addWebhook(server, { url: receiver.url, secret: given })
    const { secret } = (await ask(server, 'POST', `/${id}/secret`)).json()
    publish(server, 'CP-1')
    const [delivery] = await untilDeliveries(server, id, (items) => items.some(({ attempts }) => attempts > 0))
    const paths = [
      '/webhooks',
      `/webhooks/${id}`,
      `/webhooks/${id}/deliveries`,
      `/webhooks/${id}/deliveries/${delivery?.id}`
    ]
    const answers = [lines.join('')]
    for (const path of [...paths, '/audit']) {
      answers.push((await server.app.inject({ url: `/api/v1${path}`, headers: BEARER })).body)
    }
    answers.push(await server.app.metrics.metrics())
    const audit = await server.app.database.db.selectFrom('audit_log').selectAll().execute()
    assert.ok(audit.length >= 2)
    answers.push(JSON.stringify(audit))
    assert.match(lines.join(''), /could not deliver an event to a webhook/)
    for (const answer of answers) {
      for (const hidden of [given, secret]) assert.ok(!answer.includes(hidden.slice(6)), answer)
    }
  })
})
