import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { settings } from '../../lib/settings/settings.js'
import { ROOT } from '../support/root.js'

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8')
const DOCKERFILE = read('Dockerfile').replaceAll('\\\n', ' ')

/** Not ours: read by Node and its packages. */
const FOREIGN = ['NODE_ENV']

/** Whether the file is the other one, or below it. */
function isWithin(path: string, other: string): boolean {
  return `${path}/`.startsWith(`${other.replace(/\/$/, '')}/`)
}

function assertSettings(names: string[]): void {
  assert.ok(names.length > 0)
  for (const name of names) assert.ok(Object.hasOwn(settings, name) || FOREIGN.includes(name), `${name} is no setting`)
}

describe('the Dockerfile', () => {
  const copied = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' ')
  )

  it('copies only existing files that .dockerignore does not exclude', () => {
    assert.ok(copied.length > 5)
    const admitted = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path)
    for (const path of copied) {
      assert.ok(existsSync(`${ROOT}${path}`), path)
      assert.ok(
        admitted.some((each = '') => isWithin(path, each)),
        `${path} is ignored`
      )
    }
    assert.deepEqual(
      admitted.filter((path = '') => !copied.some((each) => isWithin(each, path))),
      []
    )
  })

  it('copies everything that the build compiles', () => {
    const { include, references, extends: base } = JSON.parse(read('tsconfig.json'))
    const folders = [...include, ...references.map(({ path }: { path: string }) => path), base, 'tsconfig.json']
    for (const path of folders) {
      assert.ok(
        copied.some((each) => isWithin(path.replace(/^\.\//, ''), each)),
        path
      )
    }
  })

  it('sets only known settings, and runs what `npm start` runs, not as root', () => {
    const environment = [...DOCKERFILE.matchAll(/^ENV (.+)$/gm)].flatMap(([, pairs = '']) => pairs.trim().split(/\s+/))
    assertSettings(environment.map((pair) => pair.slice(0, pair.indexOf('='))))
    const command: string[] = JSON.parse(/^CMD (\[.*\])$/m.exec(DOCKERFILE)?.[1] ?? '[]')
    assert.ok(JSON.parse(read('package.json')).scripts.start.endsWith(command.join(' ')))
    assert.match(DOCKERFILE, /^USER node$/m)
    assert.ok(DOCKERFILE.indexOf('USER node') < DOCKERFILE.indexOf(`CMD ["node", "--enable`))
  })
})

describe('compose.yaml', () => {
  const compose = read('compose.yaml')

  it('sets nothing but settings', () => {
    for (const service of ['app: &app', 'node1:', 'node2:', 'node3:']) {
      const [, app = ''] = new RegExp(`^ {2}${service}\\n((?: {4}.*\\n|\\n)+)`, 'm').exec(compose) ?? []
      const [, environment = ''] = /^ {4}environment:(?: &environment)?\n((?: {6}.*\n)+)/m.exec(app) ?? []
      assertSettings([...environment.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name = '']) => name))
    }
  })

  it('gives the app the user and the database that PostgreSQL creates', () => {
    const value = (name: string) => new RegExp(`${name}: (.+)$`, 'm').exec(compose)?.[1]
    const url = new URL(String(value('DATABASE_URL')).replace(/\$\{.*?\}/, 'secret'))
    assert.equal(url.username, value('POSTGRES_USER'))
    assert.equal(url.pathname, `/${value('POSTGRES_DB')}`)
    assert.match(compose, new RegExp(`^ {2}${url.hostname}:$`, 'm'))
  })
})

describe('a systemd unit', () => {
  it('sets only known settings, and runs what `npm start` runs', () => {
    for (const name of ['fastify-ocpp.service', 'fastify-ocpp@.service']) {
      const unit = read(`docs/deploy/${name}`)
      assertSettings([...unit.matchAll(/^Environment=([A-Z_]+)=/gm)].map(([, name = '']) => name))
      const [, command = ''] = /^ExecStart=\/usr\/bin\/(.+)$/m.exec(unit) ?? []
      assert.ok(command !== '' && JSON.parse(read('package.json')).scripts.start.endsWith(command))
    }
  })
})

it('service managers stop the back-end with enough time to drain', () => {
  const [, drain = ''] = /DRAIN_TIMEOUT_MS = ([\d_]+)/.exec(read('server.ts')) ?? []
  const needed = Number(drain.replaceAll('_', '')) / 1000
  const [, compose] = /stop_grace_period: (\d+)s/.exec(read('compose.yaml')) ?? []
  const [, unit] = /TimeoutStopSec=(\d+)/.exec(read('docs/deploy/fastify-ocpp.service')) ?? []
  for (const seconds of [compose, unit]) assert.ok(Number(seconds) > needed)
})
