import assert from 'node:assert/strict'
import { it } from 'node:test'
import { addHistory } from '../../lib/load-management/rows.js'
import { BEARER, onSharedBackend, operate } from '../app/support.js'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const HOUR = 3_600_000

onSharedBackend('the history of a site', (start) => {
  async function open(id: string) {
    const server = await start()
    await operate(server, 'PUT', `/sites/${id}`, { name: id })
    for (let hour = 0; hour < 5; hour++) {
      await addHistory(server.app.database.writer, {
        ...{ site_id: id, identity: 'CP-1', evse_id: 1, transaction_row: hour === 0 ? null : 7 },
        ...{ kind: 'limit', amperes: 10 + hour, outcome: 'accepted', at: NOON + hour * HOUR },
        reason: hour === 4 ? '=1+1, "all"' : 'gets all that it takes'
      })
    }
    const get = (query: string, headers = {}) => {
      const url = `/api/v1/sites/${id}/load-management/history?${query}`
      return server.app.inject({ url, headers: { ...BEARER, ...headers } })
    }
    const amperes = async (query: string) => {
      const { items } = (await get(query)).json()
      return items.map((item: { amperes: number }) => item.amperes)
    }
    return { server, get, amperes }
  }

  it('is cut to a time, of which the end is not part, also page by page', async () => {
    const { get, amperes } = await open('past')
    assert.deepEqual(await amperes(''), [14, 13, 12, 11, 10])
    assert.deepEqual(await amperes('from=2026-11-20T13:00:00Z'), [14, 13, 12, 11])
    assert.deepEqual(await amperes('to=2026-11-20T15:00:00%2B01:00'), [11, 10])
    const range = 'from=2026-11-20T13:00:00Z&to=2026-11-20T16:00:00Z'
    assert.deepEqual(await amperes(range), [13, 12, 11])
    const page = (await get(`${range}&limit=2`)).json()
    assert.equal(page.items.length, 2)
    assert.deepEqual(await amperes(`${range}&limit=2&cursor=${page.nextCursor}`), [11])
    assert.deepEqual(await amperes('from=2026-11-21'), [])
  })

  it('refuses times that there are not', async () => {
    const { get } = await open('wrong')
    for (const query of [
      'from=yesterday',
      'to=2026-02-30T00:00:00Z',
      'from=2026-11-20T12:00:00',
      'from=1',
      'from=2026-11-20&to=2026-11-20',
      'from=2026-11-21&to=2026-11-20',
      'since=2026-11-20'
    ]) {
      const answer = await get(query)
      assert.equal(answer.statusCode, 400, `${query}: ${answer.body}`)
    }
  })

  it('is answered as CSV to those who accept it, with a link to the next page', async () => {
    const { get, server } = await open('table')
    const accept = { accept: 'text/csv' }
    const first = await get('limit=1', accept)
    assert.match(String(first.headers['content-type']), /^text\/csv/)
    const [head, line, end] = first.body.split('\r\n')
    assert.equal(head, 'id,at,identity,evseId,transaction,kind,amperes,outcome,reason')
    assert.match(String(line), /^\d+,2026-11-20T16:00:00.000Z,CP-1,1,7,limit,14,accepted,"'=1\+1, ""all"""$/)
    assert.equal(end, '')
    const [, next] = /<(.*)>; rel="next"/.exec(String(first.headers.link)) ?? []
    const second = await server.app.inject({ url: String(next), headers: { ...BEARER, ...accept } })
    assert.match(second.body, /,limit,13,accepted,/)
    const last = await get('to=2026-11-20T12:00:00.001Z', accept)
    assert.match(last.body, /,CP-1,1,,limit,10,/, 'without a transaction')
    assert.equal(last.headers.link, undefined)
  })
})
