import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openReader } from '../events/reader.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'
import { BEARER, onSharedBackend, operate, startBackend } from './support.js'

const pathOf = (identity: string) => `/charge-points/${identity}/messages`
const idsOf = (blocks: readonly { data?: string }[]) =>
  blocks.flatMap(({ data }) => (data === undefined ? [] : [JSON.parse(data).messageId]))

onSharedBackend('a stream of the messages of a charge point', (start) => {
  it('has each message as the list shows it, once, in the order in which they came', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'TAIL-1', { boot: true })
    const stranger = await connectCharger(server.url, 'STRANGER', { boot: true })
    await charger.call('Heartbeat', {}, 'before')
    await until('it is logged', async () => {
      return (await operate(server, 'GET', `${pathOf('TAIL-1')}?messageId=before`)).json().items.length === 2
    })
    const reader = await openReader(server.port, { path: pathOf('TAIL-1') })
    assert.equal(reader.status, 200)
    assert.equal(reader.headers['content-type'], 'text/event-stream')
    await until('it has begun', () => reader.position() !== undefined)
    for (let i = 0; i < 120; i++) {
      charger.sendText(`[2,"tail-${i}","Heartbeat",{}]`)
      stranger.sendText(`[2,"other-${i}","Heartbeat",{}]`)
    }
    const events = await reader.events(240)
    const { items } = (await operate(server, 'GET', `${pathOf('TAIL-1')}?limit=240`)).json()
    assert.deepEqual(
      events.map(({ data = '' }) => JSON.parse(data)),
      items.toReversed()
    )
    assert.deepEqual(
      events.map(({ id }) => Number(id)),
      items.map(({ id }: { id: number }) => id).toReversed()
    )
    assert.ok(events.every(({ event }) => event === 'message'))
  })

  it('has only messages that match its filter', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'TAIL-2', { boot: true })
    const query = '?action=Heartbeat&direction=out'
    const reader = await openReader(server.port, { path: pathOf('TAIL-2'), query })
    await until('it has begun', () => reader.position() !== undefined)
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Charging' }
    await charger.call('StatusNotification', status, 'status')
    await charger.call('Heartbeat', {}, 'one')
    await charger.call('StatusNotification', status, 'status')
    await charger.call('Heartbeat', {}, 'two')
    assert.deepEqual(idsOf(await reader.events(2)), ['one', 'two'])
  })

  it('goes on after the last message that was received', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'TAIL-3', { boot: true })
    const first = await openReader(server.port, { path: pathOf('TAIL-3') })
    await until('it has begun', () => first.position() !== undefined)
    await charger.call('Heartbeat', {}, 'seen')
    const isLast = ({ data = '{}' }) => JSON.parse(data).messageId === 'seen' && JSON.parse(data).direction === 'out'
    await until('it is told', () => first.blocks.some(isLast))
    const last = first.blocks.find(isLast)
    first.leave()
    for (let i = 0; i < 70; i++) await charger.call('Heartbeat', {}, `missed-${i}`)
    const second = await openReader(server.port, { path: pathOf('TAIL-3'), lastEventId: last?.id ?? '' })
    const missed = idsOf(await second.events(140))
    assert.equal(missed.length, 140)
    assert.deepEqual(missed.slice(0, 2), ['missed-0', 'missed-0'])
    assert.equal(missed.at(-1), 'missed-69')
    assert.equal(second.blocks.filter(({ event }) => event === 'gap').length, 0)
    await charger.call('Heartbeat', {}, 'new')
    assert.equal(idsOf(await second.events(142)).at(-1), 'new')
  })

  it('reports a gap when messages have been deleted', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'TAIL-4', { boot: true })
    await charger.call('Heartbeat', {}, 'kept')
    await until('it is logged', async () => {
      return (await operate(server, 'GET', `${pathOf('TAIL-4')}?messageId=kept`)).json().items.length === 2
    })
    const { items } = (await operate(server, 'GET', pathOf('TAIL-4'))).json()
    const [newest] = items
    await server.app.database.writer.write((trx) => trx.deleteFrom('messages').where('id', '<', newest.id).execute())
    const reader = await openReader(server.port, { path: pathOf('TAIL-4'), lastEventId: String(newest.id - 3) })
    const [gap, event] = await reader.events(2)
    assert.equal(gap?.event, 'gap')
    assert.deepEqual(JSON.parse(gap?.data ?? ''), { lastEventId: String(newest.id - 3), oldest: String(newest.id) })
    assert.equal(event?.id, String(newest.id))
    const future = await openReader(server.port, { path: pathOf('TAIL-4'), lastEventId: '999999999' })
    assert.equal((await future.events(1))[0]?.event, 'gap')
  })
})

