import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BEARER, onBothBackends, onSharedBackend, onSharedBackendAlways, operate } from '../app/support.js'
import type { TestServer } from '../support/server.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const CIRCUITS = ['main', 'left', 'right'].map((id) => {
  return { id, limit: { A: 10_000 }, ...(id !== 'main' && { parent: 'main' }) }
})
const EMS = { ttl: 60, source: 'EMS' }

/** A site of its own, with three circuits and without EVSEs. */
async function openSite(server: TestServer, id: string) {
  const path = `/sites/${id}/load-management`
  await operate(server, 'PUT', `/sites/${id}`, { name: id })
  await operate(server, 'PUT', path, { mode: 'observe', circuits: CIRCUITS, evses: [] })
  const limits = async () => {
    const shown = CIRCUITS.map(({ id }) => operate(server, 'GET', `${path}/circuits/${id}/limit`))
    return (await Promise.all(shown)).map((answer) => answer.json().limit)
  }
  return { path, limits, put: (part: string, body: object) => operate(server, 'PUT', `${path}/${part}`, body) }
}

onSharedBackendAlways('limits of several circuits', (start) => {
  it('are set together, and circuits that are not named keep theirs', async () => {
    const server = await start()
    const { put, limits } = await openSite(server, 'many')
    await put('circuits/right/limit', { A: 9, ...EMS })
    const two = [
      { circuit: 'main', L1: 80, L2: 80, L3: 63, ...EMS },
      { circuit: 'left', W: 4000, ...EMS, ttl: 600 }
    ]
    const answer = await put('limits?wait=5', { limits: two })
    assert.equal(answer.statusCode, 200, answer.body)
    const { limits: shown, lowered } = answer.json()
    assert.equal(lowered, true)
    assert.deepEqual(
      shown.map(({ expiresAt: _, ...rest }: { expiresAt: string }) => rest),
      [
        { circuit: 'main', limit: { L1: 80, L2: 80, L3: 63 }, source: 'EMS' },
        { circuit: 'left', limit: { W: 4000 }, source: 'EMS' }
      ]
    )
    const apart = Date.parse(shown[1].expiresAt) - Date.parse(shown[0].expiresAt)
    assert.equal(apart, 540_000)
    assert.deepEqual(await limits(), [{ L1: 80, L2: 80, L3: 63 }, { W: 4000 }, { A: 9 }])
  })

  it('are refused together, with a pointer to the one at fault', async () => {
    const server = await start()
    const { put, limits } = await openSite(server, 'none')
    const good = { circuit: 'main', A: 5, ...EMS }
    await put('limits', { limits: [{ ...good, A: 50 }] })
    const refused: [object, number, string][] = [
      [{ limits: [good, { ...good, circuit: 'nowhere' }] }, 422, '/limits/1/circuit'],
      [{ limits: [good, { ...good, A: 6 }] }, 422, '/limits/1/circuit'],
      [{ limits: [good, { ...good, circuit: 'left', A: -1 }] }, 400, '/limits/1/A'],
      [{ limits: [good, { ...good, circuit: 'left', ttl: 4 }] }, 400, '/limits/1/ttl'],
      [{ limits: [good, { circuit: 'left', ...EMS }] }, 400, '/limits/1'],
      [{ limits: [] }, 400, '/limits'],
      [{ limits: Array.from({ length: 201 }, () => good) }, 400, '/limits']
    ]
    for (const [body, status, pointer] of refused) {
      const answer = await put('limits', body)
      assert.equal(answer.statusCode, status, answer.body)
      assert.equal(answer.json().errors[0].pointer, pointer, answer.body)
    }
    assert.deepEqual(await limits(), [{ A: 50 }, undefined, undefined])
    const nowhere = await operate(server, 'PUT', '/sites/nowhere/load-management/limits', { limits: [good] })
    assert.deepEqual([nowhere.statusCode, nowhere.json().code], [404, 'NO_LOAD_MANAGEMENT'])
  })

  it('that are set at the same time leave those of one request, and the last value holds', async () => {
    const server = await start()
    const { put, limits } = await openSite(server, 'racing')
    const both = (A: number) => [
      { circuit: 'left', A, ...EMS },
      { circuit: 'right', A, ...EMS }
    ]
    // Half of them in the other order of circuits.
    const requests = Array.from({ length: 100 }, (_, A) =>
      put('limits', { limits: A % 2 === 0 ? both(A) : both(A).reverse() })
    )
    const answers = await Promise.all(requests)
    assert.deepEqual([...new Set(answers.map(({ statusCode }) => statusCode))], [200])
    const [, left, right] = await limits()
    assert.ok(left.A < 100)
    assert.deepEqual(left, right)
    await put('limits', { limits: both(7) })
    assert.deepEqual((await limits()).slice(1), [{ A: 7 }, { A: 7 }])
  })
})

onBothBackends('limits that come very often', (start) => {
  it('T15: 1,000 a second are taken, the last one holds, and the memory does not grow', async () => {
    // A back-end of its own: listeners of other tests would keep what is told of each limit.
    const server = await start({ OCPP_HEARTBEAT_INTERVAL: '299' })
    const { put, limits } = await openSite(server, 'flood')
    const codes = new Set<number>()
    const flood = async () => {
      collectGarbage()
      const before = process.memoryUsage().heapUsed
      for (let tenth = 0; tenth < 20; tenth++) {
        const pause = sleep(100)
        const hundred = Array.from({ length: 100 }, (_, A) => put('circuits/main/limit', { A, ...EMS }))
        for (const { statusCode } of await Promise.all(hundred)) codes.add(statusCode)
        await pause
      }
      collectGarbage()
      return process.memoryUsage().heapUsed - before
    }
    // The first ones also fill caches. Of each request the test itself keeps about half a kilobyte.
    let grown = Number.POSITIVE_INFINITY
    for (let round = 0; round < 5 && grown > 4_000_000; round++) grown = await flood()
    assert.ok(grown <= 4_000_000, `${grown} bytes more after 2,000 limits`)
    assert.deepEqual([...codes], [200])
    await put('circuits/main/limit', { A: 123, ...EMS })
    assert.deepEqual((await limits())[0], { A: 123 })
    await server.app.loadManagement.run('flood')
    const { loads } = (await operate(server, 'GET', '/sites/flood/load-management/state')).json()
    assert.equal(loads[0].limit, 123)
  })
})

