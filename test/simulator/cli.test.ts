import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ROOT } from '../support/root.js'
import { startServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { simulate, startSimulator } from './command-line.js'
import { startCsms } from './support.js'

const scenarios = `${ROOT}examples/scenarios/`
const directory = await mkdtemp(join(tmpdir(), 'simulator-'))
after(() => rm(directory, { recursive: true }))

function file(name: string, content: unknown): string {
  const path = join(directory, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

test('--help says what there is', async () => {
  const { code, out } = await simulate('--help')
  assert.equal(code, 0)
  for (const word of ['--url', '--count', '--scenario', 'record', 'replay', 'Exit codes'])
    assert(out.includes(word), word)
})

for (const [name, argv, message] of [
  ['an unknown option', ['--nonsense'], /nonsense/],
  ['an unknown command', ['dance'], /unknown command "dance"/],
  ['a URL that is none', ['--url', 'localhost'], /--url must begin with ws:/],
  ['a version that is none', ['--protocol', 'ocpp3'], /--protocol must be one of ocpp2\.1/],
  ['a count that is none', ['--count', 'many'], /--count must be an integer/],
  ['a time that is none', ['--duration', 'soon'], /--duration must be a time such as/],
  ['no speed', ['--speed', '0'], /--speed must be a number above 0/],
  ['record without a file', ['record'], /--out FILE/],
  ['replay without a file', ['replay'], /needs the file/],
  ['a certificate without key', ['--cert', 'a.pem'], /--cert and --key must be given together/],
  ['a scenario that is not there', ['--scenario', '/nowhere.json'], /no such file/],
  ['a recording that is not there', ['replay', '/nowhere.ndjson'], /no such file/]
] as const) {
  test(`bad usage: ${name}`, async () => {
    const { code, err } = await simulate(...argv)
    assert.equal(code, 2)
    assert.match(err, message)
  })
}

test('a script gets exit code 3 at once when no CSMS listens: one charger, a fleet or a scenario', async () => {
  const [one, fleet, scenario] = await Promise.all([
    simulate('--url', 'ws://127.0.0.1:9', '--quiet'),
    simulate('--url', 'ws://127.0.0.1:9', '--quiet', '--count', '5'),
    simulate('--url', 'ws://127.0.0.1:9', '--quiet', '--scenario', join(scenarios, 'charge.json'))
  ])
  assert.deepEqual([one.code, fleet.code, scenario.code], [3, 3, 3])
  assert.match(one.err, /cannot connect SIM-SOLO/)
})

test('a server that closes in the middle of the handshake is unreachable', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const { code } = await simulate('--url', `ws://127.0.0.1:${port}`, '--quiet')
  assert.equal(code, 3)
})

test('a wrong password is refused: exit code 4, and a hint', async () => {
  const { url } = await startServer({
    path: '/:identity',
    authenticate: ({ password }) => String(password) === 'right'
  })
  const refused = await simulate('--url', url, '--quiet', '--password', 'wrong')
  assert.equal(refused.code, 4)
  assert.match(refused.err, /HTTP 401[\s\S]*--password/)
})

test('a version that the server does not speak is refused: exit code 4, and a hint', async () => {
  const { url } = await startServer({ path: '/:identity', protocols: ['ocpp1.6'] })
  const { code, err } = await simulate('--url', url, '--quiet', '--protocol', 'ocpp2.1')
  assert.equal(code, 4)
  assert.match(err, /--protocol/)
})

const fast = ['--speed', '3000', '--quiet', '--json']

for (const name of readdirSync(scenarios)) {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']) {
    test(`the example ${name} passes with ${protocol}`, async () => {
      const csms = await startCsms()
      const path = join(scenarios, name)
      const { code, json } = await simulate(...['--url', csms.url, '--protocol', protocol, '--scenario', path, ...fast])
      const steps = json.filter(({ event }) => event === 'step')
      assert.deepEqual(
        steps.filter(({ ok }) => ok !== true),
        []
      )
      assert.equal(code, 0)
    })
  }
}

test('a step with another outcome than expected fails the scenario with exit code 1', async () => {
  const csms = await startCsms()
  const path = file('wrong.json', {
    name: 'wrong',
    timeout: 0.3,
    steps: [{ do: 'connect' }, { do: 'boot' }, { do: 'expect', status: 'Charging' }, { do: 'plug' }]
  })
  const { code, json } = await simulate('--url', csms.url, '--scenario', path, '--json')
  assert.equal(code, 1)
  const last = json.filter(({ event }) => event === 'step').at(-1)
  assert.equal(last?.step, 3)
  assert.match(String(last?.message), /EVSE 1 is Available, not Charging/)
})

test('an answer that is not as expected fails the step with the JSON pointer', async () => {
  const csms = await startCsms()
  const steps = [
    { do: 'connect' },
    { do: 'boot' },
    { do: 'call', action: 'Heartbeat', answer: { currentTime: 'noon' } }
  ]
  const { code, json } = await simulate(
    '--url',
    csms.url,
    '--scenario',
    file('answer.json', { name: 'x', steps }),
    '--json'
  )
  assert.equal(code, 1)
  assert.match(String(json.find(({ ok }) => ok === false)?.message), /\/currentTime is .* not "noon"/)
})

for (const [name, content, message] of [
  ['no JSON', '{', /no JSON/],
  ['no steps', { name: 'x', steps: [] }, /the scenario, \/steps/],
  [
    'an unknown step',
    { name: 'x', steps: [{ do: 'connect' }, { do: 'dance' }] },
    /step 2, \/steps\/1\/do: must be one of connect/
  ],
  ['a member that is none', { name: 'x', steps: [{ do: 'plug', evze: 1 }] }, /step 1 \(plug\), \/steps\/0\/evze/],
  ['a wrong value', { name: 'x', steps: [{ do: 'plug', soc: 40 }] }, /step 1 \(plug\), \/steps\/0\/soc/],
  [
    'an unknown word',
    { name: 'x', steps: [{ do: 'boot', expect: 'Yes' }] },
    /\/steps\/0\/expect: must be one of Accepted/
  ]
] as const) {
  test(`a scenario with ${name} is bad usage, and the error says where`, async () => {
    const { code, err } = await simulate('--scenario', file('bad.json', content), '--quiet')
    assert.equal(code, 2)
    assert.match(err, message)
  })
}

test('a fleet of mixed versions connects and reports its state', async () => {
  const csms = await startCsms()
  const fleet = startSimulator('--url', csms.url, '--count', '30', '--ramp', '200ms', '--speed', '500', '--json')
  await until('all are accepted', () => fleet.out().includes('"booted":30'), 20_000)
  await until('drivers come', () => /"transactions":[1-9]/.test(fleet.out()), 20_000)
  const { code, json } = await fleet.stop()
  const last = json.at(-1)
  assert.equal(code, 0)
  assert.equal(last?.booted, 30)
  assert.equal(last?.problems, 0)
  assert.equal(csms.of('BootNotification').length, 30)
  const versions = csms.of('BootNotification').filter((request) => 'chargingStation' in request)
  assert.equal(versions.length, 20)
})

test('a fleet ends after its --duration', async () => {
  const csms = await startCsms()
  const argv = ['--url', csms.url, '--count', '2', '--ramp', '1ms', '--duration', '300ms', '--json']
  const { json } = await simulate(...argv)
  assert.equal(json.at(-1)?.event, 'summary')
})

test('the replay of a recorded session gets the same answers, and differences are reported', async () => {
  const csms = await startCsms()
  const out = join(directory, 'session.ndjson')
  const scenario = join(scenarios, 'charge.json')
  for (const protocol of ['ocpp1.6', 'ocpp2.1']) {
    csms.answers.clear()
    const recorded = await simulate(
      ...['record', '--out', out, '--url', csms.url, '--protocol', protocol, '--scenario', scenario, ...fast]
    )
    assert.equal(recorded.code, 0)
    const sent = csms.actions()
    csms.received.length = 0
    const same = await simulate('replay', out, '--url', csms.url, '--strict', '--json')
    assert.deepEqual(same.json.at(-1), { event: 'replay', ok: true, calls: sent.length, differences: 0 })
    assert.equal(same.code, 0)
    assert.deepEqual(csms.actions(), sent)

    csms.answers.set('Authorize', () => ({
      [protocol === 'ocpp1.6' ? 'idTagInfo' : 'idTokenInfo']: { status: 'Blocked' }
    }))
    assert.equal((await simulate('replay', out, '--url', csms.url, '--quiet')).code, 0)
    const other = await simulate('replay', out, '--url', csms.url, '--strict')
    assert.equal(other.code, 1)
    assert.match(other.out, /Authorize\n {2}recorded: .*Accepted.*\n {2}now: {6}.*Blocked/)
    csms.received.length = 0
  }
})

test('a recording contains no password', async () => {
  const csms = await startCsms()
  const out = join(directory, 'secret.ndjson')
  const recorded = simulate(
    'record',
    '--out',
    out,
    '--url',
    csms.url,
    '--protocol',
    'ocpp2.0.1',
    '--duration',
    '800ms',
    '--quiet'
  )
  csms.app.ocpp.events.once('connect', () => {
    const variable = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } }
    const setVariableData = [{ ...variable, attributeValue: 'correct-horse-battery-staple' }]
    setImmediate(() => csms.app.ocpp.call('SIM-SOLO', 'SetVariables', { setVariableData }).catch(() => undefined))
  })
  await recorded
  const text = await readFile(out, 'utf8')
  assert(text.includes('SetVariables'))
  assert(!text.includes('correct-horse'))
})

test('a damaged recording is bad usage, and the error names the line', async () => {
  const path = file('damaged.ndjson', '{"format":"ocpp-session","version":1,"startedAt":"2026-01-01T00:00:00Z"}\n{"t":')
  const { code, err } = await simulate('replay', path, '--quiet')
  assert.equal(code, 2)
  assert.match(err, /damaged\.ndjson:2/)
})
