import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { simulate } from '../simulator/command-line.js'
import { connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { until } from '../support/wait.js'
import { file, found, listen, only } from './support.js'

const now = () => new Date().toISOString()
const NO_CALLS = '--no-calls'

test('a charger that keeps to the standard gets a clean report, in each version', async () => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    const running = await listen({}, '--once')
    const scenario = await file('scenario.json')
    const steps = [
      { do: 'connect' },
      { do: 'boot' },
      { do: 'start', token: 'CARD-1' },
      { do: 'stop' },
      // By then it was asked for everything.
      { do: 'expect', request: 'TriggerMessage' },
      { do: 'call', action: 'Heartbeat' },
      { do: 'wait', seconds: 1 }
    ]
    await writeFile(scenario, JSON.stringify({ name: 'x', timeout: 20, charger: { protocol }, steps }))
    assert.equal((await simulate('--scenario', scenario, '--url', `${running.url}/ocpp`)).code, 0)
    const { report, code, out } = await running.ended
    const subject = only(report)
    assert.deepEqual(
      subject.findings.filter(({ level }) => level === 'violation'),
      [],
      protocol
    )
    assert.equal(code, 0)
    assert.deepEqual(subject.traits, {})
    assert.deepEqual(
      subject.calls.filter(({ outcome, followed }) => outcome !== 'result' || followed === false),
      []
    )
    assert.ok(subject.calls.length >= 5, out)
    assert.ok(subject.calls.some(({ call, followed }) => call === 'TriggerMessage StatusNotification' && followed))
  }
})

test('each deviation of a 1.6 charger is shown live and in the report, with its place, clause and trait', async () => {
  const running = await listen({}, NO_CALLS)
  const charger = await connectCharger(running.url, 'OLD-1')
  await charger.call('BootNotification', {
    chargePointVendor: 'Old Chargers',
    chargePointModel: 'Box',
    chargePointSerialNumber: 'S'.repeat(30),
    firmwareVersion: '1.2'
  })
  await charger.call('StatusNotification', { connectorId: 1, errorCode: 'Error', status: 'faulted' })
  await charger.call('MeterValues', {
    connectorId: 1,
    meterValue: { timestamp: now(), sampledValue: [{ value: 12.5, unit: 'C', measurand: 'Temperature' }] }
  })
  charger.sendText('[2,17,"Heartbeat",{}]')
  await charger.nextFrame()
  charger.sendText('[2,"18","Heartbeat",{},null]')
  await charger.nextFrame()
  const { code, report, out } = await running.stop()
  assert.equal(code, 1)
  const subject = only(report)
  assert.deepEqual(subject.traits, {
    leniency: [
      'enum-spelling',
      'extra-elements',
      'long-serial-numbers',
      'numeric-message-ids',
      'single-items',
      'unit-names',
      'unknown-error-codes',
      'wrong-types'
    ]
  })
  assert.deepEqual(subject.put, {
    chargePoint: { traits: subject.traits },
    chargerModel: {
      match: { vendor: 'Old Chargers', model: 'Box' },
      traits: subject.traits,
      note: 'As found by check-charger with firmware 1.2'
    }
  })
  const serial = subject.findings.find(({ deviation }) => deviation === 'long-serial-numbers')
  assert.equal(serial?.pointer, '/chargePointSerialNumber')
  assert.match(serial.clause, /^OCPP 1\.6 §6\.3 BootNotification\.req$/)
  const type = subject.findings.find(({ deviation }) => deviation === 'wrong-types')
  assert.equal(type?.pointer, '/meterValue/*/sampledValue/*/value')
  const id = subject.findings.find(({ deviation }) => deviation === 'numeric-message-ids')
  assert.match(id?.clause ?? '', /OCPP-J 1\.6 §4\.1\.4/)
  assert.match(
    out,
    /OLD-1: violation: long-serial-numbers BootNotification \/chargePointSerialNumber: .* \[OCPP 1\.6 §6\.3/
  )
  assert.match(out, /Traits for PUT \/api\/v1\/charge-points\/OLD-1:/)
  assert.deepEqual(subject.notSeen, ['Authorize', 'StartTransaction', 'StopTransaction'])
})

for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
  test(`violations of a charger of ${protocol} are found, and those that no deviation covers need warn`, async () => {
    const running = await listen({}, NO_CALLS)
    const charger = await connectCharger(running.url, 'NEW-1', { protocol, boot: true })
    const event = { timestamp: now(), seqNo: 0, transactionInfo: { transactionId: 'T' } }
    await charger.call('TransactionEvent', { ...event, eventType: 'Started', evse: { id: 1 } })
    await charger.call('TransactionEvent', { ...event, eventType: 'Updated', triggerReason: 'Trigger', seqNo: 4 })
    await charger.call('StatusNotification', { timestamp: now(), evseId: 1, connectorStatus: 'Available' })
    const { report } = await running.stop()
    const subject = only(report)
    assert.deepEqual(found(subject), ['missing-trigger-reasons', 'schema', 'sequence-gap'])
    assert.deepEqual(subject.traits, { leniency: ['missing-trigger-reasons'], validation: 'warn' })
    const schema = subject.findings.find(({ rule }) => rule === 'schema')
    assert.deepEqual(
      [schema?.action, schema?.pointer, schema?.asks],
      ['StatusNotification', '/connectorId', 'is required']
    )
    assert.match(schema?.clause ?? '', /^OCPP 2\.\d(\.1)? Part 2, StatusNotificationRequest$/)
  })
}

