import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { book, event2, statusOf, transactionsOf } from './wire-support.js'

async function connect(server: TestServer, identity: string, protocol = 'ocpp2.0.1'): Promise<Charger> {
  return connectCharger(server.url, identity, { protocol, boot: true })
}

/** The beginning of a transaction at this hour. */
async function begin(charger: Charger, transactionId: string, hour: number, more: object = {}): Promise<void> {
  const started = event2('Started', 0, at(hour), { transactionId, idTag: 'TAG', evse: { id: 1 }, ...more })
  await book(charger, 'TransactionEvent', started)
}

function at(hour: number): string {
  return `2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`
}

/** How the transactions of a charge point stand, in the order in which they came. */
async function standings(server: TestServer, identity: string) {
  return (await transactionsOf(server, identity)).map(({ transactionId, status, closedReason }) => {
    return [transactionId, status, ...(closedReason === undefined ? [] : [closedReason])]
  })
}

onSharedBackend('an EVSE with another transaction', (start) => {
  for (const protocol of ['ocpp2.0.1', 'ocpp2.1']) {
    it(`has done with the one before (${protocol})`, async () => {
      const server = await start()
      const identity = `NEXT-${protocol}`
      const charger = await connect(server, identity, protocol)
      await begin(charger, 'first', 9)
      await begin(charger, 'second', 10, { evse: { id: 1, connectorId: 2 } })
      assert.deepEqual(await standings(server, identity), [
        ['first', 'closed', 'NextTransaction'],
        ['second', 'open']
      ])
      await book(charger, 'TransactionEvent', event2('Ended', 1, at(10), { transactionId: 'first' }))
      assert.deepEqual((await standings(server, identity))[0], ['first', 'ended'])
    })
  }

  it('keeps the current one open when the start of an earlier one arrives late', async () => {
    const server = await start()
    const charger = await connect(server, 'QUEUE')
    await begin(charger, 'present', 12)
    await begin(charger, 'earlier', 9)
    await book(charger, 'TransactionEvent', event2('Updated', 1, at(10), { transactionId: 'earlier' }))
    assert.deepEqual(await standings(server, 'QUEUE'), [
      ['present', 'open'],
      ['earlier', 'open']
    ])
    await book(charger, 'TransactionEvent', event2('Ended', 2, at(11), { transactionId: 'earlier' }))
    assert.deepEqual((await standings(server, 'QUEUE'))[0], ['present', 'open'])
  })

  it('leaves open those of other EVSEs, without an EVSE and of other charge points', async () => {
    const server = await start()
    const other = await connect(server, 'THEIRS')
    await begin(other, 'theirs', 8)
    const charger = await connect(server, 'PLACES')
    await begin(charger, 'other', 8, { evse: { id: 2 } })
    await begin(charger, 'nowhere', 8, { evse: undefined })
    await begin(charger, 'next', 10)
    assert.deepEqual(
      (await standings(server, 'PLACES')).map(([, status]) => status),
      ['open', 'open', 'open']
    )
    await begin(charger, 'nowhere too', 11, { evse: undefined })
    assert.deepEqual((await standings(server, 'PLACES')).at(-2), ['next', 'open'])
    assert.deepEqual(await standings(server, 'THEIRS'), [['theirs', 'open']])
  })
})

onSharedBackend('a transaction whose events name an EVSE but no connector', (start) => {
  const chargingState = 'Charging'
  const transactionInfo = { transactionId: '1', chargingState }
  const available = { evseId: 1, connectorId: 2, connectorStatus: 'Available', timestamp: at(10) }

  it('is closed when a connector of the EVSE is available', async () => {
    const server = await start()
    const charger = await connect(server, 'FREE')
    await begin(charger, '1', 9, { transactionInfo })
    await book(charger, 'StatusNotification', { ...available, evseId: 2 })
    await book(charger, 'StatusNotification', { ...available, timestamp: at(8) })
    assert.equal((await standings(server, 'FREE'))[0]?.[1], 'open')
    await book(charger, 'StatusNotification', available)
    assert.equal(await statusOf(server, charger, 'closed'), 'closed')
    assert.deepEqual(await standings(server, 'FREE'), [['1', 'closed', 'ConnectorAvailable']])
  })

  it('stays open when another connector of the EVSE is occupied, or another transaction is open there', async () => {
    const server = await start()
    const occupied = await connect(server, 'OCCUPIED')
    await begin(occupied, '1', 9, { transactionInfo })
    await book(occupied, 'StatusNotification', { ...available, connectorId: 1, connectorStatus: 'Occupied' })
    const several = await connect(server, 'SEVERAL')
    await begin(several, '1', 9, { transactionInfo })
    const other = { transactionId: 'other', evse: { id: 1 } }
    await book(several, 'TransactionEvent', event2('Updated', 1, at(9), other))
    for (const charger of [occupied, several]) {
      const named = { transactionId: 'named', chargingState }
      await begin(charger, 'named', 9, { transactionInfo: named, evse: { id: 3, connectorId: 1 } })
      await book(charger, 'StatusNotification', available)
      await book(charger, 'StatusNotification', { ...available, evseId: 3, connectorId: 1 })
      // All that the earlier message would have closed is closed by then.
      while ((await standings(server, charger.identity)).at(-1)?.[1] === 'open') await charger.roundTrip()
      assert.equal((await standings(server, charger.identity))[0]?.[1], 'open', charger.identity)
    }
  })
})
