import assert from 'node:assert/strict'
import { it } from 'node:test'
import { StorageError } from '../../lib/database/errors.js'
import { onBothBackends, operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const START = { connectorId: 1, idTag: 'TAG', meterStart: 100, timestamp: '2026-01-01T00:00:00Z' }
const STOP = { meterStop: 1500, timestamp: '2026-01-01T01:00:00Z' }

async function result(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

function event(transactionId: string, eventType: string, seqNo: number, more: object = {}) {
  const timestamp = `2026-01-01T00:0${seqNo}:00Z`
  return { eventType, seqNo, timestamp, triggerReason: 'Trigger', transactionInfo: { transactionId }, ...more }
}

/** The only transaction of a charge point. */
async function transactionOf(server: TestServer, identity: string) {
  const { items } = (await operate(server, 'GET', `/transactions?chargePoint=${identity}`)).json()
  assert.equal(items.length, 1)
  return (await operate(server, 'GET', `/transactions/${items[0].id}`)).json()
}

onBothBackends('over the wire', (start) => {
  it('1.6: retries that race over two sockets, and after a restart, get the same answer', async () => {
    const server = await start()
    const first = await connectCharger(server.url, 'RACE', { boot: true })
    const second = await connectCharger(server.url, 'RACE', { boot: true })
    // The newcomer takes over, so the first one may be closed before its answer is out.
    const racing = await Promise.allSettled(
      [first, second].map((charger) => result(charger, 'StartTransaction', START))
    )
    const answers = racing.flatMap((race) => (race.status === 'fulfilled' ? [race.value] : []))
    answers.push(await result(second, 'StartTransaction', START))
    await server.close()
    const again = await connectCharger((await start()).url, 'race')
    answers.push(await result(again, 'StartTransaction', START))
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1)
    assert.ok(answers.length >= 3)
  })

  it('1.6: treats a message id that is used again with another payload as a new message', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'IDS', { boot: true })
    const one = await charger.call('StartTransaction', START, '1')
    const two = await charger.call('StartTransaction', { ...START, connectorId: 2 }, '1')
    assert.notDeepEqual(one, two)
  })

  it('a message that cannot be stored is answered InternalError, and its retry is booked', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'FULL', { boot: true })
    const { writer } = server.app.database
    const { write, append, record } = writer
    writer.write = async () => Promise.reject(new StorageError('full'))
    writer.append = async () => Promise.reject(new StorageError('full'))
    writer.record = async () => Promise.reject(new StorageError('full'))
    const meterValue = [{ timestamp: START.timestamp, sampledValue: [{ value: '1' }] }]
    const messages = [
      ['StartTransaction', START],
      ['StopTransaction', { ...STOP, transactionId: 1 }],
      ['MeterValues', { connectorId: 1, meterValue }]
    ] as const
    for (const [action, payload] of messages) {
      const answer = await charger.call(action, payload)
      assert.equal(answer.type === 4 && answer.code, 'InternalError', action)
    }
    Object.assign(writer, { write, append, record })
    for (const [action, payload] of messages) await result(charger, action, payload)
    assert.equal((await transactionOf(server, 'FULL')).events.length, 1)
  })

  it('1.6: a boot closes what was left open, and the StopTransaction after it counts', async () => {
    const server = await start()
    const before = await connectCharger(server.url, 'POWER', { boot: true })
    const { transactionId } = await result(before, 'StartTransaction', START)
    await before.close()
    const charger = await connectCharger(server.url, 'POWER', { boot: true })
    const isClosed = async () => (await transactionOf(server, 'POWER')).closedReason === 'Rebooted'
    while (!(await isClosed())) await charger.roundTrip()
    await result(charger, 'StopTransaction', { ...STOP, transactionId, reason: 'PowerLoss' })
    const ended = await transactionOf(server, 'POWER')
    assert.deepEqual(
      [ended.status, ended.stopReason, ended.closedReason, ended.energyWh],
      ['ended', 'PowerLoss', undefined, 1400]
    )
  })

  it('1.6: a boot in the middle of a connection closes nothing', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'ASKED', { boot: true })
    await result(charger, 'StartTransaction', START)
    await charger.boot()
    await result(charger, 'StopTransaction', { ...STOP, transactionId: 1 })
    assert.equal((await transactionOf(server, 'ASKED')).status, 'open')
  })

  it('1.6: a connector that becomes available closes what was left open there', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'FREE', { boot: true })
    await result(charger, 'StartTransaction', START)
    await result(charger, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' })
    const isClosed = async () => (await transactionOf(server, 'FREE')).closedReason === 'ConnectorAvailable'
    while (!(await isClosed())) await charger.roundTrip()
  })

  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`${protocol}: events that are missing are asked after once, and an answer closes the transaction`, async () => {
      const server = await start({ TRANSACTION_GAP_DELAY: '0' })
      const identity = `GAP-${protocol.slice(4)}`
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      const asked: unknown[] = []
      charger.onCall((action, payload) => {
        if (action === 'GetTransactionStatus') asked.push(payload)
        return { ongoingIndicator: false, messagesInQueue: false }
      })
      await result(charger, 'TransactionEvent', event('tx', 'Started', 0))
      await result(charger, 'TransactionEvent', event('tx', 'Updated', 2))
      await until('it is asked', () => asked.length > 0)
      assert.deepEqual(asked, [{ transactionId: 'tx' }])
      const isClosed = async () => (await transactionOf(server, identity)).closedReason === 'NotOngoing'
      while (!(await isClosed())) await charger.roundTrip()
      await result(charger, 'TransactionEvent', event('tx', 'Updated', 4))
      const transaction = await transactionOf(server, identity)
      assert.deepEqual(
        [transaction.status, transaction.complete, transaction.missingSeqNos],
        [
          'open',
          false,
          [
            [1, 1],
            [3, 3]
          ]
        ]
      )
      await charger.roundTrip()
      assert.equal(asked.length, 1)
    })

    it(`${protocol}: the running and the final cost are told, and a retry hears the same`, async () => {
      const server = await start()
      const identity = `COST-${protocol.slice(4)}`
      const body = { chargePoint: identity, currency: 'EUR', pricePerSession: 0.5, pricePerKwh: 0.1, tax: 10 }
      await operate(server, 'PUT', `/tariffs/${protocol}`, body)
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      const measured = (value: number, timestamp: string) => ({
        meterValue: [{ timestamp, sampledValue: [{ value, unitOfMeasure: { unit: 'kWh' } }] }]
      })
      const events = [
        event('tx', 'Started', 0, measured(5, '2026-01-01T00:00:00Z')),
        event('tx', 'Updated', 1, measured(7, '2026-01-01T00:01:00Z')),
        event('tx', 'Ended', 2, measured(15, '2026-01-01T00:02:00Z'))
      ]
      const answers = []
      for (const one of [...events, ...events]) answers.push(await result(charger, 'TransactionEvent', one))
      const expected = [{}, { totalCost: 0.77 }, { totalCost: 1.65 }]
      assert.deepEqual(answers, [...expected, ...expected])
    })
  }

  it('2.x: the answer has the status of the id token and its group', async () => {
    const server = await start({ UNKNOWN_ID_TOKENS: 'reject' })
    await operate(server, 'PUT', '/id-tokens/ANNA', { type: 'Central', groupId: 'STAFF' })
    const charger = await connectCharger(server.url, 'TOKENS', { protocol: 'ocpp2.0.1', boot: true })
    const withToken = (seqNo: number, idToken: string) =>
      result(charger, 'TransactionEvent', event('tx', 'Updated', seqNo, { idToken: { idToken, type: 'Central' } }))
    assert.deepEqual(await withToken(1, 'BOB'), { idTokenInfo: { status: 'Invalid' } })
    const { idTokenInfo } = await withToken(2, 'anna')
    assert.deepEqual(idTokenInfo, { status: 'Accepted', groupIdToken: { idToken: 'STAFF', type: 'Central' } })
  })

  it('2.1: a VAT number is not confirmed, and kept', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'VAT', { protocol: 'ocpp2.1', boot: true })
    const answer = await result(charger, 'VatNumberValidation', { vatNumber: 'DE1', evseId: 3 })
    assert.deepEqual(answer, { vatNumber: 'DE1', evseId: 3, status: 'Rejected' })
    const rows = await server.app.database.db
      .selectFrom('notifications')
      .select(['evse_id', 'payload'])
      .where('action', '=', 'VatNumberValidation')
      .execute()
    assert.deepEqual(rows, [{ evse_id: 3, payload: '{"vatNumber":"DE1","evseId":3}' }])
  })

  it('2.1: a VAT number at an impossible EVSE is refused without an effect, although violations are tolerated', async () => {
    const server = await start({ OCPP_VALIDATION: 'warn' })
    const charger = await connectCharger(server.url, 'VAT-WRONG', { protocol: 'ocpp2.1', boot: true })
    const answer = await charger.call('VatNumberValidation', { vatNumber: 'DE1', evseId: -1 })
    assert.equal(answer.type === 4 && answer.code, 'PropertyConstraintViolation')
    const { db } = server.app.database
    const rows = await db.selectFrom('notifications').select('payload').where('payload', 'like', '%-1%').execute()
    assert.deepEqual(rows, [])
  })
})
