import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encodeWindows1252 } from '../../lib/billing/windows-1252.js'
import { BEARER, onBothBackends } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { isLong } from '../support/long.js'
import type { TestServer } from '../support/server.js'
import { charge, issue, ok, priced, receiptsOf, refused, result, SELLER } from './support.js'

const DATEV = {
  DATEV_CONSULTANT: '29098',
  DATEV_CLIENT: '55003',
  DATEV_DEBTOR: '10000',
  DATEV_REVENUE: '19=8400:3,7=8300',
  DATEV_COST_CENTRE: 'LADEN'
}
const SETTINGS = { ...SELLER, ...DATEV }

/** The month of now, by the clock of the seller: a receipt is issued now. */
function thisMonth() {
  const [year = '', month = ''] = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin' })
    .format(new Date())
    .split('-')
  const next = Number(month) === 12 ? `${Number(year) + 1}-01` : `${year}-${String(Number(month) + 1).padStart(2, '0')}`
  return { year, month, query: `from=${year}-${month}-01&to=${next}-01` }
}

async function take(server: TestServer, format: string, query = thisMonth().query) {
  const answer = await server.app.inject({ url: `/api/v1/billing/export?format=${format}&${query}`, headers: BEARER })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer
}

async function billed(server: TestServer, identity: string) {
  const id = await charge(server, await priced(server, identity), identity)
  await issue(server)
  const [{ number }] = await receiptsOf(server, id)
  const note = await ok(server, 'POST', `/receipts/${number}/credit`, { reason: 'test' })
  return { id, numbers: [number, note.number] as const }
}

