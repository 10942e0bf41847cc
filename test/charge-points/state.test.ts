import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { connectorState, SHOWN_STATES, STATES } from '../../lib/charge-points/connector-state.js'
import { CONNECTOR_STATUSES } from '../../lib/charge-points/connectors.js'
import { STATE } from '../../lib/charge-points/state-query.js'
import { migrated, onBothDatabases } from '../database/support.js'
import { ROOT } from '../support/root.js'

type Case = [protocol: string | null, status: string | null, chargingState: string | null, state: string]

const CASES: readonly Case[] = [
  // 1.6 says it all itself, and a transaction changes nothing.
  ...STATES.map((state): Case => ['ocpp1.6', state, null, state]),
  ...STATES.map((state): Case => ['ocpp1.6', state, 'Charging', state]),
  ['ocpp1.6', null, null, 'Unknown'],
  ['ocpp1.6', 'Occupied', null, 'Unknown'],
  ...['ocpp2.0.1', 'ocpp2.1'].flatMap((protocol): Case[] => [
    [protocol, 'Available', null, 'Available'],
    [protocol, 'Reserved', null, 'Reserved'],
    [protocol, 'Unavailable', null, 'Unavailable'],
    [protocol, 'Faulted', null, 'Faulted'],
    [protocol, 'Occupied', null, 'Preparing'],
    [protocol, 'Occupied', 'EVConnected', 'Preparing'],
    [protocol, 'Occupied', 'Charging', 'Charging'],
    [protocol, 'Occupied', 'SuspendedEV', 'SuspendedEV'],
    [protocol, 'Occupied', 'SuspendedEVSE', 'SuspendedEVSE'],
    [protocol, 'Occupied', 'Idle', 'Preparing'],
    // A transaction that hangs does not hide what the connector says.
    [protocol, 'Faulted', 'Charging', 'Faulted'],
    [protocol, 'Available', 'Charging', 'Available'],
    [protocol, 'Unavailable', 'SuspendedEV', 'Unavailable'],
    // The connector has told nothing.
    [protocol, null, 'Charging', 'Charging'],
    [protocol, null, 'Idle', 'Unknown'],
    [protocol, null, null, 'Unknown'],
    // Words of 1.6, and words that nobody has.
    [protocol, 'Charging', null, 'Unknown'],
    [protocol, 'Finishing', null, 'Unknown'],
    [protocol, 'Occupied', 'constructor', 'Preparing']
  ]),
  // Nothing came of it yet but this.
  [null, 'Occupied', 'Charging', 'Charging'],
  [null, null, null, 'Unknown']
]

describe('the state of a connector', () => {
  for (const [protocol, status, chargingState, state] of CASES) {
    it(`of ${protocol}, reported ${status}, its transaction ${chargingState}, is ${state}`, () => {
      assert.equal(connectorState({ protocol, status, chargingState }), state)
    })
  }

  it('is computed by a file that pages can import, too', () => {
    const source = readFileSync(`${ROOT}lib/charge-points/connector-state.ts`, 'utf8')
    assert.doesNotMatch(source, /^\s*import\b/m)
  })
})

onBothDatabases('the state of a connector in a query', (dialect) => {
  it('is the same for every protocol, status and charging state', async () => {
    const { db, writeDb } = await migrated(dialect)
    const chargingStates = [null, 'EVConnected', 'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Idle']
    const expected: Record<string, string> = {}
    for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']) {
      const times = { created_at: 1, updated_at: 1 }
      const { id: charge_point_id } = await writeDb
        .insertInto('charge_points')
        .values({ identity: protocol, identity_key: protocol, protocol, ...times })
        .returning('id')
        .executeTakeFirstOrThrow()
      let evse_id = 0
      for (const status of CONNECTOR_STATUSES) {
        for (const charging_state of chargingStates) {
          evse_id++
          const place = { charge_point_id, evse_id, connector_id: 1 }
          await writeDb
            .insertInto('connectors')
            .values({ ...place, status, timestamp: 1, updated_at: 1 })
            .execute()
          const transaction = { ...place, protocol, ...times }
          // An older one that hangs, and the one that counts, which names the EVSE only.
          await writeDb
            .insertInto('transactions')
            .values([
              {
                ...transaction,
                transaction_id: `old-${evse_id}`,
                charging_state: 'SuspendedEV',
                status: 'open' as const
              },
              {
                ...transaction,
                transaction_id: `new-${evse_id}`,
                charging_state,
                connector_id: evse_id % 2,
                status: 'open' as const
              },
              {
                ...transaction,
                transaction_id: `over-${evse_id}`,
                charging_state: 'Charging',
                status: 'ended' as const
              }
            ])
            .execute()
          expected[`${protocol} ${evse_id}`] = connectorState({ protocol, status, chargingState: charging_state })
        }
      }
    }
    const rows = await db
      .selectFrom('connectors')
      .innerJoin('charge_points', 'charge_points.id', 'connectors.charge_point_id')
      .select(['charge_points.protocol', 'evse_id', STATE.as('state')])
      .execute()
    assert.deepEqual(Object.fromEntries(rows.map((row) => [`${row.protocol} ${row.evse_id}`, row.state])), expected)
    assert.deepEqual([...new Set(Object.values(expected))].sort(), [...SHOWN_STATES].sort())
  })
})
