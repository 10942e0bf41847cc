import assert from 'node:assert/strict'
import { it } from 'node:test'
import { BEARER, onBothBackends, operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { book, onlyTransactionOf, readingsOf, startTransaction, transactionsOf } from './wire-support.js'

const STOP = { transactionId: 0, meterStop: 1500, timestamp: '2026-01-01T10:00:00Z' }

async function unassignedOf(server: TestServer, identity: string): Promise<Record<string, unknown>[]> {
  const response = await operate(server, 'GET', `/transactions?status=unassigned&chargePoint=${identity}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

function reading(minute: number, value: number | string, more: object = {}) {
  const timestamp = `2026-01-01T09:${String(minute).padStart(2, '0')}:00Z`
  return { connectorId: 1, meterValue: [{ timestamp, sampledValue: [{ value: String(value) }] }], ...more }
}

async function open(server: TestServer, identity: string, more: object = {}): Promise<Charger> {
  const charger = await connectCharger(server.url, identity, { boot: true })
  await startTransaction(charger, more)
  return charger
}

onBothBackends('StopTransaction without a usable id', (start) => {
  for (const transactionId of [0, -1]) {
    it(`ends the only open transaction, and is marked (${transactionId})`, async () => {
      const server = await start()
      const identity = `ONLY${transactionId}`
      const charger = await open(server, identity)
      const stop = { ...STOP, transactionId, idTag: 'tag', reason: 'PowerLoss' }
      const answer = await book(charger, 'StopTransaction', stop)
      assert.deepEqual(answer, { idTagInfo: { status: 'Accepted' } })
      assert.deepEqual(await book(charger, 'StopTransaction', stop), answer)
      const { status, inferred, energyWh, stopReason, events } = await onlyTransactionOf(server, identity)
      assert.deepEqual([status, inferred, energyWh, stopReason], ['ended', true, 1400, 'PowerLoss'])
      assert.deepEqual(
        events.map(({ eventType, inferred: isInferred }) => [eventType, isInferred]),
        [
          ['Started', undefined],
          ['Ended', true]
        ]
      )
      assert.deepEqual(await unassignedOf(server, identity), [])
    })
  }

  it('gives way to one with the right id, and is still recognised when it is retried', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'REAL', { boot: true })
    const transactionId = await startTransaction(charger)
    await book(charger, 'StopTransaction', STOP)
    const real = { transactionId, meterStop: 2100, timestamp: '2026-01-01T11:00:00Z', reason: 'EVDisconnected' }
    await book(charger, 'StopTransaction', real)
    await book(charger, 'StopTransaction', STOP)
    await book(charger, 'StopTransaction', { ...real, meterStop: 9999 })
    const { inferred, energyWh, stopReason, endedAt } = await onlyTransactionOf(server, 'REAL')
    assert.deepEqual(
      [inferred, energyWh, stopReason, endedAt],
      [undefined, 2000, 'EVDisconnected', '2026-01-01T11:00:00.000Z']
    )
    assert.deepEqual(await unassignedOf(server, 'REAL'), [])
  })

  it('ends no transaction when its id tag, meter or time contradict, or when several are open', async () => {
    const server = await start()
    const contradictions = {
      TOKEN: { idTag: 'OTHER' },
      METER: { meterStop: 99 },
      TIME: { timestamp: '2026-01-01T08:59:59Z' },
      UNKNOWN: { transactionId: 4711 },
      NEGATIVE: { transactionId: -2 }
    }
    for (const [identity, more] of Object.entries(contradictions)) {
      const charger = await open(server, identity)
      await book(charger, 'StopTransaction', { ...STOP, ...more })
      await book(charger, 'StopTransaction', { ...STOP, ...more })
      assert.equal((await onlyTransactionOf(server, identity)).status, 'open', identity)
      assert.equal((await unassignedOf(server, identity)).length, 1, identity)
    }
    const charger = await open(server, 'SEVERAL')
    await startTransaction(charger, { connectorId: 2, idTag: 'OTHER' })
    await book(charger, 'StopTransaction', { ...STOP, idTag: 'TAG' })
    const statuses = (await transactionsOf(server, 'SEVERAL')).map(({ status }) => status)
    assert.deepEqual(statuses, ['open', 'open'])
    const elsewhere = await connectCharger(server.url, 'ELSEWHERE', { boot: true })
    await book(elsewhere, 'StopTransaction', STOP)
    assert.equal((await unassignedOf(server, 'ELSEWHERE')).length, 1)
  })

  it('is listed as unassigned: in pages, as CSV, by a time range without its end, and after a restart', async () => {
    const before = await start()
    const charger = await connectCharger(before.url, 'LIST', { boot: true })
    for (const meterStop of [1, 2, 3]) {
      await book(charger, 'StopTransaction', { ...STOP, transactionId: -1, meterStop, idTag: 'TAG' })
    }
    await before.close()
    const server = await start()
    const [latest] = await unassignedOf(server, 'LIST')
    const { receivedAt, ...shown } = latest ?? {}
    assert.ok(typeof receivedAt === 'string')
    assert.deepEqual(shown, {
      chargePoint: 'LIST',
      status: 'unassigned',
      transactionId: '-1',
      stopIdToken: 'TAG',
      endedAt: '2026-01-01T10:00:00.000Z',
      meterStop: 3,
      stopReason: 'Local',
      request: { transactionId: -1, meterStop: 3, timestamp: STOP.timestamp, idTag: 'TAG' }
    })
    const path = '/transactions?status=unassigned&chargePoint=list&transactionId=-1&limit=2'
    const first = (await operate(server, 'GET', path)).json()
    const second = (await operate(server, 'GET', `${path}&cursor=${first.nextCursor}`)).json()
    const pages = [first, second].map(({ items }) => items.map(({ meterStop }: { meterStop: number }) => meterStop))
    assert.deepEqual(pages, [[3, 2], [1]])
    assert.equal(second.nextCursor, undefined)
    const url = '/api/v1/transactions?status=unassigned&chargePoint=LIST&limit=1'
    const table = await server.app.inject({ url, headers: { ...BEARER, accept: 'text/csv' } })
    assert.match(table.body, /^chargePoint,status,transactionId,stopIdToken,.*\r\nLIST,unassigned,'?-1,TAG,/)
    const times = (await unassignedOf(server, 'LIST')).map((item) => String(item.receivedAt))
    const [newest = '', oldest = ''] = [times[0], times.at(-1)]
    const between = (range: string) =>
      operate(server, 'GET', `/transactions?status=unassigned&chargePoint=LIST&${range}`).then(
        (answer) => answer.json().items as { receivedAt: string }[]
      )
    assert.deepEqual(
      (await between(`to=${newest}`)).map(({ receivedAt }) => receivedAt),
      times.filter((time) => time < newest)
    )
    assert.equal((await between(`from=${oldest}`)).length, 3)
    assert.deepEqual(await between(`from=${oldest}&to=${oldest}`), [])
    const wrong = await operate(server, 'GET', '/transactions?status=unassigned&idToken=TAG')
    assert.deepEqual([wrong.statusCode, wrong.json().code], [400, 'INVALID_QUERY'])
  })

  it('is rejected when its transactionId is too large to be exact', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'DIGITS', { boot: true })
    const answer = charger.answerTo('1')
    charger.sendText(
      '[2,"1","StopTransaction",{"transactionId":9007199254740993,"meterStop":1,"timestamp":"2026-01-01T10:00:00Z"}]'
    )
    assert.equal((await answer).type, 4)
    assert.deepEqual(await unassignedOf(server, 'DIGITS'), [])
  })
})

onBothBackends('meter values without a usable transaction id', (start) => {
  for (const [name, id] of Object.entries({ ZERO: 0, MINUS: -1, NULL: null, NONE: undefined })) {
    it(`belong to the only open transaction of their connector (${name})`, async () => {
      const server = await start()
      const charger = await open(server, name)
      await startTransaction(charger, { connectorId: 2, meterStart: 0 })
      const transactionId = id === undefined ? {} : { transactionId: id }
      await book(charger, 'MeterValues', reading(30, 600, transactionId))
      await book(charger, 'MeterValues', reading(30, 600, transactionId))
      const [first, second] = await transactionsOf(server, name)
      assert.deepEqual([first?.energyWh, second?.energyWh], [500, undefined])
      const readings = await readingsOf(server, first?.id ?? 0)
      assert.deepEqual(
        readings.map(({ value, inferred }) => [value, inferred]),
        [[600, true]]
      )
      assert.deepEqual(await readingsOf(server, second?.id ?? 0), [])
    })
  }

  it('are stored once, although they are sent again after the end', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'AGAIN', { boot: true })
    const transactionId = await startTransaction(charger)
    await book(charger, 'MeterValues', reading(10, 300))
    await book(charger, 'StopTransaction', { ...STOP, transactionId })
    await book(charger, 'MeterValues', reading(10, 300))
    const { id, energyWh } = await onlyTransactionOf(server, 'AGAIN')
    assert.equal(energyWh, 1400)
    assert.equal((await readingsOf(server, id)).length, 1)
    const history = (await operate(server, 'GET', '/charge-points/AGAIN/meter-values')).json().items
    assert.deepEqual(
      history.map((one: Record<string, unknown>) => [one.transaction, one.transactionId, one.value]),
      [[id, String(transactionId), 300]]
    )
  })

  it('count when the back-end closes their transaction, and those of another place, time or charge point do not', async () => {
    const server = await start()
    const other = await open(server, 'THEIRS')
    const charger = await open(server, 'COUNT')
    await book(charger, 'MeterValues', reading(20, 700))
    await book(charger, 'MeterValues', { ...reading(30, 9000), connectorId: 0 })
    await book(charger, 'MeterValues', { ...reading(30, 9000), connectorId: 3 })
    const early = { timestamp: '2026-01-01T08:59:00Z', sampledValue: [{ value: '50' }] }
    await book(charger, 'MeterValues', { connectorId: 1, meterValue: [early] })
    await book(other, 'MeterValues', reading(40, 400))
    await startTransaction(charger, { timestamp: '2026-01-02T09:00:00Z', meterStart: 700 })
    const [first, second] = await transactionsOf(server, 'COUNT')
    assert.deepEqual(
      [first?.status, first?.energyWh, first?.endedAt, second?.energyWh],
      ['closed', 600, '2026-01-01T09:20:00.000Z', undefined]
    )
    assert.equal((await onlyTransactionOf(server, 'THEIRS')).energyWh, 300)
  })
})
