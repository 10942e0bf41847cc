import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Protocol } from 'fastify-ocpp'
import { PROTOCOLS } from '../../src/protocol.js'
import { connectCharger } from '../support/charger.js'
import { startServer } from '../support/server.js'

const VERSIONS: Protocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']

/** The code of a CALLERROR, or `[id, code]` where the id is not the one that was sent; nothing: no answer. */
type Expected = string | readonly [id: string, code: string] | undefined

interface Row {
  name: string
  text: string
  expected: Record<Protocol, Expected>
}

/** The answers of 1.6, of 2.0.1, and of 2.1 where they differ. */
function row(name: string, text: string, v16: Expected, v201: Expected, ...v21: Expected[]): Row {
  const expected = { 'ocpp1.6': v16, 'ocpp2.0.1': v201, 'ocpp2.1': v21.length === 0 ? v201 : v21[0] }
  return { name, text, expected }
}

const UNREADABLE = ['-1', 'RpcFrameworkError'] as const
const CANARY = 'k4n4ry'
const DEEP = `${'['.repeat(5000)}${']'.repeat(5000)}`
const boot16 = { chargePointVendor: 'Acme', chargePointModel: 'One' }

const FRAMES: Row[] = [
  row('text that is not JSON', `{{{${CANARY}`, undefined, UNREADABLE),
  row('a CALL that breaks off in its payload', `[2,"i1","Heartbeat",{"${CANARY}":`, 'FormationViolation', UNREADABLE),
  row('a CALL that breaks off in its action', `[2,"i1","${CANARY}`, 'FormationViolation', UNREADABLE),
  row('a CALL that breaks off in its id', `[2,"${CANARY}`, undefined, UNREADABLE),
  row('a CALL with more after its end', '[2,"i1","Heartbeat",{}]]', 'FormationViolation', UNREADABLE),
  row('a CALL with white-space that breaks off', ' [ 2 , "\\u00691" ,', 'FormationViolation', UNREADABLE),
  row('a broken CALL whose id is no JSON', '[2,"\\x",', undefined, UNREADABLE),
  row('a broken CALL whose id is a number', `[2,5,"Heartbeat",{"${CANARY}`, undefined, UNREADABLE),
  row('a broken CALL with an id of 37 characters', `[2,"${'x'.repeat(37)}",`, undefined, UNREADABLE),
  row('a broken CALLRESULT nobody waits for', `[3,"i1",{"${CANARY}`, undefined, UNREADABLE),
  row('a broken SEND', `[6,"i1","${CANARY}`, undefined, UNREADABLE),
  row('a JSON object', `{"${CANARY}":2}`, undefined, UNREADABLE),
  row('a JSON number', '2', undefined, UNREADABLE),
  row('a JSON string', `"${CANARY}"`, undefined, UNREADABLE),
  row('JSON null', 'null', undefined, UNREADABLE),
  row('an empty array', '[]', undefined, UNREADABLE),
  row('a message type that is a string', `["2","i1","Heartbeat",{}]`, undefined, UNREADABLE),
  row('a message type that is null', `[null,"i1","Heartbeat",{}]`, undefined, UNREADABLE),
  row('empty text', '', undefined, undefined),
  row('white-space', ' \t\r\n ', undefined, undefined),
  row('an unknown message type', `[9,"i1","${CANARY}",{}]`, undefined, 'MessageTypeNotSupported', undefined),
  row('message type 0', `[0,"i1","${CANARY}",{}]`, undefined, 'MessageTypeNotSupported', undefined),
  row('a negative message type', `[-2,"i1","${CANARY}",{}]`, undefined, 'MessageTypeNotSupported', undefined),
  row('a message type with a fraction', `[2.5,"i1","${CANARY}",{}]`, undefined, 'MessageTypeNotSupported', undefined),
  row('an unknown type without a readable id', `[9,${'{}'}]`, undefined, ['-1', 'MessageTypeNotSupported'], undefined),
  row('a CALL whose id is a number', `[2,5,"Heartbeat",{}]`, undefined, UNREADABLE),
  row('a CALL whose id is null', `[2,null,"Heartbeat",{}]`, undefined, UNREADABLE),
  row('a CALL whose id is an object', `[2,{"${CANARY}":1},"Heartbeat",{}]`, undefined, UNREADABLE),
  row('a CALL of one element', '[2]', undefined, UNREADABLE),
  row('an id of 37 characters', `[2,"${'x'.repeat(37)}","Heartbeat",{}]`, ['-1', 'FormationViolation'], UNREADABLE),
  row('an id of 100 kB', `[2,"${CANARY.repeat(17_000)}","Heartbeat",{}]`, ['-1', 'FormationViolation'], UNREADABLE),
  row('a CALL of two elements', '[2,"i1"]', 'FormationViolation', 'RpcFrameworkError'),
  row('a CALL of three elements', '[2,"i1","Heartbeat"]', 'FormationViolation', 'RpcFrameworkError'),
  row('a CALL of five elements', `[2,"i1","Heartbeat",{},"${CANARY}"]`, 'FormationViolation', 'RpcFrameworkError'),
  row('an action that is a number', '[2,"i1",5,{}]', 'FormationViolation', 'RpcFrameworkError'),
  row('an action that is an object', `[2,"i1",{"${CANARY}":1},{}]`, 'FormationViolation', 'RpcFrameworkError'),
  row('an action that is null', '[2,"i1",null,{}]', 'FormationViolation', 'RpcFrameworkError'),
  row('an unknown action', `[2,"i1","${CANARY}",{}]`, 'NotImplemented', 'NotImplemented'),
  row('an action of 100 kB', `[2,"i1","${CANARY.repeat(17_000)}",{}]`, 'NotImplemented', 'NotImplemented'),
  row('an action in other letters', '[2,"i1","heartbeat",{}]', 'NotImplemented', 'NotImplemented'),
  row('an action with "Request"', '[2,"i1","HeartbeatRequest",{}]', 'NotImplemented', 'NotImplemented'),
  row('the action __proto__', '[2,"i1","__proto__",{}]', 'NotImplemented', 'NotImplemented'),
  row('the action constructor', '[2,"i1","constructor",{}]', 'NotImplemented', 'NotImplemented'),
  row('the action toString', '[2,"i1","toString",{}]', 'NotImplemented', 'NotImplemented'),
  row('the empty action', '[2,"i1","",{}]', 'NotImplemented', 'NotImplemented'),
  row('an action that only a CSMS sends', '[2,"i1","Reset",{"type":"Soft"}]', 'NotSupported', 'NotSupported'),
  row('a deep bomb as payload', `[2,"i1","Heartbeat",${DEEP}]`, 'FormationViolation', 'FormatViolation'),
  row(
    'a deep bomb of objects',
    `[2,"i1","Heartbeat",${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}]`,
    'FormationViolation',
    'FormatViolation'
  ),
  row('a deep bomb as id', `[2,${DEEP},"Heartbeat",{}]`, undefined, UNREADABLE),
  row('a deep bomb as the whole text', DEEP, undefined, UNREADABLE),
  row('a payload that is an array', `[2,"i1","Heartbeat",["${CANARY}"]]`, 'FormationViolation', 'FormatViolation'),
  row('a payload that is a string', `[2,"i1","Heartbeat","${CANARY}"]`, 'FormationViolation', 'FormatViolation'),
  row('a payload that is a number', '[2,"i1","Heartbeat",5]', 'FormationViolation', 'FormatViolation'),
  row('an undefined member', `[2,"i1","Heartbeat",{"${CANARY}":1}]`, 'FormationViolation', 'FormatViolation'),
  row('a CALLRESULT nobody waits for', `[3,"i1",{"${CANARY}":1}]`, undefined, undefined),
  row('a CALLRESULT of two elements', '[3,"i1"]', undefined, undefined),
  row('a CALLRESULT of four elements', '[3,"i1",{},{}]', undefined, undefined),
  row('a CALLRESULT with a number as id', '[3,5,{}]', undefined, undefined),
  row('a CALLRESULT with an id of 100 kB', `[3,"${CANARY.repeat(17_000)}",{}]`, undefined, undefined),
  row('a CALLRESULT with a deep bomb', `[3,"i1",${DEEP}]`, undefined, undefined),
  row('a CALLERROR nobody waits for', `[4,"i1","GenericError","${CANARY}",{}]`, undefined, undefined),
  row('a CALLERROR of one element', '[4]', undefined, undefined),
  row('a CALLERROR of nonsense', `[4,"i1",{},[],"${CANARY}",7,8]`, undefined, undefined),
  row('a CALLRESULTERROR', '[5,"i1","GenericError","",{}]', undefined, 'MessageTypeNotSupported', undefined),
  row('a SEND of a CALL action', '[6,"i1","Heartbeat",{}]', undefined, 'MessageTypeNotSupported', undefined),
  row('a SEND of an unknown action', `[6,"i1","${CANARY}",{}]`, undefined, 'MessageTypeNotSupported', undefined),
  row('a SEND of three elements', '[6,"i1","Heartbeat"]', undefined, 'MessageTypeNotSupported', undefined),
  row('a SEND with a number as id', '[6,5,"Heartbeat",{}]', undefined, ['-1', 'MessageTypeNotSupported'], undefined)
]

