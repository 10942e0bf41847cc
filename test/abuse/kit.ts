import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { Protocol } from 'fastify-ocpp'
import type { ClientOptions } from 'ws'
import { type Process, startProcess } from '../app/process.js'
import { temporaryDirectory } from '../app/support.js'
import { freePort } from '../operate/proxy.js'
import { CA, SERVER } from '../support/certificates.js'
import { basic, bootRequest, type Charger, type ChargerOptions, connectCharger } from '../support/charger.js'
import {
  answerOn,
  type HttpAnswer,
  type RawCharger,
  type UpgradeRequest,
  upgradeOn,
  upgradeRequest
} from '../support/raw.js'
import { deferred, until, within } from '../support/wait.js'

/** What the chargers connect over. */
export type Over = 'TCP' | 'TLS'

/** For what should come soon: nothing here is a matter of speed, but of whether it comes at all. */
export const PATIENCE_MS = 20_000
const TOKEN = 'token-of-the-test-operator'
/** The slowest start of a newcomer, on a machine that others use. */
const HEAR_MS = 40
/** The longest that a charger which does nothing may wait because of one that does. */
const MAX_WAIT_MS = 1000
/** The same in jobs of bystander.mjs, one of which takes about 6 ms of a processor of 2024. */
const MAX_WAIT_JOBS = 250
const MIB = 1024 * 1024

/** Memory of the back-end that is in use after its garbage was collected, in bytes. */
interface Memory {
  rss: number
  heapUsed: number
  external: number
}

/** What an abuse did to the back-end. Milliseconds and MiB. */
export interface Cost {
  /** The slowest Heartbeat of the bystander, without the time for which the machine was busy with somebody else. */
  wait: number
  /** What it may be: {@link MAX_WAIT_MS}, or more where the machine is slower. */
  limit: number
  /** Heartbeats of the bystander that were answered meanwhile. */
  answers: number
  /** Resident memory before, and the most of it at any moment. */
  before: number
  peak: number
  after: number
  /** By how much more memory is in use than before, when all is over. */
  kept: number
}

/** What the bystander tells. Milliseconds. */
interface Slowest {
  /** Its slowest Heartbeat, and the same without the time for which the machine was busy with somebody else. */
  wait: number
  own: number
  /** How long this machine needs at the moment for the same little work. */
  job: number
  answers: number
  /** The code with which it was closed. */
  closed?: number
  /** Whether the machine tells how long a process waits for a processor. */
  isMeasured: boolean
}

/** What an operator says of a charge point; a password is made when none is given. */
interface Provision {
  password?: string
  enabled?: boolean
  securityProfile?: number
}

/** What the operator API says. */
export interface Answer {
  status: number
  text: string
}

export interface TargetOptions {
  over?: Over
  settings?: Record<string, string>
}

/** The back-end as an operator starts it, with a bystander, and with all that an attacker needs. */
export class Target {
  readonly over: Over
  readonly backend: Process
  readonly http: string
  readonly port: number
  readonly #bystander: ChildProcess
  readonly #sockets = new Set<Socket>()
  #addresses = 0

  private constructor(over: Over, backend: Process, http: string, port: number, bystander: ChildProcess) {
    this.over = over
    this.backend = backend
    this.http = http
    this.port = port
    this.#bystander = bystander
  }

  /** Ends with the calling test. */
  static async start({ over = 'TCP', settings = {} }: TargetOptions = {}): Promise<Target> {
    const directory = await temporaryDirectory()
    const tls = over === 'TLS' ? await tlsSettings(directory) : {}
    const backend = await startProcess(
      { OPERATOR_TOKEN: TOKEN, OCPP_OPEN_REGISTRATION: 'false', ...tls, ...settings },
      directory,
      ([node = '', ...args]) => [node, '--expose-gc', '--import', import.meta.resolve('./collect.mjs'), ...args]
    )
    const http = await backend.url()
    const port = Number(tls.TLS_PORT ?? new URL(http).port)
    const password = await provision(http, 'BYSTANDER')
    const bystander = await startBystander({
      url: `${over === 'TLS' ? 'wss' : 'ws'}://127.0.0.1:${port}/ocpp/BYSTANDER`,
      headers: { authorization: basic('BYSTANDER', password) },
      pid: backend.pid,
      pause: HEAR_MS,
      ...(over === 'TLS' && { ca: CA.cert })
    })
    const target = new Target(over, backend, http, port, bystander)
    after(() => target.hangUp())
    return target
  }

