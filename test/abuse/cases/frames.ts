import assert from 'node:assert/strict'
import { type RawFrame, rawFrame } from '../../support/raw.js'
import { until } from '../../support/wait.js'
import type { Abuse, Family } from '../abuse.js'
import { PATIENCE_MS, type Target } from '../kit.js'

/** One violation of RFC 6455: what is sent, and the code that the connection is closed with. */
interface Violation {
  what: string
  /** Frames, or bytes that are none. */
  sent: readonly (RawFrame | Buffer)[]
  code: number
}

const MIB = 1024 * 1024
const CALL = '[2,"1","Heartbeat",{}]'
const BAD_UTF8 = Buffer.from([0x5b, 0xff, 0x5d])

/** A close frame with a code and a reason. */
function close(code: number, reason: string | Buffer = ''): RawFrame {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return { opcode: 8, payload: Buffer.concat([payload, Buffer.from(reason)]) }
}

/** The head of a masked text frame that announces a length and has no payload. */
function announce(length: bigint): Buffer {
  const head = Buffer.alloc(14)
  head[0] = 0x81
  head[1] = 0x80 | 127
  head.writeBigUInt64BE(length, 2)
  return head
}

const RESERVED_BITS: Violation[] = [1, 2, 3, 4, 5, 6, 7].map((rsv) => ({
  what: `the reserved bits ${rsv.toString(2).padStart(3, '0')} [§5.2]`,
  sent: [{ payload: CALL, rsv }],
  code: 1002
}))

const OPCODES: Violation[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
  what: `the reserved opcode ${opcode} [§5.2]`,
  sent: [{ payload: CALL, opcode }],
  code: 1002
}))

const CLOSE_CODES: Violation[] = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code) => ({
  what: `the close code ${code}, which may not be sent [§7.4]`,
  sent: [close(code)],
  code: 1002
}))

const CLOSES: Violation[] = [1000, 1001, 1011, 3000, 4999].map((code) => ({
  what: `the close code ${code}, which is answered with the same one [§5.5.1]`,
  sent: [close(code, 'bye')],
  code
}))

const ODD_CLOSES: readonly Violation[] = [
  { what: 'a close frame without code [§7.1.5]', sent: [{ opcode: 8 }], code: 1005 },
  { what: 'a close frame of one byte [§5.5.1]', sent: [{ opcode: 8, payload: Buffer.from([3]) }], code: 1002 },
  { what: 'a close reason that is no UTF-8 [§5.5.1]', sent: [close(1000, BAD_UTF8)], code: 1007 }
]

const UNMASKED: readonly Violation[] = [
  { what: 'a text that is not masked [§5.1]', sent: [{ payload: CALL, masked: false }], code: 1002 },
  { what: 'a ping that is not masked [§5.1]', sent: [{ opcode: 9, masked: false }], code: 1002 }
]

const BAD_TEXTS: readonly Violation[] = [
  { what: 'a text that is no UTF-8 [§8.1]', sent: [{ payload: BAD_UTF8 }], code: 1007 },
  {
    what: 'UTF-8 that is overlong [§8.1]',
    sent: [{ payload: Buffer.from([0x5b, 0xc0, 0xaf, 0x5d]) }],
    code: 1007
  },
  {
    what: 'UTF-8 of half a surrogate pair [§8.1]',
    sent: [{ payload: Buffer.from([0x5b, 0xed, 0xa0, 0x80, 0x5d]) }],
    code: 1007
  },
  {
    what: 'UTF-8 that ends in the middle of a character [§8.1]',
    sent: [{ payload: Buffer.from([0x5b, 0xe2, 0x82]) }],
    code: 1007
  }
]

const FRAGMENTS: readonly Violation[] = [
  { what: 'a continuation of nothing [§5.4]', sent: [{ opcode: 0, payload: CALL }], code: 1002 },
  {
    what: 'a new message within another [§5.4]',
    sent: [{ payload: '[2,', fin: false }, { payload: CALL }],
    code: 1002
  },
  {
    what: 'a continuation behind the last fragment [§5.4]',
    sent: [
      { payload: '[', fin: false },
      { opcode: 0, payload: ']' },
      { opcode: 0, payload: ']' }
    ],
    code: 1002
  }
]

