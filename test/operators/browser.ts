import assert from 'node:assert/strict'
import type { InjectOptions } from 'fastify'
import { TOKEN } from '../app/support.js'
import type { TestServer } from '../support/server.js'

/** What a browser says of a request that a page of the same origin makes. */
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }

type Asked = Pick<InjectOptions, 'payload' | 'headers' | 'remoteAddress'>

/** A browser that has signed in: it sends its cookie with every request. */
export class Browser {
  readonly #server: TestServer
  /** The header `Cookie`, which is sent along. */
  readonly cookie: string
  readonly setCookie: string
  readonly signedIn: { name: string; scopes: string[]; expiresAt: string }

  private constructor(server: TestServer, setCookie: string, signedIn: Browser['signedIn']) {
    this.#server = server
    this.setCookie = setCookie
    this.cookie = setCookie.split(';')[0] ?? ''
    this.signedIn = signedIn
  }

  static async signIn(server: TestServer, token = TOKEN, asked: Asked = {}): Promise<Browser> {
    const answer = await signInWith(server, token, asked)
    assert.equal(answer.statusCode, 200, answer.body)
    return new Browser(server, String(answer.headers['set-cookie']), answer.json())
  }

  /** The headers of its requests. */
  get headers(): Record<string, string> {
    return { ...OWN_PAGE, cookie: this.cookie }
  }

  request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, { headers, ...asked }: Asked = {}) {
    const sent = headers === undefined ? this.headers : { cookie: this.cookie, ...headers }
    return this.#server.app.inject({ method, url: `/api/v1${path}`, headers: sent, ...asked })
  }

  /** The status of a request, which shows whether it is signed in. */
  async status(): Promise<number> {
    return (await this.request('GET', '/sign-in')).statusCode
  }
}

export function signInWith({ app }: TestServer, token: string, { headers = OWN_PAGE, ...asked }: Asked = {}) {
  return app.inject({ method: 'POST', url: '/api/v1/sign-in', headers, payload: { token }, ...asked })
}
