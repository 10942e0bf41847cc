import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, it, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Dialect } from '../../lib/database/dialect.js'
import { type Process, startProcess } from '../app/process.js'
import { emptyDatabase, onBothDatabases } from '../database/support.js'
import { SERVER } from '../support/certificates.js'
import { basic, type Charger, type ChargerOptions, connectCharger, refusedCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { rawUpgrade, upgradeRequest } from '../support/raw.js'
import { formsOf, leaks, type Place, type Secret } from './leaks.js'

const JSON_BODY = { 'content-type': 'application/json' }
/** Not a secret: each place has to have it, or nothing was looked at. */
const IDENTITY = 'SECRETIVE-1'

function random(): string {
  return randomBytes(15).toString('base64url').replace(/[-_]/g, 'x')
}

/** All that is secret, by what it is. */
class Secrets {
  readonly #list: Secret[] = []

  /** One to be kept. */
  keep(what: string, identity?: string, value: string = random()): string {
    this.#list.push({ what, value, ...(identity !== undefined && { identity }) })
    return value
  }

  get all(): readonly Secret[] {
    return this.#list
  }

  except(...parts: string[]): Secret[] {
    return this.#list.filter(({ what }) => !parts.some((part) => what.includes(part)))
  }
}

/** The back-end and whoever talks to it; all it answers is kept. */
class Scene {
  readonly secrets = new Secrets()
  readonly answers: string[] = []
  readonly #backend: Process
  readonly #url: string
  readonly #token: string

  constructor(backend: Process, url: string, token: string) {
    this.#backend = backend
    this.#url = url
    this.#token = token
  }

  get ws(): string {
    return this.#url.replace('http', 'ws')
  }

  get port(): number {
    return Number(new URL(this.#url).port)
  }

  /** `isShown`: the answer may have the secret, this once. */
  async operate(method: string, path: string, body?: unknown, { isShown = false, token = this.#token } = {}) {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && JSON_BODY) },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const text = await response.text()
    if (!isShown) this.answers.push(`${method} ${path} ${response.status} ${text}`)
    return { status: response.status, text }
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.operate('GET', path)).text) as T
  }

  call(identity: string, action: string, payload: unknown) {
    return this.operate('POST', `/api/v1/charge-points/${identity}/calls/${action}`, payload)
  }

  /** Collects what is told of events from now on. */
  async listen(): Promise<() => string> {
    const controller = new AbortController()
    after(() => controller.abort())
    const response = await fetch(`${this.#url}/api/v1/events`, {
      headers: { authorization: `Bearer ${this.#token}` },
      signal: controller.signal
    })
    assert.equal(response.status, 200)
    let text = ''
    const read = async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
    }
    read().catch(() => undefined)
    return () => text
  }

  output(): string {
    return this.#backend.output()
  }
}

/** A charger that takes over whatever it is told, and tells what it has when it is asked. */
function obliging(charger: Charger, { secrets }: Scene): Charger {
  const reported = secrets.keep('a password that the charger reports')
  const value = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } }
  const answers: Record<string, unknown> = {
    ChangeConfiguration: { status: 'Accepted' },
    GetConfiguration: { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: reported }] },
    SetVariables: { setVariableResult: [{ ...value, attributeStatus: 'Accepted' }] },
    GetVariables: { getVariableResult: [{ ...value, attributeStatus: 'Accepted', attributeValue: reported }] },
    SetNetworkProfile: { status: 'Accepted' },
    GetDiagnostics: {},
    UpdateFirmware: charger.protocol === 'ocpp1.6' ? {} : { status: 'Accepted' },
    TriggerMessage: { status: 'Accepted' }
  }
  return charger.onCall((action) => answers[action] ?? {})
}

async function connect(scene: Scene, identity: string, password: string, options: ChargerOptions = {}) {
  return obliging(await connectCharger(scene.ws, identity, { password, boot: true, ...options }), scene)
}

