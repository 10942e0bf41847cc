import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import type { Entry, Recording } from '../../src/simulator/recording.js'
import { replay } from '../../src/simulator/replay.js'
import { startCsms } from '../charge-point/csms.js'
import { type CallHandler, ErrorAnswer } from '../support/charger.js'
import { until, within } from '../support/wait.js'

const DAY = 86_400_000

/** What passed in a recording, without what is the same everywhere. */
type Passed = ['connect' | 'disconnect'] | ['sent' | 'received', unknown]

function recordingOf(protocol: Protocol, passed: readonly Passed[], startedAt = Date.now()): Recording {
  const entries = passed.map(([event, frame], t): Entry => ({ t, identity: 'CP-1', protocol, event, frame }))
  return { startedAt, entries }
}

/** Replays between connect and disconnect; the frames that came to the CSMS, without their ids. */
async function replayed(
  protocol: Protocol,
  passed: readonly Passed[],
  { answer, startedAt, isStrict = false }: { answer?: CallHandler; startedAt?: number; isStrict?: boolean } = {}
) {
  const csms = await startCsms(answer)
  const all: Passed[] = [['connect'], ...passed, ['disconnect']]
  const recording = recordingOf(protocol, all, startedAt)
  const result = await within('the replay', replay(recording, { url: csms.url, isStrict, callTimeout: 5000 }))
  const [connection] = csms.connections
  const frames = (connection?.received ?? []).map((text) => JSON.parse(text) as unknown[])
  return { csms, result, frames, contents: frames.map(([type, , ...content]) => [type, ...content]) }
}

test('calls that break their schema, or have none, are sent as they were recorded', async () => {
  const calls = [
    ['StatusNotification', { connectorId: -1, errorCode: 'Nonsense', surplus: true }],
    ['StartTransaction', {}],
    ['BootNotification', null],
    ['RemoteStartTransaction', { idTag: 'A' }],
    ['NoSuchAction', { a: 1 }]
  ]
  const { result, contents } = await replayed(
    'ocpp1.6',
    calls.flatMap(([action, payload], index): Passed[] => [
      ['sent', [2, `${index}`, action, payload]],
      ['received', [4, `${index}`, 'FormationViolation', '', {}]]
    ]),
    { answer: () => new ErrorAnswer('FormationViolation') }
  )
  assert.deepEqual(
    contents,
    calls.map((call) => [2, ...call])
  )
  assert.deepEqual(result, { calls: calls.length, differences: [] })
})

test('frames that are no proper calls are sent, too, each with the id it had', async () => {
  const long = 'x'.repeat(37)
  const frames = [
    [2, 'short', 'Heartbeat'],
    [2, long, 'Heartbeat', {}],
    [2, 42, 'Heartbeat', {}],
    [2, 'id', 'Heartbeat', {}, 'more']
  ]
  const { frames: came } = await replayed(
    'ocpp2.0.1',
    frames.map((frame): Passed => ['sent', frame]),
    { answer: () => new ErrorAnswer('RpcFrameworkError') }
  )
  assert.deepEqual(
    came.map(([type, , ...content]) => [type, ...content]),
    frames.map(([type, , ...content]) => [type, ...content])
  )
  assert.deepEqual([came[1]?.[1], came[2]?.[1]], [long, 42])
})

test('a SEND of 2.1 that breaks its schema is sent', async () => {
  const { contents } = await replayed(
    'ocpp2.1',
    [
      ['sent', [6, 'a', 'NotifyPeriodicEventStream', { id: 'one' }]],
      ['sent', [2, 'b', 'Heartbeat', {}]]
    ],
    { answer: () => ({}) }
  )
  assert.deepEqual(contents[0], [6, 'NotifyPeriodicEventStream', { id: 'one' }])
})

test('requests of the CSMS are answered as they were then, right or wrong, one after the other', async () => {
  const answers: unknown[] = []
  const csms = await startCsms(async (action) => {
    const [connection] = csms.connections
    if (action === 'Heartbeat') {
      for (const name of ['Reset', 'Reset', 'ClearCache', 'Unheard']) answers.push(await connection?.call(name))
    }
    return {}
  })
  const recording = recordingOf('ocpp1.6', [
    ['connect'],
    ['received', [2, '1', 'Reset', {}]],
    ['sent', [3, '1', { status: 'Perhaps' }]],
    ['received', [2, '2', 'Reset', {}]],
    ['sent', [4, '2', 'NoSuchCode', 'no', { a: 1 }]],
    ['received', [2, '3', 'ClearCache', {}]],
    ['sent', [3, '3', null]],
    ['sent', [2, 'a', 'Heartbeat', {}]]
  ])
  await within('the replay', replay(recording, { url: csms.url, isStrict: false }))
  const contents = answers.map((answer) => ({ ...(answer as object), id: undefined }))
  assert.deepEqual(contents, [
    { type: 3, id: undefined, payload: { status: 'Perhaps' } },
    { type: 4, id: undefined, code: 'NoSuchCode', description: 'no', details: { a: 1 } },
    { type: 3, id: undefined, payload: null },
    { type: 4, id: undefined, code: 'NotSupported', description: 'the recording has no answer', details: {} }
  ])
})

