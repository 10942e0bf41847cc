import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type * as v201 from 'fastify-ocpp/v201'
import { Backend, casesOf, copesWith, type Row } from './station.js'
import {
  ACCEPTED,
  authorize,
  card,
  charging,
  DRIVER,
  EVSE,
  type Event,
  isAuthorized,
  parked,
  plugged,
  Session,
  type Station2,
  signedValue,
  status,
  value
} from './v201.js'

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.0.1')

type EventType = v201.TransactionEventRequest['eventType']
type Trigger = v201.TransactionEventRequest['triggerReason']

// --- F: remote control ------------------------------------------------------------------------------------------

const REMOTE_START = { idToken: DRIVER, remoteStartId: 11, evseId: 1 }

async function remotelyStarted(station: Station2): Promise<void> {
  const { items } = await backend.get(`/transactions?chargePoint=${station.identity}`)
  assert.deepEqual([items[0].remoteStartId, items[0].idToken, items[0].status], [11, 'DRIVER', 'open'])
}

const F_ROWS: readonly Row<'ocpp2.0.1'>[] = [
  [
    'TC_F_06_CSMS',
    'an unlock',
    'UnlockConnector',
    { evseId: 1, connectorId: 1 },
    { status: 'Unlocked' },
    { transactions: [] }
  ],
  [
    'TC_F_27_CSMS',
    'a trigger that it does not know',
    'TriggerMessage',
    { requestedMessage: 'PublishFirmwareStatusNotification' },
    { status: 'NotImplemented' }
  ]
]

type Triggered = readonly [
  id: string,
  request: v201.TriggerMessageRequest,
  follows: (station: Station2) => Promise<unknown>,
  shown: object
]

const measures = (...evseIds: number[]) => {
  return async (station: Station2) => {
    for (const evseId of evseIds) {
      const timestamp = `2026-01-01T00:0${evseId}:00.000Z`
      await station.says('MeterValues', { evseId, meterValue: [{ ...value(), timestamp }] })
    }
  }
}
const reading = (evseId: number) => ({ evseId, samples: [{ value: 100, unit: 'Wh', context: 'Trigger' }] })

const TRIGGERED: readonly Triggered[] = [
  ['TC_F_11_CSMS', { requestedMessage: 'MeterValues', evse: { id: 1 } }, measures(1), { readings: [reading(1)] }],
  ['TC_F_12_CSMS', { requestedMessage: 'MeterValues' }, measures(1, 2), { readings: [reading(2), reading(1)] }],
  [
    'TC_F_13_CSMS',
    { requestedMessage: 'TransactionEvent', evse: { id: 1 } },
    async (station) => (await charging(station)).tells('Updated', 'Trigger', { chargingState: 'Charging' }),
    { transactions: [{ status: 'open', seqNo: 1, chargingState: 'Charging' }] }
  ],
  [
    'TC_F_14_CSMS',
    { requestedMessage: 'TransactionEvent' },
    async (station) => {
      for (const id of [1, 2]) {
        const session = await new Session(station, `tx-${id}`).charges({ evse: { id, connectorId: 1 } })
        await session.tells('Updated', 'Trigger')
      }
    },
    {
      transactions: [
        { evseId: 2, seqNo: 1 },
        { evseId: 1, seqNo: 1 }
      ]
    }
  ],
  [
    'TC_F_15_CSMS',
    { requestedMessage: 'LogStatusNotification' },
    (station) => station.says('LogStatusNotification', { status: 'Idle' }),
    { log: { status: 'Idle' } }
  ],
  [
    'TC_F_18_CSMS',
    { requestedMessage: 'FirmwareStatusNotification' },
    (station) => station.says('FirmwareStatusNotification', { status: 'Idle' }),
    { firmware: { status: 'Idle' } }
  ],
  [
    'TC_F_20_CSMS',
    { requestedMessage: 'Heartbeat' },
    async (station) => {
      const { currentTime } = await station.says('Heartbeat', {})
      assert.ok(Math.abs(Date.parse(currentTime) - Date.now()) < 5000)
    },
    { connected: true }
  ],
  [
    'TC_F_23_CSMS',
    { requestedMessage: 'StatusNotification', evse: EVSE },
    (station) => status(station, 'Available'),
    { connectors: [{ evseId: 1, status: 'Available' }] }
  ],
  [
    'TC_F_24_CSMS',
    { requestedMessage: 'StatusNotification', evse: EVSE },
    (station) => status(station, 'Occupied'),
    { connectors: [{ evseId: 1, status: 'Occupied' }] }
  ]
]