async function operators(scene: Scene): Promise<void> {
  const { secrets } = scene
  const body = { name: 'reader', scopes: ['charge-points:read'] }
  const made = await scene.operate('POST', '/api/v1/operator-tokens', body, { isShown: true })
  assert.equal(made.status, 201, made.text)
  const token = secrets.keep('a token of an operator', undefined, JSON.parse(made.text).token)
  assert.equal((await scene.operate('GET', '/api/v1/charge-points', undefined, { token })).status, 200)
  assert.equal((await scene.operate('GET', '/api/v1/audit', undefined, { token })).status, 403)
  await scene.operate('DELETE', '/api/v1/operator-tokens/reader')
  assert.equal((await scene.operate('GET', '/api/v1/charge-points', undefined, { token })).status, 401)
  const wrong = secrets.keep('a wrong token')
  assert.equal((await scene.operate('GET', '/api/v1/charge-points', undefined, { token: wrong })).status, 401)
  await scene.operate('POST', '/api/v1/operator-tokens', { ...body, token: secrets.keep('a token where none belongs') })
}

async function browsers(scene: Scene, token: string): Promise<void> {
  const url = `http://127.0.0.1:${scene.port}/api/v1/sign-in`
  const signIn = { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ token }) }
  const [cookie = ''] = (await fetch(url, signIn)).headers.get('set-cookie')?.split(';') ?? []
  scene.secrets.keep('the cookie of a sign-in', undefined, cookie.slice(cookie.indexOf('=') + 1))
  const wrong = `sign-in=${scene.secrets.keep('a cookie of no sign-in')}`
  for (const [sent, status] of [
    [cookie, 200],
    [wrong, 401]
  ] as const) {
    const answer = await fetch(url, { headers: { cookie: sent } })
    scene.answers.push(await answer.text())
    assert.equal(answer.status, status)
  }
  scene.answers.push((await scene.operate('GET', '/api/v1/sign-ins')).text)
}

async function webhooks(scene: Scene): Promise<void> {
  const secret = () => `whsec_${scene.secrets.keep('a webhook secret', undefined, randomBytes(30).toString('base64'))}`
  const body = { url: 'http://127.0.0.1:9/hook', secret: secret() }
  const made = await scene.operate('POST', '/api/v1/webhooks', body, { isShown: true })
  assert.equal(made.status, 201, made.text)
  const { id } = JSON.parse(made.text)
  const changed = await scene.operate('POST', `/api/v1/webhooks/${id}/secret`, { secret: secret() }, { isShown: true })
  assert.equal(changed.status, 200, changed.text)
  await scene.operate('POST', `/api/v1/webhooks/${id}/test`)
  const credentials = scene.secrets.keep('a password in the URL of a webhook')
  await scene.operate('POST', '/api/v1/webhooks', { url: `http://user:${credentials}@127.0.0.1:9/` })
  await scene.operate('POST', '/api/v1/webhooks', { url: 7, secret: secret() })
}

async function logins(scene: Scene): Promise<string> {
  const { secrets } = scene
  const password = secrets.keep('a password', IDENTITY)
  const path = `/api/v1/charge-points/${IDENTITY}`
  assert.equal((await scene.operate('PUT', path, { password })).status, 201)
  await scene.operate('PUT', path, { password: secrets.keep('a password that is refused').slice(0, 15), more: 1 })
  await scene.operate('PUT', path, { passwort: secrets.keep('a password under a misspelt name') })
  const wrong = secrets.keep('a wrong password', IDENTITY)
  assert.equal((await refusedCharger(scene.ws, IDENTITY, { password: wrong })).status, 401)
  assert.equal((await refusedCharger(scene.ws, IDENTITY, { password, username: 'OTHER' })).status, 401)
  assert.equal((await refusedCharger(scene.ws, 'UNKNOWN', { password: wrong })).status, 404)
  const odd = [`Basic ${wrong}`, `Bearer ${wrong}`, wrong, basic(IDENTITY, wrong).replace('Basic', 'Digest')]
  for (const Authorization of odd) {
    await rawUpgrade(scene.port, upgradeRequest({ target: `/ocpp/${IDENTITY}`, headers: { Authorization } }))
  }
  const inUrl = secrets.keep('a password in the query of a URL')
  await rawUpgrade(scene.port, upgradeRequest({ target: `/ocpp/${IDENTITY}?password=${inUrl}` }))
  await rawUpgrade(scene.port, upgradeRequest({ target: `/api/v1/charge-points?access_token=${inUrl}` }))
  return password
}