onSharedBackend('a stream of messages', (start) => {
  it('ends with its token', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/ENDED', {})
    const headers = await tokenOf(server, 'brief', 'charge-points:read')
    const reader = await openReader(server.port, { path: pathOf('ENDED'), headers })
    assert.equal((await operate(server, 'DELETE', '/operator-tokens/brief')).statusCode, 204)
    await reader.closed
  })

  it('shows no message that its token may not see', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'GUARDED', { boot: true })
    await until('its boot is logged', async () => {
      return (await operate(server, 'GET', pathOf(charger.identity))).json().items.length === 2
    })
    const headers = await tokenOf(server, 'reader', 'charge-points:read')
    const reader = await openReader(server.port, { path: pathOf('GUARDED'), headers })
    await until('it has begun', () => reader.position() !== undefined)
    await charger.call('Authorize', { idTag: 'ABCDEF123' }, 'secret')
    await charger.call('Heartbeat', {}, 'open')
    assert.deepEqual(idsOf(await reader.events(2)), ['open', 'open'])
    const refused = await openReader(server.port, { path: pathOf('GUARDED'), query: '?action=Authorize', headers })
    assert.equal(refused.status, 403)
  })

  it('keeps nothing in memory for a reader that does not read, and goes on when it does', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'SLOW', { boot: true })
    await until('its boot is logged', async () => {
      return (await operate(server, 'GET', pathOf(charger.identity))).json().items.length === 2
    })
    const reader = await openReader(server.port, { path: pathOf('SLOW'), query: '?direction=in' })
    await until('it has begun', () => reader.position() !== undefined)
    reader.pause()
    const data = 'x'.repeat(60_000)
    for (let i = 0; i < 100; i++) await charger.call('DataTransfer', { vendorId: 'v', data }, `big-${i}`)
    await charger.call('Heartbeat', {}, 'end')
    await until('all are logged', async () => {
      return (await operate(server, 'GET', `${pathOf('SLOW')}?messageId=end`)).json().items.length === 2
    })
    reader.resume()
    const events = await reader.events(101)
    assert.deepEqual(idsOf(events), [...Array.from({ length: 100 }, (_, i) => `big-${i}`), 'end'])
  })

  it('rejects page parameters and invalid ids', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/STRICT', {})
    for (const query of ['?limit=5', '?cursor=MQ', '?format=csv']) {
      const reader = await openReader(server.port, { path: pathOf('STRICT'), query })
      assert.equal(reader.status, 400, query)
    }
    assert.equal((await openReader(server.port, { path: pathOf('STRICT'), lastEventId: 'one' })).status, 400)
    assert.equal((await openReader(server.port, { path: pathOf('NOBODY') })).status, 404)
  })

  it('is not sent in answer to HEAD', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/HEAD', {})
    const headers = { ...BEARER, accept: 'text/event-stream' }
    const head = await server.app.inject({ method: 'HEAD', url: `/api/v1${pathOf('HEAD')}`, headers })
    assert.match(String(head.headers['content-type']), /^application\/json/)
  })
})

it('a stream of messages ends with the back-end, and leaves nothing behind when its reader goes', async () => {
  const server = await startBackend()
  await operate(server, 'PUT', '/charge-points/CP-1', {})
  const gone = await openReader(server.port, { path: pathOf('CP-1') })
  gone.leave()
  const reader = await openReader(server.port, { path: pathOf('CP-1') })
  await until('it has begun', () => reader.position() !== undefined)
  await server.app.close()
  await reader.closed
})
