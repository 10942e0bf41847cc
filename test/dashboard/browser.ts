import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Protocol } from 'fastify-ocpp'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Charger, ChargerOptions } from '../../src/simulator/charger.js'
import { startBackend, TOKEN } from '../app/support.js'
import { fileWithSchema } from '../database/support.js'
import { createCharger } from '../simulator/support.js'
import { ROOT } from '../support/root.js'
import { listenUntilClosed, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
/** Milliseconds for what must be seen. Many, because other programs may keep the processors busy. */
const PATIENCE = 30_000

/** Whether the tests with a browser are left out: there is none, and nobody says that it must be there. */
export const skip =
  existsSync(CHROMIUM) || process.env.REQUIRE_SERVICES === '1'
    ? false
    : `there is no ${CHROMIUM}, so no page can be opened`

/** One browser for all tests of the calling file. */
export function useBrowser(): Opener {
  let browser: Browser | undefined
  before(async () => {
    if (skip) return
    const { buildDashboard } = await import(pathToFileURL(join(ROOT, 'scripts/dashboard.mjs')).href)
    await buildDashboard({ from: ROOT })
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  })
  after(() => browser?.close())
  return async (server, options = {}) => {
    assert.ok(browser, 'the browser runs while the tests of its file run')
    const { expected = [], ...contextOptions } = options
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...contextOptions })
    after(() => context.close())
    context.setDefaultTimeout(PATIENCE)
    return new Tab(await context.newPage(), context, { origin: server.url.replace('ws:', 'http:'), expected })
  }
}

/** One back-end for all tests of the calling suite, on SQLite. */
export function useBackend(settings: Record<string, string> = {}): () => TestServer {
  const state: { directory?: string; server?: TestServer } = {}
  before(async () => {
    if (skip) return
    state.directory = await mkdtemp(join(tmpdir(), 'dashboard-'))
    await fileWithSchema(state.directory)
    state.server = await startBackend({ ...settings, DATA_DIR: state.directory }, {}, listenUntilClosed)
  })
  after(async () => {
    await state.server?.close()
    if (state.directory !== undefined) await rm(state.directory, { recursive: true, force: true })
  })
  return () => {
    assert.ok(state.server, 'the back-end runs while the tests of its suite run')
    return state.server
  }
}

export type Opener = (server: TestServer, options?: TabOptions) => Promise<Tab>

export interface TabOptions extends BrowserContextOptions {
  /** Errors in the console that the test causes on purpose. */
  expected?: readonly RegExp[]
}

/** A tab of the dashboard, and everything that went wrong in it. */
export class Tab {
  readonly page: Page
  readonly context: BrowserContext
  readonly origin: string
  readonly #faults: string[] = []
  readonly requests: { method: string; url: string }[] = []

  constructor(
    page: Page,
    context: BrowserContext,
    { origin, expected }: { origin: string; expected: readonly RegExp[] }
  ) {
    this.page = page
    this.context = context
    this.origin = origin
    const fault = (text: string) => {
      if (!expected.some((pattern) => pattern.test(text))) this.#faults.push(text)
    }
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        fault(`${message.text()} ${message.location().url}`)
    })
    page.on('pageerror', (error) => fault(String(error.stack)))
    page.on('request', (request) => {
      this.requests.push({ method: request.method(), url: request.url().replace(origin, '') })
      if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:'))
        fault(`request to ${request.url()}`)
    })
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.origin + path)
  }

  /** Opens a page as who is signed in. */
  async signIn(path = '/', token = TOKEN): Promise<void> {
    await this.open(path)
    await this.page.getByLabel('Operator token').fill(token)
    await this.page.getByRole('button', { name: 'Sign in' }).click()
    await this.page.getByRole('navigation', { name: 'Pages' }).first().waitFor({ state: 'attached' })
    await this.live()
  }

  /** Waits until what is on screen follows the server. */
  async live(): Promise<void> {
    await this.sees('.pill[data-state=live]')
  }

  /** Waits until something is seen. */
  async sees(selector: string): Promise<void> {
    await this.page.locator(selector).first().waitFor()
  }

  async seesText(text: string | RegExp, within = 'body'): Promise<void> {
    await this.page.locator(within).getByText(text).first().waitFor()
  }

  /** Waits until something is not seen any more. */
  async seesNo(selector: string): Promise<void> {
    await until(`${selector} is gone`, async () => (await this.page.locator(selector).count()) === 0, PATIENCE)
  }

  /** Fails if there was an error in the console, a violation of the policy, or a request to another host. */
  fine(): void {
    assert.deepEqual(this.#faults, [])
  }
}

/** A simulated charge point that the back-end has accepted. */
export async function connectSimulator(
  server: TestServer,
  protocol: Protocol,
  options: Partial<ChargerOptions> = {}
): Promise<Charger> {
  const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol, options)
  await charger.connect()
  await until('the charge point is accepted', () => charger.registration === 'Accepted')
  return charger
}