/** Payloads of one version against its schemas. */
const PAYLOADS: { protocol: Protocol; name: string; action: string; payload: unknown; code: string }[] = [
  ...violations('ocpp1.6', 'OccurenceConstraintViolation', boot16, 'chargePointModel', 'chargePointVendor', 20),
  {
    protocol: 'ocpp1.6',
    name: 'an unknown enumeration value',
    action: 'StatusNotification',
    payload: { connectorId: 1, errorCode: 'NoError', status: CANARY },
    code: 'PropertyConstraintViolation'
  },
  {
    protocol: 'ocpp1.6',
    name: 'a date-time that is none',
    action: 'StatusNotification',
    payload: { connectorId: 1, errorCode: 'NoError', status: 'Available', timestamp: CANARY },
    code: 'PropertyConstraintViolation'
  },
  {
    protocol: 'ocpp1.6',
    name: 'an action of another version',
    action: 'TransactionEvent',
    payload: {},
    code: 'NotImplemented'
  },
  ...(['ocpp2.0.1', 'ocpp2.1'] as const).flatMap((protocol) => [
    ...violations(
      protocol,
      'OccurrenceConstraintViolation',
      { reason: 'PowerUp', chargingStation: { model: 'One', vendorName: 'Acme' } },
      'chargingStation',
      'reason',
      50,
      ({ long }) => ({ reason: 'PowerUp', chargingStation: { model: 'One', vendorName: long } })
    ),
    {
      protocol,
      name: 'an unknown enumeration value',
      action: 'BootNotification',
      payload: { reason: CANARY, chargingStation: { model: 'One', vendorName: 'Acme' } },
      code: 'PropertyConstraintViolation'
    },
    {
      protocol,
      name: 'an empty list',
      action: 'MeterValues',
      payload: { evseId: 1, meterValue: [] },
      code: 'OccurrenceConstraintViolation'
    },
    {
      protocol,
      name: 'an action of another version',
      action: 'StartTransaction',
      payload: {},
      code: 'NotImplemented'
    }
  ]),
  {
    protocol: 'ocpp2.1',
    name: 'a CALL of a SEND action',
    action: 'NotifyPeriodicEventStream',
    payload: {},
    code: 'NotSupported'
  }
]