describe('2.0.1 F', () => {
  copesWith(backend, scenario, F_ROWS)

  scenario('TC_F_01_CSMS', 'a remote start, the plug first', async (station) => {
    const session = new Session(station)
    await session.tells('Started', 'CablePluggedIn', plugged)
    const answer = { status: 'Accepted' as const, transactionId: session.transactionId }
    await station.isAsked('RequestStartTransaction', REMOTE_START, answer)
    await session.tells('Updated', 'RemoteStart', { idToken: DRIVER, remoteStartId: 11, chargingState: 'Charging' })
    await remotelyStarted(station)
  })

  for (const [id, asksFirst] of [
    ['TC_F_02_CSMS', true],
    ['TC_F_03_CSMS', false]
  ] as const) {
    scenario(id, `a remote start, ${asksFirst ? 'authorized again' : 'not authorized again'}`, async (station) => {
      await station.isAsked('RequestStartTransaction', REMOTE_START, ACCEPTED)
      if (asksFirst) assert.deepEqual(await authorize(station), ACCEPTED)
      const session = new Session(station)
      await session.tells('Started', 'RemoteStart', { idToken: DRIVER, remoteStartId: 11, ...parked })
      await session.tells('Updated', 'CablePluggedIn', plugged)
      await session.tells('Updated', 'ChargingStateChanged', { chargingState: 'Charging' })
      await remotelyStarted(station)
    })
  }

  scenario('TC_F_04_CSMS', 'a remote start, but no plug', async (station) => {
    await station.isAsked('RequestStartTransaction', REMOTE_START, ACCEPTED)
    const session = new Session(station)
    await session.tells('Started', 'RemoteStart', { idToken: DRIVER, remoteStartId: 11, ...parked })
    await session.tells('Ended', 'EVConnectTimeout', { stoppedReason: 'Timeout' })
    await station.shows({ transactions: [{ status: 'ended', stopReason: 'Timeout' }] })
  })

  for (const [id, request, follows, shown] of TRIGGERED) {
    scenario(id, `${request.requestedMessage} that is triggered`, async (station) => {
      await station.isAsked('TriggerMessage', request, ACCEPTED)
      await follows(station)
      await station.shows(shown)
    })
  }
})

// --- G: availability --------------------------------------------------------------------------------------------

describe('2.0.1 G', () => {
  for (const [id, operationalStatus, evse] of [
    ['TC_G_03_CSMS', 'Inoperative', { id: 1 }],
    ['TC_G_04_CSMS', 'Operative', { id: 1 }],
    ['TC_G_05_CSMS', 'Inoperative', undefined],
    ['TC_G_06_CSMS', 'Operative', undefined],
    ['TC_G_07_CSMS', 'Inoperative', EVSE],
    ['TC_G_08_CSMS', 'Operative', EVSE]
  ] as const) {
    scenario(id, `${operationalStatus}: ${JSON.stringify(evse ?? 'all')}`, async (station) => {
      const place = evse === undefined ? {} : { evse: { ...evse } }
      await station.isAsked('ChangeAvailability', { operationalStatus, ...place }, ACCEPTED)
      const follows = operationalStatus === 'Operative' ? 'Available' : 'Unavailable'
      await status(station, follows)
      await station.shows({ connectors: [{ evseId: 1, connectorId: 1, status: follows }] })
    })
  }

  for (const [id, evse] of [
    ['TC_G_11_CSMS', { id: 1 }],
    ['TC_G_14_CSMS', undefined],
    ['TC_G_17_CSMS', EVSE]
  ] as const) {
    scenario(id, `out of service after the transaction: ${JSON.stringify(evse ?? 'all')}`, async (station) => {
      const session = await charging(station)
      const place = evse === undefined ? {} : { evse: { ...evse } }
      const request = { operationalStatus: 'Inoperative' as const, ...place }
      await station.isAsked('ChangeAvailability', request, { status: 'Scheduled' })
      await station.shows({ transactions: [{ status: 'open' }] })
      await session.ends('EVDisconnected')
      await status(station, 'Unavailable')
      await station.shows({ transactions: [{ status: 'ended' }], connectors: [{ status: 'Unavailable' }] })
    })
  }

  scenario('TC_G_20_CSMS', 'a lock that fails', async (station) => {
    await isAuthorized(station)
    const eventData: v201.EventDataType = {
      eventId: 1,
      timestamp: '2026-01-01T00:00:00.000Z',
      trigger: 'Alerting',
      actualValue: 'true',
      eventNotificationType: 'HardWiredNotification',
      component: { name: 'ConnectorPlugRetentionLock', evse: EVSE },
      variable: { name: 'Problem' }
    }
    const request = { generatedAt: '2026-01-01T00:00:00.000Z', seqNo: 0, eventData: [eventData] }
    assert.deepEqual(await station.says('NotifyEvent', request), {})
    const shown = { component: 'ConnectorPlugRetentionLock', evseId: 1, variable: 'Problem', actualValue: 'true' }
    await station.shows({ deviceEvents: [shown], transactions: [] })
  })
})

