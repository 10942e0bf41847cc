import assert from 'node:assert/strict'
import type { Protocol } from 'fastify-ocpp'
import { type RawCharger, type RawFrame, rawFrame } from '../../support/raw.js'
import { until } from '../../support/wait.js'
import type { Abuse, Family, Scale } from '../abuse.js'
import { forgetful, PATIENCE_MS, pour, type Target } from '../kit.js'

const MIB = 1024 * 1024
/** Of one flood; more at once would only keep the machine of the attacker busy. */
const SHORT_MS = 400

/** The same frame so often that the sender is not what limits the flood. */
function many(frame: RawFrame | Buffer, bytes = 64 * 1024): Buffer {
  const one = Buffer.isBuffer(frame) ? frame : rawFrame(frame)
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / one.length) }, () => one))
}

interface Flood {
  name: string
  frame: RawFrame | Buffer
  /** Whether the flooder is one whose Boot was accepted. Default true. */
  isAccepted?: boolean
}

/** Written by hand, so that no fragment is masked anew: 1024 of one byte are the most that a message may have. */
const FRAGMENTS = Buffer.concat([
  rawFrame({ payload: ' ', fin: false }),
  ...Array.from({ length: 1022 }, () => rawFrame({ opcode: 0, payload: ' ', fin: false })),
  rawFrame({ opcode: 0, payload: ' ' })
])

const FLOODS: readonly Flood[] = [
  { name: 'pings', frame: { opcode: 9, payload: Buffer.alloc(125) } },
  { name: 'empty pings', frame: { opcode: 9 } },
  { name: 'pongs', frame: { opcode: 10, payload: Buffer.alloc(125) } },
  { name: 'empty texts', frame: { payload: '' } },
  { name: 'messages of a thousand fragments of one byte', frame: FRAGMENTS },
  { name: 'Heartbeats', frame: { payload: '[2,"1","Heartbeat",{}]' } },
  { name: 'calls of unknown actions', frame: { payload: '[2,"1","Nonsense",{}]' } },
  { name: 'calls that break their schema', frame: { payload: '[2,"1","Authorize",{}]' } },
  { name: 'texts that are no JSON', frame: { payload: '[2,"1","Heartbeat",{' } },
  { name: 'answers that nobody waits for', frame: { payload: '[3,"1",{}]' } },
  { name: 'calls before it is accepted', frame: { payload: '[2,"1","Heartbeat",{}]' }, isAccepted: false }
]

/** Lines and bytes that a flood may add to the log: otherwise it fills the disk. */
const MAX_LOG_LINES = 200

function flood({ name, frame, isAccepted = true }: Flood): Abuse {
  return {
    name: `a flood of ${name}: the flooder is kept waiting, nobody else`,
    async attack(target, scale) {
      const mark = target.mark()
      const chargers = await Promise.all(
        ['F-1', 'F-2'].map((identity) => (isAccepted ? target.accepted(identity) : target.raw(identity)))
      )
      const chunk = many(frame)
      const each = await Promise.all(chargers.map((charger) => pourInto(charger, chunk, scale)))
      const lines = target.linesSince(mark).length
      assert.ok(lines < MAX_LOG_LINES * scale.factor, `${lines} lines of log`)
      return `${mebibytes(each, chunk)} MiB sent, ${lines} lines of log`
    }
  }
}

function pourInto(charger: RawCharger, chunk: Buffer, scale: Scale): Promise<number> {
  return pour(forgetful(charger).socket, chunk, scale.time(SHORT_MS))
}

function mebibytes(times: readonly number[], chunk: Buffer): number {
  return Math.round((times.reduce((sum, count) => sum + count, 0) * chunk.length) / MIB)
}

const DEAF: Abuse = {
  name: 'a flood of pings whose pongs are not read: the flooder is cut',
  async attack(target, scale) {
    const chargers = await Promise.all(['D-1', 'D-2'].map((identity) => target.accepted(identity)))
    const chunk = many({ opcode: 9, payload: Buffer.alloc(125) })
    for (const { socket } of chargers) socket.removeAllListeners('data').pause()
    await Promise.all(chargers.map(({ socket }) => pour(socket, chunk, PATIENCE_MS + scale.time(0))))
    assert.ok(
      chargers.every(({ socket }) => socket.destroyed || !socket.writable),
      'it was not cut'
    )
    return 'cut'
  }
}

const RATE: Abuse = {
  name: 'a hundred times the messages of a charger: each is answered, in order',
  async attack(target, scale) {
    const charger = await target.accepted('EAGER')
    const count = scale.count(3000)
    const frames = Array.from({ length: count }, (_, index) => rawFrame({ payload: `[2,"${index}","Heartbeat",{}]` }))
    charger.socket.write(Buffer.concat(frames))
    await until('all are answered', () => charger.frames.length >= count, PATIENCE_MS * scale.factor)
    const ids = charger.texts.map((text) => JSON.parse(text)[1])
    assert.deepEqual(
      ids,
      frames.map((_, index) => String(index))
    )
    return `${count} answers`
  }
}

/** One message that costs the sender little and may cost the receiver much. */
interface Hostile {
  what: string
  text: string
}

function padded(start: string, unit: string, end: string): string {
  const room = MIB - start.length - end.length
  return `${start}${unit.repeat(Math.floor(room / unit.length))}${end}`
}

const AT = '"timestamp":"2026-01-01T00:00:00Z"'
const STATUS = '"connectorId":1,"errorCode":"NoError","status":"Available"'

