import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate, stateOf } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { book, event2, onlyTransactionOf, readingsOf, transactionsOf } from './wire-support.js'

const protocol = 'ocpp2.0.1'
const TARIFF = { currency: 'EUR', pricePerKwh: 0.5, pricePerSession: 1 }

/** The first session with the id 1, from 9 to 10, of 5 kWh. */
const FIRST = [
  event2('Started', 0, '2026-01-01T09:00:00Z', { idTag: 'ANNA', register: 1000 }),
  event2('Updated', 1, '2026-01-01T09:30:00Z', { register: 3000 }),
  event2('Ended', 2, '2026-01-01T10:00:00Z', { register: 6000 })
] as const
/** Another one the next day, of 2 kWh. */
const SECOND = [
  event2('Started', 0, '2026-01-02T09:00:00Z', { idTag: 'BERT', register: 6000 }),
  event2('Updated', 1, '2026-01-02T09:30:00Z', { register: 7000 }),
  event2('Ended', 2, '2026-01-02T10:00:00Z', { register: 8000 })
] as const

async function send(charger: Charger, ...events: readonly object[]): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const event of events) answers.push(await book(charger, 'TransactionEvent', event))
  return answers
}

async function connect(server: TestServer, identity: string): Promise<Charger> {
  return connectCharger(server.url, identity, { protocol, boot: true })
}

/** The bills, by session. */
async function bills(server: TestServer, identity: string) {
  const found = await transactionsOf(server, identity)
  return found
    .toSorted((a, b) => String(a.startedAt).localeCompare(String(b.startedAt)))
    .map(({ transactionId, idToken, status, energyWh, duration, events }) => {
      return [transactionId, idToken, status, energyWh, duration, events.length]
    })
}

const ANNA = ['1', 'ANNA', 'ended', 5000, 3600, 3]
const BERT = ['1', 'BERT', 'ended', 2000, 3600, 3]

