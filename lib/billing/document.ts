import { redact } from 'fastify-ocpp'
import type { Reader } from '../events/scope.js'
import { timeOf } from '../ledger/clock.js'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'
import { parseSnapshot, type Snapshot, tariffsIn } from '../ledger/snapshot.js'
import { negated, type ReceiptFigures } from '../money/receipt-figures.js'
import { signedEnergy } from '../money/signed-energy.js'
import { textOf } from '../money/text.js'
import type { Billed } from './figures.js'
import { localDateTime } from './local-time.js'
import type { ReceiptDocument } from './records.js'
import type { ReceiptPolicy } from './seller.js'
import { type SettlementRecord, settlementOf } from './settlements.js'
import { signedPair } from './signed.js'

// Contents of a receipt. A receipt is made once and never changes.

/** A transaction and where it took place. */
export interface Session {
  row: TransactionRow
  chargePoint: string
  site?: { id: string; name: string; address?: string; timeZone?: string }
  /** Of the start and the end. */
  signedValues: NonNullable<ReceiptDocument['signedValues']>
  /** The outcome of the payment at the charge point, if it told one. */
  settlement: SettlementRecord | undefined
}

/** Reads the place of a transaction. */
export async function sessionOf(db: Reader, row: TransactionRow): Promise<Session> {
  const place = await db
    .selectFrom('charge_points')
    .leftJoin('sites', 'sites.site_id', 'charge_points.site_id')
    .select(['identity', 'charge_points.site_id', 'sites.name', 'sites.address', 'sites.time_zone'])
    .where('charge_points.id', '=', row.charge_point_id)
    .executeTakeFirstOrThrow()
  const { identity, site_id, name, address, time_zone } = place
  const signedValues = await signedPair(db, row)
  const settlement = await settlementOf(db, row)
  if (site_id === null || name === null) return { row, chargePoint: identity, signedValues, settlement }
  const site = {
    id: site_id,
    name,
    ...(address !== null && { address }),
    ...(time_zone !== null && { timeZone: time_zone })
  }
  return { row, chargePoint: identity, site, signedValues, settlement }
}

/** The heading that tells one document of a transaction from the others. */
export interface Heading {
  number: string
  /** Epoch milliseconds. */
  issuedAt: number
  reason?: string
}

export function receiptDocument(
  session: Session,
  { figures, calculatedBy, correction }: Billed,
  { heading, policy }: { heading: Heading; policy: ReceiptPolicy }
): ReceiptDocument {
  return {
    ...headingOf(heading, policy),
    kind: 'receipt',
    seller: policy.seller,
    ...shownFigures(figures),
    calculatedBy,
    session: shownSession(session, policy.timeZone),
    ...(session.signedValues.length > 0 && { signedValues: session.signedValues }),
    ...(session.settlement !== undefined && { settlement: session.settlement }),
    ...(correction !== undefined && { correction }),
    tariffs: tariffsOf(session.row)
  }
}

/** The same lines, negative. */
export function creditDocument(
  credited: ReceiptDocument,
  { heading, policy }: { heading: Heading; policy: ReceiptPolicy }
): ReceiptDocument {
  return {
    ...negated(credited),
    ...headingOf(heading, policy),
    kind: 'credit-note',
    refersTo: credited.number
  }
}

function headingOf({ number, issuedAt, reason }: Heading, { timeZone }: ReceiptPolicy) {
  return { number, issuedAt: localDateTime(issuedAt, timeZone), ...(reason !== undefined && { reason }) }
}

function shownFigures(figures: ReceiptFigures) {
  const { currency, minorDigits, typeOfCost, lines, taxes, netMinor, taxMinor, totalMinor } = figures
  return { currency, minorDigits, typeOfCost, lines, taxes, netMinor, taxMinor, totalMinor }
}

function shownSession(
  { row, chargePoint, site, signedValues }: Session,
  sellerZone: string
): ReceiptDocument['session'] {
  const { timeZone = sellerZone, ...place } = site ?? {}
  const started = timeOf({ timestamp: row.start_timestamp ?? row.created_at, receivedAt: row.created_at })
  const { end_timestamp, ended_at, updated_at, id_token } = row
  const ended =
    end_timestamp === null ? undefined : timeOf({ timestamp: end_timestamp, receivedAt: ended_at ?? updated_at })
  const evseId = row.evse_id || row.connector_id
  const signedWh = signedEnergy(signedValues)
  const { idToken } = redact({ idToken: id_token ?? undefined }) as { idToken?: string }
  return {
    id: row.id,
    transactionId: displayedIdOf(row),
    chargePoint,
    ...(evseId > 0 && { evseId }),
    ...(site !== undefined && { site: place as NonNullable<ReceiptDocument['session']['site']> }),
    ...(idToken !== undefined && { idToken }),
    startedAt: localDateTime(started, timeZone),
    ...(ended !== undefined && { endedAt: localDateTime(ended, timeZone) }),
    timeZone,
    ...(row.meter_start !== null && { meterStart: row.meter_start }),
    ...(row.meter_stop !== null && { meterStop: row.meter_stop }),
    ...(row.energy_wh !== null && { energyWh: row.energy_wh }),
    ...(signedWh !== undefined && { signedEnergyWh: signedWh }),
    ...(row.duration !== null && { duration: row.duration })
  }
}

/** The tariffs, in the words for drivers. */
function tariffsOf({ tariff }: TransactionRow): ReceiptDocument['tariffs'] {
  if (tariff === null) return []
  const snapshot = parseSnapshot(tariff)
  const documents = tariffsIn(snapshot, 0).map(({ document }) => document)
  const versions: (Partial<Snapshot> & { id: string })[] =
    'document' in snapshot ? [snapshot, ...(snapshot.later ?? [])] : [{ id: snapshot.id }]
  return versions.map(({ id, version, ocppTariffId }, index) => ({
    id,
    ...(version !== undefined && { version }),
    ...(ocppTariffId !== undefined && { ocppTariffId }),
    text: documents[index] === undefined ? '' : textOf(documents[index])
  }))
}