onBothBackends('an export of receipts', (start) => {
  const backend = () => start(SETTINGS)

  it('as NDJSON has whole receipts in the order of their numbers', async () => {
    const server = await backend()
    const { numbers } = await billed(server, 'NDJSON')
    const answer = await take(server, 'ndjson')
    const documents = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const { items } = await ok(server, 'GET', '/receipts?limit=1000')
    assert.deepEqual(documents, items.toReversed())
    assert.ok(numbers.every((number) => documents.some((document) => document.number === number)))
    // The end of the range is exclusive.
    const { issued_at: at } = await server.app.database.db
      .selectFrom('receipts')
      .select('issued_at')
      .where('number', '=', numbers[0])
      .executeTakeFirstOrThrow()
    const until = async (time: number) =>
      (await take(server, 'ndjson', `from=2020-01-01T00:00:00Z&to=${new Date(time).toISOString()}`)).body
    assert.deepEqual(
      [(await until(at)).includes(numbers[0]), (await until(at + 1)).includes(numbers[0])],
      [false, true]
    )
  })

  it('as CSV has a row for each line, whose sums are those of the database', async () => {
    const server = await backend()
    const { numbers } = await billed(server, 'CSV')
    const [head = '', ...rows] = (await take(server, 'csv')).body
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','))
    const cell = (row: readonly string[], name: string) => row[head.indexOf(name)]
    const own = rows.filter((row) => cell(row, 'chargePoint') === 'CSV')
    assert.deepEqual(
      own.map((row) =>
        ['number', 'kind', 'refersTo', 'component', 'net', 'tax', 'total'].map((name) => cell(row, name))
      ),
      [
        [numbers[0], 'receipt', '', 'fixed', '0.99', '0.07', '1.06'],
        [numbers[0], 'receipt', '', 'energy', '2.86', '0.54', '3.4'],
        [numbers[1], 'credit-note', numbers[0], 'fixed', '-0.99', '-0.07', '-1.06'],
        [numbers[1], 'credit-note', numbers[0], 'energy', '-2.86', '-0.54', '-3.4']
      ]
    )
    const cents = (name: string) => rows.reduce((sum, row) => sum + Math.round(Number(cell(row, name)) * 100), 0)
    const { db } = server.app.database
    const sums = await db
      .selectFrom('receipts')
      .select(({ fn }) => [
        fn.sum('net_minor').as('net'),
        fn.sum('tax_minor').as('tax'),
        fn.sum('total_minor').as('total')
      ])
      .executeTakeFirstOrThrow()
    assert.deepEqual([cents('net'), cents('tax'), cents('total')], [sums.net, sums.tax, sums.total].map(Number))
  })

  it('for DATEV has a booking for each tax rate, and swaps debit and credit of credit notes', async () => {
    const server = await backend()
    const { numbers } = await billed(server, 'DATEV')
    const { query, year, month } = thisMonth()
    const answer = await take(server, 'datev')
    assert.match(String(answer.headers['content-disposition']), /filename="EXTF_/)
    // Windows-1252, with CR LF behind each line.
    const lines = answer.rawPayload.toString('latin1').split('\r\n')
    assert.equal(lines.pop(), '')
    const [head = '', columns = '', ...bookings] = lines.map((line) => line.split(';'))
    assert.equal(head.length, 31)
    assert.deepEqual(head.slice(0, 5), ['"EXTF"', '700', '21', '"Buchungsstapel"', '13'])
    assert.match(head[5] ?? '', /^\d{17}$/)
    assert.deepEqual(head.slice(10, 15), ['29098', '55003', `${year}0101`, '4', `${year}${month}01`])
    assert.equal(head[15]?.slice(0, 6), `${year}${month}`)
    assert.deepEqual(head.slice(18, 22), ['1', '0', '0', '"EUR"'])
    assert.equal(columns.length, 125)
    assert.equal(columns[16], 'Geschäftspartnerbank')
    assert.deepEqual(
      [columns[0], columns[36], columns[113]],
      ['Umsatz (ohne Soll/Haben-Kz)', 'KOST1 - Kostenstelle', 'Festschreibung']
    )
    const own = bookings.filter((booking) => numbers.some((number) => booking[10] === `"${number}"`))
    assert.ok(own.every((booking) => booking.length === 125))
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin' }).format(new Date()).slice(8)
    assert.deepEqual(
      own.map((booking) => [0, 1, 2, 6, 7, 8, 9, 10, 13, 36].map((index) => booking[index])),
      [
        [
          '1,06',
          '"S"',
          '"EUR"',
          '10000',
          '8300',
          '',
          `${day}${month}`,
          `"${numbers[0]}"`,
          '"Ladevorgang DATEV"',
          '"LADEN"'
        ],
        [
          '3,40',
          '"S"',
          '"EUR"',
          '10000',
          '8400',
          '"3"',
          `${day}${month}`,
          `"${numbers[0]}"`,
          '"Ladevorgang DATEV"',
          '"LADEN"'
        ],
        [
          '1,06',
          '"H"',
          '"EUR"',
          '10000',
          '8300',
          '',
          `${day}${month}`,
          `"${numbers[1]}"`,
          `"Gutschrift zu ${numbers[0]}"`,
          '"LADEN"'
        ],
        [
          '3,40',
          '"H"',
          '"EUR"',
          '10000',
          '8400',
          '"3"',
          `${day}${month}`,
          `"${numbers[1]}"`,
          `"Gutschrift zu ${numbers[0]}"`,
          '"LADEN"'
        ]
      ]
    )
    const twoMonths = query.replace(/to=.*/, `to=${Number(year) + 1}-02-01`)
    assert.deepEqual(await refused(server, 'GET', `/billing/export?format=datev&${twoMonths}`), [400, 'INVALID_QUERY'])
  })

  it('for DATEV is refused as a whole if a receipt cannot be booked', async () => {
    const server = await start({ ...SETTINGS, DATEV_REVENUE: '19=8400' })
    await billed(server, 'UNBOOKED')
    const path = `/billing/export?format=datev&${thisMonth().query}`
    assert.deepEqual(await refused(server, 'GET', path), [409, 'NOT_EXPORTABLE'])
    const without = await start(SELLER)
    assert.deepEqual(await refused(without, 'GET', path), [409, 'DATEV_OFF'])
  })

  it('is recorded, and a second one of the same range says so', async () => {
    const server = await backend()
    const { numbers } = await billed(server, 'RECORDED')
    const query = 'from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z'
    const [from_at, to_at] = [Date.UTC(2020, 0, 1), Date.UTC(2099, 0, 1)]
    // One that was not taken to its end.
    const unfinished = { format: 'ndjson' as const, from_at, to_at, operator: 'unfinished', created_at: 1 }
    await server.app.database.writer.append('billing_exports', [unfinished])
    const first = await take(server, 'ndjson', query)
    const second = await take(server, 'ndjson', query)
    const other = await take(server, 'csv', query)
    // The range is not over: the next one begins where this one ends.
    const complete = String(first.headers['complete-until'])
    const rest = await take(server, 'ndjson', `from=${complete}&to=2099-01-01T00:00:00Z`)
    assert.equal(rest.body, '')
    assert.equal((await take(server, 'csv', 'from=2020-01-01&to=2020-01-02')).headers['complete-until'], undefined)
    assert.deepEqual([first.headers['earlier-export'], other.headers['earlier-export']], [undefined, undefined])
    const { items } = await ok(server, 'GET', '/billing/exports?limit=5')
    assert.deepEqual(
      items
        .slice(2)
        .map(({ format, operator, receipts, lastNumber }: Record<string, unknown>) => [
          format,
          operator,
          receipts,
          lastNumber
        ]),
      ['csv', 'ndjson', 'ndjson'].map((format) => [format, 'operator', items[2].receipts, numbers[1]])
    )
    assert.ok(Date.parse(String(second.headers['earlier-export'])) <= Date.now())
    assert.deepEqual([items[0].completeUntil, items[4].completeUntil], [undefined, complete])
    const all = (await ok(server, 'GET', '/billing/exports?limit=1000')).items
    const left = all.find(({ operator }: { operator: string }) => operator === 'unfinished')
    assert.deepEqual([left.receipts, left.lastNumber], [undefined, undefined])
    for (const bad of ['', 'from=2026-01-01', 'from=2026-02-01&to=2026-01-01', 'from=x&to=2026-01-01']) {
      assert.equal((await refused(server, 'GET', `/billing/export?format=csv&${bad}`))[0], 400, bad)
    }
    assert.equal((await refused(server, 'GET', '/billing/export?format=xml&from=2026-01-01&to=2026-02-01'))[0], 400)
  })

  it('keeps nobody waiting, however many receipts there are', async () => {
    const server = await backend()
    const { id } = await billed(server, 'MANY')
    const count = isLong ? 50_000 : 4_000
    const { db, writer } = server.app.database
    const [row] = await db
      .selectFrom('receipts')
      .selectAll()
      .where('transaction_ref', '=', id)
      .orderBy('id')
      .limit(1)
      .execute()
    assert.ok(row !== undefined)
    const { id: _, ...copied } = row
    const copies = Array.from({ length: count }, (_, index) => ({
      ...{ ...copied, number: `X-2020-${index}`, series: 'X', year: 2020, n: index, transaction_ref: -1 - index },
      ...{ issued_at: Date.UTC(2020, 0, 1) + index }
    }))
    for (let from = 0; from < count; from += 500) await writer.append('receipts', copies.slice(from, from + 500))
    const charger = await connectCharger(server.url, 'BYSTANDER', { boot: true })
    let isOver = false
    let answered = 0
    const bystander = async () => {
      for (; !isOver; answered++) await result(charger, 'Heartbeat', {})
    }
    const waiting = bystander()
    const before = answered
    const answer = await take(server, 'ndjson', 'from=2020-01-01&to=2020-12-31')
    const meanwhile = answered - before
    isOver = true
    await waiting
    assert.equal(answer.body.trimEnd().split('\n').length, count)
    // Between two reads of 200 receipts everybody else gets a turn.
    assert.ok(meanwhile >= count / 400, `${meanwhile} answers`)
  })
})

describe('text in Windows-1252', () => {
  it('has a question mark for what it cannot hold', () => {
    const bytes = encodeWindows1252('Aü – € „“ Ÿ 漢\u{1f600}\u0081')
    assert.equal(bytes.toString('hex'), '41fc209620802084932' + '09f203f3f3f')
  })
})
