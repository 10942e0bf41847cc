import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Protocol, ViolationEvent } from 'fastify-ocpp'
import { normalise } from '../../src/leniency.js'
import { PROTOCOLS } from '../../src/protocol.js'
import { closed, literals } from '../../src/schema.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { type ServerOptions, startServer } from '../support/server.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const at = '2026-01-01T00:00:00Z'

/** A server that answers `answer()` to everything and keeps what it was asked. */
async function start(protocol: Protocol, options: ServerOptions = {}, answer: () => unknown = () => ({})) {
  const requests: unknown[] = []
  const server = await startServer({ ...ACCEPTED, ...options }, (app) => {
    for (const version of [app.ocpp.v16, app.ocpp.v201, app.ocpp.v21]) {
      version.fallback((_action, request) => {
        requests.push(request)
        return answer()
      })
    }
  })
  const events: ViolationEvent[] = []
  server.app.ocpp.events.on('violation', (event) => events.push(event))
  const charger = await connectCharger(server.url, 'CP-1', { protocol })
  const chargePoint = server.app.ocpp.chargePoints.get('CP-1')
  assert.ok(chargePoint)
  return { server, charger, chargePoint, requests, events, ocpp: server.app.ocpp }
}

async function codeOf(charger: Charger, action: string, payload: unknown): Promise<string> {
  const answer = await charger.call(action, payload)
  return answer.type === 3 ? 'CALLRESULT' : answer.code
}

function meterValues(...sampledValue: object[]): object {
  return { connectorId: 1, meterValue: [{ timestamp: at, sampledValue }] }
}

function stop(more: object): object {
  return { transactionId: 1, meterStop: 1, timestamp: at, ...more }
}

function status16(more: object): object {
  return { connectorId: 1, errorCode: 'NoError', status: 'Available', ...more }
}

/** What real chargers send; how it is delivered: as it came, unless there is a third element. */
const ACCEPTED_ALWAYS: Record<Protocol, [action: string, received: object | null, delivered?: object][]> = {
  'ocpp1.6': [
    ['Heartbeat', null, {}],
    ['MeterValues', meterValues({ value: '21', unit: 'Celcius' })],
    ['MeterValues', meterValues({ value: '21', unit: 'Celsius' })],
    [
      'StopTransaction',
      stop({ transactionData: [{ timestamp: at, sampledValue: [{ value: '1', unit: 'Celcius' }] }] })
    ],
    [
      'StopTransaction',
      stop({ transactionData: [{ timestamp: at, sampledValue: [{ value: '1', unit: 'Celsius' }] }] })
    ],
    ['StopTransaction', stop({})],
    ...['Hertz', 'Hz'].map((unit): [string, object, object] => [
      'MeterValues',
      meterValues({ value: '50', measurand: 'Frequency', unit }),
      meterValues({ value: '50', measurand: 'Frequency' })
    ]),
    ['StatusNotification', status16({ timestamp: '2026-01-01T00:00:00.1234567Z' })],
    ['StatusNotification', status16({ timestamp: '2026-01-01T00:00:00+02:00' })],
    ['StatusNotification', status16({ timestamp: '2026-01-01T00:00:00' }), status16({ timestamp: at })],
    [
      'StatusNotification',
      status16({ timestamp: '2026-01-01T00:00:00.5+02' }),
      status16({ timestamp: '2026-01-01T00:00:00.5+02:00' })
    ],
    [
      'StatusNotification',
      status16({ timestamp: '2026-01-01T00:00:00-0930' }),
      status16({ timestamp: '2026-01-01T00:00:00-09:30' })
    ],
    ['StatusNotification', status16({ info: null, vendorId: null, timestamp: null }), status16({})],
    ['MeterValues', { connectorId: 1, meterValue: [] }],
    ['MeterValues', { connectorId: 1, meterValue: [{ timestamp: at, sampledValue: [] }] }],
    ['Authorize', { idTag: '😀'.repeat(20) }]
  ],
  'ocpp2.0.1': [
    ['Heartbeat', null, {}],
    ['Heartbeat', { customData: { vendorId: 'Acme', anything: [{ at: { all: null } }] } }],
    [
      'BootNotification',
      {
        reason: 'PowerUp',
        chargingStation: { model: 'One', vendorName: 'Acme', customData: { vendorId: 'Acme', deep: { x: 1 } } }
      }
    ],
    [
      'StatusNotification',
      { evseId: 1, connectorId: 1, connectorStatus: 'Available', timestamp: '2026-01-01T00:00:00.123456Z' }
    ],
    [
      'StatusNotification',
      { evseId: 1, connectorId: 1, connectorStatus: 'Available', timestamp: '2026-01-01T00:00:00', customData: null },
      { evseId: 1, connectorId: 1, connectorStatus: 'Available', timestamp: at }
    ]
  ],
  'ocpp2.1': [
    ['Heartbeat', null, {}],
    ['Heartbeat', { customData: { vendorId: 'Acme', more: 1 } }]
  ]
}