const HOSTILE: readonly Hostile[] = [
  { what: 'nested a hundred thousand deep', text: `[2,"1","Heartbeat",${'['.repeat(100_000)}${']'.repeat(100_000)}]` },
  { what: 'nested in objects', text: `[2,"1","Heartbeat",${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}]` },
  { what: 'nested without end', text: padded('[2,"1","Heartbeat",', '[', '') },
  { what: 'of empty arrays', text: padded('[2,"1","Heartbeat",{"a":[', '[],', '0]}]') },
  { what: 'of empty objects', text: padded('[2,"1","Heartbeat",{"a":[', '{},', '0]}]') },
  { what: 'of one long action', text: padded('[2,"1","', 'A', '",{}]') },
  { what: 'of one long id', text: padded('[2,"', 'i', '","Heartbeat",{}]') },
  { what: 'of one long member name', text: padded('[2,"1","Heartbeat",{"', 'n', '":1}]') },
  { what: 'of elements', text: padded('[2,"1","Heartbeat",{}', ',0', ']') },
  { what: 'of digits', text: padded('[2,"1","MeterValues",{"connectorId":', '9', '}]') },
  { what: 'of an exponent', text: padded('[2,"1","MeterValues",{"connectorId":1e', '9', '}]') },
  { what: 'of escapes', text: padded('[2,"1","Authorize",{"idTag":"', '\\u0000', '"}]') },
  { what: 'of backslashes', text: padded('[2,"1","Authorize",{"idTag":"', '\\\\', '"}]') },
  { what: 'of "proto"', text: padded('[2,"1","Heartbeat",{"a":[', '{"__proto__":{}},', '0]}]') },
  {
    what: 'of integer keys',
    text: `[2,"1","Heartbeat",{${Array.from({ length: 80_000 }, (_, key) => `"${key * 1_024}":0`).join()}}]`
  },
  {
    what: 'of many keys',
    text: `[2,"1","Heartbeat",{${Array.from({ length: 60_000 }, (_, key) => `"key${key}":0`).join()}}]`
  },
  {
    what: 'of the digits of a second',
    text: padded(`[2,"1","StatusNotification",{${STATUS},"timestamp":"2026-01-01T00:00:00.`, '0', 'Z"}]')
  },
  {
    what: 'of the spaces of a time',
    text: padded(`[2,"1","StatusNotification",{${STATUS},"timestamp":"2026-01-01`, ' ', 'T00:00:00Z"}]')
  },
  {
    what: 'of the signs of an offset',
    text: padded(`[2,"1","StatusNotification",{${STATUS},"timestamp":"2026-01-01T00:00:00`, '+00:00', '"}]')
  },
  {
    what: 'of samples',
    text: padded(
      `[2,"1","MeterValues",{"connectorId":1,"meterValue":[{${AT},"sampledValue":[`,
      '{"value":"1"},',
      '{"value":"1"}]}]}]'
    )
  },
  {
    what: 'of samples that are wrong',
    text: padded(
      `[2,"1","MeterValues",{"connectorId":1,"meterValue":[{${AT},"sampledValue":[`,
      '{"value":1},',
      '{"value":1}]}]}]'
    )
  }
]

function answered(target: Target, protocol: Protocol): Abuse['attack'] {
  return async (_target, scale) => {
    const messages = scale.some(HOSTILE)
    const charger = await target.accepted(`HOSTILE-${protocol.slice(4)}`, protocol)
    for (let time = 0; time < scale.count(1); time++) {
      for (const { what, text } of messages) {
        charger.frames.length = 0
        charger.write({ payload: text }, { payload: '[2,"after","Heartbeat",{}]' })
        const isServed = () => charger.texts.some((answer) => answer.startsWith('[3,"after"'))
        await until(`the call behind a message ${what} is answered`, isServed, PATIENCE_MS)
        assert.ok(charger.texts.join().length < 2000, `the answer to a message ${what} is long`)
      }
    }
    return `${scale.count(1) * messages.length} messages answered or ignored`
  }
}

const HOSTILE_MESSAGES: readonly Abuse[] = (['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const).map((protocol) => ({
  name: `messages of 1 MiB of ${protocol} that are hard to read are answered like any other`,
  attack: (target, scale) => answered(target, protocol)(target, scale)
}))

const BIG: Abuse = {
  name: 'meter values of 1 MiB, 45 000 samples each, from several chargers at once are booked',
  // Some 50 MiB for each, as long as it is being booked.
  peak: 512,
  async attack(target, scale) {
    const chargers = await Promise.all(Array.from({ length: 5 }, (_, index) => target.accepted(`BIG-${index}`)))
    const payload = HOSTILE.find(({ what }) => what === 'of samples')?.text ?? ''
    const frame = rawFrame({ payload })
    for (let time = 0; time < scale.count(1); time++) {
      for (const { socket } of chargers) socket.write(frame)
      const isAnswered = () => chargers.every(({ texts }) => texts.length > time)
      await until('all are answered', isAnswered, 3 * PATIENCE_MS)
    }
    const texts = chargers.flatMap((charger) => charger.texts)
    assert.deepEqual([...new Set(texts)], ['[3,"1",{}]'])
    return `${texts.length} answers`
  }
}

export const FLOODS_OF_MESSAGES: Family = {
  name: 'floods',
  // Ten times what is allowed otherwise: harder for everybody else, and sooner over.
  settings: { OCPP_MESSAGE_RATE: '10000' },
  abuses: [...FLOODS.map(flood), DEAF, RATE]
}

export const HARD_MESSAGES: Family = {
  name: 'messages that are hard to read',
  abuses: [...HOSTILE_MESSAGES, BIG]
}
