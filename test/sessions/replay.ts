import assert from 'node:assert/strict'
import { after } from 'node:test'
import WebSocket from 'ws'
import { operate } from '../app/support.js'
import type { TestServer } from '../support/server.js'
import { within } from '../support/wait.js'
import type { Books, Mode, Session, Step } from './session.js'

/** Plays a session against the back-end in one mode and returns what is in its books afterwards. */
export async function play(server: TestServer, session: Session, mode: Mode, identity: string): Promise<Books> {
  const traits = {
    validation: mode === 'warn' ? 'warn' : 'strict',
    leniency: mode === 'lenient' ? session.deviations : []
  }
  const put = await operate(server, 'PUT', `/charge-points/${encodeURIComponent(identity)}`, { traits })
  assert.ok(put.statusCode < 300, put.body)
  const refused: string[] = []
  const charger = await Player.connect(server, session, identity).catch((error: Error) => {
    refused.push(`upgrade ${error.message.replace('Unexpected server response: ', '')}`)
  })
  for (const step of charger === undefined ? [] : session.frames)
    refused.push(...((await charger?.step(server, step)) ?? []))
  await charger?.close()
  return booksOf(server, identity, refused)
}

/** A charger that sends what it is told to, one after the other. */
class Player {
  readonly #socket: WebSocket
  readonly #identity: string
  #transactionId = 0
  #messages = 0
  #answer: string | undefined

  static async connect({ url }: TestServer, session: Session, identity: string): Promise<Player> {
    const encoded = encodeURIComponent(identity)
    const path = session.isEncodedTwice ? encodeURIComponent(encoded) : encoded
    const { offer = session.protocol } = session
    const protocols = offer.split(',').filter((one) => one !== '')
    const socket = new WebSocket(`${url}/ocpp/${path}`, protocols, {
      finishRequest(request) {
        // `ws` would not send an empty element itself.
        request.setHeader('sec-websocket-protocol', offer)
        request.end()
      }
    })
    after(() => socket.terminate())
    await within(
      'the upgrade',
      new Promise<void>((resolve, reject) => {
        socket.once('open', resolve)
        socket.once('error', reject)
      })
    )
    return new Player(socket, identity)
  }

  private constructor(socket: WebSocket, identity: string) {
    this.#socket = socket
    this.#identity = identity
    socket.on('message', (data) => {
      const [type, id] = JSON.parse(String(data)) as [number, string]
      if (type === 2)
        socket.send(
          this.#answer?.replace('"$id"', JSON.stringify(id)) ?? JSON.stringify([4, id, 'NotSupported', '', {}])
        )
    })
  }

  async step(server: TestServer, step: Step): Promise<string[]> {
    if ('call' in step) {
      this.#answer = JSON.stringify([3, '$id', step.answer, ...(step.extra ?? [])])
      const made = server.app.ocpp.call(this.#identity, step.call, {})
      return made.then(
        () => [],
        ({ code }: { code: string }) => [`${step.call} ${code}`]
      )
    }
    const id = `m${++this.#messages}`
    const text = 'text' in step ? step.text : JSON.stringify([2, id, ...step])
    const action = 'text' in step ? (/"([A-Z]\w+)"/.exec(step.text)?.[1] ?? '') : step[0]
    const own = text.replace(/"?\$tx"?/g, String(this.#transactionId)).replaceAll('$key', this.#identity)
    return (await this.#send(own)).flatMap((frame) => {
      const [type, , third] = frame as [number, unknown, string & { transactionId?: number }]
      if (type === 4) return [`${action} ${third}`]
      this.#transactionId = third.transactionId ?? this.#transactionId
      return []
    })
  }

  /** The answers to a message: those that come before the answer to the Heartbeat behind it. */
  async #send(text: string): Promise<unknown[][]> {
    const end = `h${this.#messages}`
    const frames: unknown[][] = []
    const answered = new Promise<void>((resolve) => {
      const receive = (data: WebSocket.RawData) => {
        const frame = JSON.parse(String(data)) as unknown[]
        if (frame[1] === end) {
          this.#socket.off('message', receive)
          resolve()
        } else if (frame[0] !== 2) frames.push(frame)
      }
      this.#socket.on('message', receive)
    })
    this.#socket.send(text)
    this.#socket.send(JSON.stringify([2, end, 'Heartbeat', {}]))
    await within(`the answer to ${text}`, answered)
    return frames
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.once('close', resolve))
    this.#socket.close()
    await closed
  }
}

type Row = Record<string, unknown>

async function booksOf(server: TestServer, identity: string, refused: string[]): Promise<Books> {
  const name = encodeURIComponent(identity)
  const list = async (path: string): Promise<Row[]> => (await operate(server, 'GET', path)).json().items ?? []
  const { boot } = (await operate(server, 'GET', `/charge-points/${name}`)).json() as { boot?: Row }
  const transactions = await list(`/transactions?chargePoint=${name}`)
  const connectors = await list(`/connectors?chargePoint=${name}`)
  const readings = await list(`/charge-points/${name}/meter-values?sort=timestamp`)
  const told = boot && [boot.vendor, boot.model, boot.serialNumber, boot.boxSerialNumber]
  return {
    refused,
    ...(told !== undefined && { boot: told.map((one) => one ?? '-').join(' / ') }),
    transactions: transactions.map(transactionLine),
    connectors: connectors.map(connectorLine),
    readings: readings.map(readingLine)
  }
}

/** Times of the sessions are on one day; any other is that of receipt. */
function time(text: unknown): string {
  if (typeof text !== 'string') return '-'
  return text.startsWith('2026-01-01T') ? text.slice(11, -1) : 'on receipt'
}

function transactionLine(row: Row): string {
  const { status, energyWh, meterStart, meterStop, startedAt, endedAt, idToken, stopIdToken, stopReason, inferred } =
    row
  const meters = `${energyWh ?? '?'} Wh (${meterStart ?? '?'} to ${meterStop ?? '?'})`
  const tokens = `${idToken ?? '-'}${stopIdToken === undefined ? '' : `, ended by ${stopIdToken}`}`
  return `${status} ${meters} ${time(startedAt)} to ${time(endedAt)} ${tokens} ${stopReason ?? '-'}${inferred ? ' inferred' : ''}`
}

function connectorLine({ evseId, connectorId, status, errorCode, vendorErrorCode, info }: Row): string {
  const more = [errorCode, vendorErrorCode, info].filter((one) => one !== undefined && one !== null)
  return [`${evseId ?? '-'}/${connectorId ?? '-'} ${status}`, ...more].join(' ')
}

function readingLine({ timestamp, measurand, value, unit, phase, context }: Row): string {
  return [time(timestamp), measurand, value, unit, phase, context].filter((one) => one !== undefined).join(' ')
}