for (const [protocol, rows] of Object.entries(ACCEPTED_ALWAYS) as [Protocol, (typeof ACCEPTED_ALWAYS)[Protocol]][]) {
  for (const [action, received, delivered = received] of rows) {
    test(`${protocol}: ${action} ${JSON.stringify(received).slice(0, 150)} is let in`, async () => {
      const { charger, requests, chargePoint } = await start(protocol)
      await charger.call(action, received)
      assert.deepEqual(requests, [delivered])
      assert.deepEqual(
        chargePoint.violations.filter(({ direction }) => direction === 'inbound'),
        []
      )
    })
  }
}

/** What stays an error. */
const REFUSED: [protocol: Protocol, action: string, payload: object, code: string][] = [
  ['ocpp1.6', 'Authorize', { idTag: null }, 'TypeConstraintViolation'],
  ['ocpp1.6', 'Authorize', { idTag: '😀'.repeat(21) }, 'PropertyConstraintViolation'],
  ['ocpp1.6', 'StatusNotification', status16({ timestamp: '2026-01-01' }), 'PropertyConstraintViolation'],
  ['ocpp1.6', 'StatusNotification', status16({ timestamp: '2026-02-30T00:00:00' }), 'PropertyConstraintViolation'],
  [
    'ocpp1.6',
    'MeterValues',
    meterValues({ value: '1', measurand: 'Voltage', unit: 'Hz' }),
    'PropertyConstraintViolation'
  ],
  ['ocpp1.6', 'MeterValues', meterValues({ value: 1 }), 'TypeConstraintViolation'],
  [
    'ocpp1.6',
    'MeterValues',
    { connectorId: 1, meterValue: { timestamp: at, sampledValue: [] } },
    'TypeConstraintViolation'
  ],
  ['ocpp1.6', 'Authorize', { idTag: 'x', extra: 1 }, 'FormationViolation'],
  ['ocpp2.0.1', 'MeterValues', { evseId: 1, meterValue: [] }, 'OccurrenceConstraintViolation'],
  ['ocpp2.0.1', 'Heartbeat', { customData: { more: 1 } }, 'OccurrenceConstraintViolation']
]

for (const [protocol, action, payload, code] of REFUSED) {
  test(`${protocol}: ${action} ${JSON.stringify(payload).slice(0, 120)} is ${code}`, async () => {
    const { charger, requests } = await start(protocol)
    assert.equal(await codeOf(charger, action, payload), code)
    assert.deepEqual(requests, [])
  })
}

test('2.1: the cost dimension IdleTime is read as IdleTIme', () => {
  const schema = closed({ type: literals('Energy', 'IdleTIme') })
  assert.deepEqual(normalise(PROTOCOLS['ocpp2.1'], schema, { type: 'IdleTime' }, {}), { type: 'IdleTIme' })
  assert.deepEqual(normalise(PROTOCOLS['ocpp2.1'], schema, { type: 'Energy' }, {}), { type: 'Energy' })
})

