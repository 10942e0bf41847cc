import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FrameEvent } from 'fastify-ocpp'
import { MESSAGES, MessageLog, type MessageLogOptions } from '../../lib/charge-points/message-log.js'
import type { Row } from '../../lib/database/insert.js'
import { connectCharger, NO_ANSWER } from '../support/charger.js'
import { deferred } from '../support/wait.js'
import { itemsOf, onBothBackends, operate, startBackend } from './support.js'

onBothBackends('the message log', (start) => {
  it('has every message of a charge point, newest first, page by page, without secrets', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'logged', { boot: true })
    await charger.call('Authorize', { idTag: 'ABCDEF123' }, 'id-1')
    await charger.call('NoSuchAction', {}, 'id-2')
    charger.sendText('this is no JSON')
    await charger.call('Heartbeat', {}, 'id-3')
    const items = await itemsOf(server, '/charge-points/LOGGED/messages', 9)
    const lines = items.map(({ direction, messageType, messageId, action, errorCode }) => [
      direction,
      messageType,
      messageId,
      action,
      errorCode
    ])
    assert.deepEqual(lines.slice(0, 7), [
      ['out', 3, 'id-3', 'Heartbeat', undefined],
      ['in', 2, 'id-3', 'Heartbeat', undefined],
      ['in', 0, undefined, undefined, undefined],
      ['out', 4, 'id-2', 'NoSuchAction', 'NotImplemented'],
      ['in', 2, 'id-2', 'NoSuchAction', undefined],
      ['out', 3, 'id-1', 'Authorize', undefined],
      ['in', 2, 'id-1', 'Authorize', undefined]
    ])
    assert.deepEqual(items[6]?.payload, { idTag: 'ABCD…' })
    assert.deepEqual(items[2]?.payload, { length: 'this is no JSON'.length })
    const first = (await operate(server, 'GET', '/charge-points/logged/messages?limit=5')).json()
    const rest = `/charge-points/logged/messages?cursor=${first.nextCursor}`
    assert.deepEqual([...first.items, ...(await operate(server, 'GET', rest)).json().items], items)
  })
})

// The payload is stored as the text that came, if nothing in it has to be hidden.
onBothBackends('the payloads of the message log', (start) => {
  it('are those that were received, without secrets, in any notation', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'WRITTEN', { boot: true })
    const status = '"connectorId":1,"errorCode":"NoError","status":"Charging"'
    const sent = [
      `[2,"a","StatusNotification",{${status}}]`,
      `[ 2, "b", "StatusNotification", { ${status} } ] `,
      `[2,"c","StatusNotification",{"info":{"password":"hunter2"},${status},"info":"fine"}]`,
      `[2,"d","StatusNotification",{"info":{"p\\u0061ssword":"hunter2"},${status},"info":"fine"}]`,
      `[2,"e","StatusNotification",{"__proto__":{"password":"hunter2"},${status}}]`,
      `[2,"f","StatusNotification",{${status},"info":"http://me:hunter2@host"}]`,
      `[2,"g","StatusNotification",{${status},"info":"http:\\/\\/me:hunter2@host"}]`,
      '[2,"h","Heartbeat",null]',
      '[2,"i","Authorize",{"idTag":"hunter2hunter2"}]',
      '[2,"j","DataTransfer",{"vendorId":"v","data":"]"}]',
      '[2,"k\\"","Heartbeat",{}]'
    ]
    for (const text of sent) charger.sendText(text)
    await charger.call('Heartbeat', {}, 'last')
    const items = await itemsOf(server, '/charge-points/WRITTEN/messages', 2 * sent.length + 2)
    const payloads = new Map(
      items.filter(({ direction }) => direction === 'in').map(({ messageId, payload }) => [messageId, payload])
    )
    const plain = { connectorId: 1, errorCode: 'NoError', status: 'Charging' }
    const hidden = { ...plain, info: 'http://[redacted]@host' }
    const expected = { a: plain, b: plain, c: { ...plain, info: 'fine' }, d: { ...plain, info: 'fine' }, e: plain }
    const others = { f: hidden, g: hidden, h: null, i: { idTag: 'hunt…' }, j: { vendorId: 'v', data: ']' }, 'k"': {} }
    for (const [id, payload] of Object.entries({ ...expected, ...others })) {
      assert.deepEqual(payloads.get(id) ?? null, payload, id)
    }
    const stored = await server.app.database.db.selectFrom('messages').select('payload').execute()
    assert.ok(stored.every(({ payload }) => !payload.includes('hunter2')))
  })
})

// The same for calls of operators and the answers to them.
onBothBackends('the calls in the message log', (start) => {
  it('are those that were sent, with their answers, without secrets', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'ASKED', { boot: true })
    const secret = '{"key":"AuthorizationKey","readonly":false,"value":"hunter2"}'
    const answers = ['{ "unknownKey" : [ "a" ] }', `{"configurationKey":[${secret}]}`, '{"status":"Accepted"}']
    charger.onCall((_action, _payload, id) => {
      charger.sendText(`[ 3 , "${id}" , ${answers.shift()} ]`)
      return NO_ANSWER
    })
    const setting = { key: 'AuthorizationKey', value: 'hunter2hunter2hunter2' }
    for (const [action, payload] of [
      ['GetConfiguration', { key: ['a'] }],
      ['GetConfiguration', {}],
      ['ChangeConfiguration', setting]
    ] as const) {
      const { statusCode } = await operate(server, 'POST', `/charge-points/ASKED/calls/${action}`, payload)
      assert.equal(statusCode, 200)
    }
    const items = await itemsOf(server, '/charge-points/ASKED/messages', 8)
    const hidden = '[redacted]'
    const told = [{ key: 'AuthorizationKey', readonly: false, value: hidden }]
    assert.deepEqual(
      items.slice(0, 6).map(({ direction, action, payload }) => [direction, action, payload]),
      [
        ['in', 'ChangeConfiguration', { status: 'Accepted' }],
        ['out', 'ChangeConfiguration', { ...setting, value: hidden }],
        ['in', 'GetConfiguration', { configurationKey: told }],
        ['out', 'GetConfiguration', {}],
        ['in', 'GetConfiguration', { unknownKey: ['a'] }],
        ['out', 'GetConfiguration', { key: ['a'] }]
      ]
    )
    const stored = await server.app.database.db.selectFrom('messages').select('payload').execute()
    assert.ok(stored.every(({ payload }) => !payload.includes('hunter2')))
  })
})

