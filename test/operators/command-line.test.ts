import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onBothBackends, operate, startBackend, temporaryDirectory } from '../app/support.js'
import { run } from '../database/child.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { bearer, tokenOf } from './support.js'

/** Runs `npm run tokens` on the database of a back-end. */
async function tokens({ app }: TestServer, ...args: string[]) {
  const { DATA_DIR, DATABASE_URL } = app.config
  const child = run('scripts/tokens.ts', args, { DATA_DIR, ...(DATABASE_URL !== undefined && { DATABASE_URL }) })
  const code = await child.exited()
  return { code, output: child.output(), token: /^ocpp_[\w-]{43}$/m.exec(child.output())?.[0] ?? '' }
}

async function status({ app }: TestServer, token: string): Promise<number> {
  return (await app.inject({ url: '/api/v1/charge-points', headers: bearer(token) })).statusCode
}

onBothBackends('npm run tokens', (start) => {
  it('makes, lists and revokes tokens of a back-end that runs', async () => {
    const server = await start()
    const made = await tokens(
      server,
      'create',
      '--name',
      'running',
      '--scope',
      'charge-points:read',
      '--expires',
      '90d'
    )
    assert.equal(made.code, 0, made.output)
    assert.equal(await status(server, made.token), 200)

    const listed = await tokens(server, 'list')
    assert.match(listed.output, /^running\tcharge-points:read\texpires \d{4}-/m)
    assert.ok(!listed.output.includes(made.token))
    const revoked = await tokens(server, 'revoke', 'running')
    assert.equal(revoked.code, 0, revoked.output)
    let last = 0
    await until(
      'the token counts no more',
      () => {
        void status(server, made.token).then((now) => (last = now))
        return last === 401
      },
      10_000
    )
  })

  it('does the same when none runs, and everything is written down', async () => {
    const first = await start()
    await first.close()
    const [made, gone] = await Promise.all([
      tokens(first, 'create', '--name', 'asleep', '--scope', 'admin', '--scope', 'calls:write'),
      tokens(first, 'create', '--name', 'gone', '--scope', 'admin')
    ])
    assert.deepEqual([made.code, gone.code], [0, 0], made.output + gone.output)
    const revoked = await tokens(first, 'revoke', 'gone')
    assert.equal(revoked.code, 0, revoked.output)

    const second = await start()
    assert.deepEqual([await status(second, made.token), await status(second, gone.token)], [200, 401])
    const { items } = (await operate(second, 'GET', '/audit?operator=command-line&target=operator-tokens/gone')).json()
    assert.deepEqual(
      items.map(({ method, route, status, body }: Record<string, unknown>) => [method, route, status, body]),
      [
        ['CLI', 'tokens revoke', 204, undefined],
        ['CLI', 'tokens create', 201, { name: 'gone', scopes: ['admin'] }]
      ]
    )
  })
})

describe('npm run tokens, asked for what cannot be', () => {
  it('says what is in the way, with exit code 1', async () => {
    const server = await startBackend()
    await tokenOf(server, 'taken', 'admin')
    const again = await tokens(server, 'create', '--name', 'taken', '--scope', 'admin')
    assert.equal(again.code, 1)
    assert.match(again.output, /^Failed: there is an operator token taken already$/m)
    const missing = await tokens(server, 'revoke', 'missing')
    assert.equal(missing.code, 1)
    assert.match(missing.output, /^Failed: there is no operator token missing$/m)
    const { items } = (await operate(server, 'GET', '/audit?operator=command-line')).json()
    assert.deepEqual(items, [])
  })
})

describe('npm run tokens, used wrongly', () => {
  it('says how to use it, with exit code 2, and makes nothing', async () => {
    const server = await startBackend()
    for (const args of [
      ['toString'],
      ['create', '--name', 'a', '--scope', 'root'],
      ['create', '--name', 'operator', '--scope', 'admin'],
      ['create', '--name', 'a', '--scope', 'admin', '--expires', '2020-01-01T00:00:00Z'],
      ['create', '--name', 'a', '--scope', 'admin', '--token', 'weak'],
      ['revoke']
    ]) {
      const { code, output } = await tokens(server, ...args)
      assert.equal(code, 2, `${args}: ${output}`)
      assert.match(output, /npm run tokens -- <command>|--(name|scope|expires) must be/)
    }
    assert.deepEqual((await operate(server, 'GET', '/operator-tokens')).json().items, [])
  })

  it('makes no database where there is none', async () => {
    const DATA_DIR = await temporaryDirectory()
    const child = run('scripts/tokens.ts', ['list'], { DATA_DIR })
    assert.equal(await child.exited(), 1)
    assert.match(child.output(), /^Failed: there is no .*ocpp\.db: start the back-end once/m)
  })
})