// --- H: reservation ---------------------------------------------------------------------------------------------

describe('2.0.1 H', () => {
  const reservation = { id: 5, expiryDateTime: '2099-01-01T00:00:00.000Z', idToken: DRIVER }
  const shown = { reservationId: 5, idToken: 'DRIVER', idTokenType: 'ISO14443', status: 'Accepted' }

  async function reserve(station: Station2, more: Partial<v201.ReserveNowRequest> = {}): Promise<void> {
    await station.isAsked('ReserveNow', { ...reservation, ...more }, ACCEPTED)
    await station.shows({ reservations: [{ ...shown, expiresAt: reservation.expiryDateTime }] })
    await status(station, 'Reserved')
  }

  async function isUsed(station: Station2, idToken = DRIVER): Promise<void> {
    const session = new Session(station)
    await session.tells('Started', 'Authorized', { idToken, evse: EVSE, reservationId: 5 })
    const used = { reservationId: 5, status: 'Used', transactionId: session.transactionId }
    await station.shows({ reservations: [used], transactions: [{ status: 'open', idToken: idToken.idToken }] })
  }

  scenario('TC_H_01_CSMS', 'an EVSE, which is used', async (station) => {
    await reserve(station, { evseId: 1 })
    await isUsed(station)
  })

  for (const [id, reservationUpdateStatus] of [
    ['TC_H_07_CSMS', 'Expired'],
    ['TC_H_20_CSMS', 'Removed']
  ] as const) {
    scenario(id, `a reservation that is ${reservationUpdateStatus}`, async (station) => {
      await reserve(station, { evseId: 1 })
      await status(station, reservationUpdateStatus === 'Removed' ? 'Faulted' : 'Available')
      assert.deepEqual(await station.says('ReservationStatusUpdate', { reservationId: 5, reservationUpdateStatus }), {})
      await station.shows({ reservations: [{ ...shown, status: reservationUpdateStatus }] })
    })
  }

  scenario('TC_H_08_CSMS', 'any EVSE, which is used', async (station) => {
    await reserve(station)
    await isUsed(station)
  })

  scenario('TC_H_14_CSMS', 'as many as there are', async (station) => {
    for (const id of [5, 6]) await station.isAsked('ReserveNow', { ...reservation, id }, ACCEPTED)
    for (const evseId of [1, 2]) await status(station, 'Reserved', evseId)
    await station.shows({
      reservations: [shown, { ...shown, reservationId: 6 }],
      connectors: [{ status: 'Reserved' }, { status: 'Reserved' }]
    })
  })

  scenario('TC_H_15_CSMS', 'a kind of connector', async (station) => {
    await reserve(station, { connectorType: 'cType2' })
    await station.shows({ reservations: [{ ...shown, connectorType: 'cType2' }] })
    await isUsed(station)
  })

  scenario('TC_H_17_CSMS', 'a reservation that is cancelled', async (station) => {
    await reserve(station, { evseId: 1 })
    await station.isAsked('CancelReservation', { reservationId: 5 }, ACCEPTED)
    await status(station, 'Available')
    await station.shows({ reservations: [{ ...shown, status: 'Cancelled' }] })
  })

  scenario('TC_H_19_CSMS', 'an EVSE, for all of a group', async (station) => {
    const groupIdToken = { idToken: 'FAMILY', type: 'Central' as const }
    const family = { ...reservation, evseId: 1, idToken: card('PARENT'), groupIdToken }
    await station.isAsked('ReserveNow', family, ACCEPTED)
    await station.shows({ reservations: [{ idToken: 'PARENT', groupId: 'FAMILY', status: 'Accepted' }] })
    assert.deepEqual(await authorize(station, card('CHILD')), { status: 'Accepted', groupIdToken })
    await isUsed(station, card('CHILD'))
  })

  copesWith(backend, scenario, [
    [
      'TC_H_22_CSMS',
      'no reservation',
      'ReserveNow',
      { ...reservation, evseId: 1 },
      { status: 'Rejected' },
      { reservations: [] }
    ]
  ])
})

// --- I: cost ----------------------------------------------------------------------------------------------------

