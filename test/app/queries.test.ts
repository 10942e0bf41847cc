import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Problem } from 'fastify-ocpp/rest'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { onSharedBackendAlways, operate } from './support.js'

/** Below /api/v1; each is the parameter and what its problem has to tell. */
const REFUSED: readonly (readonly [path: string, query: string, pointer: string, detail: RegExp])[] = [
  ['/charge-points', 'status=Broken', '/status', /^must be one of Available, Preparing, .*, Occupied, .*Faulted$/],
  ['/charge-points', 'protocol=ocpp1.5', '/protocol', /^must be one of ocpp2\.1, ocpp2\.0\.1, ocpp1\.6$/],
  ['/charge-points', 'connected=yes', '/connected', /^must be one of true, false$/],
  [
    '/charge-points',
    'colour=red',
    '/colour',
    /^is unknown; known are limit, cursor, connected, neverConnected, status, state, /
  ],
  ['/id-tokens', 'state=Blocked', '/state', /^is unknown; known are limit, cursor, q, status, groupId, format$/],
  ['/transactions', 'evseId=one', '/evseId', /^must be a number of at most 10 digits$/],
  ['/transactions', 'status=done', '/status', /^must be one of open, ended, closed, unassigned$/],
  ['/transactions', 'from=yesterday', '/from', /must be a date-time, e\.g\. .* or must be a date, e\.g\. 2026-11-01$/],
  ['/transactions', 'from=2026-02-30', '/from', /must be a date-time/],
  ['/calls', 'status=lost', '/status', /^must be one of queued, pending, /],
  ['/calls', 'to=2026-13-01', '/to', /must be a date-time/],
  ['/id-tokens', 'status=Fine', '/status', /^must be one of Accepted, /],
  ['/certificates', 'status=Old', '/status', /^must be one of /],
  ['/certificates', 'expiresBefore=soon', '/expiresBefore', /must be a date-time/],
  ['/audit', 'from=1', '/from', /must be a date-time/]
]

/** Lists that are cut by time, with nothing in them that the test could find. */
const DATED = ['/transactions', '/calls', '/audit', '/charge-points/Q-1/meter-values']

async function problemOf(server: TestServer, path: string): Promise<Problem> {
  const response = await operate(server, 'GET', path)
  assert.equal(response.statusCode, 400, `${path}: ${response.body}`)
  return response.json()
}

onSharedBackendAlways('the query of a list', (start) => {
  it('is rejected with the allowed values, or the name of the unknown parameter', async () => {
    const server = await start()
    for (const [path, query, pointer, words] of REFUSED) {
      const { detail = '', errors = [] } = await problemOf(server, `${path}?${query}`)
      assert.deepEqual(
        errors.map((error) => error.pointer),
        [pointer],
        `${path}?${query}`
      )
      assert.match(String(errors[0]?.detail), words)
      assert.ok(detail.startsWith(`querystring${pointer} `), detail)
    }
    for (const query of ['limit=0', 'limit=1001', 'limit=many']) {
      const { detail } = await problemOf(server, `/transactions?${query}`)
      assert.equal(detail, 'limit must be an integer from 1 to 1000')
    }
    for (const cursor of ['MQ%3D%3D', 'M%20Q', '', 'x']) {
      const { detail } = await problemOf(server, `/id-tokens?cursor=${cursor}`)
      assert.equal(detail, 'cursor must be the `nextCursor` of a page', cursor)
    }
    assert.match(
      String((await problemOf(server, '/transactions?cursor=x')).detail),
      /^cursor must be the `nextCursor` of a page/
    )
  })

  it('takes a date for the beginning of that day in UTC', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'Q-1', { boot: true })
    for (const timestamp of ['2026-03-01T23:59:59Z', '2026-03-02T00:00:00Z', '2026-03-02T23:59:59Z']) {
      const answer = await charger.call('StartTransaction', { connectorId: 1, idTag: 'Q', meterStart: 0, timestamp })
      assert.equal(answer.type, 3)
    }
    const between = async (query: string) => {
      const response = await operate(server, 'GET', `/transactions?chargePoint=Q-1&sort=startedAt&${query}`)
      return response.json().items.map(({ startedAt }: { startedAt: string }) => startedAt)
    }
    const [first, second, third] = await between('')
    assert.deepEqual(await between('from=2026-03-02&to=2026-03-03'), [second, third])
    assert.deepEqual(await between('from=2026-03-01&to=2026-03-02'), [first])
    assert.deepEqual(await between('from=2026-03-02T00:00:01Z&to=2026-03-03'), [third])
    for (const path of DATED) {
      const response = await operate(server, 'GET', `${path}?from=2026-03-02&to=2026-03-03`)
      assert.equal(response.statusCode, 200, response.body)
    }
  })

  it('finds a charge point by a part of its notes', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/NOTED-1', { notes: 'Level 2, behind the LIFT' })
    await operate(server, 'PUT', '/charge-points/NOTED-2', { notes: 'Level 3' })
    const { items } = (await operate(server, 'GET', '/charge-points?q=lift')).json()
    assert.deepEqual(
      items.map(({ identity }: { identity: string }) => identity),
      ['NOTED-1']
    )
  })
})