test('corrections that the library makes silently are reported: no zone, null for absent', async () => {
  const running = await listen({}, NO_CALLS)
  const charger = await connectCharger(running.url, 'CP-1', { boot: true })
  const local = new Date(Date.now() + 2 * 3_600_000).toISOString().slice(0, -1)
  const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' }
  await charger.call('StatusNotification', { ...status, timestamp: local })
  await charger.call('StatusNotification', { ...status, info: null })
  const subject = only((await running.stop()).report)
  assert.ok(found(subject).includes('no-time-zone'))
  const corrected = subject.findings.find(({ rule }) => rule === 'always-corrected')
  assert.deepEqual([corrected?.level, corrected?.pointer], ['note', '/info'])
  assert.deepEqual(subject.traits, { timeZone: 'Etc/GMT-2' })
})

test('order, ids and times of messages are checked', async () => {
  const running = await listen({}, NO_CALLS)
  const charger = await connectCharger(running.url, 'CP-1')
  const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' }
  await charger.call('StatusNotification', { ...status, timestamp: '1970-01-01T00:00:05Z' }, 'one')
  await charger.boot()
  // The same id for another message.
  await charger.call('Heartbeat', {}, 'one')
  const start = { connectorId: 1, idTag: 'T', meterStart: 500, timestamp: now() }
  const answer = await charger.call('StartTransaction', start)
  const transactionId = answer.type === 3 ? answer.payload.transactionId : undefined
  await charger.call('StopTransaction', { transactionId, meterStop: 400, timestamp: now() })
  await charger.call('StopTransaction', { transactionId: 4711, meterStop: 400, timestamp: now() })
  await charger.call('StatusNotification', { ...status, timestamp: new Date(Date.now() + 7_200_000).toISOString() })
  await charger.call('Nonsense', {})
  charger.sendText('{"no":"array"}')
  await charger.roundTrip()
  const subject = only((await running.stop()).report)
  assert.deepEqual(found(subject), [
    'before-boot',
    'boot-first',
    'clock-ahead',
    'clock-not-set',
    'heartbeat-often',
    'malformed-frame',
    'meter-backwards',
    'repeated-message-id',
    'unknown-action',
    'unknown-transaction'
  ])
  const failed = subject.checks.filter(({ result }) => result === 'failed').map(({ check }) => check)
  assert.ok(failed.includes('times are right') && failed.includes('message ids are unique'))
})

test('a charger that accepts a trigger and sends nothing, or does not answer, is reported', async () => {
  const running = await listen({ callTimeout: 1500, followWait: 100, bootWait: 1000 })
  const charger = await connectCharger(running.url, 'CP-1')
  charger.onCall((action, payload) => {
    if (action === 'GetConfiguration') return { configurationKey: [{ key: 'heartbeatinterval', readonly: 0 }] }
    const { requestedMessage } = payload as { requestedMessage: string }
    if (requestedMessage === 'MeterValues') return NO_ANSWER
    return requestedMessage === 'Heartbeat' ? new ErrorAnswer('NotImplemented') : { status: 'Accepted' }
  })
  await charger.boot()
  await until('all calls are made', () => running.out().includes('all calls are made'))
  const subject = only((await running.stop()).report)
  assert.deepEqual(
    subject.calls.map(({ call, outcome, detail, followed }) => [call, outcome, detail, followed]),
    [
      ['GetConfiguration', 'result', undefined, undefined],
      ['TriggerMessage StatusNotification', 'result', 'Accepted', false],
      ['TriggerMessage MeterValues', 'timeout', 'OCPP_ERR_TIMEOUT', undefined],
      ['TriggerMessage Heartbeat', 'callerror', 'NotImplemented', undefined],
      ['TriggerMessage BootNotification', 'result', 'Accepted', false]
    ]
  )
  for (const rule of ['trigger-not-followed', 'no-answer', 'unsupported-call', 'missing-configuration-keys']) {
    assert.ok(found(subject).includes(rule), rule)
  }
  // The key that is there in another case is not missing.
  const missing = subject.findings.find(({ rule }) => rule === 'missing-configuration-keys')
  assert.doesNotMatch(missing?.detail ?? '', /HeartbeatInterval/)
  // The answer itself was wrong, too.
  assert.deepEqual(subject.traits, { leniency: ['wrong-types'] })
})

