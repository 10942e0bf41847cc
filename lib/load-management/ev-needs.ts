import { parseTime } from 'fastify-ocpp'
import type * as v21 from 'fastify-ocpp/v21'
import type { Writer } from '../database/writer.js'
import type { Reader } from '../events/scope.js'
import { findOpen } from '../ledger/queries.js'
import { deliveredTo, putNeeds, type ToldNeeds } from './needs.js'

// The needs that a car tells by ISO 15118, as those of its transaction. [2.x K15, K17]

interface Subject {
  db: Reader
  chargePoint: { id: number }
}

/** Keeps what the car tells of its needs. Each message replaces the one before it. */
export async function keepNeeds(
  writer: Pick<Writer, 'write'>,
  { db, chargePoint }: Subject,
  { evseId, chargingNeeds }: v21.NotifyEVChargingNeedsRequest
): Promise<void> {
  const open = (await findOpen(db, chargePoint.id, { evseId })).at(-1)
  if (open === undefined) return
  const id = Number(open.id)
  const delivered = (await deliveredTo(db, [id])).get(id)
  await putNeeds(writer, { id, source: 'ev' }, needsOfEv(chargingNeeds, delivered, Date.now()))
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
