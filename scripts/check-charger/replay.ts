import type { Protocol } from 'fastify-ocpp'
import WebSocket from 'ws'
import type { Entry, Recording } from '../../src/simulator/recording.js'
import type { Checker } from './checker.js'

const CALL = 2

/** Replays what the charge points of a recording sent, as it was sent, and makes the calls of its CSMS again. */
export async function replaySession(checker: Checker, { entries }: Recording, clock: (t: number) => void) {
  const port = await checker.listen(0, '127.0.0.1')
  const peers = new Map<string, Peer>()
  for (const entry of entries) {
    clock(entry.t)
    const peer = peers.get(entry.identity) ?? new Peer(checker, port, entry.identity, entries)
    peers.set(entry.identity, peer)
    await peer.play(entry)
  }
  await Promise.all([...peers.values()].map((peer) => peer.disconnect()))
}

/** The answers of a recorded CSMS to the CALLs of charge points, by message id. */
export function recordedAnswers({ entries }: Recording): Map<string, Record<string, unknown>> {
  const answers = new Map<string, Record<string, unknown>>()
  for (const { event, frame } of entries) {
    if (event !== 'received' || !Array.isArray(frame) || frame[0] !== 3) continue
    if (typeof frame[2] === 'object' && frame[2] !== null) answers.set(String(frame[1]), frame[2])
  }
  return answers
}

/** One charge point of a recording. */
class Peer {
  readonly #checker: Checker
  readonly #port: number
  readonly #identity: string
  /** Its answers to CALLs of the CSMS, by message id. */
  readonly #answers = new Map<string, unknown[]>()
  readonly #asked = new Set<string>()
  #socket: WebSocket | undefined

  constructor(checker: Checker, port: number, identity: string, entries: readonly Entry[]) {
    this.#checker = checker
    this.#port = port
    this.#identity = identity
    for (const { identity: of, event, frame } of entries) {
      if (of === identity && event === 'sent' && Array.isArray(frame) && frame[0] !== CALL) {
        this.#answers.set(String(frame[1]), frame)
      }
    }
  }

  async play({ event, protocol, frame }: Entry): Promise<void> {
    if (event === 'disconnect') return this.disconnect()
    if (event === 'connect' || this.#socket === undefined) await this.#connect(protocol)
    if (event === 'sent' && !this.#isAnswer(frame)) await this.#send(frame)
    if (event === 'received' && Array.isArray(frame)) await this.#received(frame)
  }

  async disconnect(): Promise<void> {
    const socket = this.#socket
    if (socket === undefined) return
    this.#socket = undefined
    const subject = this.#checker.subjects.get(this.#identity)
    await new Promise((resolve) => {
      socket.once('close', resolve)
      socket.close()
    })
    while (subject?.chargePoint !== undefined) await new Promise((resolve) => setImmediate(resolve))
  }

  async #connect(protocol: Protocol): Promise<void> {
    await this.disconnect()
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/${encodeURIComponent(this.#identity)}`, protocol)
    socket.on('message', (data) => this.#answer(socket, String(data)))
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    this.#socket = socket
  }

  /** Sends a frame and waits until it was read. */
  async #send(frame: unknown): Promise<void> {
    const socket = this.#socket
    if (socket?.readyState !== WebSocket.OPEN) return
    const read = new Promise((resolve) => {
      socket.once('pong', resolve)
      socket.once('close', resolve)
    })
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    socket.ping()
    await read
  }

  /** Actions of the CSMS: answers count from here on, and calls are made again. */
  async #received([type, id, action, payload]: unknown[]): Promise<void> {
    if (type !== CALL) {
      this.#checker.subjects.get(this.#identity)?.watch.answered(String(id))
      return
    }
    const messageId = String(id)
    const answered = this.#answers.has(messageId)
    if (!answered) return
    this.#asked.add(messageId)
    const subject = this.#checker.subjects.get(this.#identity)
    const { requestedMessage } = (payload ?? {}) as { requestedMessage?: unknown }
    subject?.watch.triggered(String(requestedMessage))
    const call = `${String(action)}${requestedMessage === undefined ? '' : ` ${String(requestedMessage)}`}`
    const made = this.#checker.app.ocpp.call(this.#identity, String(action), payload, { messageId })
    const outcome = await made.then(
      (response) => ({ call, outcome: 'result', ...statusOf(response) }),
      (error: { code?: string }) => ({
        call,
        outcome: 'error',
        ...(error.code !== undefined && { detail: error.code })
      })
    )
    subject?.calls.push(outcome)
  }

  #answer(socket: WebSocket, text: string): void {
    const [type, id] = JSON.parse(text) as unknown[]
    const answer = type === CALL ? this.#answers.get(String(id)) : undefined
    if (answer !== undefined) socket.send(JSON.stringify(answer))
  }

  /** Whether the frame answers a CALL of the recorded CSMS; it is sent when the call is made. */
  #isAnswer(frame: unknown): boolean {
    return Array.isArray(frame) && frame[0] !== CALL && this.#asked.has(String(frame[1]))
  }
}

function statusOf(response: unknown): { detail?: string } {
  const { status } = (response ?? {}) as { status?: unknown }
  return typeof status === 'string' ? { detail: status } : {}
}
