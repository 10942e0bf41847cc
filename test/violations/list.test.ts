import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BEARER, operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { longBoot, type Violation, violationsOf } from './support.js'

const server = await startBackend()

/** Two models of one vendor, and one of another. */
for (const [identity, vendor, model] of [
  ['A-1', 'Acme', 'One'],
  ['A-2', 'Acme', 'One'],
  ['A-3', 'Acme', 'Two'],
  ['B-1', 'Bolt', 'One']
] as const) {
  const charger = await connectCharger(server.url, identity)
  await charger.call('BootNotification', { chargePointVendor: vendor, chargePointModel: model })
  await charger.call('BootNotification', longBoot(model, vendor))
  await charger.call('Heartbeat', { extra: 1 })
}
await operate(server, 'PUT', '/charge-points/B-1', { traits: { leniency: ['unknown-members'] } })
const corrected = await connectCharger(server.url, 'B-1', { boot: false })
await corrected.call('BootNotification', { chargePointVendor: 'Bolt', chargePointModel: 'One' })
await corrected.call('Heartbeat', { extra: 1 })
await violationsOf(server, '')

async function list(query: string): Promise<Violation[]> {
  const response = await operate(server, 'GET', `/violations${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

async function csv(query: string): Promise<string[]> {
  const headers = { ...BEARER, accept: 'text/csv' }
  const response = await server.app.inject({ url: `/api/v1/violations${query}`, headers })
  assert.match(String(response.headers['content-type']), /^text\/csv/)
  return response.body.trim().split('\r\n')
}

describe('GET /violations', () => {
  for (const [query, expected] of [
    ['?chargePoint=a-1', ['A-1', 'A-1']],
    ['?vendor=Acme&action=Heartbeat', ['A-1', 'A-2', 'A-3']],
    ['?vendor=Acme&model=Two', ['A-3', 'A-3']],
    ['?action=Heartbeat&refused=true', ['A-1', 'A-2', 'A-3', 'B-1']],
    ['?chargePoint=B-1', ['B-1', 'B-1', 'B-1']],
    ['?to=2026-01-01', []],
    ['?chargePoint=nobody', []]
  ] as const) {
    it(`is filtered by its query: ${query}`, async () => {
      assert.deepEqual(
        (await list(query)).map(({ chargePoint }) => chargePoint),
        expected
      )
    })
  }

  it('is filtered by the time of the last occurrence', async () => {
    const [first] = await list('?chargePoint=A-1')
    const at = encodeURIComponent(first?.lastAt ?? '')
    assert.equal((await list(`?chargePoint=A-1&to=${at}`)).length, 0)
    assert.ok((await list(`?chargePoint=A-1&from=${at}`)).length > 0)
  })

  it('has pages', async () => {
    const whole = await list('?action=Heartbeat')
    const pages: Violation[] = []
    let cursor = ''
    for (let page = 0; page < 5; page++) {
      const body = (await operate(server, 'GET', `/violations?action=Heartbeat&limit=2${cursor}`)).json()
      assert.ok(body.items.length <= 2)
      pages.push(...body.items)
      if (body.nextCursor === undefined) break
      cursor = `&cursor=${body.nextCursor}`
    }
    assert.deepEqual(pages, whole)
    assert.equal(whole.length, 5)
  })

  it('sums up by model, charge point or rule, the most frequent first', async () => {
    const [model, ...models] = await list('?groupBy=model&action=BootNotification')
    assert.deepEqual(
      [model?.vendor, model?.model, model?.pointer, model?.refused],
      ['Acme', 'One', '/chargePointSerialNumber', 2]
    )
    assert.equal((model as unknown as { chargePoints: number }).chargePoints, 2)
    assert.equal(models.length, 2)
    const [point] = await list('?groupBy=chargePoint')
    assert.deepEqual([point?.chargePoint, point?.refused, point?.delivered], ['B-1', 2, 1])
    const rules = await list('?groupBy=rule&action=Heartbeat')
    assert.deepEqual(
      rules.map(({ rule, refused, delivered }) => [rule, refused, delivered]),
      [
        ['is not defined here', 4, 0],
        ['unknown-members', 0, 1]
      ]
    )
    assert.equal((await operate(server, 'GET', '/violations?groupBy=vendor')).statusCode, 400)
  })

  it('is available as CSV for a vendor', async () => {
    const [head, row, ...others] = await csv('?chargePoint=A-3&action=BootNotification')
    assert.match(
      head ?? '',
      /^chargePoint,vendor,model,firmwareVersion,protocol,action,direction,pointer,rule,code,refused/
    )
    assert.match(
      row ?? '',
      /^A-3,Acme,Two,,ocpp1\.6,BootNotification,inbound,\/chargePointSerialNumber,.*,long-serial-numbers$/
    )
    assert.deepEqual(others, [])
    const [groupHead, group] = await csv('?groupBy=model&vendor=Acme&model=One&action=Heartbeat')
    assert.match(
      groupHead ?? '',
      /^vendor,model,chargePoint,protocol,action,pointer,rule,code,chargePoints,refused,delivered,/
    )
    assert.match(group ?? '', /^Acme,One,,ocpp1\.6,Heartbeat,\/extra,is not defined here,FormationViolation,2,2,0,/)
  })
})