const DEEP = `${'['.repeat(3000)}${']'.repeat(3000)}`
/** Bodies that no PUT takes, as they are on the wire. */
const HOSTILE = [
  '',
  'null',
  '[]',
  '"text"',
  '1e999',
  '{"a":',
  DEEP,
  `{"limits":${DEEP}}`,
  '{"__proto__":{"A":1},"ttl":60,"source":"x"}',
  '{"constructor":{"prototype":{"A":1}}}',
  '{"A":1e999,"ttl":60,"source":"x"}',
  '{"A":"16","ttl":60,"source":"x"}',
  '{"A":16,"ttl":60.5,"source":"x"}',
  '{"A":16,"ttl":86401,"source":"x"}',
  '{"A":16,"ttl":60,"source":""}',
  '{"A":16,"ttl":60,"source":"x","circuit":{"A":1}}',
  `{"A":16,"ttl":60,"source":"${'x'.repeat(101)}"}`,
  '{"limits":{"main":{"A":1}}}',
  '{"limits":[{"circuit":"../main","A":1,"ttl":60,"source":"x"}]}',
  '{"limits":[null]}',
  '{"L1":1,"L2":1,"L3":1,"includesChargers":"no"}',
  '{"L1":1,"L2":1,"L3":1,"includesChargers":true,"at":"2026-02-30T00:00:00Z"}',
  '{"L1":1,"L2":1,"L3":-1e-9,"includesChargers":true}',
  '{"L1":1,"L2":1,"W":1,"includesChargers":true}',
  '{"L1":1,"L2":1,"L3":1,"W":-1,"includesChargers":true}',
  '{"W":1e999,"includesChargers":true}',
  '{"W":1,"includesChargers":true}',
  '{"mode":"control","circuits":[{"id":"__proto__","limit":{"A":1}}],"evses":[]}',
  '{"mode":"control","circuits":{},"evses":[]}',
  '{"mode":"control","circuits":[],"evses":[],"lease":1e9}',
  '{"limit":{"A":null}}',
  '{"limit":{"A":16},"parent":"\\u0000"}',
  '{"limit":{"A":16},"voltage":0}',
  '{"limit":{"A":16},"voltage":"400"}',
  '{"mode":"control","circuits":[],"evses":[],"fairness":"kindness"}',
  '{"circuit":"main","maximum":1e308,"fallback":6}',
  '{"energy":-1}',
  '{"departure":"yesterday"}',
  '{"departure":"2026-12-01T17:30:00+99:00"}',
  '{"priority":1.5}'
]

/** Bodies that the schemas take, of which the database or the log has to take the text. */
const STRANGE = ['\u0000', 'a\u0000b', '\ud800', '\u202e', '=1+1', "'; drop table circuit_limits; --", '\u{1f50c}']

onSharedBackend('requests about limits, circuits and needs', (start) => {
  it('T15: are answered as a mistake of the client, and change nothing', async () => {
    const server = await start()
    const { path, put, limits } = await openSite(server, 'hostile')
    await operate(server, 'PUT', '/charge-points/HOSTILE-1', { site: 'hostile' })
    await put('circuits/main/limit', { A: 50, ...EMS })
    const before = (await operate(server, 'GET', path)).json()
    const parts = ['', '/limits', '/circuits/main', '/circuits/main/limit', '/circuits/main/measurement']
    const paths = [...[...parts, '/evses/HOSTILE-1/1'].map((part) => `${path}${part}`), '/transactions/1/needs']
    for (const at of paths) {
      for (const payload of HOSTILE) {
        const answer = await server.app.inject({
          ...{ method: 'PUT', url: `/api/v1${at}`, payload },
          headers: { ...BEARER, 'content-type': 'application/json' }
        })
        const name = `${at} ${payload.slice(0, 80)}: ${answer.statusCode} ${answer.body.slice(0, 200)}`
        assert.ok(answer.statusCode >= 400 && answer.statusCode < 500, name)
      }
    }
    assert.deepEqual((await operate(server, 'GET', path)).json(), before)
    assert.deepEqual(await limits(), [{ A: 50 }, undefined, undefined])
  })

  it('T15: and texts of any kind are stored as they are, or refused', async () => {
    const server = await start()
    const { put, path } = await openSite(server, 'texts')
    for (const source of STRANGE) {
      const one = await put('circuits/main/limit', { A: 16, ttl: 60, source })
      const many = await put('limits', { limits: [{ circuit: 'left', A: 16, ttl: 60, source }] })
      for (const { statusCode, body } of [one, many]) assert.ok([200, 400].includes(statusCode), body)
      if (one.statusCode !== 200) continue
      const shown = await operate(server, 'GET', `${path}/circuits/main/limit`)
      // JSON has no half characters.
      assert.equal(shown.json().source, source.replace('\ud800', '\ufffd'))
    }
  })
})
