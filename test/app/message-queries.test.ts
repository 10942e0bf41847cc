import assert from 'node:assert/strict'
import { it } from 'node:test'
import { tokenOf } from '../operators/support.js'
import { connectCharger, ErrorAnswer } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { BEARER, onSharedBackend, operate } from './support.js'

const STATUS = { connectorId: 1, errorCode: 'NoError', status: 'Charging' }

interface Message {
  id: number
  direction: string
  messageType: number
  messageId?: string
  action?: string
  payload?: unknown
  duration?: number
  createdAt: string
}

/** A charge point whose log has messages of every kind. */
async function logged(server: TestServer, identity: string) {
  const charger = await connectCharger(server.url, identity, { boot: true })
  await charger.call('StatusNotification', { ...STATUS, info: '100%_worn' }, 'status-1')
  await charger.call('NoSuchAction', {}, 'unknown-1')
  charger.sendText('this is no JSON')
  charger.onCall((action) =>
    action === 'Reset' ? { status: 'Accepted' } : new ErrorAnswer('NotSupported', 'no cache')
  )
  await operate(server, 'POST', `/charge-points/${identity}/calls/Reset`, { type: 'Soft' })
  await operate(server, 'POST', `/charge-points/${identity}/calls/ClearCache`, {})
  await charger.call('Authorize', { idTag: 'ABCDEF123' }, 'auth-1')
  await charger.call('Heartbeat', {}, 'last')
  const all = await find(server, identity, '', (items) => items[0]?.messageId === 'last' && items.length === 15)
  return { charger, all }
}

async function find(
  server: TestServer,
  identity: string,
  query: string,
  isWhole: (items: Message[]) => boolean = () => true
): Promise<Message[]> {
  let items: Message[] = []
  await until('the messages are logged', async () => {
    const answer = await operate(server, 'GET', `/charge-points/${identity}/messages?${query}`)
    assert.equal(answer.statusCode, 200, answer.body)
    items = answer.json().items
    return isWhole(items)
  })
  return items
}

const namesOf = (items: readonly Message[]) =>
  items.map(({ direction, messageType, action }) => `${direction} ${messageType} ${action ?? '-'}`)

