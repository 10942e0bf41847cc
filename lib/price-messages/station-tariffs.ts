import type { RequestOf, ResponseOf } from 'fastify-ocpp'
import { toColumn } from '../database/parameters.js'
import type { Change, Scope } from '../events/scope.js'
import { milliseconds } from '../events/scope.js'

// The tariffs that a charge point was told beforehand, with its answers, and those that it has reported. [2.1 I07, I09, I10]

/** Answers after which a charge point has the tariff. DuplicateTariffId: other content has another id, so it is there. */
export const THERE: readonly string[] = ['Accepted', 'DuplicateTariffId', 'RebootRequired']

/** Stored as the status of a tariff that was sent and not answered. */
export const NO_ANSWER = 'unknown'

export interface SetTariff {
  identity: string
  evseId: number
  /** '' for a text. */
  ocppId: string
  /** Whether it becomes valid later. */
  isLater?: boolean
  status: string
}

/** A charge point was sent a tariff. One for all EVSEs replaces those of each. [2.1 I07.FR.11] */
export function noteSetTariff({ identity, evseId, ocppId, isLater = false, status }: SetTariff): Change {
  return async ({ trx, chargePointId, now, tell }) => {
    const slot = isLater ? ('later' as const) : ('present' as const)
    const isThere = THERE.includes(status)
    if (isThere && evseId === 0) {
      await trx
        .deleteFrom('station_tariffs')
        .where('charge_point_id', '=', chargePointId)
        .where('slot', '=', slot)
        .where('evse_id', '!=', 0)
        .execute()
    }
    const values = { ocpp_id: ocppId, status, set_at: now }
    await trx
      .insertInto('station_tariffs')
      .values({ charge_point_id: chargePointId, evse_id: toColumn(evseId), slot, ...values })
      .onConflict((conflict) => conflict.columns(['charge_point_id', 'evse_id', 'slot']).doUpdateSet(values))
      .execute()
    if (status === NO_ANSWER) return
    const change = isThere ? ('set' as const) : ('refused' as const)
    const data = { change, evseId, status, ...(ocppId !== '' && { ocppTariffId: ocppId }) }
    tell({ type: 'tariff', chargePoint: identity, data })
  }
}

type Clearing = RequestOf<'ocpp2.1', 'ClearTariffs'>
type Cleared = ResponseOf<'ocpp2.1', 'ClearTariffs'>

/** The charge point has removed default tariffs. [2.1 I10] */
export function noteClearedTariffs({ evseId = 0, tariffIds }: Clearing, { clearTariffsResult }: Cleared): Change {
  const kept = clearTariffsResult.flatMap(({ tariffId, status }) => (status === 'Rejected' ? [tariffId] : []))
  return async ({ trx, chargePointId }) => {
    if (kept.includes(undefined)) return
    let query = trx.deleteFrom('station_tariffs').where('charge_point_id', '=', chargePointId)
    if (evseId !== 0) query = query.where('evse_id', '=', evseId)
    const gone = tariffIds?.filter((id) => !kept.includes(id))
    if (gone === undefined) await query.execute()
    else if (gone.length > 0) await query.where('ocpp_id', 'in', gone).execute()
  }
}

/** A tariff that a charge point has reported. */
export interface Assignment {
  ocppId: string
  kind: 'DefaultTariff' | 'DriverTariff'
  /** Absent: all EVSEs. */
  evseIds?: readonly number[]
  /** Epoch milliseconds. */
  validFrom?: number
  /** How many id tokens a tariff of drivers is for. */
  drivers?: number
}

type Report = ResponseOf<'ocpp2.1', 'GetTariffs'>

/** Keeps which tariffs a charge point has, without the id tokens of their drivers. [2.1 I09] */
export function noteReportedTariffs(evseId: number, { status, tariffAssignments = [] }: Report): Change | undefined {
  if (status === 'Rejected') return undefined
  const reported = tariffAssignments.map(
    ({ tariffId, tariffKind, evseIds, validFrom, idTokens }): Assignment => ({
      ocppId: tariffId,
      kind: tariffKind,
      ...(evseIds !== undefined && !evseIds.includes(0) && { evseIds }),
      ...(validFrom !== undefined && { validFrom: milliseconds(validFrom, 0) }),
      ...(idTokens !== undefined && { drivers: idTokens.length })
    })
  )
  return async ({ trx, chargePointId, now }) => {
    if (evseId === 0) await forgetReports({ trx, chargePointId })
    const values = { assignments: JSON.stringify(reported), reported_at: now }
    await trx
      .insertInto('tariff_reports')
      .values({ charge_point_id: chargePointId, evse_id: toColumn(evseId), ...values })
      .onConflict((conflict) => conflict.columns(['charge_point_id', 'evse_id']).doUpdateSet(values))
      .execute()
  }
}

/** A report about all EVSEs replaces those about single ones. */
async function forgetReports({ trx, chargePointId }: Pick<Scope, 'trx' | 'chargePointId'>): Promise<void> {
  await trx
    .deleteFrom('tariff_reports')
    .where('charge_point_id', '=', chargePointId)
    .where('evse_id', '!=', 0)
    .execute()
}