test('1.6: a composite schedule may answer more than one decimal, a profile is never sent with it', async () => {
  const { charger, ocpp } = await start('ocpp1.6')
  const chargingSchedule = {
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.155 }]
  } as const
  charger.onCall(() => ({ status: 'Accepted', chargingSchedule }))
  const answer = await ocpp.v16.call('CP-1', 'GetCompositeSchedule', { connectorId: 1, duration: 60 })
  assert.deepEqual(answer.chargingSchedule, chargingSchedule)
  const csChargingProfiles = {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule
  } as const
  const profile = { connectorId: 1, csChargingProfiles }
  await assert.rejects(ocpp.call('CP-1', 'SetChargingProfile', profile), { code: 'OCPP_ERR_INVALID_PAYLOAD' })
  const empty = { ...csChargingProfiles, chargingSchedule: { ...chargingSchedule, chargingSchedulePeriod: [] } }
  await assert.rejects(ocpp.call('CP-1', 'SetChargingProfile', { connectorId: 1, csChargingProfiles: empty }), {
    code: 'OCPP_ERR_INVALID_PAYLOAD'
  })
})

test('no deviation that is accepted is ever sent', async () => {
  const times: [protocol: Protocol, currentTime: unknown, outcome: string][] = [
    ['ocpp1.6', at, 'CALLRESULT'],
    ['ocpp1.6', '2026-01-01T00:00:00', 'InternalError'],
    ['ocpp1.6', '2026-01-01T00:00:00+02', 'InternalError'],
    ['ocpp1.6', null, 'InternalError'],
    ['ocpp2.0.1', '2026-01-01T00:00:00.123Z', 'CALLRESULT'],
    ['ocpp2.0.1', '2026-01-01T00:00:00.1234Z', 'InternalError'],
    ['ocpp2.1', '2026-01-01T00:00:00.1234Z', 'InternalError']
  ]
  for (const [protocol, currentTime, outcome] of times) {
    const { charger } = await start(protocol, {}, () => ({ currentTime }))
    assert.equal(await codeOf(charger, 'Heartbeat', {}), outcome, `${protocol} ${currentTime}`)
  }
  const { ocpp } = await start('ocpp2.0.1')
  await assert.rejects(ocpp.call('CP-1', 'ClearCache', { customData: null }), { code: 'OCPP_ERR_INVALID_PAYLOAD' })
  await assert.rejects(ocpp.call('CP-1', 'ClearCache', null), { code: 'OCPP_ERR_INVALID_PAYLOAD' })
})

test('nothing is changed in a valid payload, and no default is inserted', async () => {
  const { charger, requests } = await start('ocpp1.6')
  const payload = meterValues({ value: '1' })
  await charger.call('MeterValues', payload)
  assert.deepEqual(requests, [payload])
})

test('dropUnknownMembers drops what no schema defines, at every depth', async () => {
  const { charger, requests } = await start('ocpp1.6', { leniency: { dropUnknownMembers: true } })
  const payload = {
    connectorId: 1,
    extra: {},
    meterValue: [{ timestamp: at, x: 1, sampledValue: [{ value: '1', y: [] }] }]
  }
  assert.equal(await codeOf(charger, 'MeterValues', payload), 'CALLRESULT')
  assert.deepEqual(requests, [meterValues({ value: '1' })])
})

test('coerce makes lists of single objects and converts between numbers and texts', async () => {
  const { charger, requests } = await start('ocpp1.6', { leniency: { coerce: true } })
  const payload = { connectorId: '1', meterValue: { timestamp: at, sampledValue: { value: 21.5 } } }
  assert.equal(await codeOf(charger, 'MeterValues', payload), 'CALLRESULT')
  assert.deepEqual(requests, [meterValues({ value: '21.5' })])
  for (const connectorId of ['', ' ', 'x', 'Infinity', '1.5', true, [], {}]) {
    assert.notEqual(
      await codeOf(charger, 'MeterValues', { ...payload, connectorId }),
      'CALLRESULT',
      String(connectorId)
    )
  }
})

