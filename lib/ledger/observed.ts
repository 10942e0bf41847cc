import { sql } from 'kysely'
import { compiled } from '../database/compiled.js'
import type { Dialect } from '../database/dialect.js'
import { isPostgres } from '../database/hold.js'
import type { ChargingState, Facts } from '../money/input.js'
import { beginningOf } from './clock.js'
import { CONNECTOR_MARKS } from './connector-marks.js'
import { shift } from './numbers.js'
import { evseKindOf, paymentFactsOf } from './price-facts.js'
import { type Needs, needsOf, type Observed } from './pricing.js'
import { type Db, measuredIn, type TransactionRow } from './queries.js'
import { REGISTER, toWattHours } from './samples.js'
import { parseSnapshot, tariffsIn } from './snapshot.js'

// The course of a transaction, as far as its prices depend on it: nothing is read for prices without conditions.
// Times are the latest possible ones, as that of the start of a transaction is: a clock may be ahead.

/** A state that is not stored yet. */
export interface ToldState {
  timestamp: number
  receivedAt: number
  chargingState: string
}

/** A day with a reading every five seconds has fewer. */
const MAX_ROWS = 20_000

/** The facts that the prices of a transaction depend on, the state that a message tells included; `undefined` if none. */
export async function observedOf(db: Db, row: TransactionRow, told?: ToldState): Promise<Observed | undefined> {
  if (row.tariff === null) return undefined
  const documents = tariffsIn(parseSnapshot(row.tariff), 0).map(({ document }) => document)
  const needs = needsOf(documents)
  const isReserved = needs.reservation && row.reservation_id !== null
  const needsFacts = needs.evseKind || needs.payment
  if (!needs.states && !needs.readings && !isReserved && !needsFacts) return undefined
  const zone = await zoneOf(db, row)
  const reservation = isReserved ? await reservationOf(db, row) : undefined
  const { isCut, ...measured } = needs.readings ? await readings(db, row, needs) : NOTHING
  const states = await statesOf(db, row, told)
  const facts = needsFacts ? await factsOf(db, row, needs) : undefined
  const pruned = await prunedOf(db, row, needs)
  // Readings that were left out would be priced as if energy had been spread evenly.
  const doubts = {
    ...(isCut && { energy: 'out-of-range' as const }),
    ...(states.length >= MAX_ROWS && { states: 'out-of-range' as const }),
    ...(pruned.readings && { energy: 'records-deleted' as const }),
    ...(pruned.states && { states: 'records-deleted' as const }),
    ...(isReserved && reservation === undefined && { reservation: 'no-fact' as const })
  }
  return {
    ...measured,
    states,
    doubts,
    isPruned: pruned.readings || pruned.states,
    ...(reservation !== undefined && { reservation }),
    ...(facts !== undefined && { facts }),
    ...(zone !== undefined && { zone })
  }
}

async function factsOf(db: Db, row: TransactionRow, needs: Needs): Promise<Facts> {
  const place = { chargePointId: row.charge_point_id, evseId: row.evse_id, connectorId: row.connector_id }
  const evseKind = needs.evseKind ? await evseKindOf(db, place) : undefined
  const payment = needs.payment ? await paymentFactsOf(db, row) : {}
  return { ...payment, ...(evseKind !== undefined && { evseKind }) }
}

/** The oldest rows that were received since the start may have been deleted after the cost was written down. */
const marksOf = compiled((db: Db, { id, created_at }: Pick<TransactionRow, 'id' | 'created_at'>) =>
  db
    .selectFrom('retention_marks')
    .select('pruned_table')
    .where('deleted_until', '>=', created_at)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('transaction_costs')
          .select('id')
          .where('transaction_ref', '=', id)
          .whereRef('created_at', '<=', 'pruned_at')
      )
    )
)

async function prunedOf(db: Db, row: TransactionRow, needs: Needs): Promise<{ readings: boolean; states: boolean }> {
  const { id, created_at, ocpp16_id } = row
  const tables = (await marksOf(db, { id, created_at })).map((mark) => mark.pruned_table)
  return {
    readings: needs.readings && tables.includes('meter_values'),
    // Those of 2.x are in its events, which stay.
    states: needs.states && ocpp16_id !== null && tables.some((table) => table !== 'meter_values')
  }
}

const NOTHING = { meter: [], isCut: false }

async function zoneOf(db: Db, { charge_point_id }: TransactionRow): Promise<string | undefined> {
  const row = await db
    .selectFrom('charge_points')
    .innerJoin('sites', 'sites.site_id', 'charge_points.site_id')
    .select('sites.time_zone')
    .where('charge_points.id', '=', charge_point_id)
    .executeTakeFirst()
  return row?.time_zone ?? undefined
}

/** From the acceptance of the reservation to the start; `undefined` if its id was used again since. [2.1 I12.FR.06-08] */
async function reservationOf(
  db: Db,
  { charge_point_id, transaction_id, reservation_id, start_timestamp, created_at }: TransactionRow
): Promise<Observed['reservation']> {
  const found = await db
    .selectFrom('reservations')
    .select('accepted_at')
    .where('charge_point_id', '=', charge_point_id)
    .where('reservation_id', '=', reservation_id ?? 0)
    .where((eb) => eb.or([eb('transaction_id', 'is', null), eb('transaction_id', '=', transaction_id)]))
    .executeTakeFirst()
  const until = beginningOf({ timestamp: start_timestamp ?? created_at, receivedAt: created_at })
  return found?.accepted_at == null ? undefined : { from: found.accepted_at, until }
}