  /** An address that nobody else comes from: what is limited by address is limited for nobody else. */
  address(): string {
    const number = ++this.#addresses
    return `127.${1 + (number >> 16)}.${(number >> 8) & 0xff}.${number & 0xff}`
  }

  /** A request of an operator; JSON comes back. */
  operate(method: string, path: string, body?: unknown): Promise<Answer> {
    return operate(this.http, method, path, body)
  }

  /** Makes a charge point known and resolves with its password. */
  provision(identity: string, members: Provision = {}): Promise<string> {
    return provision(this.http, identity, members)
  }

  /** Opens a connection that says nothing yet; on the port of chargers it is one of TLS, if they use that. */
  async dial(from: string = this.address(), port: number = this.port, { encrypted = true } = {}): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    this.#keep(socket)
    const isOpen = deferred()
    socket.once('connect', () => isOpen.resolve()).once('error', isOpen.reject)
    await within('a connection', isOpen.promise, PATIENCE_MS)
    return this.over === 'TLS' && encrypted && port === this.port ? this.#encrypt(socket) : socket
  }

  async #encrypt(raw: Socket): Promise<Socket> {
    const socket = connectTls({ socket: raw, ca: CA.cert, host: '127.0.0.1' })
    socket.on('error', () => undefined)
    const isSecure = deferred()
    socket.once('secureConnect', () => isSecure.resolve()).once('error', isSecure.reject)
    raw.once('close', () => socket.destroy())
    await within('a TLS handshake', isSecure.promise, PATIENCE_MS)
    return socket
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
  }

  /** Sends bytes over a connection of their own and resolves with the HTTP answer. */
  async ask(bytes: string | Buffer, from?: string): Promise<HttpAnswer> {
    return answerOn(await this.dial(from), bytes, PATIENCE_MS)
  }

  /** A charger on a bare socket, made known before. */
  async raw(identity: string, request: Partial<UpgradeRequest> = {}, from?: string): Promise<RawCharger> {
    const password = await this.provision(identity)
    return this.rawWith(identity, password, request, from)
  }

  async rawWith(
    identity: string,
    password: string,
    request: Partial<UpgradeRequest> = {},
    from?: string
  ): Promise<RawCharger> {
    const headers = { Authorization: basic(identity, password), ...request.headers }
    return upgradeOn(await this.dial(from), identity, { ...request, headers }, PATIENCE_MS)
  }

  /** A charger on a bare socket that may say everything. */
  async accepted(identity: string, protocol: Protocol = 'ocpp1.6'): Promise<RawCharger> {
    const charger = await this.raw(identity, { headers: { 'Sec-WebSocket-Protocol': protocol } })
    charger.write({ payload: JSON.stringify([2, 'boot', 'BootNotification', bootRequest(protocol)]) })
    await until('it is accepted', () => charger.texts.some((text) => text.includes('Accepted')), PATIENCE_MS)
    charger.frames.length = 0
    return charger
  }

  /** A charger as it should be, made known before. */
  async charger(identity: string, options: ChargerOptions = {}): Promise<Charger> {
    const password = options.password ?? (await this.provision(identity))
    return connectCharger(this.url, identity, { boot: true, ...options, password, ws: this.from(this.address()) })
  }

  /** Options of a WebSocket from there. */
  from(localAddress: string): ClientOptions {
    return { localAddress, ...(this.over === 'TLS' && { ca: CA.cert }) }
  }

  /** The text of an upgrade as it should be. */
  upgrade(identity: string, password: string): string {
    return upgradeRequest({ target: `/ocpp/${identity}`, headers: { Authorization: basic(identity, password) } })
  }

  /** The Authorization header of an operator who may do everything. */
  get bearer(): string {
    return `Bearer ${TOKEN}`
  }

  get url(): string {
    return `${this.over === 'TLS' ? 'wss' : 'ws'}://127.0.0.1:${this.port}`
  }

  /** Cuts all that the attacker has open, so that the back-end is not left with what it has not read yet. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** The series and their values, as Prometheus reads them. */
  async metrics(): Promise<Map<string, number>> {
    const answer = await operate(this.http, 'GET', '/metrics')
    const samples = answer.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
  }

  /** Resolves when a metric has grown by `more` since `before`: what is counted may be counted after the answer. */
  async counted(before: Map<string, number>, name: string, more = 1): Promise<void> {
    const start = before.get(name) ?? 0
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const now = (await this.metrics()).get(name) ?? 0
      if (now >= start + more) return
      if (performance.now() > deadline) throw new Error(`${name} went from ${start} to ${now}, not up by ${more}`)
      await sleep(10)
    }
  }

  /** Where the log ends now. */
  mark(): number {
    return this.backend.output().length
  }

  /** The log lines since then. */
  linesSince(mark: number): Record<string, unknown>[] {
    const lines = this.backend.output().slice(mark).split('\n')
    return lines.filter((line) => line.startsWith('{"level":') && line.endsWith('}')).map((line) => JSON.parse(line))
  }

  /** Resolves when the log says it. */
  async logged(mark: number, pattern: RegExp): Promise<void> {
    await until(`the log says ${pattern}`, () => pattern.test(this.backend.output().slice(mark)), PATIENCE_MS)
  }

  /**
   * Does `attack` to the back-end, and looks at what everybody else had of it.
   *
   * @throws when the back-end has ended, the bystander was cut or a newcomer is not let in
   */
  async suffer(attack: () => Promise<void>): Promise<Cost> {
    const before = await this.#memory()
    const files = this.#openFiles()
    await this.#slowest()
    this.#forgetPeak()
    await attack()
    const { wait, own, job, answers, closed, isMeasured } = await this.#slowest()
    assert.equal(closed, undefined, `the bystander was cut: ${this.#lastWords()}`)
    const peak = this.#peak()
    this.hangUp()
    await this.#isWell(files)
    const settled = await this.#memory()
    const kept = settled.heapUsed + settled.external - before.heapUsed - before.external
    return {
      wait: Math.round(isMeasured ? own : wait),
      limit: Math.round(Math.max(MAX_WAIT_MS, job * MAX_WAIT_JOBS)),
      answers,
      before: mebibytes(before.rss),
      peak: mebibytes(peak),
      after: mebibytes(settled.rss),
      kept: mebibytes(kept)
    }
  }

  /** Somebody new is served, and nothing is left of who has gone. */
  async #isWell(files: number): Promise<void> {
    const newcomer = await this.charger(`NEW-${randomBytes(6).toString('hex')}`)
    assert.equal((await newcomer.roundTrip()).type, 3)
    await newcomer.close()
    await until(
      `${files} files are open again, not ${this.#openFiles()}`,
      // Connections to the operator API and of the database come and go.
      () => this.#openFiles() <= files + 4,
      PATIENCE_MS
    )
    const connected = async () => {
      const metrics = await this.metrics()
      return [...metrics].reduce((sum, [name, value]) => sum + (name.startsWith('ocpp_connections{') ? value : 0), 0)
    }
    const deadline = performance.now() + PATIENCE_MS
    while ((await connected()) > 1) {
      assert.ok(performance.now() < deadline, `${await connected()} are connected, not the bystander alone`)
      await sleep(20)
    }
  }

  #openFiles(): number {
    const directory = `/proc/${this.backend.pid}/fd`
    // Those of the database are closed when the garbage collector comes.
    return readdirSync(directory).filter((name) => !/\/ocpp\.db/.test(targetOf(join(directory, name)))).length
  }

  #forgetPeak(): void {
    writeFileSync(`/proc/${this.backend.pid}/clear_refs`, '5')
  }

  #peak(): number {
    const status = readFileSync(`/proc/${this.backend.pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
  }

  async #memory(): Promise<Memory> {
    const mark = this.mark()
    this.backend.kill('SIGWINCH')
    const found = () => /^memory (\{.*\})$/m.exec(this.backend.output().slice(mark))?.[1]
    await until(`it tells its memory: ${this.#lastWords()}`, () => found() !== undefined, PATIENCE_MS)
    return JSON.parse(found() ?? '')
  }

  async #slowest(): Promise<Slowest> {
    const told = deferred<Slowest>()
    this.#bystander.once('message', (message) => told.resolve(message as Slowest))
    this.#bystander.send('how long')
    return within('the bystander', told.promise, PATIENCE_MS)
  }

  #lastWords(): string {
    return this.backend.output().slice(-2000)
  }
}