test('fieldLengths raises the limit of one text of one message', async () => {
  const fieldLengths = { 'BootNotificationRequest.chargePointModel': 30, 'ChangeConfigurationRequest.value': 600 }
  const { charger, ocpp } = await start('ocpp1.6', { leniency: { fieldLengths } }, () => ({
    status: 'Accepted',
    currentTime: at,
    interval: 300
  }))
  const boot = (length: number, vendor = 5) => ({
    chargePointModel: 'x'.repeat(length),
    chargePointVendor: 'x'.repeat(vendor)
  })
  assert.equal(await codeOf(charger, 'BootNotification', boot(30)), 'CALLRESULT')
  assert.equal(await codeOf(charger, 'BootNotification', boot(31)), 'PropertyConstraintViolation')
  assert.equal(await codeOf(charger, 'BootNotification', boot(5, 21)), 'PropertyConstraintViolation')
  charger.onCall(() => ({ status: 'Accepted' }))
  await ocpp.v16.call('CP-1', 'ChangeConfiguration', { key: 'x', value: 'x'.repeat(600) })
  await assert.rejects(ocpp.v16.call('CP-1', 'ChangeConfiguration', { key: 'x', value: 'x'.repeat(601) }), {
    code: 'OCPP_ERR_INVALID_PAYLOAD'
  })
})

test('fieldLengths never lowers a limit of the standard', async () => {
  const fieldLengths = { 'BootNotificationRequest.chargePointModel': 5, 'ChangeConfigurationRequest.value': 5 }
  const answer = () => ({ status: 'Accepted', currentTime: at, interval: 300 })
  const { charger, ocpp } = await start('ocpp1.6', { leniency: { fieldLengths } }, answer)
  const boot = (length: number) => ({ chargePointModel: 'x'.repeat(length), chargePointVendor: 'Acme' })
  assert.equal(await codeOf(charger, 'BootNotification', boot(20)), 'CALLRESULT')
  assert.equal(await codeOf(charger, 'BootNotification', boot(21)), 'PropertyConstraintViolation')
  charger.onCall(() => ({ status: 'Accepted' }))
  await ocpp.v16.call('CP-1', 'ChangeConfiguration', { key: 'x', value: 'x'.repeat(500) })
})

test('dropUnknownMembers keeps what customData holds, at every depth', async () => {
  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    const { charger, requests } = await start(protocol, { leniency: { dropUnknownMembers: true } })
    const customData = { vendorId: 'com.example', more: { x: [1, { y: 2 }] } }
    const component = { name: 'EVSE', customData }
    const eventData = { eventId: 1, timestamp: at, trigger: 'Alerting', actualValue: '1', component }
    const event = { ...eventData, eventNotificationType: 'PreconfiguredMonitor', variable: { name: 'Problem' } }
    const payload = { generatedAt: at, seqNo: 0, eventData: [event], customData }
    assert.equal(await codeOf(charger, 'NotifyEvent', { ...payload, extra: 1 }), 'CALLRESULT')
    assert.deepEqual(requests, [payload])
  }
})

test('1.6: no list that the standard gives at least one item is sent empty, however deep it is', async () => {
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.fallback(() => ({}))
  })
  const client = await server.app.ocpp.inject({ identity: 'CP-2', protocol: 'ocpp1.6' })
  const refused = { code: 'OCPP_ERR_INVALID_PAYLOAD' }
  const values = [{ timestamp: at, sampledValue: [] }]
  await assert.rejects(client.call('MeterValues', { connectorId: 1, meterValue: [] }), refused)
  await assert.rejects(client.call('MeterValues', { connectorId: 1, meterValue: values }), refused)
  const transaction = { transactionId: 1, meterStop: 1, timestamp: at }
  await assert.rejects(client.call('StopTransaction', { ...transaction, transactionData: values }), refused)
  await client.call('StopTransaction', transaction)
  await client.call('MeterValues', { connectorId: 1, meterValue: [{ timestamp: at, sampledValue: [{ value: '1' }] }] })
})

