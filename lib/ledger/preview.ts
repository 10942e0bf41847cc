import { fromDateTime } from '../date-time.js'
import { fold } from '../events/scope.js'
import { type Cost, cost } from '../money/cost.js'
import type { TariffDocument } from '../money/tariff.js'
import { ProblemError } from '../problem-error.js'
import { isTimeZone } from '../time-zone.js'
import type { PriceBody } from './cost-records.js'
import { evseKindOf } from './price-facts.js'
import type { Db } from './queries.js'
import { checked, invalidTariff } from './tariff-body.js'
import { type Begin, tariffAhead, tariffFor, versionAt } from './which-tariff.js'

/**
 * The cost of a transaction that charges evenly and then stays connected.
 *
 * @throws `INVALID_TARIFF`, `UNKNOWN_CHARGE_POINT`, `UNKNOWN_TARIFF`, `UNKNOWN_TIME_ZONE`
 */
export async function previewOf(db: Db, body: PriceBody, now: number): Promise<Cost> {
  const { at, timeZone, energyWh, chargingSeconds, idleSeconds = 0 } = body
  const { paymentBrand, paymentRecognition } = body
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new ProblemError(422, 'UNKNOWN_TIME_ZONE', 'timeZone must be an IANA time zone, such as Europe/Berlin')
  }
  const start = at === undefined ? now : fromDateTime(at)
  const idleFrom = start + chargingSeconds * 1000
  const end = idleFrom + idleSeconds * 1000
  const place = await placeOf(db, body)
  const document = await documentOf(db, body, { place, at: start })
  const zone = timeZone ?? place?.zone
  const evseKind = body.evseKind ?? place?.evseKind
  return cost({
    tariffs: [{ from: start, document }],
    start,
    end,
    ...(zone !== undefined && { zone }),
    meter: [
      { at: start, wh: 0 },
      { at: idleFrom, wh: energyWh },
      ...(end > idleFrom ? [{ at: end, wh: energyWh }] : [])
    ],
    states: [
      { at: start, state: 'charging' },
      { at: idleFrom, state: 'pausedByEv' }
    ],
    facts: {
      ...(evseKind !== undefined && { evseKind }),
      ...(paymentBrand !== undefined && { paymentBrand }),
      ...(paymentRecognition !== undefined && { paymentRecognition })
    }
  })
}

interface Place {
  chargePointId: number
  /** 0: any. */
  evseId: number
  zone?: string
  evseKind?: 'AC' | 'DC'
}

/** The charge point of which a price is asked. */
async function placeOf(db: Db, { chargePoint, evseId = 0 }: PriceBody): Promise<Place | undefined> {
  if (chargePoint === undefined) return undefined
  const row = await db
    .selectFrom('charge_points')
    .leftJoin('sites', 'sites.site_id', 'charge_points.site_id')
    .select(['charge_points.id', 'sites.time_zone'])
    .where('identity_key', '=', fold(chargePoint))
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) {
    const message = `no charge point ${chargePoint}`
    throw new ProblemError(422, 'UNKNOWN_CHARGE_POINT', message, { pointer: '/chargePoint' })
  }
  const evseKind = await evseKindOf(db, { chargePointId: row.id, evseId })
  return {
    chargePointId: row.id,
    evseId,
    ...(row.time_zone !== null && { zone: row.time_zone }),
    ...(evseKind !== undefined && { evseKind })
  }
}

async function documentOf(
  db: Db,
  { tariffId, tariff, kind = 'adhoc' }: PriceBody,
  { place, at }: { place: Place | undefined; at: number }
): Promise<TariffDocument> {
  if ([tariffId, tariff, place].filter((one) => one !== undefined).length !== 1) {
    throw invalidTariff([
      { pointer: '/tariff', detail: 'must be given, or tariffId, or chargePoint, and only one of them' }
    ])
  }
  if (tariff !== undefined) return checked(tariff, '/tariff').document
  const version =
    place === undefined ? await versionAt(db, tariffId ?? '', at) : await tariffAt(db, place, { kind, at })
  if (version !== undefined) return version.document
  const what =
    place === undefined ? `no tariff ${tariffId} is valid then` : 'no tariff applies there, or it depends on evseId'
  throw new ProblemError(422, 'UNKNOWN_TARIFF', what)
}

function tariffAt(db: Db, { chargePointId, evseId }: Place, begin: Pick<Begin, 'at' | 'kind'>) {
  return evseId === 0
    ? tariffAhead(db, { chargePointId, ...begin })
    : tariffFor(db, { chargePointId, evseId, ...begin })
}
