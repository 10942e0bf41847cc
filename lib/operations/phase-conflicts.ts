import { versionInfo } from 'fastify-ocpp'
import { type CompositeInput, compositeSchedule, type InstalledProfile } from 'fastify-ocpp/smart-charging'
import type * as v21 from 'fastify-ocpp/v21'
import { isConfirmed, type ProfileRow } from '../charge-points/charging-profiles.js'
import { findOpen } from '../ledger/queries.js'
import { refuseMember } from './exchange.js'
import type { Pointers } from './limit-body.js'
import type { Lookup } from './operation.js'
import { type Limit, profile2 } from './profiles.js'

/** Seconds ahead in which conflicts are looked for: the longest recurrency. */
const AHEAD = 7 * 86_400

interface Where {
  /** EVSE; 0: the whole charge point. */
  place: number
  transactionKey: string | undefined
  profiles: readonly ProfileRow[]
  pointers: Pointers
}

/**
 * @throws `INVALID_OPERATION` when another profile that the charge point certainly has names another phase for the same
 * time [2.1 K01.FR.141; 2.0.1 errata K 3.7]
 */
export async function checkPhaseConflicts(lookup: Lookup, limit: Limit, where: Where): Promise<void> {
  const { place, transactionKey, profiles, pointers } = where
  const index = limit.schedule.periods.findIndex(({ phaseToUse }) => phaseToUse !== undefined)
  if (index < 0 || !versionInfo(lookup.protocol).hasDeviceModel) return
  const { db, chargePoint, now } = lookup
  const others = profiles.filter((row) => row.profile_id !== limit.profileId && isConfirmed(row, chargePoint))
  const wanted = { ...profile2(limit), ...(transactionKey !== undefined && { transactionId: transactionKey }) }
  const open = await findOpen(db, chargePoint.id)
  const evseIds =
    place > 0 ? [place] : [...new Set([1, ...others.map(({ evse_id }) => evse_id)])].filter((id) => id > 0)
  for (const evseId of evseIds) {
    const input: CompositeInput = {
      version: '2.1',
      evses: [{ id: evseId, phases: 3, voltage: 230 }],
      profiles: [...others.map(installed), { evseId: place, profile: wanted }],
      state: {
        transactions: open
          .filter((row) => row.evse_id === evseId)
          .map((row) => ({ id: row.transaction_id, evseId, startedAt: row.start_timestamp ?? row.created_at }))
      },
      request: { evseId, start: now, duration: AHEAD, unit: limit.schedule.unit }
    }
    const conflict = compositeSchedule(input).warnings.find(({ code, profileIds }) => {
      return code === 'PhaseConflict' && profileIds.includes(limit.profileId)
    })
    if (conflict === undefined) continue
    const ids = conflict.profileIds.filter((id) => id !== limit.profileId).join(', ')
    throw refuseMember(
      pointers.ofPeriod(index, 'phaseToUse'),
      `is another phase than that of charging profile ${ids} at the same time [2.1 K01.FR.141]`
    )
  }
}

function installed({ evse_id, payload, source, transaction_id }: ProfileRow) {
  const profile = JSON.parse(payload) as v21.ChargingProfileType
  const known: InstalledProfile<v21.ChargingProfileType> = {
    evseId: evse_id,
    profile: transaction_id === null ? profile : { ...profile, transactionId: transaction_id },
    source
  }
  return known
}
