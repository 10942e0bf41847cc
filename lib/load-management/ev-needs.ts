import { parseTime } from 'fastify-ocpp'
import type * as v21 from 'fastify-ocpp/v21'
import type { Writer } from '../database/writer.js'
import type { Reader } from '../events/scope.js'
import { findOpen } from '../ledger/queries.js'
import { deliveredTo, putNeeds, type ToldNeeds } from './needs.js'
import type { Snapshot } from './options.js'
import { keyOf } from './plant.js'

// The needs that a car tells by ISO 15118, as those of its transaction. [2.x K15, K17]

interface Subject {
  db: Reader
  chargePoint: { id: number }
}

/**
 * Keeps what the car tells of its needs. Each message replaces the one before it.
 *
 * @returns our id of its transaction; `undefined`: none is open
 */
export async function keepNeeds(
  writer: Pick<Writer, 'write'>,
  { db, chargePoint }: Subject,
  { evseId, chargingNeeds }: v21.NotifyEVChargingNeedsRequest
): Promise<number | undefined> {
  const id = await openAt({ db, chargePoint }, evseId)
  if (id === undefined) return undefined
  const delivered = (await deliveredTo(db, [id])).get(id)
  await putNeeds(writer, { id, source: 'ev' }, needsOfEv(chargingNeeds, delivered, Date.now()))
  return id
}

/** An EV that asks for a profile. */
export interface Asking {
  identity: string
  evseId: number
  /** Our id of the open transaction. */
  transaction: number
}

/** `soon`: once the transaction can be limited, or a call that is on its way has been answered. */
export type Prospect = 'now' | 'soon' | 'never'

/** When load management sends the profile that an EV has asked for, by what was known when the site was calculated last. */
export function prospectIn({ mode, result, facts }: Snapshot, { transaction, ...place }: Asking): Prospect {
  const key = keyOf(place)
  const state = result.states.get(key)
  if (mode !== 'control' || state === undefined || facts.get(key)?.isMember !== true) return 'never'
  const isRefusing = state.shown?.proof === 'missing' || (state.fallback === undefined && state.failures > 0)
  if (state.obedience === 'ignoring' || isRefusing) return 'never'
  const isSteered = state.transaction?.id === transaction && result.evses.get(key)?.target !== undefined
  return isSteered ? 'now' : 'soon'
}

/** Our id of the open transaction at an EVSE. */
export async function openAt({ db, chargePoint }: Subject, evseId: number): Promise<number | undefined> {
  const open = (await findOpen(db, chargePoint.id, { evseId })).at(-1)
  return open === undefined ? undefined : Number(open.id)
}

/**
 * What an EV asks for is what it wants from now on. [2.x ACChargingParametersType.energyAmount]
 *
 * @param delivered Wh so far; `undefined`: not known, and neither is then what it wants in the whole transaction
 */
export function needsOfEv(needs: v21.ChargingNeedsType, delivered: number | undefined, now: number): ToldNeeds {
  const { acChargingParameters: ac, dcChargingParameters: dc, v2xChargingParameters: v2x, departureTime } = needs
  const energy = positive(ac?.energyAmount ?? dc?.energyAmount ?? v2x?.evTargetEnergyRequest)
  const minimum = positive(v2x?.evMinEnergyRequest)
  const departure = departureTime === undefined ? undefined : parseTime(departureTime)
  const least = minimum === undefined ? undefined : Math.min(minimum, energy ?? minimum)
  return {
    ...(energy !== undefined && delivered !== undefined && { energy: delivered + energy }),
    ...(least !== undefined && delivered !== undefined && { minimumEnergy: delivered + least }),
    ...(departure !== undefined && departure > now && { departure })
  }
}

/** In OCPP 2.1 the energy may be negative: the car wants to discharge. */
function positive(energy: number | undefined): number | undefined {
  return energy === undefined || energy < 0 ? undefined : energy
}