test('times are moved by whole days in the same format, and other texts stay', async () => {
  const startedAt = Date.now() - 3 * DAY
  const times = {
    utc: '2026-01-01T00:00:00Z',
    fraction: '2026-01-01T00:00:00.123456Z',
    zone: '2026-01-01T00:00:00+02:00',
    shortZone: '2026-01-01T00:00:00+02',
    noZone: '2026-01-01T00:00:00',
    never: '2026-02-31T25:00:00Z',
    leap: '2026-12-31T23:59:60Z',
    text: 'at 2026-01-01T00:00:00Z'
  }
  const { contents } = await replayed('ocpp1.6', [['sent', [2, 'a', 'DataTransfer', times]]], {
    answer: () => ({}),
    startedAt
  })
  const moved = contents[0]?.[2] as Record<string, string>
  // Between then and the replay some time may have passed.
  const near = (text: string | undefined) => text?.replace(/(2026-01-04T00:0)\d:\d\d/, '$10:00')
  assert.deepEqual(Object.fromEntries(Object.entries(moved).map(([name, text]) => [name, near(text)])), {
    utc: '2026-01-04T00:00:00Z',
    fraction: '2026-01-04T00:00:00.123456Z',
    zone: '2026-01-04T00:00:00+02:00',
    shortZone: '2026-01-04T00:00:00+02',
    noZone: '2026-01-04T00:00:00',
    never: times.never,
    leap: times.leap,
    text: times.text
  })
})

test('a transaction id of the CSMS takes the place of the recorded one', async () => {
  const { contents, result } = await replayed(
    'ocpp1.6',
    [
      ['sent', [2, 'a', 'StartTransaction', { connectorId: 1 }]],
      ['received', [3, 'a', { transactionId: 5, idTagInfo: { status: 'Accepted' } }]],
      ['sent', [2, 'b', 'StopTransaction', { transactionId: 5 }]],
      ['received', [3, 'b', {}]]
    ],
    {
      answer: (action) =>
        action === 'StartTransaction' ? { transactionId: 77, idTagInfo: { status: 'Accepted' } } : {},
      isStrict: true
    }
  )
  assert.deepEqual(contents[1], [2, 'StopTransaction', { transactionId: 77 }])
  assert.deepEqual(result.differences, [])
})

test('an id that a charger used again has the answers in their order', async () => {
  let answers = 0
  const { result } = await replayed(
    'ocpp1.6',
    [
      ['sent', [2, '1', 'Authorize', { idTag: 'A' }]],
      ['received', [3, '1', { idTagInfo: { status: 'Accepted' } }]],
      ['sent', [2, '1', 'Authorize', { idTag: 'B' }]],
      ['received', [3, '1', { idTagInfo: { status: 'Blocked' } }]]
    ],
    { answer: () => ({ idTagInfo: { status: ++answers === 1 ? 'Accepted' : 'Blocked' } }), isStrict: true }
  )
  assert.deepEqual(result.differences, [])
})

test('an answer with the id -1 is that to the call whose id could not be read', async () => {
  const csms = await startCsms()
  const recording = recordingOf('ocpp2.0.1', [
    ['connect'],
    ['sent', [2, 7, 'Heartbeat', {}]],
    ['received', [4, '-1', 'RpcFrameworkError', '', {}]]
  ])
  const running = replay(recording, { url: csms.url, isStrict: false })
  const connection = await csms.connection(0)
  await until('it came', () => connection.received.length === 1)
  connection.send(4, '-1', 'RpcFrameworkError', '', {})
  assert.deepEqual(await within('the replay', running), { calls: 1, differences: [] })
})

test('a message that cannot be sent, because the CSMS closed the connection, is a difference', async () => {
  const csms = await startCsms(() => {
    csms.open[0]?.ws.terminate()
    return {}
  })
  const recording = recordingOf('ocpp2.1', [
    ['connect'],
    ['sent', [2, 'a', 'Heartbeat', {}]],
    ['received', [3, 'a', {}]],
    ['sent', [6, 'b', 'NotifyPeriodicEventStream', {}]],
    ['sent', [2, 'c', 'Heartbeat', {}]],
    ['received', [3, 'c', {}]]
  ])
  const { differences } = await within('the replay', replay(recording, { url: csms.url, isStrict: false }))
  assert.deepEqual(
    differences.map(({ entry, replayed: now }) => [entry, now]),
    [
      [2, 'no answer (the connection was closed)'],
      [4, 'not sent (not connected)'],
      [5, 'no answer (not connected)']
    ]
  )
})
