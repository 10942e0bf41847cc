import { fromScaled } from '../money/exact.js'
import { ProblemError } from '../problem-error.js'
import type { Config } from '../settings/settings.js'
import { localDate, localDateTime } from './local-time.js'
import type { ReceiptDocument } from './records.js'

// EXTF 700, category 21 "Buchungsstapel", version 13. [DATEV, "DATEV-Format", Buchungsstapel]

/** How receipts are booked. */
export interface DatevPolicy {
  /** Beraternummer. */
  consultant: number
  /** Mandantennummer. */
  client: number
  /** Digits of an account of the ledger. */
  accountLength: number
  /** The account that receipts are booked on. */
  debtor: string
  /** The account of the proceeds and the tax key, by tax rate in per cent. */
  revenue: ReadonlyMap<number, { account: string; key?: string }>
  costCentre?: string
  /** The month in which the fiscal year begins, from 1 on. */
  yearMonth: number
  timeZone: string
}

/** `undefined` without a consultant: nothing can be exported. */
export function datevPolicyOf(config: Config): DatevPolicy | undefined {
  const { DATEV_CONSULTANT, DATEV_CLIENT, DATEV_DEBTOR, DATEV_REVENUE, DATEV_COST_CENTRE } = config
  if (DATEV_CONSULTANT === undefined || DATEV_CLIENT === undefined) return undefined
  if (DATEV_DEBTOR === undefined || DATEV_REVENUE === undefined) return undefined
  const revenue = DATEV_REVENUE.map((text) => {
    const [rate = '', account = '', key] = text.split(/[=:]/)
    return [Number(rate), { account, ...(key !== undefined && { key }) }] as const
  })
  return {
    consultant: DATEV_CONSULTANT,
    client: DATEV_CLIENT,
    accountLength: config.DATEV_ACCOUNT_LENGTH,
    debtor: DATEV_DEBTOR,
    revenue: new Map(revenue),
    ...(DATEV_COST_CENTRE !== undefined && { costCentre: DATEV_COST_CENTRE }),
    yearMonth: config.DATEV_YEAR_MONTH,
    timeZone: config.SELLER_TIME_ZONE
  }
}

const numbered = (name: string, count: number, separator = ' - ') =>
  Array.from({ length: count }, (_, index) => [
    `${name} - Art ${index + 1}`,
    `${name}${separator}Inhalt ${index + 1}`
  ]).flat()

export const DATEV_COLUMNS: readonly string[] = [
  ...[
    'Umsatz (ohne Soll/Haben-Kz)',
    'Soll/Haben-Kennzeichen',
    'WKZ Umsatz',
    'Kurs',
    'Basis-Umsatz',
    'WKZ Basis-Umsatz'
  ],
  ...['Konto', 'Gegenkonto (ohne BU-Schlüssel)', 'BU-Schlüssel', 'Belegdatum', 'Belegfeld 1', 'Belegfeld 2', 'Skonto'],
  ...['Buchungstext', 'Postensperre', 'Diverse Adressnummer', 'Geschäftspartnerbank', 'Sachverhalt', 'Zinssperre'],
  'Beleglink',
  ...numbered('Beleginfo', 8),
  ...['KOST1 - Kostenstelle', 'KOST2 - Kostenstelle', 'Kost-Menge', 'EU-Land u. UStID (Bestimmung)'],
  ...['EU-Steuersatz (Bestimmung)', 'Abw. Versteuerungsart', 'Sachverhalt L+L', 'Funktionsergänzung L+L'],
  ...['BU 49 Hauptfunktionstyp', 'BU 49 Hauptfunktionsnummer', 'BU 49 Funktionsergänzung'],
  ...numbered('Zusatzinformation', 20, '- '),
  ...['Stück', 'Gewicht', 'Zahlweise', 'Forderungsart', 'Veranlagungsjahr', 'Zugeordnete Fälligkeit', 'Skontotyp'],
  ...['Auftragsnummer', 'Buchungstyp', 'USt-Schlüssel (Anzahlungen)', 'EU-Land (Anzahlungen)'],
  ...['Sachverhalt L+L (Anzahlungen)', 'EU-Steuersatz (Anzahlungen)', 'Erlöskonto (Anzahlungen)', 'Herkunft-Kz'],
  ...['Buchungs GUID', 'KOST-Datum', 'SEPA-Mandatsreferenz', 'Skontosperre', 'Gesellschaftername'],
  ...['Beteiligtennummer', 'Identifikationsnummer', 'Zeichnernummer', 'Postensperre bis'],
  ...['Bezeichnung SoBil-Sachverhalt', 'Kennzeichen SoBil-Buchung', 'Festschreibung', 'Leistungsdatum'],
  ...['Datum Zuord. Steuerperiode', 'Fälligkeit', 'Generalumkehr (GU)', 'Steuersatz', 'Land', 'Abrechnungsreferenz'],
  ...['BVV-Position', 'EU-Land u. UStID (Ursprung)', 'EU-Steuersatz (Ursprung)', 'Abw. Skontokonto']
]

const EOL = '\r\n'
const quoted = (text: string) => `"${text.replace(/\p{Cc}/gu, ' ').replaceAll('"', '""')}"`

