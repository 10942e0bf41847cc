import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Protocol, validatePayload } from 'fastify-ocpp'
import type { Dialect } from '../../lib/database/dialect.js'
import { OPERATIONS } from '../../lib/operations/table.js'
import { MAX_MESSAGE_ID } from '../../src/frame.js'
import { maySend, PROTOCOLS } from '../../src/protocol.js'
import type { ActionDefinition } from '../../src/schema.js'
import { noPostgres } from '../database/support.js'
import { minimal } from '../schemas/samples.js'
import { until } from '../support/wait.js'
import { FuzzedBackend } from './fuzzed-backend.js'
import { mutated, textOf, treeOf } from './json-tree.js'
import { anyPayload } from './payloads.js'
import { type Answerer, PATIENCE_MS, Peer, refuse } from './peer.js'
import { pick, type Random, seeded, upTo } from './random.js'
import { anyRequests } from './requests.js'

export interface BackendFuzzOptions {
  seed: number
  /** After the start of the process. */
  seconds: number
  dialect: Dialect
  /** OCPP_VALIDATION. Default: strict. */
  validation?: 'strict' | 'warn'
  /** Of the actions, operations and requests, a round takes every so-manyth. Default: all. */
  every?: number
}

const VERSIONS: readonly Protocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']
/** Characters between two places where a message is cut off. */
const CUT = 7
/** Longer messages are not cut. */
const MAX_CUT_LENGTH = 1_500
/** Far below OCPP_MAX_MESSAGE_SIZE: a longer message ends the connection, as it should. */
const MAX_LENGTH = 200_000
/** Texts that are sent in one go. */
const BATCH = 20
/** Of the ids that are ours: whatever else stands there may stand in several texts. */
const ID_PREFIX = 'fuzz-'
/** What stands for an id that cannot be read. [2.x Part 4 §4.2.3] */
const UNREADABLE_ID = '-1'
/** How many places of a message are changed. */
const MAX_CHANGES = 3
/** Long enough for a wrong answer and a right one behind it. */
const CALL_TIMEOUT_MS = 20_000

/**
 * Declares the test: the whole back-end as a process, whatever chargers of all versions send. Everybody else is served,
 * every CALL is answered once, what is refused changes nothing, and the process is as well as before.
 */
export function fuzzBackend({ seed, seconds, dialect, validation = 'strict', every = 1 }: BackendFuzzOptions): void {
  const skip = dialect === 'postgres' && noPostgres
  test(`the back-end (${dialect}, ${validation}) lives through whatever chargers send (seed ${seed})`, {
    skip
  }, async () => {
    const backend = await FuzzedBackend.start(dialect, { OCPP_VALIDATION: validation })
    await backend.explaining(async () => {
      const before = await backend.needs()
      const fuzz = await Fuzz.start(backend, seeded(seed), every)
      const deadline = performance.now() + seconds * 1000
      // Nothing of them reaches a database.
      if (dialect === 'sqlite' && validation === 'strict') await fuzz.cutMessages()
      for (let round = 0; round === 0 || performance.now() < deadline; round++) {
        const isOver = () => round > 0 && performance.now() > deadline
        await fuzz.exchangeMutants(isOver)
        await fuzz.answerCalls(isOver)
        await fuzz.operateWrongly(isOver)
      }
      await fuzz.end()
      await backend.assertSane(before, fuzz.frames)
    })
  })
}

/** A text that was sent, and the answers that may come for it. */
interface Sent {
  text: string
  /** Of a CALL that can be read. */
  id?: string
  action?: string
}

class Fuzz {
  /** Texts that went in. */
  frames = 0
  #ids = 0
  readonly #backend: FuzzedBackend
  readonly #random: Random
  readonly #every: number
  readonly #bystander: Peer
  readonly #peers: readonly Peer[]

