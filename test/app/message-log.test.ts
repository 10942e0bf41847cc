import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FrameEvent } from 'fastify-ocpp'
import { MessageLog, type MessageLogOptions } from '../../lib/charge-points/message-log.js'
import type { Row } from '../../lib/database/insert.js'
import { connectCharger } from '../support/charger.js'
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
      append: async (more) => void rows.push(...more),
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
    return { chargePoint, direction, text, length: text.length, parsed, redacted: parsed }
  }

  it('drops and counts what comes while the database is too slow, and goes on when it is not', async () => {
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

  it('counts what the database refused', async () => {
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

  it('takes whatever a charge point sends', async () => {
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
