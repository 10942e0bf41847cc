import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type * as v201 from 'fastify-ocpp/v201'
import { Backend, casesOf, copesWith } from './station.js'
import {
  ACCEPTED,
  card,
  charging,
  DRIVER,
  EVSE,
  type Event,
  isAuthorized,
  parked,
  plugged,
  Session,
  signedValue,
  status
} from './v201.js'

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.0.1')

type EventType = v201.TransactionEventRequest['eventType']
type Trigger = v201.TransactionEventRequest['triggerReason']

// --- E: transactions --------------------------------------------------------------------------------------------

interface Story {
  /** What is authorized before, with Authorize. */
  before?: 'DRIVER'
  events: readonly (readonly [EventType, Trigger, Event?])[]
  shown: object
}

const charged = { evse: EVSE, chargingState: 'Charging' } as const
const driver = { idToken: DRIVER }
const open = { status: 'open', evseId: 1, idToken: 'DRIVER' }

/** Plugged in, authorized, charging. */
const SESSION = [
  ['Started', 'CablePluggedIn', plugged],
  ['Updated', 'Authorized', driver],
  ['Updated', 'ChargingStateChanged', { chargingState: 'Charging' }]
] as const satisfies Story['events']

const stopped = (stopReason: string, seqNo: number) => ({ ...open, status: 'ended', stopReason, seqNo })

const STORIES: Readonly<Record<string, readonly [name: string, story: Story]>> = {
  TC_E_01_CSMS: [
    'starts with the power path',
    {
      before: 'DRIVER',
      events: [
        ['Started', 'Authorized', { ...plugged, ...driver }],
        ['Updated', 'ChargingStateChanged', { chargingState: 'Charging' }]
      ],
      shown: { ...open, chargingState: 'Charging', seqNo: 1 }
    }
  ],
  TC_E_02_CSMS: [
    'starts with the energy',
    {
      before: 'DRIVER',
      events: [['Started', 'ChargingStateChanged', { ...charged, ...driver }]],
      shown: { ...open, chargingState: 'Charging', seqNo: 0 }
    }
  ],
  TC_E_03_CSMS: ['the plug first', { events: SESSION, shown: { ...open, chargingState: 'Charging', seqNo: 2 } }],
  TC_E_04_CSMS: [
    'the id token first',
    {
      before: 'DRIVER',
      events: [
        ['Started', 'Authorized', { ...driver, ...parked }],
        ['Updated', 'CablePluggedIn', plugged],
        ['Updated', 'ChargingStateChanged', { chargingState: 'Charging' }]
      ],
      shown: { ...open, connectorId: 1, chargingState: 'Charging' }
    }
  ],
  TC_E_07_CSMS: [
    'stops with the power path',
    {
      events: [
        ...SESSION,
        ['Ended', 'StopAuthorized', { ...driver, stoppedReason: 'Local', chargingState: 'EVConnected' }]
      ],
      shown: stopped('Local', 3)
    }
  ],
  TC_E_08_CSMS: [
    'stops with the energy',
    {
      events: [...SESSION, ['Ended', 'StopAuthorized', { ...driver, chargingState: 'EVConnected' }]],
      shown: stopped('Local', 3)
    }
  ],
  TC_E_09_CSMS: [
    'starts with the plug',
    {
      events: [['Started', 'CablePluggedIn', plugged]],
      shown: { status: 'open', evseId: 1, connectorId: 1, chargingState: 'EVConnected' }
    }
  ],
  TC_E_10_CSMS: [
    'starts with the id token',
    { before: 'DRIVER', events: [['Started', 'Authorized', { ...driver, ...parked }]], shown: open }
  ],
  TC_E_11_CSMS: [
    'starts with signed data',
    {
      before: 'DRIVER',
      events: [
        ['Started', 'SignedDataReceived', { ...plugged, ...driver, meterValue: [signedValue('Transaction.Begin')] }]
      ],
      shown: open
    }
  ],
  TC_E_12_CSMS: [
    'starts with the car on the bay',
    { events: [['Started', 'EVDetected', parked]], shown: { status: 'open', evseId: 1 } }
  ],
  TC_E_14_CSMS: [
    'stops with the plug at the station',
    {
      events: [
        ...SESSION,
        ['Updated', 'StopAuthorized', { ...driver, chargingState: 'EVConnected' }],
        ['Ended', 'EVCommunicationLost', { chargingState: 'Idle', stoppedReason: 'EVDisconnected' }]
      ],
      shown: stopped('EVDisconnected', 4)
    }
  ],
  TC_E_15_CSMS: [
    'stops with the id token',
    {
      events: [...SESSION, ['Ended', 'StopAuthorized', { ...driver, stoppedReason: 'Local' }]],
      shown: stopped('Local', 3)
    }
  ],
  TC_E_17_CSMS: [
    'stops with the plug at the car',
    {
      events: [
        ...SESSION,
        ['Ended', 'EVCommunicationLost', { chargingState: 'Idle', stoppedReason: 'EVDisconnected' }]
      ],
      shown: stopped('EVDisconnected', 3)
    }
  ],
  TC_E_19_CSMS: [
    'stops when the bay is free',
    {
      events: [
        ...SESSION,
        ['Updated', 'EVCommunicationLost', { chargingState: 'Idle' }],
        ['Ended', 'EVDeparted', { stoppedReason: 'EVDisconnected' }]
      ],
      shown: stopped('EVDisconnected', 4)
    }
  ],
  TC_E_20_CSMS: [
    'stops with the plug at the car, which charges on',
    {
      events: [
        ...SESSION,
        ['Updated', 'ChargingStateChanged', { chargingState: 'SuspendedEV' }],
        ['Ended', 'EVCommunicationLost', { chargingState: 'Idle', stoppedReason: 'EVDisconnected' }]
      ],
      shown: stopped('EVDisconnected', 4)
    }
  ],
  TC_E_22_CSMS: [
    'stops when the car has enough',
    {
      events: [
        ...SESSION,
        ['Ended', 'ChargingStateChanged', { chargingState: 'SuspendedEV', stoppedReason: 'StoppedByEV' }]
      ],
      shown: stopped('StoppedByEV', 3)
    }
  ],
  TC_E_26_CSMS: [
    'goes on when the plug is back in the car',
    {
      events: [
        ...SESSION,
        ['Updated', 'EVCommunicationLost', { chargingState: 'Idle' }],
        ['Updated', 'CablePluggedIn', { chargingState: 'EVConnected' }],
        ['Updated', 'ChargingStateChanged', { chargingState: 'Charging' }]
      ],
      shown: { ...open, chargingState: 'Charging', seqNo: 5 }
    }
  ],
  TC_E_38_CSMS: [
    'waits for the car',
    {
      events: [
        ['Started', 'CablePluggedIn', plugged],
        ['Updated', 'Authorized', driver],
        ['Updated', 'ChargingStateChanged', { chargingState: 'SuspendedEV' }]
      ],
      shown: { ...open, chargingState: 'SuspendedEV' }
    }
  ],
  TC_E_39_CSMS: [
    'stops when no plug comes',
    {
      before: 'DRIVER',
      events: [
        ['Started', 'Authorized', { ...driver, ...parked }],
        ['Ended', 'EVConnectTimeout', { stoppedReason: 'Timeout' }]
      ],
      shown: stopped('Timeout', 1)
    }
  ]
}

