import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { after } from 'node:test'
import { CLOSE_PATIENCE, deferred, until, within } from './wait.js'

export interface HttpAnswer {
  status: number
  statusLine: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
}

export interface UpgradeRequest {
  method?: string
  /** The request target, exactly as it is sent. */
  target: string
  /** Headers that are added to those of a correct upgrade or replace them; `undefined` removes a header. */
  headers?: Record<string, string | undefined>
  /** Header lines that are added unchanged. */
  lines?: string[]
}

/** The text of an upgrade request. */
export function upgradeRequest({ method = 'GET', target, headers = {}, lines = [] }: UpgradeRequest): string {
  const all: Record<string, string | undefined> = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'ocpp1.6',
    ...headers
  }
  const given = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return [`${method} ${target} HTTP/1.1`, ...given, ...lines, '', ''].join('\r\n')
}

/** Sends a request over a new TCP connection, and reads the head and as much of the body as the head announces. */
export function rawUpgrade(port: number, request: string | Buffer): Promise<HttpAnswer> {
  return answerOn(openSocket(port), request)
}

/** The same over `socket`, which it closes afterwards. */
export async function answerOn(socket: Socket, request: string | Buffer, timeout?: number): Promise<HttpAnswer> {
  socket.write(request)
  const answer = deferred<HttpAnswer>()
  let bytes = Buffer.alloc(0)
  const hasBody = !request.toString('latin1').startsWith('HEAD ')
  const look = (isOver: boolean) => {
    const read = readAnswer(bytes, isOver || !hasBody)
    if (read !== undefined) answer.resolve(read)
    else if (isOver) answer.reject(new Error(`the connection closed after ${bytes.length} bytes`))
  }
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    look(false)
  })
  socket.on('close', () => look(true))
  try {
    return await within('an HTTP answer', answer.promise, timeout)
  } finally {
    socket.destroy()
  }
}

function readAnswer(bytes: Buffer, isOver: boolean): HttpAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const status = Number(statusLine.split(' ')[1])
  const length = status === 101 ? 0 : Number(headers['content-length'] ?? Number.POSITIVE_INFINITY)
  const body = bytes.subarray(end + 4)
  if (body.length < length && !isOver) return undefined
  return { status, statusLine, headers, body: body.toString() }
}

function openSocket(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  after(() => socket.destroy())
  return socket
}

export interface RawFrame {
  /** 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. Default 1. */
  opcode?: number
  payload?: string | Buffer
  fin?: boolean
  /** The three reserved bits, 0 to 7. */
  rsv?: number
  /** Whether the frame is masked. Default: true, as RFC 6455 §5.1 requires of a client. */
  masked?: boolean
}

/** The bytes of one WebSocket frame, valid or not. [RFC 6455 §5.2] */
export function rawFrame({ opcode = 1, payload = '', fin = true, rsv = 0, masked = true }: RawFrame): Buffer {
  const body = Buffer.from(payload)
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode]
  const mask = masked ? 0x80 : 0
  if (body.length < 126) head.push(mask | body.length)
  else if (body.length < 0x10000) head.push(mask | 126, body.length >> 8, body.length & 0xff)
  else {
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(body.length))
    head.push(mask | 127, ...length)
  }
  if (!masked) return Buffer.concat([Buffer.from(head), body])
  const key = randomBytes(4)
  const hidden = body.map((byte, index) => byte ^ (key[index % 4] ?? 0))
  return Buffer.concat([Buffer.from(head), key, hidden])
}

/** One frame that the server sent. */
export interface ServerFrame {
  opcode: number
  payload: Buffer
}

/** A charger on a bare TCP socket. It can violate RFC 6455, stop reading, or disappear without closing. */
export class RawCharger {
  readonly socket: Socket
  readonly frames: ServerFrame[] = []
  readonly #gone = deferred()
  #bytes: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('close', () => this.#gone.resolve())
  }

  /** Resolves when the TCP connection is closed, and rejects when that takes too long from now on. */
  get closed(): Promise<void> {
    return within('the end of the TCP connection', this.#gone.promise, CLOSE_PATIENCE)
  }

  read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    for (let frame = this.#shift(); frame !== undefined; frame = this.#shift()) this.frames.push(frame)
  }

  write(...frames: RawFrame[]): void {
    this.socket.write(Buffer.concat(frames.map(rawFrame)))
  }

  /** The texts the server sent. */
  get texts(): string[] {
    return this.frames.filter((frame) => frame.opcode === 1).map((frame) => frame.payload.toString())
  }

  /** The code of the close frame the server sent. */
  async closeCode(timeout?: number): Promise<number> {
    await until('the server closes', () => this.frames.some((frame) => frame.opcode === 8), timeout)
    const frame = this.frames.find(({ opcode }) => opcode === 8)
    return frame === undefined || frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0)
  }

  #shift(): ServerFrame | undefined {
    const bytes = this.#bytes
    if (bytes.length < 2) return undefined
    const short = (bytes[1] ?? 0) & 0x7f
    const start = short === 127 ? 10 : short === 126 ? 4 : 2
    if (bytes.length < start) return undefined
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
    if (bytes.length < start + length) return undefined
    this.#bytes = bytes.subarray(start + length)
    return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(start, start + length) }
  }
}

/** Connects a charger on a bare TCP socket. */
export function connectRaw(port: number, identity: string, request: Partial<UpgradeRequest> = {}) {
  return upgradeOn(openSocket(port), identity, request)
}

/** Upgrades `socket` to a charger. */
export async function upgradeOn(
  socket: Socket,
  identity: string,
  request: Partial<UpgradeRequest> = {},
  timeout?: number
): Promise<RawCharger> {
  socket.write(upgradeRequest({ target: `/ocpp/${identity}`, ...request }))
  const charger = new RawCharger(socket)
  const head = deferred<Buffer>()
  let bytes = Buffer.alloc(0)
  const onData = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    const end = bytes.indexOf('\r\n\r\n')
    if (end === -1) return
    socket.off('data', onData)
    socket.on('data', (more: Buffer) => charger.read(more))
    head.resolve(bytes.subarray(0, end))
    charger.read(bytes.subarray(end + 4))
  }
  socket.on('data', onData)
  socket.on('close', () => head.reject(new Error('the connection closed before the upgrade')))
  const text = (await within(`the upgrade of ${identity}`, head.promise, timeout)).toString('latin1')
  if (!text.startsWith('HTTP/1.1 101')) throw new Error(`refused: ${text.split('\r\n')[0]}`)
  return charger
}
