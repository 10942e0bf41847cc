import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sql } from 'kysely'
import { Calendar } from '../../lib/calendar.js'
import { type StatisticsFilter, statisticsOf, sumsByEndQuery } from '../../lib/ledger/statistics.js'
import { BEARER, onSharedBackend, operate } from '../app/support.js'
import { tokenOf } from '../operators/support.js'
import type { TestServer } from '../support/server.js'

const COUNT = 50_000
const STEP_ROWS = 2_500
const ZONE = 'Europe/Berlin'
/** Two transactions end in each hour of more than two years; a year has both changes of the clock. */
const BEGIN = Date.UTC(2024, 0, 1)
const STEP = 1_200_000

interface Item {
  start: string
  group?: string
  transactions: number
  withoutEnergy: number
  energyWh?: number
  duration?: number
  cost?: number
  currency?: string
}

/** Fifty thousand transactions of four charge points at two sites, in two currencies. */
async function fill({ app }: TestServer): Promise<void> {
  const { writer } = app.database
  await writer.write(async (trx) => {
    await sql`insert into sites (site_id, name, name_key, created_at, updated_at)
      values ('north', 'North', 'north', 0, 0)`.execute(trx)
    await sql`insert into charge_points (id, identity, identity_key, site_id, created_at, updated_at) values
      (9001, 'ST-1', 'st-1', 'north', 0, 0), (9002, 'ST-2', 'st-2', 'north', 0, 0), (9003, 'ST-3', 'st-3', null, 0, 0),
      (9004, 'ST-4', 'st-4', null, 0, 0)`.execute(trx)
  })
  // In several steps, because a statement may not take long.
  for (let from = 0; from < COUNT; from += STEP_ROWS) {
    const rows = sql`insert into transactions (charge_point_id, transaction_id, protocol, status, id_token, group_id, tariff_id,
        start_timestamp, end_timestamp, energy_wh, duration, cost, currency, created_at, ended_at, updated_at)
      with recursive n(i) as (select cast(${sql.lit(from)} as bigint) union all select i + 1 from n where i < ${sql.lit(from + STEP_ROWS - 1)})
      select 9001 + i % 4, 'st-' || cast(i as text), 'ocpp1.6', case when i % 10 = 0 then 'closed' else 'ended' end,
        case when i % 2 = 0 then 'Card' else 'CARD' end, case when i % 3 = 0 then 'fleet' end,
        case when i % 4 < 3 then 'day' end, ${sql.lit(BEGIN)}, ${sql.lit(BEGIN)} + i * cast(${STEP} as bigint),
        case when i % 7 = 0 then null else i % 1000 + 0.5 end, i % 3600, case when i % 4 < 3 then (i % 500) / 100.0 end,
        case i % 4 when 0 then 'EUR' when 1 then 'EUR' when 2 then 'CHF' end,
        ${sql.lit(BEGIN)}, ${sql.lit(BEGIN)} + i * cast(${STEP} as bigint) + 1000, ${sql.lit(BEGIN)} from n`
    await writer.write((trx) => rows.execute(trx))
  }
}

const ALL = `from=2024-01-01&to=2026-02-01`

