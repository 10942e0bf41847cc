import assert from 'node:assert/strict'
import { it } from 'node:test'
import { installChargingProfile, isConfirmed, type ProfileRow } from '../../lib/charge-points/charging-profiles.js'
import { boot } from '../../lib/charge-points/rows.js'
import { Commits } from '../../lib/events/commits.js'
import type { Ledger } from '../../lib/ledger/ledger.js'
import { onBothDatabases, writerOf } from '../database/support.js'
import { booksOf, event, HOUR, ledgerOn, NINE, openLedger, start } from './support.js'

const BOOT = { protocol: 'ocpp2.0.1', vendor: 'V', model: 'M' } as const
/** By a clock that was never set: the same in every session. */
const UNSET = 10_000

/** Two nodes on one database, the second one behind by three minutes. */
async function twoNodes(dialect: Parameters<typeof openLedger>[0]) {
  const { database } = await openLedger(dialect)
  let now = NINE
  const clocks = [() => now, () => now - 180_000]
  const [ahead, behind] = clocks.map((clock) => {
    const store = new Commits({ db: database.db, writer: writerOf(database), now: clock })
    return {
      clock,
      store,
      ledger: ledgerOn(database, { now: clock }),
      boot: (reason?: string) => store.commit('CP', boot({ ...BOOT, ...(reason && { reason }) }))
    }
  })
  assert.ok(ahead !== undefined && behind !== undefined)
  const pass = (milliseconds: number) => {
    now += milliseconds
  }
  return { database, ahead, behind, pass }
}

async function session(ledger: Ledger): Promise<void> {
  await ledger.event('CP', event('Started', 0, { timestamp: UNSET }))
  await ledger.event('CP', event('Ended', 1, { timestamp: UNSET + 60_000 }))
}

onBothDatabases('a charge point of 2.x without a clock, on nodes whose clocks are minutes apart', (dialect) => {
  it('may repeat an Ended event after its boot: it is booked once', async () => {
    const { database, ahead, behind, pass } = await twoNodes(dialect)
    await ahead.boot()
    pass(1_000)
    await session(behind.ledger)
    pass(1_000)
    const again = await ahead.ledger.event('CP', event('Ended', 1, { timestamp: UNSET + 60_000 }))
    assert.equal(again.outcome, 'retry')
    assert.equal((await booksOf(database, 'CP')).transactions.length, 1)
  })

  it('may have a second session with the same id after a boot: it is another transaction', async () => {
    const { database, ahead, behind, pass } = await twoNodes(dialect)
    await behind.boot()
    await session(ahead.ledger)
    pass(60_000)
    await behind.boot()
    pass(1_000)
    await session(behind.ledger)
    const { transactions } = await booksOf(database, 'CP')
    assert.deepEqual(
      transactions.map(({ status }) => status),
      ['ended', 'ended']
    )
  })

  it('has not booted when an operator asked for its BootNotification, and what was before stays so', async () => {
    const { database, ahead, pass } = await twoNodes(dialect)
    await ahead.boot()
    await session(ahead.ledger)
    pass(HOUR)
    await ahead.boot('Triggered')
    pass(1_000)
    await session(ahead.ledger)
    assert.equal((await booksOf(database, 'CP')).transactions.length, 1)
    await ahead.boot()
    await ahead.boot('Triggered')
    pass(1_000)
    await session(ahead.ledger)
    assert.equal((await booksOf(database, 'CP')).transactions.length, 2)
  })

  it('is judged by the clocks where an earlier release counted no boots', async () => {
    const { database, ahead, pass } = await twoNodes(dialect)
    await session(ahead.ledger)
    pass(60_000)
    await database.writeDb.updateTable('transactions').set({ boots: null }).execute()
    await database.writeDb
      .updateTable('charge_points')
      .set({ last_boot_at: NINE + 30_000 })
      .execute()
    await session(ahead.ledger)
    assert.equal((await booksOf(database, 'CP')).transactions.length, 2)
  })
})

onBothDatabases('a boot, on nodes whose clocks are minutes apart', (dialect) => {
  it('closes a transaction that another node has booked before it, by a clock that is ahead', async () => {
    const { ahead, behind, pass } = await twoNodes(dialect)
    await ahead.boot()
    await ahead.ledger.start('CP', start())
    pass(60_000)
    await behind.boot()
    const closed = await behind.ledger.booted('CP', behind.clock())
    assert.equal(closed.length, 1)
  })

  it('keeps a transaction that another node has booked after it, by a clock that is behind', async () => {
    const { ahead, behind, pass } = await twoNodes(dialect)
    await ahead.boot()
    const bootedAt = ahead.clock()
    pass(60_000)
    await behind.ledger.start('CP', start())
    assert.deepEqual(await ahead.ledger.booted('CP', bootedAt), [])
  })

  it('leaves a profile unconfirmed that the charge point accepted before it, and none that it accepted after it', async () => {
    const { database, ahead, behind, pass } = await twoNodes(dialect)
    const profile = {
      evseId: 0,
      connectorId: 1,
      source: 'CSO',
      stackLevel: 0,
      purpose: 'TxDefaultProfile',
      kind: 'Absolute'
    }
    const confirmed = async () => {
      const rows = await database.db.selectFrom('charging_profiles').selectAll().orderBy('id').execute()
      const chargePoint = await database.db.selectFrom('charge_points').selectAll().executeTakeFirstOrThrow()
      const told = { ...chargePoint, protocol: 'ocpp1.6' }
      return rows.map((row) => [row.profile_id, isConfirmed(row as ProfileRow, told)])
    }
    await ahead.boot()
    await ahead.store.commit('CP', installChargingProfile({ ...profile, profileId: 1, payload: {} }))
    pass(60_000)
    await behind.boot()
    assert.deepEqual(await confirmed(), [[1, false]])
    pass(60_000)
    await ahead.boot()
    pass(60_000)
    await behind.store.commit('CP', installChargingProfile({ ...profile, profileId: 2, stackLevel: 1, payload: {} }))
    assert.deepEqual(await confirmed(), [
      [1, false],
      [2, true]
    ])
  })
})