  private constructor(
    backend: FuzzedBackend,
    { random, every }: { random: Random; every: number },
    bystander: Peer,
    peers: readonly Peer[]
  ) {
    this.#backend = backend
    this.#random = random
    this.#every = every
    this.#bystander = bystander
    this.#peers = peers
  }

  static async start(backend: FuzzedBackend, random: Random, every: number): Promise<Fuzz> {
    const connect = (identity: string, protocol: Protocol) => Peer.connect(backend.chargerUrl, identity, protocol)
    const bystander = await connect('BYSTANDER', 'ocpp1.6')
    const peers = await Promise.all(VERSIONS.map((version) => connect(version, version)))
    const areStored = async () => {
      const books = await backend.books()
      return books.filter((line) => /^connections .*"is_open":1/.test(line)).length > peers.length
    }
    await until('their connections are stored', areStored, PATIENCE_MS)
    return new Fuzz(backend, { random, every }, bystander, peers)
  }

  /** A message of every action, cut off at many places. */
  async cutMessages(): Promise<void> {
    for (const peer of this.#peers) {
      for (const action of this.#some(actionsOf(peer.protocol, 'chargePoint'))) {
        const whole = this.#validText(peer.protocol, action).slice(0, MAX_CUT_LENGTH)
        const cuts = Array.from({ length: Math.ceil(whole.length / CUT) }, (_, index) => whole.slice(0, index * CUT))
        await this.#exchange(peer, cuts)
      }
    }
  }