/** The two lines before the bookings of one booking period. */
export function datevHead(policy: DatevPolicy, { from, to, now }: { from: number; to: number; now: number }): string {
  const { consultant, client, accountLength, yearMonth, timeZone } = policy
  const compact = (time: number) => localDate(time, timeZone).replaceAll('-', '')
  const first = compact(from)
  const [year = 0, month = 0] = [Number(first.slice(0, 4)), Number(first.slice(4, 6))]
  const yearBegin = `${month < yearMonth ? year - 1 : year}${String(yearMonth).padStart(2, '0')}01`
  const madeAt = `${localDateTime(now, timeZone).slice(0, 19).replace(/\D/g, '')}${String(now % 1000).padStart(3, '0')}`
  const fields = [
    ...[quoted('EXTF'), 700, 21, quoted('Buchungsstapel'), 13, madeAt, '', quoted('RE'), quoted(''), quoted('')],
    ...[consultant, client, yearBegin, accountLength, first, compact(to - 1)],
    ...[quoted(`Ladevorgänge ${first.slice(0, 4)}-${first.slice(4, 6)}`), quoted(''), 1, 0, 0, quoted('EUR'), ''],
    ...[quoted(''), '', '', quoted(''), '', '', quoted(''), quoted('')]
  ]
  return `${fields.join(';')}${EOL}${DATEV_COLUMNS.join(';')}${EOL}`
}

const PLACE = new Map(DATEV_COLUMNS.map((name, index) => [name, index]))
const MAX_TEXT = 60

/**
 * The bookings of a receipt or credit note: one for each tax rate. Amounts are positive; a credit note swaps debit and
 * credit.
 *
 * @throws `NOT_EXPORTABLE`
 */
export function datevLines(document: ReceiptDocument, policy: DatevPolicy): string {
  return grossByRate(document)
    .filter(({ grossMinor }) => grossMinor !== 0)
    .map(({ rate, grossMinor }) => lineOf(document, policy, { rate, grossMinor }))
    .join('')
}

interface Gross {
  rate: number
  grossMinor: number
}

function lineOf(document: ReceiptDocument, policy: DatevPolicy, { rate, grossMinor }: Gross): string {
  const { number, issuedAt, minorDigits, session, kind, refersTo = '' } = document
  const revenue = policy.revenue.get(rate)
  if (revenue === undefined) throw notExportable(document, `DATEV_REVENUE has no account for ${rate} % tax`)
  const amount = fromScaled(BigInt(Math.abs(grossMinor)), minorDigits)
    .toFixed(minorDigits)
    .replace('.', ',')
  const text = kind === 'receipt' ? `Ladevorgang ${session.chargePoint}` : `Gutschrift zu ${refersTo}`
  const fields = new Array<string>(DATEV_COLUMNS.length).fill('')
  const set = (name: string, value: string) => {
    fields[PLACE.get(name) ?? 0] = value
  }
  set('Umsatz (ohne Soll/Haben-Kz)', amount)
  set('Soll/Haben-Kennzeichen', quoted(grossMinor > 0 ? 'S' : 'H'))
  set('WKZ Umsatz', quoted(document.currency))
  set('Konto', policy.debtor)
  set('Gegenkonto (ohne BU-Schlüssel)', revenue.account)
  if (revenue.key !== undefined) set('BU-Schlüssel', quoted(revenue.key))
  set('Belegdatum', `${issuedAt.slice(8, 10)}${issuedAt.slice(5, 7)}`)
  set('Belegfeld 1', quoted(number))
  set('Buchungstext', quoted([...text].slice(0, MAX_TEXT).join('')))
  if (policy.costCentre !== undefined) set('KOST1 - Kostenstelle', quoted(policy.costCentre))
  return `${fields.join(';')}${EOL}`
}

/** The amounts with tax of each rate; what is not taxed has the rate 0. They add up to the total. */
function grossByRate(document: ReceiptDocument): Gross[] {
  const { currency, taxes, netMinor, totalMinor } = document
  if (currency !== 'EUR') throw notExportable(document, `it is in ${currency}`)
  const taxed = taxes.map(({ tax, netMinor: net, taxMinor }): Gross & { net: number } => {
    if (net === undefined) throw notExportable(document, 'it has taxes on top of each other')
    return { rate: tax, grossMinor: net + taxMinor, net }
  })
  const sum = (name: 'grossMinor' | 'net') => taxed.reduce((all, one) => all + one[name], 0)
  if (Math.abs(sum('net')) > Math.abs(netMinor)) throw notExportable(document, 'it has several taxes on the same net')
  const rest = totalMinor - sum('grossMinor')
  const all = rest === 0 ? taxed : [...taxed, { rate: 0, grossMinor: rest }]
  // A rate of 0 per cent and what has no tax at all are the same to DATEV.
  const rates = new Map<number, number>()
  for (const { rate, grossMinor } of all) rates.set(rate, (rates.get(rate) ?? 0) + grossMinor)
  return Array.from(rates, ([rate, grossMinor]) => ({ rate, grossMinor }))
}

function notExportable({ number }: ReceiptDocument, reason: string): ProblemError {
  return new ProblemError(409, 'NOT_EXPORTABLE', `${number} cannot be exported for DATEV: ${reason}`)
}