async function calls(scene: Scene, password: string): Promise<void> {
  const { secrets } = scene
  const first = await connect(scene, IDENTITY, password)
  const idTag = secrets.keep('an id token', undefined, random().slice(0, 20))
  await first.call('Authorize', { idTag })
  const start = { connectorId: 1, idTag, meterStart: 0, timestamp: '2026-01-01T00:00:00Z' }
  await first.call('StartTransaction', start)
  const key = secrets.keep('an AuthorizationKey', IDENTITY, randomBytes(20).toString('hex'))
  const change = { key: 'AuthorizationKey', value: key }
  assert.equal((await scene.call(IDENTITY, 'ChangeConfiguration', change)).status, 200)
  await scene.call(IDENTITY, 'ChangeConfiguration', { ...change, more: secrets.keep('a member too many') })
  await scene.call(IDENTITY, 'ChangeConfiguration', { key: 'AuthorizationKey', value: [key] })
  assert.equal((await scene.call(IDENTITY, 'GetConfiguration', {})).status, 200)
  const ftp = (what: string) => `ftp://operator:${secrets.keep(what)}@files.example/path`
  await scene.call(IDENTITY, 'GetDiagnostics', { location: ftp('a password of an FTP server') })
  const retrieveDate = '2030-01-01T00:00:00Z'
  await scene.call(IDENTITY, 'UpdateFirmware', { location: ftp('a password of a firmware server'), retrieveDate })
  await first.close()
  const again = await connect(scene, IDENTITY, key)
  const operation = `/api/v1/charge-points/${IDENTITY}/operations/set-password`
  const next = secrets.keep('a password set by the operation', IDENTITY).slice(0, 20)
  assert.equal((await scene.operate('POST', operation, { password: next })).status, 200)
  await again.close()
  await (await connect(scene, IDENTITY, next)).close()
}

async function calls2(scene: Scene): Promise<void> {
  const { secrets } = scene
  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    const identity = `${IDENTITY}-${protocol.slice(4)}`
    const password = secrets.keep(`a password of ${protocol}`, identity)
    await scene.operate('PUT', `/api/v1/charge-points/${identity}`, { password })
    const charger = await connect(scene, identity, password, { protocol })
    const component = { name: 'SecurityCtrlr' }
    const variable = { name: 'BasicAuthPassword' }
    const attributeValue = secrets.keep(`a BasicAuthPassword of ${protocol}`, identity)
    const set = { setVariableData: [{ component, variable, attributeValue }] }
    assert.equal((await scene.call(identity, 'SetVariables', set)).status, 200)
    await scene.call(identity, 'GetVariables', { getVariableData: [{ component, variable }] })
    const apn = {
      apn: 'internet',
      apnUserName: 'user',
      apnPassword: secrets.keep('the password of an APN'),
      simPin: 4711,
      apnAuthentication: 'PAP'
    }
    const vpn = {
      server: 'vpn.example',
      user: 'user',
      password: secrets.keep('the password of a VPN'),
      key: secrets.keep('the key of a VPN'),
      type: 'IPSec'
    }
    const connectionData = {
      ocppTransport: 'JSON',
      ocppCsmsUrl: 'wss://csms.example/',
      messageTimeout: 30,
      securityProfile: 2,
      ocppInterface: 'Wireless0',
      apn,
      vpn,
      ...(protocol === 'ocpp2.0.1' && { ocppVersion: 'OCPP20' }),
      ...(protocol === 'ocpp2.1' && { basicAuthPassword: secrets.keep('a password of a network profile', identity) })
    }
    await scene.call(identity, 'SetNetworkProfile', { configurationSlot: 1, connectionData })
    const value = secrets.keep('a password in a report')
    const reportData = [{ component, variable, variableAttribute: [{ type: 'Actual', value }] }]
    await charger.call('NotifyReport', { requestId: 1, generatedAt: '2026-01-01T00:00:00Z', seqNo: 0, reportData })
    await charger.call('NotifyReport', { requestId: 1, reportData: { ...reportData[0], variableAttribute: { value } } })
    await charger.close()
  }
}

