import { fromScaled } from '../money/exact.js'
import { escaped, page } from './page.js'
import type { ReceiptDocument } from './records.js'

// A receipt as a page to print.

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
  return page({ title: titleOf(document), body: receiptBody(document) })
}

/** All documents of a transaction on one page, the latest first. */
export function receiptPages(documents: readonly [ReceiptDocument, ...ReceiptDocument[]]): string {
  return page({ title: titleOf(documents[0]), body: documents.map(receiptBody).join('\n<hr>\n') })
}

/** The page of a link to a receipt that does not exist, or not yet. */
export function noReceiptPage(text: string): string {
  return page({ title: 'Receipt', body: `<h1>Receipt</h1>\n<p>${escaped(text)}</p>` })
}

function titleOf({ kind, number }: ReceiptDocument): string {
  return kind === 'receipt' ? `Receipt ${number}` : `Credit note ${number}`
}

function receiptBody(document: ReceiptDocument): string {
  const { seller, refersTo, reason, issuedAt } = document
  const facts: [string, string | undefined][] = [
    ['Issued', issuedAt],
    ['Credits receipt', refersTo],
    ['Reason', reason],
    ['Tax id', seller.taxId],
    ['Payment', document.settlement?.pspRef],
    ...sessionFacts(document)
  ]
  return `<address><strong>${escaped(seller.name)}</strong>
${escaped(seller.address)}</address>
<h1>${escaped(titleOf(document))}</h1>
${factTable(facts)}
${lineTable(document)}
${document.tariffs.map(({ text }) => `<p><small>Prices: ${escaped(text)}</small></p>`).join('\n')}
${signedPart(document)}`
}

function sessionFacts({ session }: ReceiptDocument): [string, string | undefined][] {
  const { site, chargePoint, evseId, startedAt, endedAt, timeZone, meterStart, meterStop, duration } = session
  const { energyWh, signedEnergyWh } = session
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
    ['Energy by the signed values', kwh(signedEnergyWh)],
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
