import assert from 'node:assert/strict'
import { it } from 'node:test'
import { encodeWindows1252 } from '../../lib/billing/windows-1252.js'
import { BEARER, onBothBackends } from '../app/support.js'
import { HOUR, idOf, NINE, start as startOf, stop as stopOf } from '../ledger/support.js'
import { isLong } from '../support/long.js'
import type { TestServer } from '../support/server.js'
import { issue, ok, SELLER } from './support.js'

// Sums of many receipts: of the database, of each export, and of a calculation that is none of ours.

const SETTINGS = {
  ...SELLER,
  ...{ DATEV_CONSULTANT: '29098', DATEV_CLIENT: '55003', DATEV_DEBTOR: '10000', DATEV_REVENUE: '19=8400:3,7=8300' },
  DATEV_COST_CENTRE: 'LADEN'
}
const COUNT = isLong ? 3_000 : 300
const AT_ONCE = 100
const TARIFF = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.39 }], taxRates: [{ type: 'VAT', tax: 19 }] },
  fixedFee: { prices: [{ priceFixed: 0.99 }], taxRates: [{ type: 'VAT', tax: 7 }] }
}

async function charge(server: TestServer): Promise<void> {
  const { ledger } = server.app
  const one = async (index: number) => {
    const identity = `SUM-${index}`
    const id = idOf(await ledger.start(identity, startOf({ meterStart: 0 })))
    await ledger.stop(identity, stopOf(id, { meterStop: whOf(index), timestamp: NINE + HOUR }))
  }
  for (let from = 0; from < COUNT; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, COUNT - from) }, (_, index) => one(from + index)))
  }
}

const whOf = (index: number) => 1000 + index * 7

/** Hundred-thousandths of a cent, rounded half up to cents. */
function expectedTotal(): bigint {
  let sum = 0n
  for (let index = 0; index < COUNT; index++) {
    const energy = BigInt(whOf(index)) * 39n * 119n
    sum += (energy + 99n * 107n * 1000n + 50_000n) / 100_000n
  }
  return sum
}

async function file(server: TestServer, format: string): Promise<Buffer> {
  const month = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin' }).format(new Date()).slice(0, 7)
  const [year = 0, number = 0] = month.split('-').map(Number)
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
  const url = `/api/v1/billing/export?format=${format}&from=${month}-01&to=${next}-01`
  const answer = await server.app.inject({ url, headers: BEARER })
  assert.equal(answer.statusCode, 200, answer.body.slice(0, 500))
  return answer.rawPayload
}

/** The fields of each line as a strict reader takes them: quoted texts whole, all else as it stands. */
function fieldsOf(text: string): string[][] {
  assert.ok(text.endsWith('\r\n'))
  const lines = text.slice(0, -2).split('\r\n')
  assert.ok(
    lines.every((line) => !/[\r\n\0]/.test(line)),
    'CR LF ends lines, and is nowhere else'
  )
  return lines.map((line) => {
    const fields = line.match(/(?<=^|;)(?:"(?:[^"]|"")*"|[^";]*)(?=;|$)/g) ?? []
    assert.equal(fields.join(';'), line)
    return [...fields]
  })
}

const TEXTS = new Set([1, 2, 8, 10, 13, 36])
const AMOUNT = /^\d{1,10},\d{2}$/

function checkBooking(fields: readonly string[]): { account: string; cents: bigint } {
  assert.equal(fields.length, 125)
  for (const [index, field] of fields.entries()) {
    if (field === '') continue
    const isText = TEXTS.has(index)
    assert.match(field, isText ? /^".+"$/ : /^[\d,]+$/, `field ${index}`)
  }
  const [amount = '', side, currency] = fields
  assert.match(amount, AMOUNT)
  assert.ok(side === '"S"' || side === '"H"')
  assert.equal(currency, '"EUR"')
  assert.match(fields[9] ?? '', /^(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])$/)
  assert.deepEqual([fields[6], fields[36]], ['10000', '"LADEN"'])
  const cents = BigInt(amount.replace(',', ''))
  return { account: fields[7] ?? '', cents: side === '"S"' ? cents : -cents }
}

onBothBackends('many receipts', (start) => {
  it('have the same sums in the database, in each file, and by a calculation on its own', async () => {
    const server = await start(SETTINGS)
    await ok(server, 'PUT', '/tariffs/sums', TARIFF)
    await charge(server)
    await issue(server)
    const { db } = server.app.database
    // Some are credited, and count as nothing.
    const { items } = await ok(server, 'GET', '/receipts?kind=receipt&limit=5')
    for (const { number } of items) await ok(server, 'POST', `/receipts/${number}/credit`, { reason: 'test' })
    const credited = items.reduce((sum: bigint, { totalMinor }: { totalMinor: number }) => sum + BigInt(totalMinor), 0n)
    const sums = await db
      .selectFrom('receipts')
      .select(({ fn }) => [fn.countAll().as('count'), fn.sum('total_minor').as('total'), fn.sum('net_minor').as('net')])
      .executeTakeFirstOrThrow()
    assert.equal(Number(sums.count), COUNT + 5)
    const total = BigInt(sums.total)
    assert.equal(total, expectedTotal() - credited)

    const documents = (await file(server, 'ndjson'))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const whole = (name: string) => documents.reduce((sum, document) => sum + BigInt(document[name]), 0n)
    assert.deepEqual([whole('totalMinor'), whole('netMinor')], [total, BigInt(sums.net)])

    const [head = [], ...rows] = (await file(server, 'csv'))
      .toString()
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','))
    const cents = (name: string) =>
      rows.reduce((sum, row) => sum + BigInt(Math.round(Number(row[head.indexOf(name)]) * 100)), 0n)
    assert.deepEqual([cents('total'), cents('net')], [total, BigInt(sums.net)])

    const bytes = await file(server, 'datev')
    const text = new TextDecoder('windows-1252').decode(bytes)
    assert.ok(encodeWindows1252(text).equals(bytes), 'it holds nothing but Windows-1252')
    const [format = [], columns = [], ...bookings] = fieldsOf(text)
    assert.deepEqual([format.length, columns.length, new Set(columns).size], [31, 125, 125])
    const accounts = new Map<string, bigint>()
    for (const booking of bookings) {
      const { account, cents: amount } = checkBooking(booking)
      accounts.set(account, (accounts.get(account) ?? 0n) + amount)
    }
    const byRate = (rate: number) =>
      documents
        .flatMap(({ taxes }) => taxes)
        .filter(({ tax }) => tax === rate)
        .reduce((sum, { netMinor, taxMinor }) => sum + BigInt(netMinor + taxMinor), 0n)
    assert.deepEqual([...accounts].sort(), [
      ['8300', byRate(7)],
      ['8400', byRate(19)]
    ])
    assert.equal(byRate(7) + byRate(19), total)
  })
})