/** Failures of ours: what the database says of them may have what was written. */
async function failures(scene: Scene, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  await client.query('alter table charge_points rename to charge_points_away')
  const path = `/api/v1/charge-points/${IDENTITY}`
  const failed = await scene.operate('PUT', path, { password: scene.secrets.keep('a password that was not stored') })
  assert.ok(failed.status >= 500, failed.text)
  const wrong = scene.secrets.keep('a password nobody could look up', IDENTITY)
  assert.equal((await refusedCharger(scene.ws, IDENTITY, { password: wrong })).status, 503)
  await client.query('alter table charge_points_away rename to charge_points')
  await client.end()
}

interface Page {
  items?: Record<string, unknown>[]
}

/** Asks everything that can be asked, with ids of things that are there. */
async function readAll(scene: Scene): Promise<void> {
  const document = await scene.json<{ paths: Record<string, object> }>('/openapi.json')
  const first = async (path: string) => (await scene.json<Page>(path)).items?.[0] ?? {}
  const identity = IDENTITY
  const hook = await first('/api/v1/webhooks')
  const ids: Record<string, unknown> = {
    identity,
    messageId: (await first(`/api/v1/charge-points/${identity}/calls`)).messageId,
    idToken: 'NONE',
    webhook: hook.id,
    transaction: (await first('/api/v1/transactions')).id,
    deliveryId: (await first(`/api/v1/webhooks/${hook.id}/deliveries`)).id
  }
  for (const [path, operations] of Object.entries(document.paths)) {
    if (!('get' in operations) || path.endsWith('/events')) continue
    const kind = path.includes('/webhooks') ? ids.webhook : ids.transaction
    const url = path.replaceAll(/\{(\w+)\}/g, (_match, name) => encodeURIComponent(String(ids[name] ?? kind ?? 'x')))
    await scene.operate('GET', url)
  }
  for (const protocol of ['2.0.1', '2.1']) {
    for (const what of ['', '/calls', '/messages', '/state']) {
      await scene.operate('GET', `/api/v1/charge-points/${identity}-${protocol}${what}`)
    }
  }
}

async function contentOf(dialect: Dialect, directory: string, database: string): Promise<string> {
  if (dialect === 'sqlite') {
    const files = readdirSync(directory).filter((file) => file.startsWith('ocpp.db'))
    return files.map((file) => readFileSync(join(directory, file), 'latin1')).join()
  }
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  const tables = await client.query("select tablename from pg_tables where schemaname = 'public'")
  const rows: unknown[] = []
  for (const { tablename } of tables.rows) rows.push((await client.query(`select * from "${tablename}"`)).rows)
  await client.end()
  return JSON.stringify(rows)
}