/** Over a connection of its own: one that is kept would look like one that is left open. */
async function operate(http: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const json = body === undefined ? undefined : JSON.stringify(body)
  const answer = deferred<IncomingMessage>()
  const asked = request(`${http}${path}`, {
    method,
    agent: false,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(json !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) })
    }
  })
  asked.on('response', answer.resolve).on('error', answer.reject).end(json)
  const response = await within(`${method} ${path}`, answer.promise, PATIENCE_MS)
  return { status: response.statusCode ?? 0, text: await text(response) }
}

async function provision(http: string, identity: string, members: Provision = {}): Promise<string> {
  const { password = randomBytes(15).toString('base64url'), ...others } = members
  const path = `/api/v1/charge-points/${encodeURIComponent(identity)}`
  const { status } = await operate(http, 'PUT', path, { password, ...others })
  assert.ok(status === 200 || status === 201, `${identity} could not be made known: ${status}`)
  return password
}

async function startBystander(options: object): Promise<ChildProcess> {
  const child = fork(fileURLToPath(import.meta.resolve('./bystander.mjs')), [JSON.stringify(options)], { execArgv: [] })
  after(() => child.kill('SIGKILL'))
  const ready = deferred<{ error?: string }>()
  child.once('message', (message) => ready.resolve(message as { error?: string }))
  const { error } = await within('the bystander to be accepted', ready.promise, PATIENCE_MS)
  assert.equal(error, undefined)
  return child
}

