import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { connectRaw, type RawFrame } from '../support/raw.js'
import { answerBasics, startServer } from '../support/server.js'
import { until } from '../support/wait.js'

const acceptAll = () => ({ accept: true, registration: 'Accepted' }) as const

describe('a breach of RFC 6455 closes the connection', () => {
  const invalidUtf8 = Buffer.concat([Buffer.from('[2,"i1","'), Buffer.from([0xc3, 0x28]), Buffer.from('",{}]')])
  const cases: { name: string; frames: RawFrame[]; code: number }[] = [
    { name: 'a binary message', frames: [{ opcode: 2, payload: '[2,"i1","Heartbeat",{}]' }], code: 1003 },
    { name: 'a text that is not UTF-8', frames: [{ payload: invalidUtf8 }], code: 1007 },
    {
      name: 'a fragmented text that is not UTF-8',
      frames: [
        { payload: invalidUtf8.subarray(0, 10), fin: false },
        { opcode: 0, payload: invalidUtf8.subarray(10) }
      ],
      code: 1007
    },
    { name: 'a message above maxPayload', frames: [{ payload: 'x'.repeat(5000) }], code: 1009 },
    {
      name: 'fragments that are too large together',
      frames: [
        { payload: 'x'.repeat(3000), fin: false },
        { opcode: 0, payload: 'x'.repeat(3000) }
      ],
      code: 1009
    },
    { name: 'RSV1 without compression', frames: [{ payload: '[]', rsv: 4 }], code: 1002 },
    { name: 'RSV2', frames: [{ payload: '[]', rsv: 2 }], code: 1002 },
    { name: 'RSV3', frames: [{ payload: '[]', rsv: 1 }], code: 1002 },
    { name: 'a frame without mask', frames: [{ payload: '[]', masked: false }], code: 1002 },
    { name: 'a reserved opcode', frames: [{ opcode: 3 }], code: 1002 },
    { name: 'a continuation of nothing', frames: [{ opcode: 0, payload: 'x' }], code: 1002 },
    {
      name: 'a text within a fragmented message',
      frames: [{ payload: '[', fin: false }, { payload: ']' }],
      code: 1002
    },
    { name: 'a fragmented ping', frames: [{ opcode: 9, fin: false }], code: 1002 },
    { name: 'a ping of more than 125 bytes', frames: [{ opcode: 9, payload: 'x'.repeat(126) }], code: 1002 },
    { name: 'a close frame of one byte', frames: [{ opcode: 8, payload: 'x' }], code: 1002 },
    { name: 'a close code that may not be sent', frames: [{ opcode: 8, payload: Buffer.from([3, 0xed]) }], code: 1002 },
    { name: 'too many fragments', frames: fragments(20), code: 1008 }
  ]

  function fragments(count: number): RawFrame[] {
    return Array.from({ length: count }, (_, index) => ({ opcode: index === 0 ? 1 : 0, payload: '[', fin: false }))
  }

  for (const { name, frames, code } of cases) {
    test(`${name}: ${code}`, async () => {
      const server = await startServer({ authenticate: acceptAll, maxPayload: 4096, maxFragments: 16 }, answerBasics)
      const bystander = await connectCharger(server.url, 'BYSTANDER')
      const reasons: string[] = []
      const security: string[] = []
      server.app.ocpp.events.on('disconnect', ({ chargePoint, reason, code: seen }) => {
        reasons.push(`${chargePoint.identity} ${reason} ${seen}`)
      })
      server.app.ocpp.events.on('security', ({ type }) => security.push(type))
      const raw = await connectRaw(server.port, 'CP-1')
      raw.write(...frames)
      assert.equal(await raw.closeCode(), code)
      raw.socket.end()
      await until('it is gone', () => !server.app.ocpp.chargePoints.has('CP-1'))
      assert.match(reasons[0] ?? '', /^CP-1 protocol-error /)
      assert.deepEqual(security, ['protocol-error'])
      assert.equal((await bystander.roundTrip()).type, 3)
    })
  }

  test('a message cut off in the middle is not processed', async () => {
    const handled: string[] = []
    const server = await startServer({ authenticate: acceptAll }, (app) => {
      app.ocpp.v16.on('Heartbeat', (_request, { messageId }) => {
        handled.push(messageId)
        return { currentTime: '2026-01-01T00:00:00Z' }
      })
    })
    const raw = await connectRaw(server.port, 'CP-1')
    raw.write({ payload: '[2,"whole","Heartbeat",{}]' }, { payload: '[2,"part","Heart', fin: false })
    await until('the whole message is answered', () => raw.texts.length === 1)
    raw.socket.destroy()
    await until('it is gone', () => !server.app.ocpp.chargePoints.has('CP-1'))
    assert.deepEqual(handled, ['whole'])
  })

  test('a message in several fragments, with pings between them, is one message', async () => {
    const server = await startServer({ authenticate: acceptAll }, answerBasics)
    const raw = await connectRaw(server.port, 'CP-1')
    raw.write(
      { payload: '[2,"f1",', fin: false },
      { opcode: 9, payload: 'hello' },
      { opcode: 0, payload: '"Heart', fin: false },
      { opcode: 0, payload: 'beat",{}]' }
    )
    await until('it is answered', () => raw.texts.length === 1)
    assert.equal(JSON.parse(raw.texts[0] ?? '')[1], 'f1')
    assert.deepEqual(raw.frames.find(({ opcode }) => opcode === 10)?.payload.toString(), 'hello')
  })
})