onBothDatabases('no secret is stored or shown', (dialect) => {
  it('by the log, the answers, the metrics, the events, the OpenAPI document or the database', async () => {
    const { DATA_DIR, DATABASE_URL = '' } = await emptyDatabase(dialect)
    const key = join(DATA_DIR, 'server.key')
    const cert = join(DATA_DIR, 'server.pem')
    writeFileSync(key, SERVER.key, { mode: 0o600 })
    writeFileSync(cert, SERVER.cert)
    const [OPERATOR_TOKEN, METRICS_TOKEN] = [random(), random()]
    const backend = await startProcess({
      DATA_DIR,
      ...(dialect === 'postgres' && { DATABASE_URL }),
      LOG_LEVEL: 'trace',
      OPERATOR_TOKEN,
      METRICS_TOKEN,
      OCPP_OPEN_REGISTRATION: 'false',
      WEBHOOK_ALLOW_HTTP: 'true',
      WEBHOOK_ALLOW_PRIVATE: 'true',
      TLS_PORT: '0',
      TLS_CERT: cert,
      TLS_KEY: key
    })
    const scene = new Scene(backend, await backend.url(), OPERATOR_TOKEN)
    const { secrets } = scene
    secrets.keep('the token of the operator', undefined, OPERATOR_TOKEN)
    secrets.keep('the token of the metrics', undefined, METRICS_TOKEN)
    for (const line of SERVER.key.split('\n').slice(1, -1)) secrets.keep('the key of the server', undefined, line)
    const events = await scene.listen()

    await operators(scene)
    await browsers(scene, OPERATOR_TOKEN)
    await webhooks(scene)
    await calls(scene, await logins(scene))
    await calls2(scene)
    if (dialect === 'postgres') await failures(scene, DATABASE_URL)
    await scene.operate('GET', '/metrics', undefined, { token: secrets.keep('a wrong token of the metrics') })
    const metrics = await scene.operate('GET', '/metrics', undefined, { token: METRICS_TOKEN })
    assert.equal(metrics.status, 200)
    await readAll(scene)
    const document = await scene.operate('GET', '/openapi.json')
    // The log of messages and what webhooks are told are written behind everything else.
    for (let tries = 0; tries < 100 && !scene.answers.at(-1)?.includes('NotifyReport'); tries++) {
      await sleep(20)
      await scene.operate('GET', `/api/v1/charge-points/${IDENTITY}-2.1/messages`)
    }
    const told = events()
    backend.kill('SIGTERM')
    await backend.exited()
    const database = await contentOf(dialect, DATA_DIR, DATABASE_URL)

    const log = { name: 'the log', content: backend.output() }
    const answers = scene.answers.map((content) => ({ name: `the answer to ${content.slice(0, 80)}`, content }))
    const places: Place[] = [log, ...answers, { name: 'the events', content: told }]
    const inNone = [log, { name: 'the metrics', content: metrics.text }, { name: 'OpenAPI', content: document.text }]
    for (const { name, content } of [
      log,
      { name: 'the events', content: told },
      { name: 'database', content: database }
    ]) {
      assert.ok(content.includes(IDENTITY), `${name} has nothing of what happened`)
    }
    assert.ok(answers.some(({ content }) => content.includes(`"identity":"${IDENTITY}"`)))
    assert.ok(
      answers.some(({ content }) => content.includes('[redacted]')),
      'a secret was on its way at all'
    )
    // What an id token may do is business of operators; in logs and metrics it is not.
    const found = [
      ...leaks(secrets.except('an id token'), places),
      ...leaks(secrets.all, inNone),
      // A webhook signs with its secret, so that is the one which has to be kept as it is.
      ...leaks(secrets.except('an id token', 'a webhook secret'), [{ name: 'the database', content: database }])
    ]
    assert.deepEqual([...new Set(found)], [])
    assert.ok(existsSync(key), 'nobody has taken the key away')
  })
})

test('a failed connection logs no password of the database', inLong, async () => {
  const secret: Secret = { what: 'the password of the database', value: random() }
  const DATABASE_URL = `postgres://somebody:${secret.value}@127.0.0.1:1/nothing`
  const backend = await startProcess({ DATABASE_URL, LOG_LEVEL: 'trace' })
  await backend.url()
  const deadline = performance.now() + 20_000
  while (!backend.output().includes('waiting for it')) {
    assert.ok(performance.now() < deadline, backend.output())
    await sleep(20)
  }
  assert.deepEqual(leaks([secret], [{ name: 'the log', content: backend.output() }]), [])
})

test('a secret is found in every form that it may be written in', () => {
  const hex = { what: 'a key', value: randomBytes(16).toString('hex'), identity: 'CP-1' }
  const odd = { what: 'a password', value: 'ä "quoted" & 100 %', identity: 'CP-1' }
  for (const secret of [hex, odd]) {
    assert.ok(formsOf(secret).length > 5)
    for (const form of formsOf(secret)) {
      assert.equal(leaks([secret], [{ name: 'here', content: `before ${form} behind` }]).length > 0, true, form)
    }
    const header = basic('CP-1', secret.value)
    assert.ok(leaks([secret], [{ name: 'here', content: header }]).length > 0, 'a header')
  }
  assert.deepEqual(leaks([hex, odd], [{ name: 'here', content: 'something else' }]), [])
})
