import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, describe, it } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { connectCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { upgradeRequest } from '../support/raw.js'
import { noConnectionLeft, untilClosed } from '../support/until-closed.js'
import { authority, startTls } from '../tls/support.js'
import { BEARER } from './support.js'

const server = await startTls({ OCPP_OPEN_REGISTRATION: 'true' })

/** Both doors of the back-end. */
const DOORS = {
  'without TLS': () => connect(server.port, '127.0.0.1'),
  'over TLS': () => connectTls({ port: server.securePort, host: '127.0.0.1', ca: authority.cert })
}

interface Operation {
  method: string
  target: string
}

/** Every operation of the document, and what it leaves out. */
async function operations(): Promise<Operation[]> {
  const { paths } = (await server.app.inject({ url: '/openapi.json' })).json<{ paths: Record<string, object> }>()
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((name) => /^(?:get|put|post|patch|delete)$/.test(name))
      .map((name) => ({ method: name.toUpperCase(), target: path.replaceAll(/\{[^}]+\}/g, '1') }))
  )
  // One call stands for all: their routes are made alike.
  const isCall = ({ target }: Operation) => /\/calls\/[A-Z]/.test(target)
  const call = documented.find(isCall) ?? assert.fail('no call is documented')
  const others = ['/docs', '/docs/', '/docs/json', '/docs/static/index.html', '/openapi.json', '/metrics']
  return [
    ...documented.filter((operation) => !isCall(operation)),
    call,
    ...others.map((target) => ({ method: 'GET', target })),
    { method: 'HEAD', target: '/health/live' }
  ]
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1])
}

for (const [what, open] of Object.entries(DOORS)) {
  describe(`upgrades ${what}`, () => {
    // The same routes behind another door.
    const rest = what === 'over TLS' ? inLong : {}
    const answerTo = async ({ method, target }: Operation, headers: Record<string, string | undefined> = {}) =>
      untilClosed(open(), upgradeRequest({ method, target, headers }))

    it('of every route but that of the chargers are answered 400, with a token as without', rest, async () => {
      const all = await operations()
      assert.ok(all.length > 60, `${all.length} operations`)
      for (const operation of all) {
        for (const headers of [{}, BEARER]) {
          const answer = await answerTo(operation, headers)
          assert.equal(statusOf(answer), 400, `${operation.method} ${operation.target}: ${answer}`)
        }
      }
    })

    it('of an unknown path are answered 404', async () => {
      for (const target of ['/nowhere', '/ocpp', '/ocpp/a/b', '/health', '/api/v1']) {
        assert.equal(statusOf(await answerTo({ method: 'GET', target })), 404, target)
      }
    })

    it('describe the error as every other answer does', async () => {
      const answer = await answerTo({ method: 'GET', target: '/health/live' })
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      assert.match(head, /\r\ncontent-type: application\/problem\+json/i)
      const { status, code } = JSON.parse(body)
      assert.deepEqual([status, code], [400, 'OCPP_ERR_INVALID_UPGRADE'])
    })

    it('without a Host header are answered 400, whatever the route', async () => {
      for (const target of ['/ocpp/CP-1', '/health/live', '/nowhere']) {
        assert.equal(statusOf(await answerTo({ method: 'GET', target }, { Host: undefined })), 400, target)
      }
    })

    it('arriving in a flood leave no connection and do not delay a charger', async () => {
      const charger = await connectCharger(server.url, 'CP-1', { boot: true })
      const targets = ['/health/live', '/docs', '/api/v1/charge-points', '/nowhere']
      for (let round = 0; round < 5; round++) {
        const gone = Array.from({ length: 20 }, (_, index) => {
          const socket = open().on('error', () => undefined)
          after(() => socket.destroy())
          socket.write(upgradeRequest({ target: targets[index % targets.length] ?? '/' }))
          return new Promise((resolve) => socket.resume().once('close', resolve))
        })
        assert.equal((await charger.roundTrip()).type, 3)
        await Promise.all(gone)
      }
      await charger.close()
      await noConnectionLeft({ server: server.app.server })
      await noConnectionLeft({ server: server.app.tls.server ?? assert.fail('there is no TLS') })
    })
  })
}

it('refused upgrades are counted by rule', async () => {
  const { body } = await server.app.inject({ url: '/metrics', headers: BEARER })
  assert.match(body, /^ocpp_upgrades_refused_total\{rule="not-a-websocket"\} [1-9]\d*$/m)
  assert.match(body, /^ocpp_upgrades_refused_total\{rule="host"\} [1-9]\d*$/m)
})