onBothBackends('a transaction id that is used again', (start) => {
  it('gives two transactions with a start, a token, an energy and a bill of their own', async () => {
    const server = await start()
    await operate(server, 'PUT', '/tariffs/default', TARIFF)
    const before = await connect(server, 'TWICE')
    await send(before, ...FIRST)
    await before.close()
    const charger = await connect(server, 'TWICE')
    const answers = await send(charger, ...SECOND)
    assert.deepEqual(await bills(server, 'TWICE'), [ANNA, BERT])
    const [first, second] = await transactionsOf(server, 'TWICE')
    assert.deepEqual([first?.cost, second?.cost], [3.5, 2])
    assert.deepEqual(answers[2], { totalCost: 2 })
    assert.notEqual(first?.id, second?.id)
    for (const [one, values] of [
      [first, [1000, 3000, 6000]],
      [second, [6000, 7000, 8000]]
    ] as const) {
      const readings = await readingsOf(server, one?.id ?? 0)
      assert.deepEqual(
        readings.map(({ value }) => value),
        values
      )
    }
    // By the id that the charge point knows both are found.
    const byId = (await operate(server, 'GET', '/transactions?chargePoint=TWICE&transactionId=1')).json()
    assert.equal(byId.items.length, 2)
  })

  it('leaves the retries of both transactions recognisable, also after a restart', async () => {
    const server = await start()
    const charger = await connect(server, 'RETRY')
    const answers = await send(charger, ...FIRST, ...SECOND)
    assert.deepEqual(await send(charger, ...FIRST, ...SECOND), answers)
    await server.close()
    const again = await connect(await start(), 'RETRY')
    assert.deepEqual(await send(again, ...SECOND, ...FIRST), [...answers.slice(3), ...answers.slice(0, 3)])
  })

  it('leaves late events with the transaction to which they belong', async () => {
    const server = await start()
    const [started, updated, ended] = FIRST
    const [startedAgain, updatedAgain, endedAgain] = SECOND
    const orders = [
      [started, startedAgain, updatedAgain, updated, endedAgain, ended],
      [started, ended, startedAgain, updated, updatedAgain, endedAgain],
      [started, ended, startedAgain, endedAgain, updatedAgain, updated],
      // The Started of the second one comes last.
      [started, updated, ended, updatedAgain, endedAgain, startedAgain]
    ]
    for (const [index, order] of orders.entries()) {
      const identity = `LATE-${index}`
      await send(await connect(server, identity), ...order)
      assert.deepEqual(await bills(server, identity), [ANNA, BERT], `order ${index}`)
    }
  })

  it('closes the first transaction if it was never ended, with and without a boot in between', async () => {
    const server = await start()
    for (const boots of [true, false]) {
      const identity = `LOST-${boots}`
      const before = await connect(server, identity)
      await send(before, FIRST[0], FIRST[1])
      if (boots) await before.close()
      const charger = boots ? await connect(server, identity) : before
      // The same token: nothing but the time and the boot tells them apart.
      await send(charger, { ...SECOND[0], idToken: FIRST[0].idToken }, SECOND[1], SECOND[2])
      assert.deepEqual(await bills(server, identity), [
        ['1', 'ANNA', 'closed', 2000, 1800, 2],
        ['1', 'ANNA', 'ended', 2000, 3600, 3]
      ])
    }
  })

  it('is not confused with an id that looks like an internal key', async () => {
    const server = await start()
    const charger = await connect(server, 'HASH')
    const named = (event: object, transactionId: string) => ({ ...event, transactionInfo: { transactionId } })
    await send(charger, ...FIRST, ...SECOND, ...FIRST.map((event) => named(event, '1#2')))
    await send(charger, ...SECOND.map((event) => named(event, '1#2')))
    assert.deepEqual(await bills(server, 'HASH'), [ANNA, ['1#2', ...ANNA.slice(1)], BERT, ['1#2', ...BERT.slice(1)]])
  })

  it('means the latest transaction in operations, charging profiles and display messages', async () => {
    const server = await start()
    const charger = await connect(server, 'NOW')
    await send(charger, ...FIRST, SECOND[0])
    const asked: unknown[] = []
    charger.onCall((action, payload) => {
      asked.push([action, payload])
      return { status: 'Accepted' }
    })
    const profile = {
      evseId: 1,
      chargingProfile: {
        id: 7,
        stackLevel: 0,
        chargingProfilePurpose: 'TxProfile',
        chargingProfileKind: 'Relative',
        transactionId: '1',
        chargingSchedule: [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] }]
      }
    }
    const message = { id: 3, priority: 'NormalCycle', transactionId: '1', message: { format: 'UTF8', content: 'Hi' } }
    const calls = [
      ['SetChargingProfile', profile],
      ['SetDisplayMessage', { message }]
    ] as const
    for (const [action, payload] of calls) {
      const made = await operate(server, 'POST', `/charge-points/NOW/calls/${action}`, payload)
      assert.equal(made.statusCode, 200, made.body)
    }
    // A late part of the first one ends nothing of the second one.
    await send(charger, event2('Ended', 3, '2026-01-01T10:00:00Z'))
    const { chargingProfiles, displayMessages } = await stateOf(server, 'NOW')
    assert.deepEqual(
      [chargingProfiles.map((one: { transactionId: string }) => one.transactionId), displayMessages.length],
      [['1'], 1]
    )
    const stopped = await operate(server, 'POST', '/charge-points/NOW/operations/stop', { transactionId: '1' })
    assert.equal(stopped.statusCode, 200, stopped.body)
    assert.deepEqual(asked.at(-1), ['RequestStopTransaction', { transactionId: '1' }])
    await send(charger, SECOND[1], SECOND[2])
    const after = await stateOf(server, 'NOW')
    assert.deepEqual([after.chargingProfiles, after.displayMessages], [[], []])
    assert.deepEqual(
      after.transactions.map((one: { transactionId: string }) => one.transactionId),
      ['1', '1']
    )
  })

  it('does not affect another charge point', async () => {
    const server = await start()
    const one = await connect(server, 'MINE')
    const other = await connect(server, 'YOURS')
    await send(one, ...FIRST, SECOND[0])
    await send(other, ...FIRST)
    assert.deepEqual(await bills(server, 'YOURS'), [ANNA])
    await send(other, event2('Updated', 3, '2026-01-02T09:30:00Z', { register: 9999 }))
    const { events, energyWh } = await onlyTransactionOf(server, 'YOURS')
    assert.deepEqual([events.length, energyWh], [4, 5000])
    const [, second] = await transactionsOf(server, 'MINE')
    assert.equal(second?.events.length, 1)
  })
})
