import assert from 'node:assert/strict'
import { constants, deflateRawSync } from 'node:zlib'
import { type RawCharger, type RawFrame, rawFrame } from '../../support/raw.js'
import { until } from '../../support/wait.js'
import type { Abuse, Family } from '../abuse.js'
import { PATIENCE_MS, type Target } from '../kit.js'

const MIB = 1024 * 1024
/** The first reserved bit: compressed. [RFC 7692 §6] */
const COMPRESSED = 4
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff])

/** A message as RFC 7692 §7.2.1 wants it: deflated, without the tail. */
function deflated(text: string | Buffer, dictionary?: Buffer): Buffer {
  const bytes = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH, ...(dictionary && { dictionary }) })
  return bytes.subarray(0, -TAIL.length)
}

/** About 1 MiB that inflates to 1 GiB: blocks that stand by themselves, one behind the other. */
function bomb(mebibytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(MIB, 0x20), { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat(Array.from({ length: mebibytes }, () => block))
}

const DEFLATE = { 'Sec-WebSocket-Protocol': 'ocpp2.0.1', 'Sec-WebSocket-Extensions': 'permessage-deflate' }

function compressing(target: Target, identity: string, extensions = DEFLATE['Sec-WebSocket-Extensions']) {
  return target.raw(identity, { headers: { ...DEFLATE, 'Sec-WebSocket-Extensions': extensions } })
}

async function closedWith(charger: RawCharger, code: number, what: string): Promise<void> {
  assert.equal(await charger.closeCode(PATIENCE_MS), code, what)
}

const BOMB: Abuse = {
  name: 'messages of 1 MiB that inflate to 1 GiB, many at once, are closed with 1009',
  async attack(target, scale) {
    const before = await target.metrics()
    const payload = bomb(1000)
    assert.ok(payload.length < MIB, 'it is small enough to be read at all')
    const frame = rawFrame({ payload, rsv: COMPRESSED })
    const count = scale.count(30)
    const chargers = await Promise.all(Array.from({ length: count }, (_, index) => compressing(target, `B-${index}`)))
    for (const charger of chargers) charger.socket.write(frame)
    await Promise.all(chargers.map((charger) => closedWith(charger, 1009, 'a bomb')))
    await target.counted(before, 'ocpp_security_events_total{type="protocol-error"}', count)
    return `${count} × 1009`
  }
}

const AGAIN: Abuse = {
  name: 'messages that inflate to just less than 1 MiB, one behind the other, are served in turn',
  async attack(target, scale) {
    const charger = await compressing(target, 'BIG')
    const payload = deflated(Buffer.concat([Buffer.alloc(MIB - 100, 0x20), Buffer.from('[2,"1","Heartbeat",{}]')]))
    const count = scale.count(60)
    const frame = rawFrame({ payload, rsv: COMPRESSED })
    for (let sent = 0; sent < count; sent++) charger.socket.write(frame)
    // The back-end may have calls of its own for the charge point.
    const answers = () => charger.texts.filter((text) => /^\[[34],/.test(text)).length
    await until('all are answered', () => answers() >= count, PATIENCE_MS)
    return `${count} answers`
  }
}

interface BadStream {
  what: string
  frames: readonly RawFrame[]
  code: number
  protocol?: string
  extensions?: string
}

const CALL = '[2,"1","Heartbeat",{}]'
const DICTIONARY = Buffer.from('the words that were said before, in another message')

const BAD_STREAMS: readonly BadStream[] = [
  { what: 'bytes that are no deflate stream', frames: [{ payload: 'nonsense', rsv: COMPRESSED }], code: 1007 },
  {
    what: 'a block of the reserved type',
    frames: [{ payload: Buffer.from([0x07, 0xff]), rsv: COMPRESSED }],
    code: 1007
  },
  {
    what: 'a stored block whose length is wrong',
    frames: [{ payload: Buffer.from([0x00, 0x05, 0x00, 0x00, 0x00, 0x61]), rsv: COMPRESSED }],
    code: 1007
  },
  {
    what: 'a reference to the message before, whose context is gone [RFC 7692 §7.1.1.2]',
    frames: [
      { payload: deflated(DICTIONARY), rsv: COMPRESSED },
      { payload: deflated(DICTIONARY, DICTIONARY), rsv: COMPRESSED }
    ],
    code: 1007
  },
  {
    what: 'compressed bytes that are no UTF-8',
    frames: [{ payload: deflated(Buffer.from([0x5b, 0xff, 0x5d])), rsv: COMPRESSED }],
    code: 1007
  },
  {
    what: 'a compressed continuation [RFC 7692 §6.1]',
    frames: [
      { payload: CALL.slice(0, 3), fin: false },
      { opcode: 0, payload: deflated(CALL.slice(3)), rsv: COMPRESSED }
    ],
    code: 1002
  },
  { what: 'a compressed ping [RFC 7692 §6.1]', frames: [{ opcode: 9, rsv: COMPRESSED }], code: 1002 },
  {
    what: 'a compressed message in fragments that inflate to more than 1 MiB',
    frames: [
      { payload: bomb(3).subarray(0, 500), rsv: COMPRESSED, fin: false },
      { opcode: 0, payload: bomb(3).subarray(500) }
    ],
    code: 1009
  },
  {
    what: 'a compressed message that nobody agreed to',
    frames: [{ payload: deflated(CALL), rsv: COMPRESSED }],
    code: 1002,
    extensions: 'x-nothing'
  },
  {
    what: 'a compressed message in 1.6, where it is never agreed to',
    frames: [{ payload: deflated(CALL), rsv: COMPRESSED }],
    code: 1002,
    protocol: 'ocpp1.6'
  }
]

const BAD_DEFLATE: Abuse = {
  name: 'deflate streams that are wrong are closed with 1007, 1002 or 1009',
  async attack(target, scale) {
    for (let time = 0; time < scale.count(1); time++) {
      for (const { what, frames, code, protocol = 'ocpp2.0.1', extensions = 'permessage-deflate' } of BAD_STREAMS) {
        const before = await target.metrics()
        const charger = await target.raw('BAD-DEFLATE', {
          headers: { 'Sec-WebSocket-Protocol': protocol, 'Sec-WebSocket-Extensions': extensions }
        })
        charger.write(...frames)
        await closedWith(charger, code, what)
        await target.counted(before, 'ocpp_disconnects_total{reason="protocol-error"}')
      }
    }
    return `${scale.count(1)} × ${BAD_STREAMS.length}: 1002, 1007, 1009`
  }
}

const ENDED: Abuse = {
  name: 'a deflate stream that says it has ended, with something behind, is served or closed',
  async attack(target) {
    const charger = await compressing(target, 'ENDED')
    const payload = Buffer.concat([deflateRawSync('[2,"1","Heartbeat",{}]'), Buffer.from('behind')])
    charger.write({ payload, rsv: COMPRESSED })
    await until('something comes', () => charger.frames.length > 0, PATIENCE_MS)
    const [frame] = charger.frames
    return frame?.opcode === 8 ? String(frame.payload.readUInt16BE(0)) : 'an answer'
  }
}

/** Offers of the extension that are wrong or odd. [RFC 7692 §7.1] */
const OFFERS = [
  'permessage-deflate; server_max_window_bits=7',
  'permessage-deflate; server_max_window_bits=99',
  'permessage-deflate; client_no_context_takeover=1',
  'permessage-deflate; client_no_context_takeover; client_no_context_takeover',
  'permessage-deflate; __proto__=1',
  'permessage-deflate; constructor; prototype',
  '__proto__; x=1',
  'permessage-deflate; x="',
  'permessage-deflate;;',
  ', ,',
  ';',
  `permessage-deflate${'; a'.repeat(3000)}`,
  `${'permessage-deflate, '.repeat(500)}permessage-deflate`,
  `permessage-deflate; x=${' '.repeat(8000)}1`
]

const BAD_OFFERS: Abuse = {
  name: 'offers of compression that are wrong are answered 400 or not taken up',
  async attack(target, scale) {
    const came = new Map<string, number>()
    for (let time = 0; time < scale.count(1); time++) {
      for (const offer of OFFERS) {
        const outcome = await compressing(target, 'OFFERS', offer).then(
          (charger) => {
            charger.socket.destroy()
            return '101'
          },
          (error: Error) => error.message
        )
        assert.match(outcome, /^101$|HTTP\/1\.1 400/, offer.slice(0, 60))
        came.set(outcome.slice(-15), (came.get(outcome.slice(-15)) ?? 0) + 1)
      }
    }
    return [...came].map(([outcome, times]) => `${times} × ${outcome}`).join(', ')
  }
}

export const BOMBS: Family = {
  name: 'compression',
  abuses: [BOMB, AGAIN, BAD_DEFLATE, ENDED, BAD_OFFERS]
}
