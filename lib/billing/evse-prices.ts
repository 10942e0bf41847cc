import { fold, type Reader } from '../events/scope.js'
import type { Language } from '../languages.js'
import { tariffAhead, tariffFor } from '../ledger/which-tariff.js'
import type { TariffDocument } from '../money/tariff.js'
import { type PriceInWords, pricesInWords } from '../money/text.js'
import { WORDS } from '../money/words.js'
import { escaped, page } from './page.js'

// What a driver without a contract pays, before the start. [Regulation (EU) 2023/1804 Art. 5; PAngV § 14(2)]

/** The prices of an EVSE. */
export interface EvsePrices {
  /** In OCPP 1.6 the connector; absent: the prices are those of all EVSEs. */
  evseId?: number
  currency: string
  /** With tax, in the order kWh, minute, session, other. */
  prices: readonly PriceInWords[]
  /** The operator's own words, if the tariff has some. */
  description?: string
}

export interface PricesOf {
  chargePoint: string
  evseId?: number | undefined
  /** Epoch milliseconds. */
  at: number
  language: Language
}

const MAX_EVSES = 100

/**
 * The prices of a charge point, or of one of its EVSEs, for drivers without a contract; none if the charge point is
 * unknown or has no tariff for them.
 */
export async function evsePrices(db: Reader, { chargePoint, evseId, at, language }: PricesOf): Promise<EvsePrices[]> {
  const row = await db
    .selectFrom('charge_points')
    .select('id')
    .where('identity_key', '=', fold(chargePoint))
    .executeTakeFirst()
  if (row === undefined) return []
  const begin = { chargePointId: row.id, at }
  if (evseId === undefined) {
    const tariff = await tariffAhead(db, begin)
    if (tariff !== undefined) return [shown(tariff.document, language)]
  }
  const known = await evsesOf(db, row.id)
  const wanted = evseId === undefined ? known : known.length === 0 ? [evseId] : known.filter((id) => id === evseId)
  const found: EvsePrices[] = []
  for (const id of wanted) {
    const tariff = await tariffFor(db, { ...begin, evseId: id })
    if (tariff !== undefined) found.push({ evseId: id, ...shown(tariff.document, language) })
  }
  return found
}

async function evsesOf(db: Reader, chargePointId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('connectors')
    .select(['evse_id', 'connector_id'])
    .where('charge_point_id', '=', chargePointId)
    .orderBy('evse_id')
    .orderBy('connector_id')
    .limit(MAX_EVSES)
    .execute()
  return [...new Set(rows.map(({ evse_id, connector_id }) => evse_id || connector_id))].filter((id) => id > 0)
}

function shown(document: TariffDocument, language: Language): Omit<EvsePrices, 'evseId'> {
  const { description = [], currency } = document
  const [own] = description.filter(({ format }) => format === 'UTF8' || format === 'ASCII')
  return {
    currency,
    prices: pricesInWords(document, language),
    ...(own !== undefined && { description: own.content })
  }
}

/** The prices as a page. Every text is escaped: identities and descriptions come from outside. */
export function pricesPage(chargePoint: string, all: readonly EvsePrices[], language: Language): string {
  const { adHoc, noPrice } = WORDS[language]
  const tables = all.map(({ evseId, prices, description }) => {
    const rows = prices.map(
      ({ name, text, conditions = '' }) =>
        `<tr><td>${escaped(name)}</td><td class="n">${escaped(text)}</td><td>${escaped(conditions)}</td></tr>`
    )
    const heading = evseId === undefined ? '' : `<h2>EVSE ${evseId}</h2>\n`
    const words = description === undefined ? '' : `\n<p>${escaped(description)}</p>`
    return `${heading}<table>${rows.join('\n')}</table>${words}`
  })
  const body = all.length === 0 ? `<p>${escaped(noPrice)}</p>` : tables.join('\n')
  return page({
    title: `${chargePoint}: ${adHoc}`,
    language,
    isListed: all.length > 0,
    body: `<h1>${escaped(adHoc)}</h1>\n<p>${escaped(chargePoint)}</p>\n${body}`
  })
}