test('violations are counted by action, direction and pointer', async () => {
  const { charger, chargePoint, events } = await start('ocpp1.6')
  for (const payload of [{}, {}, { idTag: 5 }]) await charger.call('Authorize', payload)
  await charger.call('Heartbeat', { x: 1 })
  assert.deepEqual(
    chargePoint.violations.map(({ action, direction, pointer, code, count }) => [
      action,
      direction,
      pointer,
      code,
      count
    ]),
    [
      ['Authorize', 'inbound', '/idTag', 'OccurenceConstraintViolation', 2],
      ['Authorize', 'inbound', '/idTag', 'TypeConstraintViolation', 1],
      ['Heartbeat', 'inbound', '/x', 'FormationViolation', 1]
    ]
  )
  assert.equal(events.length, 4)
  assert.ok(events.every(({ delivered, chargePoint: of }) => !delivered && of === chargePoint))
})

test('a charger that invents members cannot fill the memory with kinds of violations', async () => {
  const { charger, chargePoint } = await start('ocpp1.6')
  await Promise.all(Array.from({ length: 300 }, (_, index) => charger.call('Heartbeat', { [`m${index}`]: 1 })))
  assert.equal(chargePoint.violations.length, 256)
})

test("validation: 'warn' delivers invalid inbound messages, counts them, and stays strict for outbound ones", async () => {
  const { charger, requests, events, chargePoint, ocpp } = await start('ocpp1.6', { validation: 'warn' }, () => ({
    currentTime: at
  }))
  assert.equal(await codeOf(charger, 'Heartbeat', { extra: 1 }), 'CALLRESULT')
  assert.deepEqual(requests, [{ extra: 1 }])
  assert.deepEqual(
    events.map(({ delivered, direction }) => [delivered, direction]),
    [[true, 'inbound']]
  )
  assert.equal(chargePoint.violations[0]?.count, 1)
  assert.equal(await codeOf(charger, 'Authorize', { idTag: 'x' }), 'InternalError')
  charger.onCall(() => ({ status: 'Perhaps' }))
  assert.deepEqual(await ocpp.call('CP-1', 'ClearCache', {}), { status: 'Perhaps' })
  await assert.rejects(ocpp.call('CP-1', 'Reset', {}), { code: 'OCPP_ERR_INVALID_PAYLOAD' })
})

test('a validation function decides for each violation', async () => {
  const asked: string[] = []
  const { server, charger } = await start('ocpp1.6', {
    validation: ({ chargePoint, action, direction, violation }) => {
      asked.push(`${chargePoint.identity} ${action} ${direction} ${violation.pointer}`)
      if (violation.pointer === '/throw') throw new Error('broken policy')
      if (violation.pointer === '/odd') return 'perhaps' as 'warn'
      return chargePoint.identity === 'CP-1' ? 'warn' : 'strict'
    }
  })
  const other = await connectCharger(server.url, 'CP-2')
  assert.equal(await codeOf(charger, 'DiagnosticsStatusNotification', { status: 'Idle', x: 1 }), 'CALLRESULT')
  assert.equal(await codeOf(other, 'DiagnosticsStatusNotification', { status: 'Idle', x: 1 }), 'FormationViolation')
  for (const member of ['throw', 'odd']) {
    const payload = { status: 'Idle', [member]: 1 }
    assert.equal(await codeOf(charger, 'DiagnosticsStatusNotification', payload), 'FormationViolation', member)
  }
  assert.equal(asked[0], 'CP-1 DiagnosticsStatusNotification inbound /x')
})

test('a validation function can allow an outbound answer that violates its schema', async () => {
  const { charger } = await start('ocpp1.6', { validation: () => 'warn' }, () => ({ currentTime: 'soon' }))
  const answer = await charger.call('Heartbeat')
  assert.deepEqual(answer.type === 3 && answer.payload, { currentTime: 'soon' })
})

test('a message that was tolerated, and for which there is no valid answer, is refused for what breaks its schema', async () => {
  const inboundOnly: ServerOptions = { validation: ({ direction }) => (direction === 'inbound' ? 'warn' : 'strict') }
  const { charger } = await start('ocpp1.6', inboundOnly, () => ({ currentTime: 'soon' }))
  assert.equal(await codeOf(charger, 'Heartbeat', {}), 'InternalError')
  const answer = await charger.call('Heartbeat', { x: 1 })
  assert.deepEqual(answer.type === 4 && [answer.code, answer.description], [
    'FormationViolation',
    'payload has a member that is not defined'
  ])
})