describe('the message log', () => {
  it('can be switched off', async () => {
    const server = await startBackend({ MESSAGE_LOG: 'false' })
    const charger = await connectCharger(server.url, 'unlogged', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    await operate(server, 'POST', '/charge-points/unlogged/calls/ClearCache')
    assert.deepEqual((await operate(server, 'GET', '/charge-points/unlogged/messages')).json(), { items: [] })
    const { items } = (await operate(server, 'GET', '/charge-points/unlogged/calls')).json()
    assert.equal(items[0].status, 'answered')
  })

  function createLog(options: Partial<MessageLogOptions> = {}) {
    const rows: Row<'messages'>[] = []
    const drops: [number, unknown][] = []
    const log = new MessageLog({
      append: async (more) => {
        for (const row of more)
          rows.push(Object.fromEntries(MESSAGES.own.map((name, index) => [name, row[index]])) as never)
      },
      chargePointId: async () => 1,
      onDrop: (count, error) => drops.push([count, error]),
      ...options
    })
    return { log, rows, drops }
  }

  function frame(text: string, direction: FrameEvent['direction'] = 'inbound'): FrameEvent {
    const chargePoint = { identity: 'CP-1' } as FrameEvent['chargePoint']
    const parsed = () => {
      try {
        return JSON.parse(text)
      } catch {
        return undefined
      }
    }
    return { chargePoint, direction, text, length: text.length, parsed, redacted: parsed, plain: () => undefined }
  }

  it('drops and counts messages while the database is too slow, and stores them again afterwards', async () => {
    const stalled = deferred()
    const written: number[] = []
    const { log, drops } = createLog({
      maxWaiting: 3,
      append: async (rows) => {
        written.push(rows.length)
        await stalled.promise
      }
    })
    log.add(frame('[2,"0","A",{}]'))
    // The first is on its way before the others come.
    while (written.length === 0) await new Promise((resolve) => setImmediate(resolve))
    for (let id = 1; id <= 5; id++) log.add(frame(`[2,"${id}","A",{}]`))
    assert.deepEqual(log.counters, { dropped: 2, queued: 3 })
    assert.deepEqual(drops, [
      [1, undefined],
      [1, undefined]
    ])
    stalled.resolve()
    await log.idle()
    assert.deepEqual([written, log.counters], [[1, 3], { dropped: 2, queued: 0 }])
  })

  it('counts messages that the database rejected', async () => {
    const trouble = new Error('no space left')
    const { log, drops } = createLog({ append: () => Promise.reject(trouble) })
    log.add(frame('[2,"1","A",{}]'))
    await log.idle()
    assert.deepEqual([drops, log.counters.dropped], [[[1, trouble]], 1])
  })

  it('logs the other frames when one cannot be redacted', async () => {
    const { log, rows, drops } = createLog()
    const hostile = frame('[2,"2","A",{}]')
    hostile.redacted = () => {
      throw new RangeError('too deep')
    }
    for (const one of [frame('[2,"1","A",{}]'), hostile, frame('[2,"3","A",{}]')]) log.add(one)
    await log.idle()
    assert.deepEqual(
      rows.map(({ message_type, message_id, payload }) => [message_type, message_id, payload]),
      [
        [2, '1', '{}'],
        [0, '', '{"length":14}'],
        [2, '3', '{}']
      ]
    )
    assert.deepEqual(drops, [])
  })

  it('names the action of an answer by the id that was sent, also when that is a number', async () => {
    const { log, rows } = createLog()
    log.add(frame('[2,17,"Heartbeat",{}]'))
    log.add(frame('[3,17,{}]', 'outbound'))
    await log.idle()
    assert.deepEqual(
      rows.map(({ message_id, action }) => [message_id, action]),
      [
        ['17', 'Heartbeat'],
        ['17', 'Heartbeat']
      ]
    )
  })

  it('stores any text that a charge point sends', async () => {
    const { log, rows } = createLog()
    const long = 'x'.repeat(100_000)
    const texts = [
      '',
      'null',
      '[]',
      '[2]',
      '[2,5]',
      '[3]',
      '[4,null]',
      '{"a":1}',
      '[9,"1"]',
      '[2,{"toString":1,"valueOf":1},"A",{}]',
      '[2,["1"],{"toString":null},{}]',
      '[3,{"toString":1},{}]',
      '[4,"1",{"toString":1,"valueOf":1},{"toString":1},7]',
      '[4,{"toString":1,"valueOf":1},null]',
      '[6,{"toString":1},{"toString":1},{}]',
      `[2,"${long}","${long}",{}]`
    ]
    for (const text of texts) log.add(frame(text))
    log.add(frame(`[2,"1","A",${JSON.stringify({ long })}]`))
    await log.idle()
    assert.equal(rows.length, texts.length + 1)
    for (const row of rows) {
      assert.ok(row.payload.length < 70_000 && row.message_id.length <= 255 && row.action.length <= 64)
      assert.doesNotThrow(() => JSON.parse(row.payload))
    }
  })
})
