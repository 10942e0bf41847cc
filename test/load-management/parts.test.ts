import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import type { TestServer } from '../support/server.js'

const PATH = '/sites/parts/load-management'
const BODY = {
  mode: 'observe',
  circuits: [{ id: 'main', limit: { A: 40 } }],
  evses: [{ identity: 'PART-1', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }]
}

async function configured(server: TestServer) {
  const put = (path: string, body: object) => operate(server, 'PUT', path, body)
  await put('/sites/parts', { name: 'Parts' })
  for (const identity of ['PART-1', 'PART-2']) await put(`/charge-points/${identity}`, { site: 'parts' })
  assert.ok((await put(PATH, BODY)).statusCode < 300)
  const document = async () => {
    const { createdAt: _, updatedAt: _at, ...body } = (await operate(server, 'GET', PATH)).json()
    return body
  }
  return { put: (part: string, body: object) => put(`${PATH}${part}`, body), document }
}

onBothBackends('a part of the load management of a site', (start) => {
  it('is added, replaced and deleted by itself', async () => {
    const server = await start()
    const { put, document } = await configured(server)
    const get = async (part: string) => (await operate(server, 'GET', `${PATH}${part}`)).json()
    const remove = async (part: string) => operate(server, 'DELETE', `${PATH}${part}`)
    assert.equal((await put('/circuits/roof', { parent: 'main', limit: { L1: 20 } })).statusCode, 201)
    assert.equal((await put('/circuits/roof', { parent: 'main', limit: { L1: 25 } })).statusCode, 200)
    assert.deepEqual(await get('/circuits/roof'), { id: 'roof', parent: 'main', limit: { L1: 25 } })
    const evse = { circuit: 'roof', maximum: 16, fallback: 6 }
    assert.equal((await put('/evses/part-2/1', evse)).statusCode, 201)
    assert.equal((await put('/evses/PART-2/1', { ...evse, maximum: 20 })).statusCode, 200)
    assert.deepEqual(await get('/evses/PART-2/1'), { identity: 'PART-2', evseId: 1, ...evse, maximum: 20 })
    assert.equal((await document()).evses.length, 2)
    for (const circuit of ['roof', 'main'])
      assert.equal((await remove(`/circuits/${circuit}`)).json().code, 'CIRCUIT_IN_USE')
    for (const part of ['/evses/PART-2/1', '/circuits/roof']) {
      assert.equal((await remove(part)).statusCode, 204)
      assert.equal((await remove(part)).statusCode, 404)
    }
    assert.deepEqual(await document(), BODY)
  })

  it('is refused with a pointer into it, and nothing is changed', async () => {
    const server = await start()
    const { put, document } = await configured(server)
    await put('/circuits/sub', { parent: 'main', limit: { A: 20 } })
    const before = await document()
    const evse = { circuit: 'main', maximum: 32, fallback: 6 }
    for (const [part, body, status, pointer, text] of [
      ['/circuits/main', { limit: { A: 40 }, parent: 'sub' }, 422, '/parent', /leads back/],
      ['/circuits/main', { limit: { A: 40 }, parent: 'nowhere' }, 422, '/parent', /no circuit/],
      ['/circuits/main', { limit: { A: 5 } }, 422, '', /fallback/],
      ['/circuits/main', { limit: { A: 40 }, margin: 50 }, 422, '/margin', /less/],
      ['/circuits/main', { limit: { A: -1 } }, 400, '/limit/A', /./],
      ['/circuits/main', { limit: { A: 1e9 } }, 400, '/limit/A', /./],
      ['/circuits/main', { id: 'other', limit: { A: 40 } }, 400, '', /./],
      ['/evses/PART-2/1', { ...evse, circuit: 'nowhere' }, 422, '/circuit', /no circuit/],
      ['/evses/PART-2/1', { ...evse, fallback: 3 }, 422, '/fallback', /at least 6/],
      ['/evses/PART-2/1', { ...evse, maximum: 1e6 }, 400, '/maximum', /./],
      ['/evses/PART-2/1', { ...evse, fallback: 32 + 1 }, 422, '/fallback', /maximum/],
      ['/evses/PART-2/1', { ...evse, maximum: 40, fallback: 40 }, 422, '', /circuits.0 of the configuration/],
      ['/evses/STRANGER/1', evse, 422, '/identity', /no charge point/]
    ] as const) {
      const answer = await put(part, body)
      const name = `${part} ${JSON.stringify(body)}: ${answer.body}`
      assert.equal(answer.statusCode, status, name)
      const [fault] = answer.json().errors ?? []
      if (status === 422) assert.equal(fault?.pointer, pointer, name)
      else assert.ok(String(fault?.pointer).startsWith(pointer), name)
      assert.match(answer.body, text)
      assert.deepEqual(await document(), before, name)
    }
    assert.equal((await put('/evses/PART-2/0', evse)).statusCode, 400)
    const nowhere = await operate(server, 'PUT', '/sites/nowhere/load-management/circuits/main', { limit: { A: 40 } })
    assert.deepEqual([nowhere.statusCode, nowhere.json().code], [404, 'NO_LOAD_MANAGEMENT'])
  })

  it('is refused where there are too many', async () => {
    const server = await start()
    const { put } = await configured(server)
    const circuits = Array.from({ length: 200 }, (_, index) => ({ id: `c-${index}`, limit: { A: 40 } }))
    assert.equal((await put('', { mode: 'observe', circuits, evses: [] })).statusCode, 200)
    const answer = await put('/circuits/one-more', { limit: { A: 40 } })
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'INVALID_LOAD_MANAGEMENT'])
    assert.equal((await put('/circuits/c-0', { limit: { A: 41 } })).statusCode, 200)
  })

  it('is changed at the same time as others without losing one', async () => {
    const server = await start()
    const { put, document } = await configured(server)
    const names = Array.from({ length: 10 }, (_, index) => `sub-${index}`)
    const answers = await Promise.all(
      names.map((name) => put(`/circuits/${name}`, { parent: 'main', limit: { A: 20 } }))
    )
    assert.deepEqual([...new Set(answers.map(({ statusCode }) => statusCode))], [201])
    assert.equal((await document()).circuits.length, 11)
  })
})