describe('2.0.1 E: a transaction', () => {
  for (const [id, [name, { before, events, shown }]] of Object.entries(STORIES)) {
    scenario(id, name, async (station) => {
      if (before !== undefined) await isAuthorized(station)
      await status(station, 'Occupied')
      const session = new Session(station)
      for (const [eventType, trigger, more] of events) {
        const answer = await session.tells(eventType, trigger, more)
        assert.deepEqual(answer, more?.idToken === undefined ? {} : { idTokenInfo: ACCEPTED })
      }
      await station.shows({ transactions: [{ transactionId: session.transactionId, ...shown }] })
    })
  }

  scenario('TC_E_16_CSMS', 'stops because of a bad id token', async (station) => {
    const session = new Session(station)
    await session.tells('Started', 'CablePluggedIn', plugged)
    const { idTokenInfo } = await session.tells('Updated', 'Authorized', { idToken: card('BLOCKED') })
    assert.equal(idTokenInfo?.status, 'Blocked')
    await session.tells('Ended', 'Deauthorized', { stoppedReason: 'DeAuthorized' })
    await station.shows({ transactions: [{ status: 'ended', idToken: 'BLOCKED', stopReason: 'DeAuthorized' }] })
  })

  scenario('TC_E_21_CSMS', 'stops from afar', async (station) => {
    const session = await charging(station)
    await station.isAsked('RequestStopTransaction', { transactionId: session.transactionId }, ACCEPTED)
    await session.tells('Ended', 'RemoteStop', { stoppedReason: 'Remote', chargingState: 'EVConnected' })
    await station.shows({ transactions: [{ status: 'ended', stopReason: 'Remote' }] })
  })

  scenario('TC_E_53_CSMS', 'begins at 0 each time', async (station) => {
    for (const transactionId of ['first', 'second']) {
      const session = await new Session(station, transactionId).charges()
      await session.ends('Local')
    }
    const { items } = await backend.get('/transactions?chargePoint=TC_E_53_CSMS')
    const of = ({ transactionId, complete }: Record<string, unknown>) => [transactionId, complete]
    assert.deepEqual(items.map(of), [
      ['second', true],
      ['first', true]
    ])
  })

  for (const [id, state, messagesInQueue] of [
    ['TC_E_29_CSMS', 'open', true],
    ['TC_E_30_CSMS', 'open', false],
    ['TC_E_31_CSMS', 'ended', true]
  ] as const) {
    scenario(id, `is ${state}, ${messagesInQueue ? 'with' : 'without'} messages in the queue`, async (station) => {
      const session = await charging(station)
      const { transactionId } = session
      const ongoingIndicator = state === 'open'
      if (!ongoingIndicator) await session.ends('EVDisconnected')
      await station.reconnect()
      await station.isAsked('GetTransactionStatus', { transactionId }, { ongoingIndicator, messagesInQueue })
      if (messagesInQueue) await session.tells('Updated', 'MeterValuePeriodic', { offline: true })
      await station.shows({ transactions: [{ transactionId, status: state }] })
      const { items } = await backend.get(`/transactions?chargePoint=${id}`)
      assert.equal(items[0].offline, messagesInQueue)
    })
  }

  copesWith(backend, scenario, [
    ['TC_E_33_CSMS', 'messages in the queue', 'GetTransactionStatus', {}, { messagesInQueue: true }],
    ['TC_E_34_CSMS', 'no messages in the queue', 'GetTransactionStatus', {}, { messagesInQueue: false }]
  ])
})
