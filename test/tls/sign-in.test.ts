import assert from 'node:assert/strict'
import { request } from 'node:https'
import { describe, it } from 'node:test'
import { BEARER, operate, TOKEN } from '../app/support.js'
import { Browser, signInWith } from '../operators/browser.js'
import { authority, startTls } from './support.js'

const server = await startTls({ TRUSTED_PROXIES: '127.0.0.1' })
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }

interface Answer {
  status: number | undefined
  setCookie: string
  body: string
}

/** A request over the TLS listener. */
function ask(method: string, path: string, headers: Record<string, string>, payload?: object): Promise<Answer> {
  const body = payload === undefined ? undefined : JSON.stringify(payload)
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port: server.securePort,
      path: `/api/v1${path}`,
      method,
      ca: authority.cert,
      agent: false,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) }
    })
    sent.on('error', reject).on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      const setCookie = String(response.headers['set-cookie'])
      response.on('end', () => resolve({ status: response.statusCode, setCookie, body: text }))
    })
    sent.end(body)
  })
}

describe('the cookie of a sign-in', () => {
  it('that comes over TLS is for TLS and for this host only', async () => {
    const { status, setCookie } = await ask('POST', '/sign-in', OWN_PAGE, { token: TOKEN })
    assert.equal(status, 200)
    assert.match(setCookie, /^__Host-sign-in=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    const cookie = setCookie.split(';')[0] ?? ''
    const statusWith = async (text: string) => (await ask('GET', '/sign-in', { ...OWN_PAGE, cookie: text })).status
    assert.equal(await statusWith(cookie), 200)
    // Another site of the host could set a cookie without the prefix.
    assert.equal(await statusWith(cookie.replace('__Host-', '')), 401)
    const plain = await server.app.inject({ url: '/api/v1/sign-in', headers: { ...OWN_PAGE, cookie } })
    assert.equal(plain.statusCode, 401)
    const out = await ask('DELETE', '/sign-in', { ...OWN_PAGE, cookie })
    assert.equal(out.setCookie, '__Host-sign-in=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0')
    assert.equal(await statusWith(cookie), 401)
  })

  it('is the same behind a trusted proxy with TLS, whose host is the origin', async () => {
    const proxied = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'csms.test' }
    const own = { ...proxied, origin: 'https://csms.test' }
    const browser = await Browser.signIn(server, TOKEN, { headers: own })
    assert.match(browser.setCookie, /^__Host-sign-in=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    const put = (headers: Record<string, string>) =>
      browser.request('PUT', '/charge-points/CP-1', { payload: {}, headers })
    assert.equal((await put(own)).statusCode, 201)
    assert.equal((await put({ ...own, origin: 'http://csms.test' })).statusCode, 401)
    const { items } = (await operate(server, 'GET', '/sign-ins')).json()
    assert.equal(items[0].remoteAddress, '192.0.2.1')
  })

  it('is not set when the browser came to the proxy without TLS', async () => {
    for (const headers of [{ 'x-forwarded-proto': 'http' }, {}]) {
      const refused = await signInWith(server, TOKEN, { headers: { 'x-forwarded-for': '192.0.2.1', ...headers } })
      assert.deepEqual([refused.statusCode, refused.json().code], [403, 'INSECURE_SIGN_IN'])
    }
  })
})

describe('GET /about', () => {
  it('shows the URLs for charge points: those of the listeners, or of the proxy of the request', async () => {
    const urlsFor = async (headers: Record<string, string>) => {
      const answer = await server.app.inject({ url: '/api/v1/about', headers: { ...BEARER, ...headers } })
      return answer.json().chargePointUrls
    }
    assert.deepEqual(await urlsFor({}), [
      `ws://127.0.0.1:${server.port}/ocpp/{identity}`,
      `wss://127.0.0.1:${server.securePort}/ocpp/{identity}`
    ])
    const proxied = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', host: 'csms.test' }
    assert.deepEqual(await urlsFor(proxied), ['wss://csms.test/ocpp/{identity}'])
  })
})
