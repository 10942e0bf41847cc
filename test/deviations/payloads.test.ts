import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEVIATIONS, type Deviation, type ViolationEvent } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { type ServerOptions, startServer } from '../support/server.js'
import { PAYLOAD_CASES, type PayloadCase } from './cases.js'

/** A server that keeps what its handlers are given. It answers nothing that a charge point may rely on. */
async function start(options: ServerOptions) {
  const delivered: unknown[] = []
  const events: ViolationEvent[] = []
  const server = await startServer(
    { authenticate: () => ({ accept: true, registration: 'Accepted' }), validation: 'strict', ...options },
    (app) => {
      for (const version of [app.ocpp.v16, app.ocpp.v201, app.ocpp.v21]) {
        version.fallback((action, request) => {
          delivered.push(request)
          return RESPONSES[action] ?? {}
        })
      }
    }
  )
  server.app.ocpp.events.on('violation', (event) => events.push(event))
  return { server, delivered, events }
}

const RESPONSES: Record<string, object> = {
  Authorize: { idTagInfo: { status: 'Accepted' } },
  StartTransaction: { transactionId: 1, idTagInfo: { status: 'Accepted' } },
  BootNotification: { status: 'Accepted', interval: 300, currentTime: '2026-01-01T00:00:00Z' }
}

function title({ deviations, protocol, action, applied }: PayloadCase): string {
  return `${deviations.join(', ')}: ${protocol} ${action} ${applied.join(', ')}`
}

/** What came over the wire: members that are `undefined` are not in it. */
function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function receivedAt(payload: unknown): string {
  const { timestamp, meterValue } = payload as { timestamp?: string; meterValue?: { timestamp: string }[] }
  return timestamp ?? meterValue?.[0]?.timestamp ?? ''
}

test('a payload that deviates is refused by default, and is accepted with its deviations', async (suite) => {
  for (const one of PAYLOAD_CASES) {
    await suite.test(title(one), async (step) => {
      const { deviations, protocol, action, sent, code } = one
      const strict = await start({ protocols: [protocol] })
      step.after(() => strict.server.app.close())
      const refused = await (await connectCharger(strict.server.url, 'CP-1', { protocol })).call(action, sent)
      if (code === 'none') assert.equal(refused.type, 3)
      else assert.equal(refused.type === 4 && refused.code, code)
      assert.deepEqual(
        strict.events.map((event) => [...event.suggestions()].sort()),
        code === 'none' ? [] : [[...deviations].sort()]
      )

      const lenient = await start({ protocols: [protocol], leniency: { deviations } })
      step.after(() => lenient.server.app.close())
      const before = Date.now()
      const answer = await (await connectCharger(lenient.server.url, 'CP-1', { protocol })).call(action, sent)
      assert.equal(answer.type, 3)
      const [payload] = lenient.delivered
      const at = receivedAt(payload)
      if (typeof one.delivered === 'function') {
        assert.ok(Date.parse(at) >= before && Date.parse(at) <= Date.now())
        assert.deepEqual(payload, json(one.delivered(at)))
      } else assert.deepEqual(payload, json(one.delivered))
      const seen = lenient.events.map(({ deviation, violation, delivered }) => {
        assert.ok(delivered)
        return `${deviation} ${violation.pointer}`
      })
      assert.deepEqual(seen, one.applied)
    })
  }
})

test('every deviation of payloads has a case', () => {
  const covered = new Set(PAYLOAD_CASES.flatMap(({ deviations }) => deviations))
  const names = Object.entries(DEVIATIONS).flatMap(([name, { place }]) => (place === 'payload' ? [name] : []))
  assert.deepEqual(
    names.filter((name) => !covered.has(name as Deviation)),
    []
  )
})

test('a payload that no deviation can correct is rejected although all are accepted, and has no effect', async (t) => {
  const deviations = Object.keys(DEVIATIONS) as Deviation[]
  const { server, delivered, events } = await start({ leniency: { deviations } })
  t.after(() => server.app.close())
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp1.6' })
  for (const [action, sent] of [
    ['StartTransaction', { connectorId: {}, idTag: 'T', meterStart: 1, timestamp: '2026-01-01T00:00:00Z' }],
    ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Ready' }],
    ['MeterValues', []],
    ['StopTransaction', { transactionId: 'x', meterStop: 1, timestamp: '2026-01-01T00:00:00Z' }]
  ] as const) {
    const answer = await charger.call(action, sent)
    assert.equal(answer.type, 4, action)
  }
  assert.deepEqual(delivered, [])
  assert.ok(events.every((event) => !event.delivered && event.suggestions().length === 0))
})

test('a deviation is reported and suggested, however many others occurred before it', async (t) => {
  const sampledValue: object[] = Array.from({ length: 100 }, (_, value) => ({ value }))
  sampledValue.push({ value: '21', measurand: 'Temperature', unit: 'C' })
  const sent = { connectorId: 1, meterValue: [{ timestamp: '2026-01-01T00:00:00Z', sampledValue }] }
  const strict = await start({})
  t.after(() => strict.server.app.close())
  await (await connectCharger(strict.server.url, 'CP-1')).call('MeterValues', sent)
  const [refused] = strict.events
  const deviations = refused?.suggestions() ?? []
  assert.deepEqual([...deviations].sort(), ['unit-names', 'wrong-types'])
  const lenient = await start({ leniency: { deviations } })
  t.after(() => lenient.server.app.close())
  assert.equal((await (await connectCharger(lenient.server.url, 'CP-1')).call('MeterValues', sent)).type, 3)
  assert.equal(lenient.events.at(-1)?.deviation, 'unit-names')
})