async function sums(server: TestServer, query: string): Promise<Item[]> {
  const response = await operate(server, 'GET', `/statistics/transactions?${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

/** The same rows one by one, added up here. */
function expected(keyOf: (i: number, end: number) => string) {
  const found = new Map<string, { transactions: number; withoutEnergy: number; energy: number; cents: number }>()
  for (let i = 0; i < COUNT; i++) {
    const key = keyOf(i, BEGIN + i * STEP)
    const sum = found.get(key) ?? { transactions: 0, withoutEnergy: 0, energy: 0, cents: 0 }
    sum.transactions++
    if (i % 7 === 0) sum.withoutEnergy++
    else sum.energy += (i % 1000) + 0.5
    if (i % 4 < 3) sum.cents += i % 500
    found.set(key, sum)
  }
  return found
}

const CURRENCIES = ['EUR', 'EUR', 'CHF', '']
const format = new Intl.DateTimeFormat('sv', { timeZone: ZONE, dateStyle: 'short' })

function compare(items: Item[], keyOf: (item: Item) => string, wanted: ReturnType<typeof expected>): void {
  assert.equal(items.length, wanted.size)
  for (const item of items) {
    const sum = wanted.get(keyOf(item))
    assert.ok(sum, keyOf(item))
    const { transactions, withoutEnergy, energyWh = 0, cost = 0 } = item
    assert.deepEqual({ transactions, withoutEnergy, energy: energyWh, cents: Math.round(cost * 100) }, sum, keyOf(item))
    assert.equal(item.cost === undefined, item.currency === undefined)
  }
}

onSharedBackend('the sums over fifty thousand transactions', (start, dialect) => {
  let isFilled: Promise<void> | undefined
  const filled = async () => {
    const server = await start()
    isFilled ??= fill(server)
    await isFilled
    return server
  }

  it('equal those of the rows, by currency, charge point, site, id token, group and tariff', async () => {
    const server = await filled()
    const currencyOf = (i: number) => CURRENCIES[i % 4] ?? ''
    const groups: Record<string, (i: number) => string> = {
      chargePoint: (i) => `ST-${(i % 4) + 1}`,
      site: (i) => (i % 4 < 2 ? 'north' : ''),
      idToken: () => 'card',
      groupId: (i) => (i % 3 === 0 ? 'fleet' : ''),
      tariff: (i) => (i % 4 < 3 ? 'day' : '')
    }
    for (const [groupBy, groupOf] of Object.entries(groups)) {
      const items = await sums(server, `${ALL}&groupBy=${groupBy}`)
      const nameOf = ({ group = '' }: Item) => (groupBy === 'idToken' ? group.toLowerCase() : group)
      compare(
        items,
        (item) => `${nameOf(item)} ${item.currency ?? ''}`,
        expected((i) => `${groupOf(i)} ${currencyOf(i)}`)
      )
    }
    compare(await sums(server, ALL), (item) => item.currency ?? '', expected(currencyOf))
  })

  it('are by day, week and month of the time zone, also when its clocks change', async () => {
    const server = await filled()
    const currencyOf = (i: number) => CURRENCIES[i % 4] ?? ''
    const dayOf = (time: number) => format.format(time)
    const monday = (day: string) => {
      const time = Date.parse(day)
      return new Date(time - ((new Date(time).getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10)
    }
    const keys: Record<string, (day: string) => string> = {
      day: (day) => day,
      week: monday,
      month: (day) => `${day.slice(0, 7)}-01`
    }
    for (const [interval, keyOf] of Object.entries(keys)) {
      const items = await sums(server, `${ALL}&interval=${interval}&timeZone=${ZONE}`)
      compare(
        items,
        ({ start: begin, currency = '' }) => `${dayOf(Date.parse(begin))} ${currency}`,
        expected((i, end) => `${keyOf(dayOf(end))} ${currencyOf(i)}`)
      )
    }
  })

  it('are by hour, of which a day has 23 or 25 when the clocks change', async () => {
    const server = await filled()
    const day = async (from: string, to: string) => {
      const items = await sums(
        server,
        `from=${from}&to=${to}&interval=hour&timeZone=${ZONE}&chargePoint=ST-1&chargePoint=ST-2`
      )
      return new Set(items.map(({ start: begin }) => begin)).size
    }
    // Three transactions end in an hour, of which at least one is of these two charge points.
    assert.equal(await day('2025-03-29T23:00:00Z', '2025-03-30T22:00:00Z'), 23)
    assert.equal(await day('2025-10-25T22:00:00Z', '2025-10-26T23:00:00Z'), 25)
  })

  it('count only transactions that match the filters, and are CSV on request', async () => {
    const server = await filled()
    const count = async (query: string) =>
      (await sums(server, `${ALL}&${query}`)).reduce((all, { transactions }) => all + transactions, 0)
    assert.equal(await count('site=north'), COUNT / 2)
    assert.equal(await count('idToken=card'), COUNT)
    assert.equal(await count('groupId=FLEET'), Math.ceil(COUNT / 3))
    assert.equal(await count('tariff=day'), (COUNT / 4) * 3)
    assert.equal(await count('chargePoint=st-4'), COUNT / 4)
    assert.equal(await count('chargePoint=nobody'), 0)
    assert.equal((await sums(server, 'from=2020-01-01&to=2020-02-01')).length, 0)
    const url = `/api/v1/statistics/transactions?${ALL}&interval=month&format=csv`
    const { headers, body } = await server.app.inject({ url, headers: BEARER })
    assert.match(String(headers['content-disposition']), /transactions-sums\.csv/)
    const [head, ...lines] = body.trimEnd().split('\r\n')
    assert.equal(head, 'start,group,transactions,withoutEnergy,energyWh,duration,chargingDuration,cost,currency')
    assert.equal(lines.length, (await sums(server, `${ALL}&interval=month`)).length)
  })

  it('say what is wrong with a request, and need the scope for transactions', async () => {
    const server = await filled()
    for (const query of [
      'from=2025-01-02&to=2025-01-01',
      'from=2000-01-01',
      'timeZone=Mars/Base',
      'interval=year',
      'groupBy=x'
    ]) {
      assert.equal((await operate(server, 'GET', `/statistics/transactions?${query}`)).statusCode, 400, query)
    }
    const headers = await tokenOf(server, 'st', 'charge-points:read')
    assert.equal((await server.app.inject({ url: '/api/v1/statistics/transactions', headers })).statusCode, 403)
  })

  it('read an index, and no row', async () => {
    const server = await filled()
    const { db, writer } = server.app.database
    const filter: StatisticsFilter = {
      from: BEGIN,
      to: BEGIN + 86_400_000,
      timeZone: 'UTC',
      limit: 10,
      groupBy: 'idToken'
    }
    const { sql: text, parameters } = sumsByEndQuery(db, { ...filter, span: sql<number>`0` }).compile()
    if (dialect === 'postgres') await writer.write((trx) => sql`analyze transactions`.execute(trx))
    const explain = dialect === 'sqlite' ? 'explain query plan ' : 'explain '
    const { rows } = await db.executeQuery({ sql: explain + text, parameters, query: { kind: 'RawNode' } } as never)
    const plan = JSON.stringify(rows)
    assert.match(plan, dialect === 'sqlite' ? /USING (COVERING )?INDEX transactions_ended/ : /transactions_ended/)
    assert.equal((await statisticsOf(db, filter)).length, 3)
  })
})

it('a calendar knows zones with half hours and without midnight', () => {
  const india = new Calendar('Asia/Kolkata')
  assert.equal(new Date(india.startOf('day', Date.UTC(2025, 5, 1))).toISOString(), '2025-05-31T18:30:00.000Z')
  assert.equal(new Date(india.startOf('hour', Date.UTC(2025, 5, 1))).toISOString(), '2025-05-31T23:30:00.000Z')
  const berlin = new Calendar('Europe/Berlin')
  const offsets = berlin.offsets(Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1))
  assert.deepEqual(
    offsets.map(({ from, ahead }) => [new Date(from).toISOString(), ahead / 3_600_000]),
    [
      ['2025-01-01T00:00:00.000Z', 1],
      ['2025-03-30T01:00:00.000Z', 2],
      ['2025-10-26T01:00:00.000Z', 1]
    ]
  )
  assert.deepEqual(
    berlin.startsOf('month', Date.UTC(2025, 2, 15), Date.UTC(2025, 3, 15)).map((time) => new Date(time).toISOString()),
    ['2025-02-28T23:00:00.000Z', '2025-03-31T22:00:00.000Z']
  )
})