function violations(
  protocol: Protocol,
  missing: string,
  valid: Record<string, unknown>,
  dropped: string,
  text: string,
  limit: number,
  tooLong: (values: { long: string }) => unknown = ({ long }) => ({ ...valid, [text]: long })
) {
  const { [dropped]: _, ...incomplete } = valid
  const action = 'BootNotification'
  return [
    { protocol, name: 'a missing field', action, payload: incomplete, code: missing },
    {
      protocol,
      name: 'a field of the wrong type',
      action,
      payload: { ...valid, [text]: 5 },
      code: 'TypeConstraintViolation'
    },
    {
      protocol,
      name: 'a required field that is null',
      action,
      payload: { ...valid, [text]: null },
      code: 'TypeConstraintViolation'
    },
    {
      protocol,
      name: 'a text that is too long',
      action,
      payload: tooLong({ long: CANARY.repeat(1 + limit / CANARY.length) }),
      code: 'PropertyConstraintViolation'
    }
  ]
}

function handleRows(app: FastifyInstance): void {
  const currentTime = '2026-01-01T00:00:00Z'
  const boot = { status: 'Accepted', currentTime, interval: 300 } as const
  const { v16, v201, v21 } = app.ocpp
  v16
    .on('BootNotification', () => boot)
    .on('Heartbeat', () => ({ currentTime }))
    .on('StatusNotification', () => ({}))
    .on('MeterValues', () => ({}))
  v201
    .on('BootNotification', () => boot)
    .on('Heartbeat', () => ({ currentTime }))
    .on('MeterValues', () => ({}))
  v21
    .on('BootNotification', () => boot)
    .on('Heartbeat', () => ({ currentTime }))
    .on('MeterValues', () => ({}))
    .on('NotifyPeriodicEventStream', () => undefined)
}