const CONTROLS: readonly Violation[] = [
  { what: 'a ping in fragments [§5.5]', sent: [{ opcode: 9, fin: false }], code: 1002 },
  { what: 'a close in fragments [§5.5]', sent: [{ opcode: 8, fin: false }], code: 1002 },
  { what: 'a ping of 126 bytes [§5.5]', sent: [{ opcode: 9, payload: Buffer.alloc(126) }], code: 1002 },
  { what: 'a pong of 126 bytes [§5.5]', sent: [{ opcode: 10, payload: Buffer.alloc(126) }], code: 1002 },
  { what: 'a ping with a reserved bit [§5.2]', sent: [{ opcode: 9, rsv: 4 }], code: 1002 }
]

const SIZES: readonly Violation[] = [
  { what: 'a length above 2^53 [§5.2]', sent: [announce(2n ** 60n)], code: 1009 },
  { what: 'a length with the highest bit [§5.2]', sent: [announce(2n ** 63n)], code: 1009 },
  { what: 'the announcement of 1 GiB, of which nothing comes', sent: [announce(2n ** 30n)], code: 1009 },
  { what: 'a message of more than 1 MiB', sent: [{ payload: Buffer.alloc(MIB + 1, 0x20) }], code: 1009 },
  {
    what: 'fragments of more than 1 MiB together',
    sent: [
      { payload: Buffer.alloc(MIB / 2, 0x20), fin: false },
      { opcode: 0, payload: Buffer.alloc(MIB / 2, 0x20), fin: false },
      { opcode: 0, payload: ' ' }
    ],
    code: 1009
  },
  {
    what: 'more than 1024 fragments',
    sent: [{ payload: '[', fin: false }, ...Array.from({ length: 1024 }, () => fragment(' '))],
    code: 1008
  },
  {
    what: 'more than 1024 empty fragments',
    sent: [{ payload: '', fin: false }, ...Array.from({ length: 1024 }, () => fragment(''))],
    code: 1008
  }
]

const KINDS: readonly Violation[] = [
  { what: 'a binary message', sent: [{ opcode: 2, payload: CALL }], code: 1003 },
  { what: 'HTTP behind the upgrade', sent: [Buffer.from('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n')], code: 1002 }
]

function fragment(payload: string): RawFrame {
  return { opcode: 0, payload, fin: false }
}

/** Whatever is said behind the violation is nobody's. */
const BEHIND = rawFrame({ payload: '[2,"behind","Heartbeat",{}]' })

const OURS = new Set([1002, 1003, 1007, 1008, 1009])

async function violate(target: Target, { what, sent, code }: Violation): Promise<void> {
  const before = await target.metrics()
  const charger = await target.raw('RULE-BREAKER')
  charger.socket.write(Buffer.concat([...sent.map((each) => (Buffer.isBuffer(each) ? each : rawFrame(each))), BEHIND]))
  assert.equal(await charger.closeCode(PATIENCE_MS), code, what)
  await until(`the connection is over after ${what}`, () => charger.socket.destroyed, PATIENCE_MS)
  assert.ok(!charger.texts.some((text) => text.includes('behind')), `still served after ${what}`)
  if (OURS.has(code)) {
    await target.counted(before, 'ocpp_security_events_total{type="protocol-error"}')
    await target.counted(before, 'ocpp_disconnects_total{reason="protocol-error"}')
  } else await target.counted(before, 'ocpp_disconnects_total{reason="closed"}')
}

function closes(name: string, violations: readonly Violation[]): Abuse {
  return {
    name,
    async attack(target, scale) {
      const mark = target.mark()
      for (let time = 0; time < scale.count(1); time++) {
        for (const violation of violations) await violate(target, violation)
      }
      // Of many violations a line a second is enough; the first ones are told one by one.
      if (violations === RESERVED_BITS) await target.logged(mark, /"type":"protocol-error","identity":"RULE-BREAKER"/)
      const codes = new Set(violations.map(({ code }) => code))
      return `${scale.count(1)} × ${violations.length}: ${[...codes].join(', ')}`
    }
  }
}

