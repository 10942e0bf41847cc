import assert from 'node:assert/strict'
import { it } from 'node:test'
import { LimitWatch, type StopCall } from '../../lib/ledger/limit-watch.js'
import type { LimitName } from '../../lib/money/transaction-limit.js'
import type {} from '../../plugins/transaction-limits.js'
import { onSharedBackend, operate } from '../app/support.js'
import type { Charger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { begin, measure, pricing, stop, transactionOf } from './pricing-16.js'
import { charging, event, Inbox, KWH, ok, result } from './telling.js'

// Limits of transactions: who sets them, who obeys them. [2.1 E16]

const REJECTED = { status: 'Rejected' }
const ACCEPTED = { status: 'Accepted' }

/** A 2.1 charge point, which obeys these limits by itself; absent: it reports nothing. */
async function station(server: TestServer, identity: string, supported?: string, tariff: object = KWH) {
  const charger = await charging(server, identity, { protocol: 'ocpp2.1', tariff })
  if (supported !== undefined) await reportLimits(charger, supported)
  return { charger, inbox: new Inbox(charger) }
}

function reportLimits(charger: Charger, value: string) {
  const variable = { component: { name: 'TxCtrlr' }, variable: { name: 'SupportedLimits' } }
  return result(charger, 'NotifyReport', {
    ...{ requestId: 2, generatedAt: '2026-03-02T07:00:00.000Z', seqNo: 0 },
    reportData: [{ ...variable, variableAttribute: [{ value }] }]
  })
}

function says(charger: Charger, ...[type, seqNo, time, told]: Parameters<typeof event>) {
  return result(charger, 'TransactionEvent', event(type, seqNo, time, told))
}

const prepaid = (server: TestServer, idToken: string, transactionLimit: object | null) =>
  ok(server, 'PUT', `/id-tokens/${idToken}`, { transactionLimit })
const limitOf = async (server: TestServer, identity: string) =>
  ok(server, 'GET', `/transactions/${(await transactionOf(server, identity)).id}/limit`)
const setLimit = async (server: TestServer, identity: string, body: object) =>
  operate(server, 'PUT', `/transactions/${(await transactionOf(server, identity)).id}/limit`, body)
const outcomeAt = (server: TestServer, identity: string, outcome: string) =>
  until(`${identity}: ${outcome}`, async () => (await limitOf(server, identity)).stop?.outcome === outcome)

onSharedBackend('limits that a charge point obeys by itself', (start) => {
  it('are told once, a retry gets the same answer, and only those that it supports', async () => {
    const server = await start()
    await prepaid(server, 'PRE-1', { maxCost: 20, maxEnergy: 30_000, maxTime: 3600 })
    const { charger, inbox } = await station(server, 'LIMIT-1', 'maxCost,maxEnergy')
    const started = await says(charger, 'Started', 0, '08:00:00', { idToken: 'PRE-1', wh: 0 })
    assert.deepEqual(started.transactionLimit, { maxCost: 20, maxEnergy: 30_000 })
    const retried = await says(charger, 'Started', 0, '08:00:00', { idToken: 'PRE-1', wh: 0 })
    assert.deepEqual(retried, started)
    assert.deepEqual(await says(charger, 'Updated', 1, '08:10:00', { wh: 1000 }), { totalCost: 0.48 })
    // The time has long been over, and the charge point does not know that limit.
    assert.deepEqual(await inbox.take('RequestStopTransaction', ACCEPTED), { transactionId: 'tx' })
    const { limit, told } = await limitOf(server, 'LIMIT-1')
    assert.deepEqual(limit, { maxCost: 20, maxEnergy: 30_000, maxTime: 3600 })
    assert.deepEqual(told, { maxCost: 20, maxEnergy: 30_000 })
  })

  it('can be raised: the charge point is triggered and told the new one only', async () => {
    const server = await start()
    await prepaid(server, 'PRE-2', { maxCost: 10, maxEnergy: 5000 })
    const { charger, inbox } = await station(server, 'LIMIT-2', 'Energy, Cost, Time, SoC')
    await says(charger, 'Started', 0, '08:00:00', { idToken: 'PRE-2', wh: 0 })
    const answer = await setLimit(server, 'LIMIT-2', { maxCost: 25.5 })
    assert.equal(answer.statusCode, 200, answer.body)
    assert.deepEqual(answer.json().limit, { maxCost: 25.5, maxEnergy: 5000 })
    const trigger = await inbox.take('TriggerMessage', ACCEPTED)
    assert.deepEqual(trigger, { requestedMessage: 'TransactionEvent', evse: { id: 1 } })
    const { transactionLimit } = await says(charger, 'Updated', 1, '08:10:00', { wh: 1000 })
    assert.deepEqual(transactionLimit, { maxCost: 25.5 })
    assert.equal((await says(charger, 'Updated', 2, '08:20:00', { wh: 2000 })).transactionLimit, undefined)
    // It is not stopped from here, because it does so itself. Far beyond the limit it has not.
    await says(charger, 'Updated', 3, '08:30:00', { wh: 5100 })
    await server.app.transactionLimits.check()
    assert.equal((await limitOf(server, 'LIMIT-2')).exceededAt, undefined)
    await says(charger, 'Updated', 4, '08:40:00', { wh: 5300 })
    await server.app.transactionLimits.check()
    assert.notEqual((await limitOf(server, 'LIMIT-2')).exceededAt, undefined)
    await inbox.take('RequestStopTransaction', ACCEPTED)
    await outcomeAt(server, 'LIMIT-2', 'accepted')
    await server.app.problems.check()
    const { items } = await ok(server, 'GET', '/problems')
    const problem = items.find(({ kind, chargePoint }: { kind: string; chargePoint: string }) => {
      return kind === 'limit-exceeded' && chargePoint === 'LIMIT-2'
    })
    assert.equal(problem.detail, 'the transaction went beyond its limits: maxCost 25.5, maxEnergy 5000')
    await inbox.isEmpty()
    assert.equal((await says(charger, 'Ended', 5, '08:50:00', { wh: 5300 })).transactionLimit, undefined)
  })

  it('of the charge point itself are kept beside ours', async () => {
    const server = await start()
    const { charger } = await station(server, 'LIMIT-3', 'Cost')
    await says(charger, 'Started', 0, '08:00:00', { idToken: 'ANNA', wh: 0 })
    const info = (limit: object) => ({ transactionInfo: { transactionId: 'tx', transactionLimit: limit } })
    await says(charger, 'Updated', 2, '08:20:00', { ...info({ maxEnergy: 7000 }), wh: 10 })
    // It comes late: what the charge point said afterwards counts.
    await says(charger, 'Updated', 1, '08:10:00', { ...info({ maxEnergy: 6000 }), wh: 5 })
    assert.equal((await setLimit(server, 'LIMIT-3', { maxCost: 5 })).statusCode, 200)
    const { limit, station: own } = await limitOf(server, 'LIMIT-3')
    assert.deepEqual([limit, own], [{ maxCost: 5 }, { maxEnergy: 7000 }])
  })
})

onSharedBackend('limits that the back-end obeys', (start) => {
  it('stop a transaction of 1.6 once, when its energy has reached them', async () => {
    const server = await start()
    await prepaid(server, 'ANNA', { maxEnergy: 5000 })
    const { charger, inbox } = await pricing(server, 'LIMIT-16', { keys: {} })
    const { transactionId } = await begin(charger, '08:00:00')
    await prepaid(server, 'ANNA', null)
    await measure(charger, transactionId, '08:10:00', 5999)
    await server.app.transactionLimits.check()
    await inbox.isEmpty()
    await measure(charger, transactionId, '08:11:00', 6000)
    assert.deepEqual(await inbox.take('RemoteStopTransaction', REJECTED), { transactionId })
    await outcomeAt(server, 'LIMIT-16', 'refused')
    await server.app.transactionLimits.check()
    await inbox.isEmpty()
    // The limit is raised: when that one is reached it is asked again.
    assert.equal((await setLimit(server, 'LIMIT-16', { maxEnergy: 6000 })).statusCode, 200)
    await server.app.transactionLimits.check()
    await inbox.isEmpty()
    await measure(charger, transactionId, '08:20:00', 7000)
    assert.deepEqual(await inbox.take('RemoteStopTransaction', ACCEPTED), { transactionId })
    await outcomeAt(server, 'LIMIT-16', 'accepted')
    await stop(charger, transactionId, '08:21:00', 7400)
    const { exceededAt, stop: asked } = await limitOf(server, 'LIMIT-16')
    assert.notEqual(exceededAt, undefined)
    assert.deepEqual([asked.attempts, asked.outcome], [1, 'accepted'])
  })

  it('stop a transaction of 2.0.1 by its cost and one of 2.1 that reported no limits, which is told as well', async () => {
    const server = await start()
    await prepaid(server, 'PRE-4', { maxCost: 4.76 })
    for (const [identity, protocol, told] of [
      ['LIMIT-201', 'ocpp2.0.1', undefined],
      ['LIMIT-21', 'ocpp2.1', { maxCost: 4.76 }]
    ] as const) {
      const charger = await charging(server, identity, { protocol, tariff: KWH })
      const inbox = new Inbox(charger)
      const { transactionLimit } = await says(charger, 'Started', 0, '08:00:00', { idToken: 'PRE-4', wh: 0 })
      assert.deepEqual(transactionLimit, told)
      await says(charger, 'Updated', 1, '08:30:00', { wh: 9900 })
      await server.app.transactionLimits.check()
      await inbox.isEmpty()
      await says(charger, 'Updated', 2, '08:31:00', { wh: 10_000 })
      assert.deepEqual(await inbox.take('RequestStopTransaction', ACCEPTED), { transactionId: 'tx' })
      // The transaction stays open until the car is unplugged.
      await outcomeAt(server, identity, 'accepted')
      await server.app.transactionLimits.check()
      await inbox.isEmpty()
    }
  })

  it('are not reached by a cost that is unknown', async () => {
    const server = await start()
    const tariff = { ...KWH, fixedFee: { prices: [{ priceFixed: 10 }] } }
    await prepaid(server, 'PRE-5', { maxCost: 1 })
    const { charger, inbox } = await station(server, 'LIMIT-5', undefined, tariff)
    // Without a reading: 10 is certain, the cost is not.
    await says(charger, 'Started', 0, '08:00:00', { idToken: 'PRE-5' })
    await says(charger, 'Updated', 1, '08:30:00')
    await server.app.transactionLimits.check()
    await inbox.isEmpty()
    assert.equal((await limitOf(server, 'LIMIT-5')).stop, undefined)
  })

  it('are asked for by one of several processes, and again at growing intervals', async () => {
    const server = await start()
    await prepaid(server, 'PRE-6', { maxEnergy: 100 })
    const charger = await charging(server, 'LIMIT-6', { protocol: 'ocpp2.0.1' })
    await says(charger, 'Started', 0, '08:00:00', { idToken: 'PRE-6', wh: 0 })
    await charger.close()
    await until('it is away', async () => server.app.ocpp.chargePoints.get('LIMIT-6') === undefined)
    await server.app.ledger.event('LIMIT-6', {
      ...{ protocol: 'ocpp2.0.1', transactionId: 'tx', eventType: 'Updated', seqNo: 1, triggerReason: 'Trigger' },
      ...{ timestamp: Date.parse('2026-03-02T08:10:00Z'), offline: false, payload: {}, response: {} },
      samples: [sample(104)]
    })
    let time = Date.now()
    const asked: StopCall[] = []
    const process = (names: readonly LimitName[] = []) =>
      new LimitWatch({
        db: server.app.database.db,
        ledger: server.app.ledger,
        isCallable: (identity) => identity === 'LIMIT-6',
        takenBy: async () => ({ names: new Set(names) }),
        async call(_identity, call) {
          asked.push(call)
          if (asked.length === 2) throw new Error('no answer in time')
          return asked.length < 4 ? REJECTED : ACCEPTED
        },
        now: () => time,
        onStop: () => {},
        onError: (error) => assert.fail(String(error))
      })
    const both = [process(), process()]
    const afterSeconds = async (seconds: number) => {
      time += seconds * 1000
      await Promise.all(both.map((one) => one.check()))
      await Promise.all(both.map((one) => one.idle()))
      return asked.length
    }
    await process(['maxEnergy']).check()
    assert.equal(asked.length, 0, 'the charge point supports the limit')
    assert.equal(await afterSeconds(0), 1)
    assert.deepEqual(asked, [{ action: 'RequestStopTransaction', payload: { transactionId: 'tx' } }])
    assert.deepEqual([await afterSeconds(29), await afterSeconds(1)], [1, 2])
    assert.equal((await limitOf(server, 'LIMIT-6')).stop.outcome, 'failed')
    assert.deepEqual([await afterSeconds(59), await afterSeconds(1)], [2, 3])
    assert.deepEqual([await afterSeconds(119), await afterSeconds(1)], [3, 4])
    assert.equal((await limitOf(server, 'LIMIT-6')).stop.outcome, 'accepted')
    assert.equal(await afterSeconds(3600), 4)
  })
})

function sample(value: number) {
  return {
    ...{ timestamp: Date.parse('2026-03-02T08:10:00Z'), measurand: 'Energy.Active.Import.Register', phase: '' },
    ...{ context: '', location: '', unit: 'Wh', format: 'Raw' as const, value, raw: String(value), signed_data: null }
  }
}

onSharedBackend('a limit that an operator sets', (start) => {
  it('is refused when it is lower, when the transaction is over, and when it makes no sense', async () => {
    const server = await start()
    const { charger } = await pricing(server, 'LIMIT-7', { keys: {} })
    const { transactionId } = await begin(charger, '08:00:00')
    const refused = async (body: object, status: number, code: string, pointer?: string) => {
      const answer = await setLimit(server, 'LIMIT-7', body)
      const { code: told, errors } = answer.json()
      assert.deepEqual([answer.statusCode, told, errors?.[0]?.pointer], [status, code, pointer], answer.body)
    }
    await refused({ maxCost: 5 }, 409, 'NO_TARIFF', '/maxCost')
    assert.equal((await setLimit(server, 'LIMIT-7', { maxEnergy: 9000, maxSoC: 80 })).statusCode, 200)
    await refused({ maxEnergy: 8999 }, 409, 'LIMIT_LOWERED', '/maxEnergy')
    await refused({ maxEnergy: 9000.1234567 }, 422, 'INVALID_LIMIT', '/maxEnergy')
    for (const body of [{}, { maxEnergy: 0 }, { maxSoC: 101 }, { maxTime: 1.5 }, { maxCost: null }, { maxPower: 1 }]) {
      assert.equal((await setLimit(server, 'LIMIT-7', body)).statusCode, 400, JSON.stringify(body))
    }
    assert.deepEqual((await limitOf(server, 'LIMIT-7')).limit, { maxEnergy: 9000, maxSoC: 80 })
    await stop(charger, transactionId, '09:00:00', 2000)
    await refused({ maxEnergy: 10_000 }, 409, 'TRANSACTION_ENDED')
    assert.equal((await operate(server, 'PUT', '/transactions/999999/limit', { maxTime: 60 })).statusCode, 404)
  })

  it('of an id token is shown, also as CSV, checked, and removed with null', async () => {
    const server = await start()
    await prepaid(server, 'PRE-8', { maxCost: 7.5 })
    assert.deepEqual((await ok(server, 'GET', '/id-tokens/PRE-8')).transactionLimit, { maxCost: 7.5 })
    const csv = await operate(server, 'GET', '/id-tokens?q=PRE-8&format=csv')
    assert.match(csv.body, /"{""maxCost"":7\.5}"/)
    const answer = await operate(server, 'PUT', '/id-tokens/PRE-8', { transactionLimit: { maxCost: 0.1234567 } })
    const { code, errors } = answer.json()
    assert.deepEqual([answer.statusCode, code, errors[0].pointer], [422, 'INVALID_LIMIT', '/transactionLimit/maxCost'])
    await prepaid(server, 'PRE-8', null)
    assert.equal((await ok(server, 'GET', '/id-tokens/PRE-8')).transactionLimit, undefined)
  })
})
