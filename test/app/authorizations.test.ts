import assert from 'node:assert/strict'
import { it } from 'node:test'
import { AuthorizationLog } from '../../lib/id-tokens/authorization-log.js'
import type {} from '../../plugins/problems.js'
import { openReader } from '../events/reader.js'
import { book, event2, startTransaction } from '../ledger/wire-support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { onSharedBackend, operate } from './support.js'

async function listed(server: TestServer, query: string): Promise<Record<string, unknown>[]> {
  await server.app.authorizations.flush()
  const response = await operate(server, 'GET', `/authorizations?${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

onSharedBackend('the answers to charge points about id tokens', (start) => {
  it('are listed with the reason of each, newest first, for 1.6', async () => {
    const server = await start()
    const past = new Date(Date.now() - 1000).toISOString()
    await operate(server, 'PUT', '/id-tokens/A-OK', {})
    await operate(server, 'PUT', '/id-tokens/A-BLOCKED', { status: 'Blocked' })
    await operate(server, 'PUT', '/id-tokens/A-OLD', { expiresAt: past })
    const charger = await connectCharger(server.url, 'AUTH-16', { boot: true })
    for (const idTag of ['A-OK', 'A-BLOCKED', 'A-OLD', 'a-nobody', 'A-NOBODY'])
      await book(charger, 'Authorize', { idTag })
    await server.app.authorizations.flush()
    await startTransaction(charger, { idTag: 'A-OK', connectorId: 2 })
    const items = await listed(server, 'chargePoint=auth-16')
    assert.deepEqual(
      items.map(({ at: _, ...rest }) => rest),
      [
        { chargePoint: 'AUTH-16', evseId: 2, idToken: 'A-OK', status: 'Accepted', reason: 'known' },
        { chargePoint: 'AUTH-16', idToken: 'a-nobody', status: 'Accepted', reason: 'unknown', attempts: 2 },
        { chargePoint: 'AUTH-16', idToken: 'A-OLD', status: 'Expired', reason: 'expired' },
        { chargePoint: 'AUTH-16', idToken: 'A-BLOCKED', status: 'Blocked', reason: 'known' },
        { chargePoint: 'AUTH-16', idToken: 'A-OK', status: 'Accepted', reason: 'known' }
      ]
    )
    const tokens = async (query: string) =>
      (await listed(server, `chargePoint=AUTH-16&${query}`)).map((one) => one.idToken)
    assert.deepEqual(await tokens('status=Blocked'), ['A-BLOCKED'])
    assert.deepEqual(await tokens('known=false'), ['a-nobody'])
    assert.deepEqual(await tokens('known=true&distinct=idToken'), ['A-OK', 'A-OLD', 'A-BLOCKED'])
    assert.deepEqual(await tokens('idToken=a-ok&limit=1'), ['A-OK'])
    assert.deepEqual(await tokens(`to=${past}`), [])
    assert.equal((await tokens(`from=${past}`)).length, 5)
    // One click adds it.
    await operate(server, 'PUT', '/id-tokens/A-NOBODY', {})
    assert.deepEqual(await tokens('known=false'), [])
  })

  it('come in pages', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'AUTH-P', { boot: true })
    for (const idTag of ['P-1', 'P-2', 'P-3']) await book(charger, 'Authorize', { idTag })
    await server.app.authorizations.flush()
    const seen: unknown[] = []
    for (let cursor = ''; ; ) {
      const path = `/authorizations?chargePoint=AUTH-P&limit=2${cursor}`
      const { items, nextCursor } = (await operate(server, 'GET', path)).json()
      seen.push(...items.map(({ idToken }: { idToken: string }) => idToken))
      if (nextCursor === undefined) break
      cursor = `&cursor=${nextCursor}`
    }
    assert.deepEqual(seen, ['P-3', 'P-2', 'P-1'])
  })

  for (const protocol of ['ocpp2.0.1', 'ocpp2.1']) {
    it(`are listed with type and EVSE, and told to those who may see id tokens (${protocol})`, async () => {
      const server = await start()
      const identity = `AUTH-${protocol}`
      const query = `?type=authorization&chargePoint=${identity}`
      const reader = await openReader(server.port, { query })
      const headers = await tokenOf(server, `auth-${protocol}`, 'charge-points:read', 'transactions:read')
      assert.equal((await openReader(server.port, { query, headers })).status, 403)
      const refused = await server.app.inject({ url: '/api/v1/authorizations', headers })
      assert.equal(refused.statusCode, 403)
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      const idToken = { idToken: 'UNKNOWN-2', type: 'ISO14443' }
      await book(charger, 'Authorize', { idToken })
      const begin = event2('Started', 0, '2026-01-01T09:00:00Z', { evse: { id: 3, connectorId: 1 }, idToken })
      await book(charger, 'TransactionEvent', begin)
      await book(charger, 'TransactionEvent', begin)
      const common = { idToken: 'UNKNOWN-2', status: 'Accepted', reason: 'unknown' }
      const items = await listed(server, `chargePoint=${identity}`)
      assert.deepEqual(
        items.map(({ at: _, ...rest }) => rest).toSorted((a) => ('evseId' in a ? 1 : -1)),
        [
          { chargePoint: identity, ...common, type: 'ISO14443' },
          { chargePoint: identity, ...common, type: 'ISO14443', evseId: 3 }
        ]
      )
      const told = (await reader.events(2)).map(({ data = '{}' }) => JSON.parse(data).data)
      assert.deepEqual(told, [
        { ...common, idTokenType: 'ISO14443' },
        { ...common, evseId: 3, idTokenType: 'ISO14443' }
      ])
    })
  }

  it('are a problem when an id token is rejected three times', async () => {
    const server = await start()
    await operate(server, 'PUT', '/id-tokens/THRICE', { status: 'Blocked' })
    const charger = await connectCharger(server.url, 'AUTH-3', { boot: true })
    const problems = async (headers?: Record<string, string>) => {
      await server.app.authorizations.flush()
      const path = '/problems?kind=id-token-refused&chargePoint=AUTH-3'
      if (headers === undefined) return (await operate(server, 'GET', path)).json().items
      return (await server.app.inject({ url: `/api/v1${path}`, headers })).json().items
    }
    for (let i = 0; i < 2; i++) await book(charger, 'Authorize', { idTag: 'THRICE' })
    assert.deepEqual(await problems(), [])
    await book(charger, 'Authorize', { idTag: 'THRICE' })
    const [problem] = await problems()
    assert.deepEqual(
      [problem.idToken, problem.detail],
      ['THRICE', 'an id token was refused 3 times within 10 minutes: Blocked']
    )
    const [shown] = await problems(await tokenOf(server, 'auth-3', 'charge-points:read'))
    assert.equal(shown.idToken, undefined)
    assert.ok(!JSON.stringify(shown).toLowerCase().includes('thrice'))
  })

  it('of a hostile charge point take at most 60 rows per minute', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'AUTH-X', { boot: true })
    for (let i = 0; i < 100; i++) await book(charger, 'Authorize', { idTag: `X-${i}` })
    const items = await listed(server, 'chargePoint=AUTH-X&limit=1000')
    // The test may run into the next minute.
    assert.ok(items.length >= 60 && items.length < 100, `${items.length} rows`)
  })
})

it('the log of authorizations drops rows that the database rejects, and stores later ones', async () => {
  let fails = true
  let rows = 0
  const dropped: number[] = []
  const log = new AuthorizationLog({
    append: async (some) => {
      if (fails) throw new Error('no database')
      rows += some.length
    },
    chargePointId: () => 1,
    onNews: () => undefined,
    onDrop: (count) => dropped.push(count)
  })
  const answer = { chargePoint: 'CP-1', status: 'Accepted', reason: 'known' }
  log.note({ ...answer, idToken: 'A' })
  log.note({ ...answer, idToken: 'B' })
  await log.flush()
  assert.deepEqual(dropped, [2])
  fails = false
  log.note({ ...answer, idToken: 'A' })
  log.note({ ...answer, idToken: 'a' })
  await log.flush()
  assert.equal(rows, 1)
})
