import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TestServer } from '../support/server.js'
import { onSharedBackend, operate } from './support.js'

const HOUR_MS = 3_600_000
const DAY = Date.parse('2026-03-01T00:00:00Z')
const at = (hours: number) => DAY + hours * HOUR_MS
const FROM_TO = 'from=2026-03-01&to=2026-03-02'

interface Told {
  connections: [from: number, to: number][]
  states: [hours: number, state: string][]
}

/** Puts a charge point of 1.6 with one connector into the database, as if it had been there. */
async function told(server: TestServer, identity: string, { connections, states }: Told): Promise<void> {
  const body = { notes: 'told' }
  assert.equal((await operate(server, 'PUT', `/charge-points/${identity}`, body)).statusCode, 201)
  const { id: charge_point_id } = await server.app.store.require(identity)
  await server.app.store.write(async (trx) => {
    for (const [from, to] of connections) {
      const ended = { connected_at: at(from), disconnected_at: at(to), is_open: 0 as const, reason: 'closed' }
      const rest = { protocol: 'ocpp1.6', remote_address: '192.0.2.1', run_id: 'earlier' }
      await trx
        .insertInto('connections')
        .values({ charge_point_id, ...ended, ...rest })
        .execute()
    }
    for (const [hours, state] of states) {
      const place = { charge_point_id, evse_id: 0, connector_id: 1 }
      await trx
        .insertInto('connector_states')
        .values({ ...place, state, started_at: at(hours), received_at: at(hours) })
        .execute()
    }
  })
}

async function ask(server: TestServer, query: string) {
  const answer = await operate(server, 'GET', `/statistics/availability?${query}`)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json().items
}

onSharedBackend('the availability of EVSEs', (start) => {
  it('is the number of seconds in each status while they were connected', async () => {
    const server = await start()
    await told(server, 'UP-1', {
      connections: [
        [-5, 6],
        [8, 20]
      ],
      states: [
        [-5, 'Available'],
        [2, 'Charging'],
        [4, 'Faulted'],
        [6, 'Unknown'],
        [9, 'Unavailable'],
        [10, 'Available']
      ]
    })
    const hours = (count: number) => count * 3600
    const [item, ...others] = await ask(server, `${FROM_TO}&chargePoint=up-1`)
    assert.deepEqual(others, [])
    assert.deepEqual(item, {
      start: '2026-03-01T00:00:00.000Z',
      group: 'UP-1/1',
      chargePoint: 'UP-1',
      evseId: 1,
      time: hours(24),
      connected: hours(18),
      up: hours(14),
      faulted: hours(2),
      outOfService: hours(1),
      unknown: hours(1),
      occupied: hours(2)
    })
    const byHour = await ask(server, `${FROM_TO}&chargePoint=UP-1&interval=hour`)
    assert.equal(byHour.length, 24)
    for (const name of ['time', 'connected', 'up', 'faulted', 'outOfService', 'unknown', 'occupied'] as const) {
      const sum = byHour.reduce((total: number, one: Record<string, number>) => total + (one[name] ?? 0), 0)
      assert.equal(sum, item[name], name)
    }
  })

  it('begins with the first connection, and is absent for EVSEs without a status', async () => {
    const server = await start()
    await told(server, 'LATE-1', { connections: [[30, 40]], states: [[30, 'Available']] })
    await told(server, 'NONE-1', { connections: [], states: [] })
    assert.deepEqual(await ask(server, `${FROM_TO}&chargePoint=LATE-1&chargePoint=NONE-1`), [])
    const [late] = await ask(server, 'from=2026-03-02&to=2026-03-03&chargePoint=LATE-1')
    assert.deepEqual([late.time, late.connected, late.up], [18 * 3600, 10 * 3600, 10 * 3600])
  })

  it('is summed up by charge point and by site', async () => {
    const server = await start()
    await operate(server, 'PUT', '/sites/lyon', { name: 'Lyon' })
    for (const identity of ['SITE-1', 'SITE-2']) {
      await told(server, identity, { connections: [[0, 12]], states: [[0, 'Available']] })
      await operate(server, 'PUT', `/charge-points/${identity}`, { site: 'lyon' })
    }
    const [site, ...others] = await ask(server, `${FROM_TO}&site=lyon&groupBy=site`)
    assert.deepEqual(others, [])
    assert.equal(site.group, 'lyon')
    assert.equal(site.chargePoint, undefined)
    assert.equal(site.up, 24 * 3600)
    assert.equal(site.time, 48 * 3600)
    const each = await ask(server, `${FROM_TO}&site=lyon&groupBy=chargePoint`)
    assert.deepEqual(
      each.map(({ group, up }: { group: string; up: number }) => [group, up]),
      [
        ['SITE-1', 12 * 3600],
        ['SITE-2', 12 * 3600]
      ]
    )
  })

  it('is rejected for a range that is empty or too long', async () => {
    const server = await start()
    for (const query of [
      'from=2026-03-02&to=2026-03-01',
      'from=2024-01-01&to=2026-01-01',
      'from=2026-01-01&to=2026-12-31&interval=hour',
      'interval=year',
      'groupBy=vendor',
      'x=1'
    ]) {
      assert.equal((await operate(server, 'GET', `/statistics/availability?${query}`)).statusCode, 400, query)
    }
  })
})
