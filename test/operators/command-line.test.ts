import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onBothBackends, operate, startBackend, temporaryDirectory } from '../app/support.js'
import { run, runAll } from '../database/child.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { bearer, tokenOf } from './support.js'

/** Runs `npm run tokens` on the database of a back-end. */
async function tokens(server: TestServer, ...args: string[]) {
  const child = run('scripts/tokens.ts', args, environment(server))
  const code = await child.exited()
  return { code, output: child.output(), token: /^ocpp_[\w-]{43}$/m.exec(child.output())?.[0] ?? '' }
}

/** The same for several command lines, in one process. */
function tokensOf(server: TestServer, lines: readonly string[][]) {
  const env = environment(server)
  return runAll(
    'scripts/tokens.ts',
    lines.map((args) => ({ args, env }))
  )
}

function environment({ app }: TestServer): Record<string, string> {
  const { DATA_DIR, DATABASE_URL } = app.config
  return { DATA_DIR, ...(DATABASE_URL !== undefined && { DATABASE_URL }) }
}

async function status({ app }: TestServer, token: string): Promise<number> {
  return (await app.inject({ url: '/api/v1/charge-points', headers: bearer(token) })).statusCode
}

onBothBackends('npm run tokens', (start) => {
  it('creates, lists and revokes tokens of a running back-end', async () => {
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

    const [listed, revoked] = await tokensOf(server, [['list'], ['revoke', 'running']])
    assert.match(listed?.output ?? '', /^running\tcharge-points:read\texpires \d{4}-/m)
    assert.ok(!listed?.output.includes(made.token))
    assert.equal(revoked?.code, 0, revoked?.output)
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

  it('does the same without a running back-end, and everything is in the audit log', async () => {
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

describe('npm run tokens with an impossible command', () => {
  it('says why it failed, with exit code 1', async () => {
    const server = await startBackend()
    await tokenOf(server, 'taken', 'admin')
    const [again, missing] = await tokensOf(server, [
      ['create', '--name', 'taken', '--scope', 'admin'],
      ['revoke', 'missing']
    ])
    assert.equal(again?.code, 1)
    assert.match(again.output, /^Failed: there is an operator token taken already$/m)
    assert.equal(missing?.code, 1)
    assert.match(missing.output, /^Failed: there is no operator token missing$/m)
    const { items } = (await operate(server, 'GET', '/audit?operator=command-line')).json()
    assert.deepEqual(items, [])
  })
})

describe('npm run tokens with wrong arguments', () => {
  it('prints its usage, exits with code 2, and creates nothing', async () => {
    const server = await startBackend()
    const wrong = [
      ['toString'],
      ['create', '--name', 'a', '--scope', 'root'],
      ['create', '--name', 'operator', '--scope', 'admin'],
      ['create', '--name', 'a', '--scope', 'admin', '--expires', '2020-01-01T00:00:00Z'],
      ['create', '--name', 'a', '--scope', 'admin', '--token', 'weak'],
      ['revoke']
    ]
    const outcomes = await tokensOf(server, wrong)
    assert.equal(outcomes.length, wrong.length)
    for (const [index, { code, output }] of outcomes.entries()) {
      assert.equal(code, 2, `${wrong[index]}: ${output}`)
      assert.match(output, /npm run tokens -- <command>|--(name|scope|expires) must be/)
    }
    assert.deepEqual((await operate(server, 'GET', '/operator-tokens')).json().items, [])
  })

  it('creates no database if there is none', async () => {
    const DATA_DIR = await temporaryDirectory()
    const child = run('scripts/tokens.ts', ['list'], { DATA_DIR })
    assert.equal(await child.exited(), 1)
    assert.match(child.output(), /^Failed: there is no .*ocpp\.db: start the back-end once/m)
  })
})
