import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sql } from 'kysely'
import type { SeriesRecord } from '../../lib/ledger/series.js'
import { onSharedBackend, operate } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { book, event2, onlyTransactionOf, startTransaction } from './wire-support.js'

const POWER = 'Power.Active.Import'
const NINE = Date.UTC(2026, 0, 1, 9)

async function seriesOf(server: TestServer, id: number, query = ''): Promise<SeriesRecord> {
  const response = await operate(server, 'GET', `/transactions/${id}/series${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json()
}

function at(seconds: number): string {
  return new Date(NINE + seconds * 1000).toISOString()
}

onSharedBackend('the curves of a transaction', (start) => {
  it('are the readings themselves if these are few enough', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'S-16', { boot: true })
    const transactionId = await startTransaction(charger)
    const meterValue = [0, 60, 180].map((second) => ({
      timestamp: at(second),
      sampledValue: [
        { value: String(1000 + second), measurand: POWER, unit: 'W', phase: 'L1' },
        { value: String(second), measurand: 'SoC', unit: 'Percent', location: 'EV' },
        { value: 'none', measurand: 'Voltage' }
      ]
    }))
    await book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
    const { id } = await onlyTransactionOf(server, 'S-16')
    const point = (second: number, value: number) => [NINE / 1000 + second, value, value, value]
    const power = {
      measurand: POWER,
      phase: 'L1',
      unit: 'W',
      points: [point(0, 1000), point(60, 1060), point(180, 1180)]
    }
    const soc = {
      measurand: 'SoC',
      location: 'EV',
      unit: 'Percent',
      points: [point(0, 0), point(60, 60), point(180, 180)]
    }
    assert.deepEqual(await seriesOf(server, id), { from: at(0), to: at(180), step: 0, series: [power, soc] })
    assert.deepEqual((await seriesOf(server, id, '?measurand=SoC')).series, [soc])
    const part = await seriesOf(server, id, `?measurand=SoC&measurand=${POWER}&from=${at(60)}&to=${at(180)}`)
    assert.deepEqual(
      part.series.map(({ points }) => points),
      [[point(60, 1060)], [point(60, 60)]]
    )
    assert.deepEqual((await seriesOf(server, id, '?measurand=Frequency')).series, [])
  })

  it('are shown, however high and low a charge point says they are', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'S-HIGH', { boot: true })
    const transactionId = await startTransaction(charger)
    const meterValue = ['1e308', '1e308', '5e-324', '-1e308'].map((value, index) => ({
      timestamp: at(index < 2 ? 0 : index * 60),
      sampledValue: [{ value, measurand: POWER, unit: 'W', context: index === 1 ? 'Other' : 'Trigger' }]
    }))
    await book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
    const { id } = await onlyTransactionOf(server, 'S-HIGH')
    const of = async (query: string) => (await seriesOf(server, id, query)).series.flatMap(({ points }) => points)
    const [first] = await of(`?to=${at(60)}`)
    assert.deepEqual(first, [NINE / 1000, 1e308, 1e308, 1e308])
    const all = await of('?points=2')
    assert.equal(all.length, 2)
    for (const [, min = 0, mean = 0, max = 0] of all) assert.ok(min <= mean && mean <= max, `${min} ${mean} ${max}`)
  })

  it('exist for 2.x, too, and are empty for a transaction without readings', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'S-2', { protocol: 'ocpp2.0.1', boot: true })
    await book(charger, 'TransactionEvent', event2('Started', 0, at(0)))
    const { id } = await onlyTransactionOf(server, 'S-2')
    assert.deepEqual(await seriesOf(server, id), { from: at(0), to: at(0), step: 0, series: [] })
    await book(charger, 'TransactionEvent', event2('Updated', 1, at(30), { register: 150 }))
    const { series } = await seriesOf(server, id)
    assert.deepEqual(
      series.map(({ points }) => points),
      [[[NINE / 1000 + 30, 150, 150, 150]]]
    )
  })

  it('keep the lowest, the mean and the highest value of a day with a reading every second, and its gaps', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'S-DAY', { boot: true })
    const transactionId = await startTransaction(charger)
    const { id } = await onlyTransactionOf(server, 'S-DAY')
    // Nothing came in the hour from 10:00 on.
    const rows = sql`insert into meter_values (charge_point_id, transaction_id, evse_id, connector_id, timestamp, measurand,
        unit, format, value, raw, received_at)
      with recursive n(i) as (select 0 union all select i + 1 from n where i < 86399)
      select (select id from charge_points where identity_key = 's-day'), ${String(transactionId)}, 0, 1,
        cast(${NINE} as bigint) + i * 1000, ${POWER}, 'W', 'Raw', i, '', cast(${NINE} as bigint) + i * 1000
      from n where i < 3600 or i >= 7200`
    await server.app.database.writer.write((trx) => rows.execute(trx))
    const begun = performance.now()
    const { step, from, to, series } = await seriesOf(server, id, '?points=1000')
    const took = performance.now() - begun
    assert.ok(took < 10_000, `took ${took} ms`)
    assert.deepEqual([from, to, series.length], [at(0), at(86_399), 1])
    const points = series[0]?.points ?? []
    assert.ok(points.length > 900 && points.length <= 1000, `${points.length} points`)
    assert.ok(Math.abs(step - 86.4) < 0.01, `step ${step}`)
    const ofGap = points.filter(([time = 0]) => time >= NINE / 1000 + 3600 && time < NINE / 1000 + 7200)
    assert.deepEqual(ofGap, [])
    for (const [time = 0, min = 0, mean = 0, max = 0] of points) {
      assert.equal(min, time - NINE / 1000, 'the first of a rising line is the lowest')
      assert.ok(Math.abs(mean - (min + max) / 2) < 0.001, `${mean} between ${min} and ${max}`)
    }
    assert.equal(points.at(-1)?.[3], 86_399)
    const total = points.reduce((sum, [, min = 0, , max = 0]) => sum + max - min + 1, 0)
    assert.equal(total, 82_800, 'every reading is in one point')
    const default600 = await seriesOf(server, id)
    assert.ok((default600.series[0]?.points.length ?? 0) <= 600)
  })

  it('say what is wrong with a request', async () => {
    const server = await start()
    const get = (path: string) => operate(server, 'GET', path)
    assert.equal((await get('/transactions/999999/series')).json().code, 'UNKNOWN_TRANSACTION')
    for (const query of ['points=1', 'points=2001', 'points=x', 'from=2026-01-02&to=2026-01-01', 'measurands=SoC']) {
      assert.equal((await get(`/transactions/1/series?${query}`)).statusCode, 400, query)
    }
  })
})
