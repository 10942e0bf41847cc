import { type Static, Type } from '@sinclair/typebox'
import { sql } from 'kysely'
import { toDateTime } from '../date-time.js'
import type { Reader } from '../events/scope.js'
import { withheld } from '../http/records.js'
import { listOpenFigures, type OpenTransaction, type Position, sumsQuery } from '../ledger/read.js'
import type { May } from '../operators/scopes.js'
import { Census, emptyCensus, takeCensus } from './census.js'
import type { Whereabouts } from './whereabouts.js'

// The figures of all charge points, or of one site.

export const SummaryRecord = Type.Object({
  at: Type.String({ format: 'date-time', description: 'When the figures were taken' }),
  from: Type.String({ format: 'date-time' }),
  ...Census.properties,
  transactions: Type.Optional(
    Type.Object(
      {
        open: Type.Integer({ description: 'Open now, whenever they began' }),
        since: Type.Integer({ description: 'Began at or after `from`' })
      },
      { description: 'This, `powerW`, `energyWh` and `cost` need the scope transactions:read' }
    )
  ),
  powerW: Type.Optional(
    Type.Number({ description: 'Sum over the open transactions that told their power within the last 15 minutes' })
  ),
  energyWh: Type.Optional(Type.Number({ description: 'Of the transactions that began at or after `from`, until now' })),
  cost: Type.Optional(
    Type.Array(Type.Object({ currency: Type.String(), amount: Type.Number() }), {
      description: 'Of the same transactions, for each currency'
    })
  ),
  calls: Type.Object({
    queued: Type.Integer({ description: 'Wait for charge points that are offline' }),
    sent: Type.Integer({ description: 'Wait for an answer, or to be sent' })
  }),
  problems: Type.Object({ critical: Type.Integer(), warning: Type.Integer() }),
  withheld
})
export type SummaryRecord = Static<typeof SummaryRecord>

export interface SummaryQuery {
  /** The id of a site. Default: all charge points. */
  site?: string
  /** Epoch milliseconds. */
  from: number
}

/** The figures without the problems. */
export async function summarize(
  db: Reader,
  whereabouts: Whereabouts,
  { site, from, may, now }: SummaryQuery & { may: May; now: number }
): Promise<Omit<SummaryRecord, 'problems'>> {
  const which = site === undefined ? {} : { sites: [site] }
  const census = (await takeCensus(db, whereabouts, which)).get(site ?? '') ?? emptyCensus()
  const isOpenToAll = may('transactions:read')
  return {
    at: toDateTime(now),
    from: toDateTime(from),
    ...census,
    ...(isOpenToAll && (await transactionFigures(db, { from, now, ...(site !== undefined && { site }) }))),
    calls: await countCalls(db, site),
    ...(!isOpenToAll && { withheld: ['transactions:read'] })
  }
}

/** Number of open transactions in one read: each read for its own connection costs more than many rows. */
const AT_ONCE = 1_000
/** Maximum age of a power reading that counts as present. Milliseconds. */
const MAX_AGE_MS = 15 * 60_000

async function transactionFigures(db: Reader, { site, from, now }: SummaryQuery & { now: number }) {
  const figures = new Figures()
  for (const { currency, count, energy_wh, cost } of await sumsQuery(db, from, site).execute()) {
    figures.since += Number(count)
    figures.add({ energyWh: energy_wh, cost, currency })
  }
  for (let behind: Position | undefined; ; ) {
    const filter = { limit: AT_ONCE, ...(site !== undefined && { site }), ...(behind && { behind }) }
    const page = await listOpenFigures(db, filter, { from, now })
    addOpen(figures, page, now)
    if (page.length < AT_ONCE) return figures.shown()
    behind = page.at(-1)?.position
  }
}

function addOpen(figures: Figures, page: readonly OpenTransaction[], now: number): void {
  for (const { power, totals } of page) {
    figures.open++
    const { powerW, receivedAt = 0 } = power ?? {}
    if (powerW !== undefined && receivedAt >= now - MAX_AGE_MS) figures.addPower(powerW)
    if (totals === undefined) continue
    figures.since++
    figures.add({ energyWh: totals.energy_wh, cost: totals.cost, currency: totals.currency })
  }
}

interface Used {
  energyWh?: number | string | null
  cost?: number | string | null
  currency?: string | null
}

/** Sums of known values. A sum without any known value is absent, not 0. */
class Figures {
  open = 0
  since = 0
  #powerW: number | undefined
  #energyWh: number | undefined
  readonly #cost = new Map<string, number>()

  addPower(watts: number): void {
    this.#powerW = (this.#powerW ?? 0) + watts
  }

  add({ energyWh, cost, currency }: Used): void {
    if (energyWh !== undefined && energyWh !== null) this.#energyWh = (this.#energyWh ?? 0) + Number(energyWh)
    if (cost === undefined || cost === null || typeof currency !== 'string') return
    this.#cost.set(currency, (this.#cost.get(currency) ?? 0) + Number(cost))
  }

  shown() {
    const cost = [...this.#cost].map(([currency, amount]) => ({ currency, amount: rounded(amount) }))
    return {
      transactions: { open: this.open, since: this.since },
      ...(this.#powerW !== undefined && { powerW: rounded(this.#powerW) }),
      ...(this.#energyWh !== undefined && { energyWh: rounded(this.#energyWh) }),
      ...(cost.length > 0 && { cost: cost.sort((a, b) => (a.currency < b.currency ? -1 : 1)) })
    }
  }
}

/** To a thousandth: sums of doubles have more decimals than what was added. */
function rounded(sum: number): number {
  return Math.round(sum * 1000) / 1000
}

async function countCalls(db: Reader, site: string | undefined) {
  const rows = await waitingCallsQuery(db, site).execute()
  const counts = new Map(rows.map(({ status, count }) => [status, Number(count)]))
  return { queued: counts.get('queued') ?? 0, sent: (counts.get('sent') ?? 0) + (counts.get('pending') ?? 0) }
}

/** The number of calls that wait, by status. */
export function waitingCallsQuery(db: Reader, site: string | undefined) {
  let query = db
    .selectFrom('calls')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
    .where('status', 'in', ['queued', 'pending', 'sent'])
    // The index of calls without an answer has this condition.
    .where(sql<boolean>`status <> 'answered'`)
    .groupBy('status')
  if (site !== undefined) {
    const members = db.selectFrom('charge_points').select('charge_points.id').where('site_id', '=', site)
    query = query.where('charge_point_id', 'in', members)
  }
  return query
}