test('a charger that drops the connection when it is asked before it has booted needs callsAfterConnect', async () => {
  const running = await listen({ bootWait: 50 })
  const charger = await connectCharger(running.url, 'CP-1')
  charger.onCall(() => {
    charger.ws.close()
    return NO_ANSWER
  })
  await charger.closed
  await until('it is gone', () => running.out().includes('disconnected'))
  const subject = only((await running.stop()).report)
  assert.equal(subject.traits.callsAfterConnect, 'boot')
  assert.ok(found(subject).includes('drops-before-boot'))
})

test('pings: one that answers passes, one that does not needs pings off', async () => {
  const running = await listen({ pingInterval: 200 }, NO_CALLS)
  await connectCharger(running.url, 'GOOD', { boot: true })
  const deaf = await connectCharger(running.url, 'DEAF', { boot: true, ws: { autoPong: false } })
  await deaf.closed
  // It is not pinged any more.
  const again = await connectCharger(running.url, 'DEAF', { ws: { autoPong: false } })
  let pings = 0
  again.ws.on('ping', () => pings++)
  await until('GOOD was pinged', () => running.out().includes('DEAF: disconnected (ping-timeout'))
  await again.roundTrip()
  const { report } = await running.stop()
  const [good, bad] = report.chargePoints
  const pong = (checks = good?.checks) => checks?.find(({ check }) => check === 'answers pings')?.result
  assert.equal(pong(), 'passed')
  assert.equal(pong(bad?.checks), 'failed')
  assert.deepEqual(bad?.traits, { pings: 'off' })
  assert.equal(pings, 0)
})

test('deviations in the upgrade and a wrong password are reported', async () => {
  const running = await listen({}, NO_CALLS, '--password', 'secret')
  await assert.rejects(connectCharger(running.url, 'CP-1', { password: 'wrong' }), { status: 401 })
  const path = '/CP%2520'
  const charger = await connectCharger(running.url, '1', {
    password: 'secret',
    username: 'CP 1',
    path: `${path}1?`,
    protocol: 'ocpp1.6'
  }).catch((error: Error) => error)
  assert.ok(!(charger instanceof Error), String(charger))
  await charger.boot()
  const { report } = await running.stop()
  assert.deepEqual(report.refused[0]?.status, 401)
  assert.match(report.refused[0]?.clause ?? '', /RFC 7617/)
  assert.deepEqual(only(report).traits, { leniency: ['encoded-identities'] })
})

test('only the versions of --protocol are accepted', async () => {
  const running = await listen({}, '--protocol', 'ocpp2.1', '--duration', '20s')
  await assert.rejects(connectCharger(running.url, 'CP-1', { protocol: 'ocpp1.6' satisfies Protocol }), { status: 400 })
  const { report, code, out } = await running.stop()
  assert.equal(report.refused[0]?.rule, 'subprotocol')
  assert.equal(code, 1)
  assert.match(out, /No charge point has connected/)
})

test('text of a charger can neither control the terminal nor forge a line', async () => {
  const checking = await listen({}, '--no-calls')
  const charger = await connectCharger(checking.url, 'CP-1')
  const vendor = 'V\u001b[2J\u202e\nCP-1: passed'
  await charger.call('BootNotification', { chargePointVendor: vendor, chargePointModel: 'M' }, 'id\u001b[31m')
  await charger.call('Heartbeat', { extra: 1 }, 'id\u0007')
  await charger.close()
  const { out } = await checking.stop()
  assert.ok(out.includes('V\ufffd[2J\ufffd\ufffdCP-1: passed M'), out)
  assert.doesNotMatch(out.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
})
