import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { USAGE } from '../../scripts/check-charger/options.js'
import type { Entry } from '../../src/simulator/recording.js'
import { simulate } from '../simulator/command-line.js'
import { startCsms } from '../simulator/support.js'
import { ROOT } from '../support/root.js'
import { check, file, found, listen, only } from './support.js'

const STARTED_AT = '2026-03-01T10:00:00.000Z'
const HEADER = JSON.stringify({ format: 'ocpp-session', version: 1, startedAt: STARTED_AT })

/** Until everything is sent. */
const END = { do: 'expect', status: 'Occupied', transaction: false, undelivered: 0 }

type Short = [t: number, event: Entry['event'], frame?: unknown]

async function session(...entries: Short[]): Promise<string> {
  const path = await file('session.ndjson')
  const lines = entries.map(([t, event, frame]) =>
    JSON.stringify({ t, identity: 'CP-1', protocol: 'ocpp1.6', event, frame } satisfies Entry)
  )
  await writeFile(path, [HEADER, ...lines, ''].join('\n'))
  return path
}

/** Seconds after the start, as a time. */
function at(seconds: number): string {
  return new Date(Date.parse(STARTED_AT) + seconds * 1000).toISOString()
}

const BOOT: readonly Short[] = [
  [0, 'connect'],
  [100, 'sent', [2, '1', 'BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }]],
  [150, 'received', [3, '1', { status: 'Accepted', currentTime: at(0), interval: 60 }]]
]

test('a session that the simulator recorded is checked, and the simulator keeps to the standard', async () => {
  const csms = await startCsms()
  const path = await file('session.ndjson')
  const scenario = await file('scenario.json')
  const steps = [{ do: 'connect' }, { do: 'boot' }, { do: 'start', token: 'T' }, { do: 'stop' }, END]
  await writeFile(scenario, JSON.stringify({ name: 'x', charger: { protocol: 'ocpp2.0.1' }, steps }))
  const recorded = await simulate('record', '--out', path, '--scenario', scenario, '--url', csms.url, '--quiet')
  assert.equal(recorded.code, 0, recorded.err)
  const { code, report, out } = await check('--session', path)
  const subject = only(report)
  assert.deepEqual(subject.findings, [])
  assert.equal(code, 0, out)
  assert.ok((subject.messages['TransactionEvent Ended'] ?? 0) > 0)
})

test('a session is judged by the times, the answers and the ids of its recording', async () => {
  const path = await session(
    ...BOOT,
    [1000, 'sent', [2, '2', 'StartTransaction', { connectorId: 1, idTag: 'T', meterStart: 7, timestamp: at(1) }]],
    [1100, 'received', [3, '2', { transactionId: 4711, idTagInfo: { status: 'Accepted' } }]],
    // Before the answer to the Heartbeat.
    [2000, 'sent', [2, '3', 'Heartbeat', {}]],
    [2001, 'sent', [2, '4', 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' }]],
    [2010, 'received', [3, '3', { currentTime: at(2) }]],
    [2020, 'received', [3, '4', {}]],
    // After 5 minutes of silence, at an interval of 60 s.
    [302_000, 'sent', [2, '5', 'StopTransaction', { transactionId: 4711, meterStop: 9.5, timestamp: at(302) }]],
    [302_010, 'received', [3, '5', {}]],
    [302_100, 'disconnect']
  )
  const { code, report } = await check('--session', path)
  const subject = only(report)
  assert.equal(code, 1)
  assert.deepEqual(found(subject), ['decimal-meter-readings', 'heartbeat-late', 'one-call-at-a-time'])
  assert.deepEqual(subject.traits, { leniency: ['decimal-meter-readings'] })
  assert.equal(subject.findings.find(({ rule }) => rule === 'deviation')?.firstAt, at(302))
  assert.equal(report.duration, 302.1)
})

test('the answers of a recorded charger are checked, too', async () => {
  const path = await session(
    ...BOOT,
    [1000, 'received', [2, 'a', 'GetConfiguration', {}]],
    [1100, 'sent', [3, 'a', { configurationKey: [{ key: 'X', readonly: 1, value: 60 }] }]],
    [1200, 'received', [2, 'b', 'ClearCache', {}]],
    [1300, 'sent', [3, 'b', { status: 'Perhaps' }]],
    [1400, 'disconnect']
  )
  const subject = only((await check('--session', path)).report)
  assert.deepEqual(subject.traits, { leniency: ['wrong-types'], validation: 'warn' })
  assert.deepEqual(
    subject.calls.map(({ call }) => call),
    ['GetConfiguration', 'ClearCache']
  )
  const schema = subject.findings.find(({ rule }) => rule === 'schema')
  assert.equal(schema?.clause, 'OCPP 1.6 §6.12 ClearCache.conf')
})

test('an error is reported in one line', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const inUse = await check('--listen', String(port), '--host', '127.0.0.1')
  server.close()
  assert.deepEqual([inUse.code, inUse.err], [3, `port ${port} is in use: choose another one with --listen\n`])

  const missing = await check('--session', '/no/such/file')
  assert.equal(missing.code, 3)
  assert.match(missing.err, /^ENOENT: no such file or directory, open '\/no\/such\/file'\n$/)

  const path = await file('bad.ndjson')
  await writeFile(path, `${HEADER}\n{"t":0,"identity":"A","protocol":"ocpp1.6","event":"connect"}\n{"t":1,\n`)
  const broken = await check('--session', path)
  assert.deepEqual([broken.code, broken.err], [3, `${path}:3: not a JSON object\n`])

  const noReport = await check('--session', path, '--json', '/no/such/directory/report.json')
  assert.equal(noReport.code, 3)
  assert.match(noReport.err, /^cannot write the report: ENOENT/)
})

test('wrong arguments are answered with the usage', async () => {
  for (const [argv, message] of [
    [[], /^--listen or --session is required/],
    [['--listen', '70000'], /^--listen must be a port/],
    [['--listen', '1', '--session', 'x'], /exclude each other/],
    [['--listen', '1', '--protocol', 'ocpp1.5'], /^--protocol must list some of/],
    [['--listen', '1', '--duration', 'soon'], /^--duration must be a time/],
    [['--listen', '1', '--colour'], /--colour/]
  ] as const) {
    const { code, err } = await check(...argv)
    assert.equal(code, 2, argv.join(' '))
    assert.match(err, message)
    assert.match(err, /npm run check-charger/)
  }
})

test('--duration ends the check', async () => {
  const running = await listen({}, '--duration', '50ms')
  assert.deepEqual((await running.ended).report.chargePoints, [])
})

test('the page has every option of the command', async () => {
  const page = await readFile(`${ROOT}docs/check-charger.md`, 'utf8')
  for (const [option] of USAGE.matchAll(/--[a-z-]+(?= )/g)) assert.ok(page.includes(option), option)
})