  /** Messages of every action, right and wrong, and again what was refused: nothing may follow from that. */
  async exchangeMutants(isOver: () => boolean): Promise<void> {
    for (const peer of this.#peers) {
      const refused: string[] = []
      for (const action of this.#some(actionsOf(peer.protocol, 'chargePoint'))) {
        if (isOver()) break
        const texts = Array.from({ length: BATCH }, () => this.#anyText(peer.protocol, action))
        refused.push(...(await this.#exchange(peer, texts)))
      }
      const since = Date.now()
      const before = new Set(await this.#backend.books())
      for (let from = 0; from < refused.length; from += BATCH) {
        const some = refused.slice(from, from + BATCH)
        assert.deepEqual((await this.#exchange(peer, some)).sort(), some.sort(), 'what was refused is refused again')
      }
      const books = await this.#backend.books()
      const after = books.filter((line) => before.has(line) || !isWrittenLate(line, since))
      const changed = after.filter((line) => !before.has(line))
      assert.deepEqual(changed, [], `what ${peer.protocol} refused has an effect`)
      assert.equal(after.length, before.size, `what ${peer.protocol} refused takes something away`)
    }
  }

  /** Every CALL of the CSMS and every operation, while the charger answers whatever comes to its mind. */
  async answerCalls(isOver: () => boolean): Promise<void> {
    await Promise.all(
      this.#peers.map(async (peer) => {
        peer.answerWith(this.#answerer(peer.protocol))
        for (const action of this.#some(actionsOf(peer.protocol, 'csms'))) {
          if (isOver()) return
          const { request } = definitionOf(peer.protocol, action)
          const payload = this.#random() < 0.5 ? minimal(request) : anyPayload(request, this.#random)
          await this.#operate(peer, `calls/${action}`, payload)
        }
        for (const name of this.#some(Object.keys(OPERATIONS))) {
          if (isOver()) return
          await this.#operate(peer, `operations/${name}`, this.#exampleOf(name))
        }
        // What is left is answers to wrong answers.
        peer.answerWith(refuse)
        await peer.exchange([])
      })
    )
    await this.#bystander.call('Heartbeat')
  }

  /** Every operation of the API, with whatever an operator may send. */
  async operateWrongly(isOver: () => boolean): Promise<void> {
    const identities = this.#peers.map(({ identity }) => identity)
    const requests = [...anyRequests(this.#backend.document, identities, this.#random)]
    for (const { method, path, body } of this.#some(requests)) {
      if (isOver()) break
      const { status, text } = await this.#backend.send(method, path, body)
      assertNoFault(status, `${method} ${path} with ${body?.slice(0, 2_000)} is answered ${status} ${text}`)
    }
    await Promise.all(this.#peers.map((peer) => peer.exchange([])))
    await this.#bystander.call('Heartbeat')
  }

  /** Whatever is stored by now can be shown, and a charger that comes now is served. */
  async end(): Promise<void> {
    const everybody = [this.#bystander, ...this.#peers]
    await this.#backend.assertShowsEverything(everybody.map(({ identity }) => identity))
    const fresh = await Peer.connect(this.#backend.chargerUrl, 'FRESH', 'ocpp1.6')
    const timestamp = new Date().toISOString()
    const start = { connectorId: 1, idTag: 'FRESH', meterStart: 1_000, timestamp }
    const { transactionId } = await fresh.call('StartTransaction', start)
    await fresh.call('StopTransaction', { transactionId, meterStop: 2_000, timestamp })
    const { text } = await this.#backend.operate('GET', '/api/v1/transactions?chargePoint=FRESH')
    assert.equal(JSON.parse(text).items[0]?.energyWh, 1_000)
    for (const peer of [...everybody, fresh]) await peer.close()
  }

  /** What a round takes of them. */
  #some<T>(all: readonly T[]): readonly T[] {
    const first = upTo(this.#random, this.#every - 1)
    return all.filter((_one, index) => index % this.#every === first)
  }

  /** Sends texts and judges the answers. Resolves with what was refused. */
  async #exchange(peer: Peer, texts: readonly string[]): Promise<string[]> {
    this.frames += texts.length
    const sent = texts.map(readText)
    const answers = await peer.exchange(texts).catch((error: Error) => assert.fail(`${error.message} ${shown(texts)}`))
    await this.#bystander.call('Heartbeat')
    return judge(peer.protocol, sent, answers)
  }

  async #operate(peer: Peer, path: string, payload: unknown): Promise<void> {
    const url = `/api/v1/charge-points/${peer.identity}/${path}?timeout=${CALL_TIMEOUT_MS}`
    const { status, text } = await this.#backend.operate('POST', url, payload)
    assertNoFault(status, `POST ${url} is answered ${status} ${text}`)
  }

  /** The body that the document shows. */
  #exampleOf(operation: string): unknown {
    const path = `/api/v1/charge-points/{identity}/operations/${operation}`
    const content = this.#backend.document.paths[path]?.post?.requestBody?.content?.['application/json']
    return content?.example ?? Object.values(content?.examples ?? {})[0]?.value ?? {}
  }

  #nextId(): string {
    return `${ID_PREFIX}${++this.#ids}`
  }

  #validText(protocol: Protocol, action: string): string {
    return JSON.stringify([2, this.#nextId(), action, anyPayload(definitionOf(protocol, action).request, this.#random)])
  }

  #anyText(protocol: Protocol, action: string): string {
    const { request, messageType } = definitionOf(protocol, action)
    const type = messageType === 'SEND' ? 6 : 2
    return this.#mutant([type, this.#nextId(), action, anyPayload(request, this.#random)])
  }

  #mutant(frame: readonly unknown[]): string {
    const tree = treeOf(frame)
    const text = textOf(mutated(tree, upTo(this.#random, MAX_CHANGES), this.#random))
    return text.length > MAX_LENGTH ? textOf(tree) : text
  }

  /** Answers wrongly, and then, so that nobody waits for ever, in a way that ends the call. */
  #answerer(protocol: Protocol): Answerer {
    return (id, action) => {
      const random = this.#random
      const { response } = definitionOf(protocol, action)
      const result = () => (response === undefined ? {} : anyPayload(response, random))
      const last = random() < 0.7 ? [3, id, result()] : [4, id, 'GenericError', '', {}]
      const wrong = this.#mutant(
        pick(random, [
          [3, id, result()],
          [4, id, 'InternalError', 'as it is', { a: 1 }],
          [5, id, 'FormatViolation', '', {}]
        ])
      )
      this.frames += 2
      return [random() < 0.2 ? wrong.slice(0, upTo(random, wrong.length)) : wrong, JSON.stringify(last)]
    }
  }
}

function definitionOf(protocol: Protocol, action: string): ActionDefinition {
  const definition = PROTOCOLS[protocol].actions.get(action)
  if (definition === undefined) throw new TypeError(`${protocol} has no action ${action}`)
  return definition
}

function actionsOf(protocol: Protocol, sender: 'chargePoint' | 'csms'): string[] {
  return [...PROTOCOLS[protocol].actions]
    .filter(
      ([, definition]) => maySend(sender, definition) && (sender === 'chargePoint' || definition.response !== undefined)
    )
    .map(([action]) => action)
}

function readText(text: string): Sent {
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch {
    return { text }
  }
  if (!Array.isArray(frame) || frame[0] !== 2) return { text }
  const [, id, action] = frame
  if (typeof id !== 'string' || id.length > MAX_MESSAGE_ID || id === UNREADABLE_ID) return { text }
  return { text, id, ...(typeof action === 'string' && { action }) }
}

/**
 * Every CALL whose id can be read has one answer, of its version; of what cannot be read, each text may have one.
 * Resolves with the texts that were refused, as far as their ids tell them apart.
 */
function judge(protocol: Protocol, sent: readonly Sent[], answers: readonly unknown[][]): string[] {
  const calls = new Map<string, Sent[]>()
  let unreadable = 0
  for (const call of sent) {
    if (call.id === undefined) unreadable++
    else calls.set(call.id, [...(calls.get(call.id) ?? []), call])
  }
  const answered = new Map<string, number>()
  const refused: string[] = []
  for (const answer of answers) {
    const id = String(answer[1])
    const asked = calls.get(id) ?? []
    const count = (answered.get(id) ?? 0) + 1
    if (count > asked.length) assert.ok(unreadable-- > 0, `nothing asked for ${JSON.stringify(answer)}`)
    else answered.set(id, count)
    const only = asked.length === 1 && count === 1 ? asked[0] : undefined
    assertAnswer(protocol, only, answer)
    if (only !== undefined && answer[0] === 4 && id.startsWith(ID_PREFIX)) refused.push(only.text)
  }
  const left = [...calls].filter(([id, asked]) => answered.get(id) !== asked.length).flatMap(([, asked]) => asked)
  assert.deepEqual(left, [], 'every CALL is answered')
  return refused
}

function assertAnswer(protocol: Protocol, call: Sent | undefined, answer: readonly unknown[]): void {
  const [type, , ...rest] = answer
  const what = `${JSON.stringify(answer)} answers ${call?.text.slice(0, 2_000)}`
  if (type === 3) {
    assert.equal(rest.length, 1, what)
    if (call === undefined) return
    assert.equal(validatePayload(protocol, String(call.action), 'response', rest[0]), undefined, what)
    return
  }
  const [code, description, details] = rest
  assert.deepEqual([type, rest.length, typeof description, typeof details], [4, 3, 'string', 'object'], what)
  assert.ok(PROTOCOLS[protocol].codes.has(String(code)), what)
  assert.ok(code !== 'InternalError' && code !== 'GenericError', what)
}

/** What a charge point answers wrongly, or never, is none of ours. */
function assertNoFault(status: number, what: string): void {
  assert.ok(status < 500 || status === 502 || status === 504, what)
}

function shown(texts: readonly string[]): string {
  return texts
    .map((text) => text.slice(0, 200))
    .join('\n')
    .slice(0, 3_000)
}

/** Whether it is of a message before that time: answers about id tokens are stored up to a second later. */
function isWrittenLate(line: string, since: number): boolean {
  const [, receivedAt] = /^authorizations .*"received_at":"?(\d+)/.exec(line) ?? []
  return receivedAt !== undefined && Number(receivedAt) < since
}