describe('2.0.1 I', () => {
  async function costs(station: Station2): Promise<Session> {
    const tariff = { chargePoint: station.identity, currency: 'EUR', pricePerKwh: 0.5 }
    await backend.put(`/tariffs/${station.identity}`, tariff)
    return charging(station, { meterValue: [value('Transaction.Begin', 1000)] })
  }

  /** The charge point shows tariffs and costs. */
  async function shows(station: Station2): Promise<void> {
    const variableAttribute = [{ value: 'true' }]
    const reportData = ['Tariff', 'Cost'].map((instance) => ({
      component: { name: 'TariffCostCtrlr' },
      variable: { name: 'Enabled', instance },
      variableAttribute
    }))
    const generatedAt = '2026-01-01T00:00:00.000Z'
    assert.deepEqual(await station.says('NotifyReport', { requestId: 1, generatedAt, seqNo: 0, reportData }), {})
  }

  scenario('TC_I_01_CSMS', 'what it has cost so far', async (station) => {
    await shows(station)
    await backend.put(`/charge-points/${station.identity}`, { traits: { costUpdates: true } })
    const session = await costs(station)
    const { transactionId } = session
    for (const [totalCost, wh] of [
      [1, 3000],
      [1.5, 4000]
    ] as const) {
      const told = station.isTold('CostUpdated', {})
      const meterValue = [{ ...value('Sample.Periodic', wh), timestamp: '2026-01-01T00:30:00.000Z' }]
      assert.deepEqual(await session.tells('Updated', 'MeterValuePeriodic', { meterValue }), { totalCost })
      assert.deepEqual(await told, { totalCost, transactionId })
    }
  })

  scenario('TC_I_02_CSMS', 'what it will cost, and what it has cost in all', async (station) => {
    await shows(station)
    const session = await costs(station)
    const { personalMessage } = await authorize(station)
    assert.equal(personalMessage?.content, '0.5 EUR/kWh (incl. tax)')
    const meterValue = [{ ...value('Transaction.End', 5000), timestamp: '2026-01-01T01:00:00.000Z' }]
    assert.deepEqual(await session.tells('Ended', 'StopAuthorized', { meterValue }), { totalCost: 2 })
    const { items } = await backend.get('/transactions?chargePoint=TC_I_02_CSMS')
    assert.deepEqual([items[0].cost, items[0].currency, items[0].energyWh], [2, 'EUR', 4000])
  })
})

// --- J: meter values --------------------------------------------------------------------------------------------

describe('2.0.1 J', () => {
  scenario('TC_J_01_CSMS', 'on the clock, without transaction', async (station) => {
    const request = { evseId: 1, meterValue: [value('Sample.Clock', 1234)] }
    assert.deepEqual(await station.says('MeterValues', request), {})
    await station.shows({ readings: [{ evseId: 1, samples: [{ value: 1234, context: 'Sample.Clock' }] }] })
  })

  const MEASURED: readonly (readonly [string, EventType, Trigger, v201.MeterValueType, Event?])[] = [
    ['TC_J_02_CSMS', 'Updated', 'MeterValueClock', value('Sample.Clock')],
    ['TC_J_03_CSMS', 'Ended', 'StopAuthorized', value('Sample.Clock')],
    ['TC_J_04_CSMS', 'Ended', 'StopAuthorized', signedValue('Sample.Clock')],
    ['TC_J_07_CSMS', 'Started', 'CablePluggedIn', value('Transaction.Begin'), { evse: EVSE }],
    ['TC_J_08_CSMS', 'Updated', 'CablePluggedIn', value('Transaction.Begin'), { evse: EVSE }],
    ['TC_J_09_CSMS', 'Updated', 'MeterValuePeriodic', value('Sample.Periodic')],
    ['TC_J_10_CSMS', 'Ended', 'StopAuthorized', value('Transaction.End')],
    ['TC_J_11_CSMS', 'Ended', 'StopAuthorized', signedValue('Transaction.End')]
  ]

  for (const [id, eventType, trigger, meterValue, more = {}] of MEASURED) {
    const [{ context, signedMeterValue } = { context: undefined }] = meterValue.sampledValue
    scenario(id, `${context} when ${eventType}${signedMeterValue ? ', signed' : ''}`, async (station) => {
      const session = new Session(station)
      if (eventType !== 'Started') await session.tells('Started', 'Authorized', { idToken: DRIVER })
      assert.deepEqual(await session.tells(eventType, trigger, { meterValue: [meterValue], ...more }), {})
      const { items } = await backend.get(`/transactions?chargePoint=${id}`)
      const measured = await backend.get(`/transactions/${items[0].id}/meter-values`)
      assert.equal(measured.items.length, 1)
      const [found] = measured.items
      assert.deepEqual([found.value, found.unit, found.context], [100, 'Wh', context])
      assert.deepEqual(found.signedMeterValue, signedMeterValue)
    })
  }

  scenario('TC_J_02_CSMS-order', 'those of a later moment are the latest', async (station) => {
    for (const [minute, of] of [
      ['30', 2],
      ['15', 1]
    ] as const) {
      const timestamp = `2026-01-01T00:${minute}:00.000Z`
      await station.says('MeterValues', { evseId: 1, meterValue: [{ ...value('Sample.Clock', of), timestamp }] })
    }
    await station.shows({ readings: [{ timestamp: '2026-01-01T00:30:00.000Z', samples: [{ value: 2 }] }] })
  })
})