/** Everybody is accepted: what is tested here is what an accepted charger is answered. */
function acceptAll() {
  return { accept: true, registration: 'Accepted' } as const
}

for (const protocol of VERSIONS) {
  test(`${protocol} answers`, async (t) => {
    const server = await startServer({ authenticate: acceptAll, pingInterval: 0 }, handleRows)
    const charger = await connectCharger(server.url, `CP-${protocol}`, { protocol })

    for (const { name, text, expected } of FRAMES) {
      const wanted = expected[protocol]
      await t.test(`${name} with ${wanted === undefined ? 'nothing' : [wanted].flat().join(' ')}`, async () => {
        const before = charger.received.length
        charger.sendText(text)
        await charger.roundTrip()
        const answers = charger.received.slice(before, -1).map((answer) => JSON.parse(answer))
        for (const _ of answers) if (charger.unread.length > 0) await charger.nextFrame()
        if (wanted === undefined) {
          assert.deepEqual(answers, [])
          return
        }
        const [wantedId, code] = typeof wanted === 'string' ? ['i1', wanted] : wanted
        assert.equal(answers.length, 1)
        assertCallError(protocol, answers[0], wantedId, code)
      })
    }

    for (const { name, action, payload, code } of PAYLOADS.filter((entry) => entry.protocol === protocol)) {
      await t.test(`${name} with ${code}`, async () => {
        const answer = await charger.call(action, payload, 'i1')
        assert.equal(answer.type, 4)
        assertCallError(protocol, JSON.parse(charger.received.at(-1) ?? ''), 'i1', code)
      })
    }

    const ids = ['x'.repeat(36), '', '-1', 'a"b\\c', '\u0000\u001f\n', '\u2028é😀', '__proto__', 'constructor']
    for (const id of ids) {
      await t.test(`a CALL with the id ${JSON.stringify(id)} with the same id`, async () => {
        const answer = await charger.call('Heartbeat', {}, id)
        assert.deepEqual([answer.type, answer.id], [3, id])
      })
    }

    await t.test('a payload that is null like {}', async () => {
      assert.equal((await charger.call('Heartbeat', null)).type, 3)
    })

    await t.test('a CALL after a CALL with the same id, as a retry may re-use it', async () => {
      assert.equal((await charger.call('Heartbeat', {}, 'again')).type, 3)
      assert.equal((await charger.call('Heartbeat', {}, 'again')).type, 3)
    })

    await t.test('a CALL with white-space around and within it', async () => {
      const answer = charger.answerTo('w1')
      charger.sendText(' \n[ 2 , "w1" ,\t"Heartbeat" , { } ]\r\n')
      assert.equal((await answer).type, 3)
    })

    await t.test('members named __proto__ and constructor without touching any prototype', async () => {
      const members = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'
      const escaped = '"\\u005f_proto__":{"polluted":1}'
      for (const payload of [`{${members}}`, `{${escaped}}`]) {
        const answer = charger.answerTo('p1')
        charger.sendText(`[2,"p1","Heartbeat",${payload}]`)
        await answer
        assert.equal(Reflect.get({}, 'polluted'), undefined)
      }
      assert.equal((await charger.roundTrip()).type, 3)
    })

    await t.test('messages that nobody answers by counting them', async () => {
      const chargePoint = server.app.ocpp.chargePoints.get(charger.identity)
      const ignored = chargePoint?.counters.ignored ?? 0
      charger.sendText('')
      charger.sendText('[3,"nobody",{}]')
      charger.sendText('[4,"nobody","GenericError","",{}]')
      await charger.roundTrip()
      assert.equal(chargePoint?.counters.ignored, ignored + 3)
    })
  })
}

function assertCallError(protocol: Protocol, frame: unknown, id: string, code: string): void {
  assert.ok(Array.isArray(frame) && frame.length === 5, `no CALLERROR: ${JSON.stringify(frame).slice(0, 200)}`)
  assert.deepEqual([frame[0], frame[1], frame[2]], [4, id, code])
  assert.ok(PROTOCOLS[protocol].codes.has(code), `${code} is no code of ${protocol}`)
  assert.ok(typeof frame[3] === 'string' && frame[3].length <= 255)
  assert.ok(typeof frame[4] === 'object' && frame[4] !== null && !Array.isArray(frame[4]))
  assert.ok(!JSON.stringify(frame).includes(CANARY), `the input comes back: ${JSON.stringify(frame).slice(0, 300)}`)
}