/** What looks odd and is right. */
interface Oddity {
  what: string
  sent: readonly RawFrame[]
}

const EURO = Buffer.from('[2,"1","Heartbeat",{"€":1}]')
const MIDDLE = EURO.indexOf(0xe2) + 1

const ODDITIES: readonly Oddity[] = [
  {
    what: 'a character that two fragments share [§5.6]',
    sent: [
      { payload: EURO.subarray(0, MIDDLE), fin: false },
      { opcode: 0, payload: EURO.subarray(MIDDLE) }
    ]
  },
  {
    what: 'a ping between two fragments [§5.4]',
    sent: [
      { payload: CALL.slice(0, 5), fin: false },
      { opcode: 9, payload: 'now' },
      { opcode: 0, payload: CALL.slice(5) }
    ]
  },
  {
    what: 'a message of empty fragments and one that is not',
    sent: [{ payload: '', fin: false }, fragment(''), { opcode: 0, payload: CALL }]
  },
  { what: 'a ping of 125 bytes', sent: [{ opcode: 9, payload: Buffer.alloc(125) }, { payload: CALL }] },
  { what: 'a pong that nobody asked for [§5.5.3]', sent: [{ opcode: 10, payload: 'hi' }, { payload: CALL }] },
  { what: 'an empty text', sent: [{ payload: '' }, { payload: CALL }] },
  { what: 'a text of white space', sent: [{ payload: ' \r\n\t' }, { payload: CALL }] },
  { what: 'a message of 1 MiB, to the byte', sent: [{ payload: Buffer.alloc(MIB, 0x20) }, { payload: CALL }] }
]

const SERVED: Abuse = {
  name: 'what looks odd and is right is served',
  async attack(target, scale) {
    for (let time = 0; time < scale.count(1); time++) {
      for (const { what, sent } of ODDITIES) {
        const charger = await target.accepted('ODD')
        charger.write(...sent)
        const isAnswered = () => charger.texts.some((text) => text.startsWith('[3,"1"') || text.startsWith('[4,"1"'))
        await until(`${what} is answered`, isAnswered, PATIENCE_MS)
        charger.socket.destroy()
      }
    }
    return `${scale.count(1) * ODDITIES.length} answers`
  }
}

const EACH_BYTE: Abuse = {
  name: 'frames that come byte by byte, many at once, are served',
  async attack(target, scale) {
    const charger = await target.accepted('ODD')
    for (const byte of rawFrame({ payload: '[2,"slow","Heartbeat",{}]' })) {
      await new Promise((resolve) => charger.socket.write(Buffer.from([byte]), resolve))
    }
    const count = scale.count(200)
    const frames = Array.from({ length: count }, (_, index) => rawFrame({ payload: `[2,"m${index}","Heartbeat",{}]` }))
    charger.socket.write(Buffer.concat(frames))
    await until('all are answered', () => charger.texts.length === count + 1, PATIENCE_MS)
    return `${count + 1} answers`
  }
}

export const FRAMES: Family = {
  name: 'violations of RFC 6455',
  abuses: [
    closes('reserved bits are closed with 1002', RESERVED_BITS),
    closes('reserved opcodes are closed with 1002', OPCODES),
    closes('what is not masked is closed with 1002', UNMASKED),
    closes('close codes that may not be sent are closed with 1002', CLOSE_CODES),
    closes('close codes that may be sent are answered with the same one', CLOSES),
    closes('odd close frames are answered as RFC 6455 says', ODD_CLOSES),
    closes('texts that are no UTF-8 are closed with 1007', BAD_TEXTS),
    closes('fragments out of order are closed with 1002', FRAGMENTS),
    closes('control frames that are long or in fragments are closed with 1002', CONTROLS),
    closes('what is too long, or in too many fragments, is closed with 1009 or 1008', SIZES),
    closes('what is no text is closed with 1003 or 1002', KINDS),
    SERVED,
    EACH_BYTE
  ]
}
