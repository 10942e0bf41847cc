import { createHash } from 'node:crypto'
import { fromScaled } from '../money/exact.js'
import type { ReceiptDocument } from './records.js'

// A receipt as a page to print.

const STYLE = `body{font:14px/1.45 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#111}
h1{font-size:1.4rem;margin:1.5rem 0 .5rem}table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{text-align:left;padding:.25rem .5rem .25rem 0;border-bottom:1px solid #ccc;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;padding-right:0;padding-left:.5rem}
tr.sum td{font-weight:600}pre{white-space:pre-wrap;word-break:break-all;font-size:.8rem}h2{font-size:1.1rem}address{font-style:normal;white-space:pre-line}small{color:#555}
@media print{body{margin:0}}`

/** The policy of the page: nothing is loaded, nothing runs, and only its own style applies. [CSP Level 3] */
export const RECEIPT_CSP = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`

const NAMES: Readonly<Record<string, string>> = {
  fixed: 'Fixed fee',
  energy: 'Energy',
  chargingTime: 'Charging time',
  idleTime: 'Idle time',
  time: 'Time',
  reservationTime: 'Reservation',
  reservationFixed: 'Reservation fee',
  amount: 'Charging'
}
const PER: Readonly<Record<string, string>> = { kWh: 'kWh', minute: 'min', hour: 'h' }

/** Every text is escaped: names and notes come from outside. */
export function receiptPage(document: ReceiptDocument): string {
  const { number, kind, seller, refersTo, reason, issuedAt } = document
  const title = kind === 'receipt' ? `Receipt ${number}` : `Credit note ${number}`
  const facts: [string, string | undefined][] = [
    ['Issued', issuedAt],
    ['Credits receipt', refersTo],
    ['Reason', reason],
    ['Tax id', seller.taxId],
    ...sessionFacts(document)
  ]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>
<address><strong>${escaped(seller.name)}</strong>
${escaped(seller.address)}</address>
<h1>${escaped(title)}</h1>
${factTable(facts)}
${lineTable(document)}
${document.tariffs.map(({ text }) => `<p><small>Prices: ${escaped(text)}</small></p>`).join('\n')}
${signedPart(document)}
</body></html>
`
}

function sessionFacts({ session }: ReceiptDocument): [string, string | undefined][] {
  const { site, chargePoint, evseId, startedAt, endedAt, timeZone, meterStart, meterStop, energyWh, duration } = session
  const kwh = (wh: number | undefined) => (wh === undefined ? undefined : `${wh / 1000} kWh`)
  const place = [site?.name, site?.address].filter((part) => part !== undefined).join(', ')
  return [
    ['Site', place === '' ? undefined : place],
    ['Charge point', evseId === undefined ? chargePoint : `${chargePoint}, EVSE ${evseId}`],
    ['Start', `${startedAt} (${timeZone})`],
    ['End', endedAt],
    ['Duration', duration === undefined ? undefined : `${Math.round(duration / 60)} min`],
    ['Meter at start', kwh(meterStart)],
    ['Meter at end', kwh(meterStop)],
    ['Energy', kwh(energyWh)],
    ['Id token', session.idToken],
    ['Transaction', session.transactionId]
  ]
}

/** Nothing of it is verified here: who wants to check it needs software that the authorities accept. */
function signedPart({ signedValues = [] }: ReceiptDocument): string {
  if (signedValues.length === 0) return ''
  const values = signedValues.map(({ context, encodingMethod, data, publicKey }) => {
    const name = [context, encodingMethod].filter((part) => part !== undefined).join(', ')
    const key = publicKey === undefined ? '' : `<p><small>Public key: ${escaped(publicKey)}</small></p>`
    return `<p><small>${escaped(name)}</small></p><pre>${escaped(data)}</pre>${key}`
  })
  return `<h2>Signed meter values</h2>
<p><small>How to check: ask the seller for these values as an XML file, open it with transparency software, and compare the public key
with the one on the meter. The seller has not verified them here.</small></p>
${values.join('\n')}`
}

function factTable(facts: readonly (readonly [string, string | undefined])[]): string {
  const rows = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`]
  )
  return `<table>${rows.join('\n')}</table>`
}

function lineTable(document: ReceiptDocument): string {
  const { currency, minorDigits, lines, taxes } = document
  const amount = (minor: number) => fromScaled(BigInt(minor), minorDigits).toFixed(minorDigits)
  const row = (cells: readonly string[], style = '') => `<tr${style}>${cells.join('')}</tr>`
  const cell = (text: string) => `<td>${escaped(text)}</td>`
  const money = (minor: number) => `<td class="n">${amount(minor)}</td>`
  const body = lines.map(({ component, prices, netMinor, taxMinor, totalMinor }) =>
    row([
      cell(NAMES[component] ?? component),
      cell(prices.map((price) => priceInWords(price, currency)).join('; ')),
      money(netMinor),
      money(taxMinor),
      money(totalMinor)
    ])
  )
  const sum = row(
    [cell('Total'), cell(currency), money(document.netMinor), money(document.taxMinor), money(document.totalMinor)],
    ' class="sum"'
  )
  const perTax = taxes.map(({ type, tax, netMinor, taxMinor }) => {
    const base = netMinor === undefined ? '' : ` of ${amount(netMinor)}`
    return `<p>${escaped(`${type} ${tax} %${base}: ${amount(taxMinor)} ${currency}`)}</p>`
  })
  const head = row(['<th>Item</th><th>Price</th><th class="n">Net</th><th class="n">Tax</th><th class="n">Total</th>'])
  return `<table>${head}\n${[...body, sum].join('\n')}</table>\n${perTax.join('\n')}`
}

function priceInWords(
  { price, priceInclTax, per, quantity, unit }: ReceiptDocument['lines'][number]['prices'][number],
  currency: string
): string {
  if (per === 'once') return `${price} ${currency} (${priceInclTax} incl. tax)`
  const used = unit === 'Wh' ? `${quantity / 1000} kWh` : `${Math.round((quantity / 60) * 100) / 100} min`
  return `${used} at ${price} ${currency}/${PER[per]} (${priceInclTax} incl. tax)`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
