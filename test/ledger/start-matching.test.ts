import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type AwaitedStart, decide, type StartedTransaction } from '../../lib/ledger/start-matching.js'

// Which call a transaction belongs to.

const ASKED = Date.UTC(2026, 2, 1, 12)
const MINUTE = 60_000
const UNTIL = ASKED + MINUTE

function asked(more: Partial<AwaitedStart> = {}): AwaitedStart {
  const start = { id: 1, charge_point_id: 1, message_id: 'm', remote_start_id: null, connector_id: 1, id_token: 'TAG' }
  const rest = { run_id: 'run', created_at: ASKED, until_at: UNTIL, outcome: 'pending', transaction_ref: null } as const
  return { ...start, ...rest, ...more }
}

function started(more: Partial<StartedTransaction> = {}): StartedTransaction {
  const time = { start_timestamp: ASKED + 1000, created_at: ASKED + 1000 }
  return {
    id: 1,
    ocpp16_id: 1,
    status: 'open',
    connector_id: 1,
    id_token: 'TAG',
    remote_start_id: null,
    ...time,
    ...more
  }
}

function verdictOf(awaited: readonly AwaitedStart[], transaction: StartedTransaction): string {
  const verdict = decide(awaited, transaction)
  return verdict === undefined ? 'none' : `${verdict.awaited.id} ${verdict.outcome}`
}

it('a start of 1.6 belongs to the call by connector and id token, without regard to case', () => {
  assert.equal(verdictOf([asked()], started({ id_token: 'tag' })), '1 seen')
  assert.equal(verdictOf([asked()], started({ id_token: 'OTHER' })), '1 otherIdToken')
  assert.equal(verdictOf([asked()], started({ connector_id: 2 })), 'none')
  assert.equal(verdictOf([asked({ connector_id: 0 })], started({ connector_id: 2 })), '1 seen')
  assert.equal(verdictOf([asked()], started({ ocpp16_id: null })), 'none')
})

it('another id token matches only before the timeout, the right one up to an hour later', () => {
  const at = (time: number, more = {}) => started({ start_timestamp: time, created_at: time, ...more })
  const other = { id_token: 'OTHER' }
  assert.equal(verdictOf([asked()], at(UNTIL, other)), '1 otherIdToken')
  assert.equal(verdictOf([asked()], at(UNTIL + 1, other)), 'none')
  assert.equal(verdictOf([asked()], at(UNTIL + 60 * MINUTE)), '1 seen')
  assert.equal(verdictOf([asked()], at(UNTIL + 60 * MINUTE + 1)), 'none')
  // It happened in time, and the charge point was away until the next day.
  const delivered = { start_timestamp: ASKED + 1000, created_at: ASKED + 86_400_000 }
  assert.equal(verdictOf([asked({ outcome: 'notSeen' })], started({ ...delivered, ...other })), '1 otherIdToken')
  assert.equal(verdictOf([asked({ outcome: 'notSeen' })], started(delivered)), '1 seen')
})

it('a start from before the call belongs to no call, unless the clock of the charge point is a little behind', () => {
  assert.equal(verdictOf([asked()], started({ created_at: ASKED - 1 })), 'none')
  assert.equal(verdictOf([asked()], started({ start_timestamp: ASKED - 10 * MINUTE })), '1 seen')
  assert.equal(verdictOf([asked()], started({ start_timestamp: ASKED - 10 * MINUTE - 1 })), 'none')
  // A clock that was never set, and one that is ahead, say nothing.
  assert.equal(verdictOf([asked()], started({ start_timestamp: 0 })), '1 seen')
  assert.equal(verdictOf([asked()], started({ start_timestamp: ASKED + 300 * MINUTE })), '1 seen')
})

it('of several calls the undecided one comes first, then the one with the connector, then the order', () => {
  const late = asked({ id: 2, outcome: 'notSeen' })
  assert.equal(verdictOf([late, asked({ id: 3 })], started()), '3 seen')
  assert.equal(verdictOf([asked({ id: 1, connector_id: 0 }), asked({ id: 2 })], started()), '2 seen')
  assert.equal(verdictOf([asked({ id: 2 }), asked({ id: 1 })], started()), '1 seen')
  assert.equal(verdictOf([asked({ id: 1, outcome: 'notSeen' }), late], started()), '2 seen')
  assert.equal(verdictOf([asked({ id: 1, id_token: 'OTHER' }), asked({ id: 2, connector_id: 0 })], started()), '2 seen')
})

it('a second transaction with another id token changes nothing, the right one does', () => {
  const decided = asked({ outcome: 'otherIdToken', transaction_ref: 7 })
  assert.equal(verdictOf([decided], started({ id: 8, id_token: 'OTHER' })), 'none')
  assert.equal(verdictOf([decided], started({ id: 8 })), '1 seen')
})

it('a start of 2.x belongs to the call by its remote start id only', () => {
  const of2 = (more = {}) => started({ ocpp16_id: null, remote_start_id: 5, ...more })
  const awaited = asked({ remote_start_id: 5, connector_id: 0 })
  assert.equal(verdictOf([awaited], of2()), '1 seen')
  assert.equal(verdictOf([awaited], of2({ created_at: UNTIL + 600 * MINUTE })), '1 seen')
  assert.equal(verdictOf([awaited], of2({ id_token: 'OTHER' })), '1 otherIdToken')
  assert.equal(verdictOf([awaited], of2({ id_token: null })), '1 seen')
  assert.equal(verdictOf([asked({ remote_start_id: 5, id_token: '' })], of2({ id_token: 'ANY' })), '1 seen')
  assert.equal(verdictOf([awaited], of2({ remote_start_id: 6 })), 'none')
  assert.equal(verdictOf([awaited], of2({ remote_start_id: null })), 'none')
  // The cable came first: the transaction is older than the call.
  assert.equal(verdictOf([awaited], of2({ created_at: ASKED - MINUTE })), '1 seen')
  assert.equal(verdictOf([awaited], of2({ created_at: ASKED - MINUTE, status: 'ended' })), 'none')
})
