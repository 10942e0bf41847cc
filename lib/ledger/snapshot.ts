import { documentOfFlat, type FlatPrices, flatOf } from '../money/flat.js'
import type { TariffDocument } from '../money/tariff.js'

// The tariff of a transaction, as the row of the transaction keeps it.

/** A version of a tariff. */
export interface TariffVersion {
  id: string
  version: number
  /** `id` of the row of the version. */
  versionId: number
  ocppTariffId: string
  document: TariffDocument
}

/** The version that applied at the start, and those that replaced it, each from a time on. */
export interface Snapshot extends TariffVersion {
  later?: (TariffVersion & LaterTimes)[]
}

interface LaterTimes {
  /** By the clock of the charge point. */
  from: number
  /** By our clock. Absent if the charge point has told the change, and for changes by earlier releases. */
  at?: number
}

/** As releases before versions of tariffs stored it. */
type OldSnapshot = FlatPrices & { id: string }

/** The latest snapshots that were parsed: a transaction is priced with every message, and most have few tariffs. */
const parsed = new Map<string, Snapshot | OldSnapshot>()
const MAX_PARSED = 100

/** The result is shared: nothing may change it. */
export function parseSnapshot(json: string): Snapshot | OldSnapshot {
  const known = parsed.get(json)
  if (known !== undefined) return known
  const snapshot = JSON.parse(json) as Snapshot | OldSnapshot
  const [oldest] = parsed.keys()
  if (parsed.size >= MAX_PARSED && oldest !== undefined) parsed.delete(oldest)
  parsed.set(json, snapshot)
  return snapshot
}

/** The tariffs of a transaction, each from a time on. */
export function tariffsIn(
  snapshot: Snapshot | OldSnapshot,
  start: number
): { from: number; document: TariffDocument }[] {
  if (!('document' in snapshot)) return [{ from: start, document: documentOfFlat(snapshot) }]
  const { document, later = [] } = snapshot
  return [{ from: start, document }, ...later.map((one) => ({ from: one.from, document: one.document }))]
}

/** Says whose figures are billed. Before there were versions, those of the charge point always were. */
export function billedBy(snapshot: Snapshot | OldSnapshot): 'us' | 'station' {
  return 'document' in snapshot ? (latestOf(snapshot).document.billedBy ?? 'us') : 'station'
}

function latestOf(snapshot: Snapshot): TariffVersion {
  return snapshot.later?.at(-1) ?? snapshot
}

export function currencyOf(snapshot: Snapshot | OldSnapshot): string {
  return 'document' in snapshot ? snapshot.document.currency : snapshot.currency
}

/** As it is shown with the transaction: the prices of a flat tariff, or else the document. */
export function shownTariff(snapshot: Snapshot | OldSnapshot) {
  if (!('document' in snapshot)) return snapshot
  const { id, version, ocppTariffId, document } = latestOf(snapshot)
  const flat = flatOf(document)
  return flat === undefined ? { id, currency: document.currency, version, ocppTariffId, document } : { id, ...flat }
}
