import { fromDateTime } from '../date-time.js'
import { type Cost, cost } from '../money/cost.js'
import type { TariffDocument } from '../money/tariff.js'
import { ProblemError } from '../problem-error.js'
import { isTimeZone } from '../time-zone.js'
import type { PriceBody } from './cost-records.js'
import type { Db } from './queries.js'
import { checked, invalidTariff } from './tariff-body.js'
import { versionAt } from './which-tariff.js'

/**
 * The cost of a transaction that charges evenly and then stays connected.
 *
 * @throws `INVALID_TARIFF`, `UNKNOWN_TARIFF`, `UNKNOWN_TIME_ZONE`
 */
export async function previewOf(db: Db, body: PriceBody, now: number): Promise<Cost> {
  const { at, timeZone, energyWh, chargingSeconds, idleSeconds = 0 } = body
  const { evseKind, paymentBrand, paymentRecognition } = body
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new ProblemError(422, 'UNKNOWN_TIME_ZONE', 'timeZone must be an IANA time zone, such as Europe/Berlin')
  }
  const start = at === undefined ? now : fromDateTime(at)
  const idleFrom = start + chargingSeconds * 1000
  const end = idleFrom + idleSeconds * 1000
  const document = await documentOf(db, body, start)
  return cost({
    tariffs: [{ from: start, document }],
    start,
    end,
    ...(timeZone !== undefined && { zone: timeZone }),
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

async function documentOf(db: Db, { tariffId, tariff }: PriceBody, at: number): Promise<TariffDocument> {
  if ((tariffId === undefined) === (tariff === undefined)) {
    throw invalidTariff([{ pointer: '/tariff', detail: 'must be given, or tariffId, and not both' }])
  }
  if (tariff !== undefined) return checked(tariff, '/tariff').document
  const version = await versionAt(db, tariffId ?? '', at)
  if (version === undefined) throw new ProblemError(422, 'UNKNOWN_TARIFF', `no tariff ${tariffId} is valid then`)
  return version.document
}
