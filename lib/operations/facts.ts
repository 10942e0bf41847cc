import { attributeKey, placeIn } from '../charge-points/device-model.js'
import { chunks, type Reader } from '../events/scope.js'
import { DISPLAYED_ID } from '../ledger/queries.js'

// The stored data of a charge point that operations need. Everything is looked up by the id of the charge point.

export interface TransactionQuery {
  /** Our id. */
  id?: number | undefined
  /** The id that the charge point uses. */
  transactionId?: string | undefined
}

/** A transaction of the charge point. If several have the same id, the latest one. */
export function findOwnTransaction(db: Reader, chargePointId: number, { id, transactionId }: TransactionQuery) {
  let query = db.selectFrom('transactions').selectAll().where('charge_point_id', '=', chargePointId)
  if (id !== undefined) query = query.where('id', '=', id)
  if (transactionId !== undefined) query = query.where(DISPLAYED_ID, '=', transactionId)
  return query.orderBy('id', 'desc').limit(1).executeTakeFirst()
}

/** The connectors that the charge point has reported, without the entries for a whole EVSE or charge point. */
export function connectorsOf(db: Reader, chargePointId: number) {
  return db
    .selectFrom('connectors')
    .select(['evse_id', 'connector_id'])
    .where('charge_point_id', '=', chargePointId)
    .where('connector_id', '>', 0)
    .orderBy('evse_id')
    .orderBy('connector_id')
    .execute()
}

/** The last reported value of a configuration key of OCPP 1.6. */
export async function configurationValue(db: Reader, chargePointId: number, key: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('configuration_keys')
    .select('value')
    .where('charge_point_id', '=', chargePointId)
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.value ?? undefined
}

/** The last reported actual value of a variable of a controller of OCPP 2.x. */
export async function variableValue(
  db: Reader,
  chargePointId: number,
  { component, variable, instance = '' }: { component: string; variable: string; instance?: string }
): Promise<string | undefined> {
  const row = await db
    .selectFrom('variables')
    .select('value')
    .where('charge_point_id', '=', chargePointId)
    .where('component', '=', component)
    .where('evse_id', '=', 0)
    .where('variable', '=', variable)
    .where('variable_instance', '=', instance)
    .where('attribute', '=', 'Actual')
    .executeTakeFirst()
  return row?.value ?? undefined
}

/** The ids and places of our charging profiles. */
export function ownProfiles(db: Reader, chargePointId: number) {
  return db
    .selectFrom('charging_profiles')
    .select(['profile_id', 'evse_id', 'connector_id', 'purpose', 'kind', 'stack_level', 'transaction_id'])
    .where('charge_point_id', '=', chargePointId)
    .where('source', '=', 'CSO')
    .execute()
}

/** All charging profiles that the charge point may have, of every source, in the order in which they were accepted. */
export function allProfiles(db: Reader, chargePointId: number) {
  return db
    .selectFrom('charging_profiles')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .orderBy('id')
    .execute()
}

/** What the smart charging of a charge point of 2.x has reported about itself and about an EVSE. */
export function smartChargingVariables(db: Reader, chargePointId: number, evseId: number) {
  return db
    .selectFrom('variables')
    .select(['component', 'variable', 'variable_instance', 'value'])
    .where('charge_point_id', '=', chargePointId)
    .where('component', 'in', ['SmartChargingCtrlr', 'V2XChargingCtrlr'])
    .where('evse_id', 'in', [0, evseId])
    .where('attribute', '=', 'Actual')
    .orderBy('evse_id')
    .execute()
}

/** Whether a reservation with this id exists. */
export async function hasReservation(db: Reader, chargePointId: number, reservationId: number): Promise<boolean> {
  const row = await db
    .selectFrom('reservations')
    .select('id')
    .where('charge_point_id', '=', chargePointId)
    .where('reservation_id', '=', reservationId)
    .executeTakeFirst()
  return row !== undefined
}

/** The last known local list of the charge point. */
export function localListOf(db: Reader, chargePointId: number) {
  return db.selectFrom('local_lists').selectAll().where('charge_point_id', '=', chargePointId).executeTakeFirst()
}

/** All id tokens. */
export function allIdTokens(db: Reader) {
  return db.selectFrom('id_tokens').selectAll().orderBy('id').execute()
}

/** Whether variables of these components are read-only, by attribute, as last reported. */
export async function readonlyVariables(
  db: Reader,
  chargePointId: number,
  components: readonly string[]
): Promise<Map<string, boolean>> {
  const found = new Map<string, boolean>()
  for (const part of chunks([...new Set(components)])) {
    const rows = await db
      .selectFrom('variables')
      .selectAll()
      .where('charge_point_id', '=', chargePointId)
      .where('component', 'in', part)
      .where('mutability', 'is not', null)
      .execute()
    for (const row of rows)
      found.set(attributeKey({ ...placeIn(row), attribute: row.attribute }), row.mutability === 'ReadOnly')
  }
  return found
}