const POWER = 'Power.Active.Import'
const CURRENT = 'Current.Import'

/** Readings of the whole outlet between start and end. */
async function readings(
  db: Db,
  row: TransactionRow,
  needs: Needs
): Promise<Pick<Observed, 'meter' | 'power' | 'current'> & { isCut: boolean }> {
  const measurands = [REGISTER, ...(needs.power ? [POWER] : []), ...(needs.current ? [CURRENT] : [])]
  const rows = await db
    .selectFrom('meter_values')
    .select(['measurand', 'timestamp', 'received_at', 'value', 'unit'])
    .where(measuredIn(row))
    .where('measurand', 'in', measurands)
    .where('phase', '=', '')
    .where('location', 'in', ['', 'Outlet'])
    .where('format', '=', 'Raw')
    .where('context', 'not in', ['Transaction.Begin', 'Transaction.End'])
    .where('value', 'is not', null)
    .orderBy('timestamp')
    .limit(MAX_ROWS)
    .execute()
  const of = (measurand: string) => {
    const found = rows.flatMap((one) => {
      if (one.measurand !== measurand || one.value === null) return []
      const at = beginningOf({ timestamp: one.timestamp, receivedAt: one.received_at })
      return [{ at, value: one.value, unit: one.unit }]
    })
    return found.sort((one, other) => one.at - other.at)
  }
  return {
    meter: of(REGISTER).flatMap(({ at, value, unit }) => {
      const wh = toWattHours(value, unit)
      return wh === null ? [] : [{ at, wh }]
    }),
    power: of(POWER).map(({ at, value, unit }) => ({ at, w: unit === 'kW' ? shift(value, 3) : value })),
    current: of(CURRENT).map(({ at, value }) => ({ at, a: value })),
    isCut: rows.length === MAX_ROWS
  }
}

/** [1.6 ChargePointStatus; 2.x ChargingStateEnumType] */
const STATES: Readonly<Record<string, ChargingState>> = {
  Charging: 'charging',
  SuspendedEV: 'pausedByEv',
  SuspendedEVSE: 'pausedByEvse',
  EVConnected: 'connected',
  Finishing: 'connected',
  Preparing: 'connected',
  Available: 'gone',
  Faulted: 'pausedByEvse',
  Unavailable: 'pausedByEvse'
}

/** Unplugged counts after a car was there only: the fee for blocking an EVSE begins with the authorization. */
function afterPlug(states: { at: number; state: ChargingState }[]) {
  let wasThere = false
  return states.map(({ at, state }) => {
    if (state !== 'gone') wasThere = true
    return { at, state: state === 'gone' && !wasThere ? ('connected' as const) : state }
  })
}

async function statesOf(db: Db, row: TransactionRow, told: ToldState | undefined): Promise<Observed['states']> {
  const rows = row.ocpp16_id === null ? await statesOfEvents(db, row) : await statesOfConnector(db, row)
  const all = told === undefined ? rows : [...rows, told]
  const known = all.flatMap(({ timestamp, receivedAt, chargingState }) => {
    const state = chargingState === 'Idle' ? 'gone' : STATES[chargingState]
    return state === undefined ? [] : [{ at: beginningOf({ timestamp, receivedAt }), state }]
  })
  const sorted = known.sort((a, b) => a.at - b.at)
  return row.ocpp16_id === null ? afterPlug(sorted) : sorted
}

/** The states in the events of a transaction of 2.x. */
async function statesOfEvents(db: Db, row: TransactionRow): Promise<ToldState[]> {
  const dialect: Dialect = isPostgres(db) ? 'postgres' : 'sqlite'
  const state =
    dialect === 'postgres'
      ? sql<string | null>`payload::json -> 'transactionInfo' ->> 'chargingState'`
      : sql<string | null>`json_extract(payload, '$.transactionInfo.chargingState')`
  const rows = await db
    .selectFrom('transaction_events')
    .select(['timestamp', 'received_at', state.as('state')])
    .where('charge_point_id', '=', row.charge_point_id)
    .where('transaction_id', '=', row.transaction_id)
    .orderBy('timestamp')
    .orderBy('seq_no')
    .limit(MAX_ROWS)
    .execute()
  return rows.flatMap(({ timestamp, received_at, state }) =>
    state === null ? [] : [{ timestamp, receivedAt: received_at, chargingState: state }]
  )
}

/** The statuses of the connector of a transaction of 1.6, from the last one before its start until its end. */
async function statesOfConnector(db: Db, row: TransactionRow): Promise<ToldState[]> {
  const start = beginningOf({ timestamp: row.start_timestamp ?? row.created_at, receivedAt: row.created_at })
  const states = db
    .selectFrom(CONNECTOR_MARKS.as('marks'))
    .where('charge_point_id', '=', row.charge_point_id)
    .where('evse_id', '=', row.evse_id)
    .where('connector_id', '=', row.connector_id)
  // A connector may have been available for weeks.
  const before = await states
    .select('started_at')
    .where('started_at', '<=', start)
    .where('state', 'in', Object.keys(STATES))
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  let query = states.where('started_at', '>=', before?.started_at ?? start)
  if (row.ended_at !== null) query = query.where('started_at', '<=', row.ended_at)
  const rows = await query
    .select(['started_at', 'received_at', 'state'])
    .orderBy('started_at')
    .limit(MAX_ROWS)
    .execute()
  return rows.map((one) => ({ timestamp: one.started_at, receivedAt: one.received_at, chargingState: one.state }))
}