onSharedBackend('the message log of a charge point', (start) => {
  it('can be filtered by direction, type, action and other properties of messages', async () => {
    const server = await start()
    const { all } = await logged(server, 'FILTERED')
    const named = async (query: string) => namesOf(await find(server, 'FILTERED', query))
    assert.deepEqual(await named('action=Reset'), ['in 3 Reset', 'out 2 Reset'])
    assert.deepEqual(await named('action=Reset&action=ClearCache&direction=out'), ['out 2 ClearCache', 'out 2 Reset'])
    assert.deepEqual(await named('messageType=4'), ['in 4 ClearCache', 'out 4 NoSuchAction'])
    assert.deepEqual(await named('error=true'), ['in 4 ClearCache', 'in 0 -', 'out 4 NoSuchAction'])
    assert.equal((await named('error=false')).length, all.length - 3)
    assert.deepEqual(await named('messageId=unknown-1'), ['out 4 NoSuchAction', 'in 2 NoSuchAction'])
    assert.deepEqual(await named('q=100%25_W'), ['in 2 StatusNotification'])
    assert.deepEqual(await named('q=100_'), [])
    assert.deepEqual(await named('q=notsupp'), ['in 4 ClearCache'])
    const [first] = all.slice(-1)
    assert.ok(first)
    assert.deepEqual(await named(`to=${first.createdAt}`), [])
    assert.equal((await named(`from=${first.createdAt}`)).length, all.length)
    assert.deepEqual(await named('from=2099-01-01'), [])
  })

  it('can be read page by page with a filter', async () => {
    const server = await start()
    const { all } = await logged(server, 'PAGED')
    const calls = all.filter(({ messageType }) => messageType === 2)
    const found: Message[] = []
    for (let cursor = ''; ; ) {
      const path = `/charge-points/PAGED/messages?messageType=2&limit=3${cursor && `&cursor=${cursor}`}`
      const { items, nextCursor } = (await operate(server, 'GET', path)).json()
      found.push(...items)
      if (nextCursor === undefined) break
      cursor = nextCursor
    }
    assert.deepEqual(found, calls)
  })

  it('has the duration of each answer whose CALL is in the log', async () => {
    const server = await start()
    const { charger, all } = await logged(server, 'TIMED')
    for (const message of all) {
      const isAnswer = message.messageType === 3 || message.messageType === 4
      assert.equal(typeof message.duration, isAnswer ? 'number' : 'undefined', JSON.stringify(message))
      if (!isAnswer) continue
      const call = all.find(({ messageId, messageType }) => messageType === 2 && messageId === message.messageId)
      assert.equal(message.duration, (Date.parse(message.createdAt) - Date.parse(call?.createdAt ?? '')) / 1000)
    }
    charger.sendText('[3,"nobody-asked",{}]')
    const [stray] = await find(server, 'TIMED', 'messageId=nobody-asked', (items) => items.length === 1)
    assert.equal(stray?.duration, undefined)
  })

  it('matches no answer with a CALL of another charge point, or of the same direction', async () => {
    const server = await start()
    const one = await connectCharger(server.url, 'ONE', { boot: true })
    const other = await connectCharger(server.url, 'OTHER', { boot: true })
    await one.call('Heartbeat', {}, 'same')
    other.sendText('[3,"same",{}]')
    other.sendText('[2,"twin","Heartbeat",{}]')
    other.sendText('[3,"twin",{}]')
    const items = await find(server, 'OTHER', 'direction=in&messageType=3', (found) => found.length === 2)
    assert.deepEqual(
      items.map(({ messageId, duration }) => [messageId, duration]),
      [
        ['twin', undefined],
        ['same', undefined]
      ]
    )
  })

  it('can be downloaded with all matching messages, as NDJSON or CSV', async () => {
    const server = await start()
    await logged(server, 'FILED')
    const charger = await connectCharger(server.url, 'MANY', { boot: true })
    for (let i = 0; i < 250; i++) charger.sendText(`[2,"m-${i}","Heartbeat",{}]`)
    const all = await find(server, 'MANY', 'limit=1000&action=Heartbeat', (items) => items.length === 500)
    const lines = await operate(server, 'GET', '/charge-points/MANY/messages?format=ndjson&action=Heartbeat&limit=1')
    assert.equal(lines.headers['content-type'], 'application/x-ndjson')
    assert.equal(lines.headers['content-disposition'], 'attachment; filename="messages-MANY.ndjson"')
    const read = lines.body.trimEnd().split('\n')
    assert.deepEqual(
      read.map((line) => JSON.parse(line)),
      all
    )
    const csv = await operate(server, 'GET', '/charge-points/FILED/messages?format=csv&action=Reset')
    const [header, answer = '', call = '', ...others] = csv.body.split('\r\n')
    assert.equal(header, 'id,createdAt,direction,messageType,messageId,action,errorCode,duration,payload')
    assert.match(answer, /^\d+,[^,]+Z,in,3,[0-9a-f-]+,Reset,,[\d.]+,"\{""status"":""Accepted""\}"$/)
    assert.match(call, /^\d+,[^,]+Z,out,2,[0-9a-f-]+,Reset,,,"\{""type"":""Soft""\}"$/)
    assert.deepEqual(others, [''])
  })

  it('shows a token only what its scopes allow, whatever the filter is', async () => {
    const server = await start()
    await logged(server, 'GUARDED')
    const headers = await tokenOf(server, 'guarded', 'charge-points:read')
    const get = (query: string) =>
      server.app.inject({ url: `/api/v1/charge-points/GUARDED/messages?${query}`, headers })
    for (const query of ['q=ABCD', 'messageId=auth-1', 'q=authorize']) {
      assert.deepEqual((await get(query)).json().items, [], query)
      assert.equal((await get(`${query}&format=ndjson`)).body, '', query)
    }
    assert.equal((await get('action=Heartbeat&action=Authorize')).statusCode, 403)
    const whole = await server.app.inject({
      url: '/api/v1/charge-points/GUARDED/messages?q=ABCD',
      headers: BEARER
    })
    assert.equal(whole.json().items.length, 1)
  })

  it('rejects unknown and invalid filters', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/STRICT', {})
    for (const query of ['direction=up', 'messageType=1', 'error=maybe', 'q=', 'from=yesterday', 'format=xml', 'x=1']) {
      const answer = await operate(server, 'GET', `/charge-points/STRICT/messages?${query}`)
      assert.equal(answer.statusCode, 400, query)
    }
  })
})
