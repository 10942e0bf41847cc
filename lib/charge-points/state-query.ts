import { type RawBuilder, sql } from 'kysely'
import { CHARGING_STATES, OF_16, type ShownState, STATES, WHOLE } from './connector-state.js'

/** The charging state of the latest open transaction at a row of `connectors`. A transaction may name the EVSE only. */
const CHARGING_STATE = sql<string | null>`(
  select t.charging_state from transactions t
  where t.charge_point_id = connectors.charge_point_id and t.status = 'open' and t.evse_id = connectors.evse_id
    and t.connector_id in (connectors.connector_id, 0)
  order by t.id desc limit 1
)`

interface Expressions {
  protocol: RawBuilder<unknown>
  status: RawBuilder<unknown>
  chargingState: RawBuilder<unknown>
}

/** {@link connectorState} in SQL. */
function stateOf({ protocol, status, chargingState }: Expressions): RawBuilder<ShownState> {
  return sql<ShownState>`case
    when ${protocol} = ${sql.lit(OF_16)} then
      case when ${status} in (${listOf(STATES)}) then ${status} else 'Unknown' end
    when ${status} in (${listOf(WHOLE)}) then ${status}
    else coalesce(
      case ${chargingState} ${sql.join(Object.entries(CHARGING_STATES).map(whenThen), sql` `)} end,
      case when ${status} = 'Occupied' then 'Preparing' else 'Unknown' end
    ) end`
}

/** The state of a row of `connectors` beside its row of `charge_points`. */
export const STATE = stateOf({
  protocol: sql`charge_points.protocol`,
  status: sql`connectors.status`,
  chargingState: CHARGING_STATE
})

/** The state of the connector of a row of `transactions`; of a transaction that names the EVSE only, of its busy one. */
export const TRANSACTION_STATE = stateOf({
  protocol: sql`transactions.protocol`,
  status: sql`(
    select c.status from connectors c
    where c.charge_point_id = transactions.charge_point_id and c.evse_id = transactions.evse_id
      and (c.connector_id = transactions.connector_id or (transactions.connector_id = 0 and c.status = 'Occupied'))
    order by c.connector_id desc limit 1
  )`,
  chargingState: sql`transactions.charging_state`
})

function whenThen([word, state]: [string, string]) {
  return sql`when ${sql.lit(word)} then ${sql.lit(state)}`
}

function listOf(words: readonly string[]) {
  return sql.join(words.map((word) => sql.lit(word)))
}