test('a payload that is right is not changed by any deviation', async (t) => {
  const deviations = Object.keys(DEVIATIONS) as Deviation[]
  const { server, delivered, events } = await start({ leniency: { deviations } })
  t.after(() => server.app.close())
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp1.6' })
  const payloads = [
    ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available', info: ' ok , 1,5 ' }],
    ['Authorize', { idTag: '12,5' }],
    [
      'StopTransaction',
      { transactionId: 7, meterStop: 10, timestamp: '2026-01-01T00:00:00.000+02:00', reason: 'Local' }
    ]
  ] as const
  for (const [action, payload] of payloads) assert.equal((await charger.call(action, payload)).type, 3)
  assert.deepEqual(
    delivered,
    payloads.map(([, payload]) => payload)
  )
  assert.deepEqual(events, [])
})

for (const [timeZone, local, offset] of [
  ['Europe/Berlin', '2026-01-15T12:00:00', '+01:00'],
  ['Europe/Berlin', '2026-07-15T12:00:00', '+02:00'],
  ['Europe/Berlin', '2026-03-29T01:59:59', '+01:00'],
  ['Europe/Berlin', '2026-03-29T03:00:00', '+02:00'],
  ['Europe/Berlin', '2026-10-25T01:59:59', '+02:00'],
  // It comes twice: the earlier one is meant.
  ['Europe/Berlin', '2026-10-25T02:30:00', '+02:00'],
  ['Europe/Berlin', '2026-10-25T03:00:00', '+01:00'],
  ['America/St_Johns', '2026-01-15T12:00:00', '-03:30'],
  ['UTC', '2026-01-15T12:00:00', '+00:00']
] as const) {
  test(`${local} of a charge point in ${timeZone} is ${offset}`, async (t) => {
    const { server, delivered } = await start({ leniency: { timeZone } })
    t.after(() => server.app.close())
    const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp1.6' })
    const stop = { transactionId: 7, meterStop: 10, reason: 'Local' }
    assert.equal((await charger.call('StopTransaction', { ...stop, timestamp: local })).type, 3)
    assert.equal((await charger.call('StopTransaction', { ...stop, timestamp: `${local}Z` })).type, 3)
    assert.deepEqual(delivered, [
      { ...stop, timestamp: `${local}${offset}` },
      { ...stop, timestamp: `${local}Z` }
    ])
  })
}

test('the traits of a charge point apply from its next message on', async (t) => {
  const { server, delivered } = await start({})
  t.after(() => server.app.close())
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp1.6' })
  const other = await connectCharger(server.url, 'CP-2', { protocol: 'ocpp1.6' })
  assert.equal((await charger.call('Authorize', { idTag: 12 })).type, 4)
  server.app.ocpp.chargePoints.get('CP-1')?.adapt({ leniency: { deviations: ['wrong-types'] } })
  assert.equal((await charger.call('Authorize', { idTag: 12 })).type, 3)
  assert.equal((await other.call('Authorize', { idTag: 12 })).type, 4)
  server.app.ocpp.chargePoints.get('CP-1')?.adapt({ validation: 'warn' })
  assert.equal((await charger.call('Authorize', { idTag: 13 })).type, 3)
  server.app.ocpp.chargePoints.get('CP-1')?.adapt({})
  assert.equal((await charger.call('Authorize', { idTag: 14 })).type, 4)
  assert.deepEqual(delivered, [{ idTag: '12' }, { idTag: 13 }])
  assert.throws(
    () => server.app.ocpp.chargePoints.get('CP-1')?.adapt({ leniency: { deviations: ['none' as Deviation] } }),
    {
      code: 'OCPP_ERR_INVALID_OPTIONS'
    }
  )
})

test('traits apply from the handshake on, and to a BootNotification that is rejected without them', async (t) => {
  const told: unknown[] = []
  const { server } = await start({
    authenticate: ({ identity }) => ({
      accept: true,
      ...(identity === 'CP-1' && { traits: { leniency: { deviations: ['long-names'] as const } } })
    }),
    traits: ({ identity }, boot) => {
      told.push({ identity, ...boot })
      return boot.vendor === 'Known' ? { leniency: { deviations: ['long-serial-numbers'] } } : undefined
    }
  })
  t.after(() => server.app.close())
  const long = { chargePointVendor: 'V', chargePointModel: 'm'.repeat(60) }
  const serial = { chargePointVendor: 'Known', chargePointModel: 'M', chargePointSerialNumber: 's'.repeat(40) }
  const first = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp1.6' })
  assert.equal((await first.call('BootNotification', long)).type, 3)
  const second = await connectCharger(server.url, 'CP-2', { protocol: 'ocpp1.6' })
  assert.equal((await second.call('BootNotification', long)).type, 4)
  assert.equal((await second.call('BootNotification', serial)).type, 3)
  assert.deepEqual(told, [
    { identity: 'CP-1', vendor: 'V', model: long.chargePointModel },
    { identity: 'CP-2', vendor: 'V', model: long.chargePointModel },
    { identity: 'CP-2', vendor: 'Known', model: 'M', serialNumber: serial.chargePointSerialNumber }
  ])
})