async function tlsSettings(directory: string): Promise<Record<string, string>> {
  const [TLS_CERT, TLS_KEY] = [`${directory}/server.pem`, `${directory}/server.key`]
  writeFileSync(TLS_CERT, SERVER.cert)
  writeFileSync(TLS_KEY, SERVER.key, { mode: 0o600 })
  return { TLS_PORT: String(await freePort()), TLS_CERT, TLS_KEY }
}

function mebibytes(bytes: number): number {
  return Math.round((bytes / MIB) * 10) / 10
}

/** Writes `chunk` again and again, as fast as it is taken, until the time is over or the connection. Resolves with how often. */
export async function pour(socket: Socket, chunk: Buffer, milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds
  const isOver = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)))
  let times = 0
  while (performance.now() < end && !socket.destroyed && socket.writable) {
    times++
    if (socket.write(chunk)) await new Promise((resolve) => setImmediate(resolve))
    else await Promise.race([once(socket, 'drain').catch(() => undefined), isOver, sleep(end - performance.now())])
  }
  return times
}

/** Takes what comes, and forgets it: a flood of answers would fill the memory of the test. */
export function forgetful(charger: RawCharger): RawCharger {
  charger.socket.removeAllListeners('data').resume()
  return charger
}

/** The file that a link in /proc leads to; '' if it was closed meanwhile. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
