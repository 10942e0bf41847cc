import type { Protocol } from 'fastify-ocpp'
import type { OperationName } from '../../lib/operations/table.js'
import type { Charger } from '../support/charger.js'
import { AN_ID, AN_ID_AS_TEXT, NOW } from './support.js'

/** One request, what goes out for it, and what the answers come to. */
export interface Case {
  /** The subject of the case, when there are several of a cell. */
  of?: string
  request: object
  /** Earlier actions of the charge point. */
  before?: (charger: Charger) => Promise<void>
  /** The calls that go out, and the answers of the charge point. */
  exchange: readonly (readonly [action: string, payload: object, answer: object])[]
  /** Status and details. */
  comes: object
}

/** An operation that a version cannot express: the detail of the 409. */
export interface Refusal {
  of?: string
  request: object
  refused: RegExp
  before?: (charger: Charger) => Promise<void>
}

type Cell = readonly (Case | Refusal)[]
type Row = Readonly<Record<Protocol, Cell>>

const ACCEPTED = { status: 'Accepted' }
const UNKNOWN = { status: 'Unknown' }
const NOT_SHOWN = {
  status: 'not-supported',
  reason: 'the charge point has not reported that it shows tariffs',
  tariffs: []
}
const FAR = '2090-01-01T00:00:00.000Z'
const FIRMWARE = 'https://files.example/firmware.bin'
const LOGS = 'ftp://files.example/logs'
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'

const HASH = { hashAlgorithm: 'SHA256', issuerNameHash: 'ab', issuerKeyHash: 'cd', serialNumber: '01' }

/** The same in 2.0.1 and 2.1. */
function in2(...cell: Cell): Pick<Row, 'ocpp2.0.1' | 'ocpp2.1'> {
  return { 'ocpp2.0.1': cell, 'ocpp2.1': cell }
}

/** The calls that clear all limits in 2.x. */
function clearsAll(...more: Case['exchange']): Case {
  const of = (chargingProfilePurpose: string) => ({ chargingProfileCriteria: { chargingProfilePurpose } })
  const exchange: Case['exchange'] = [
    ['ClearChargingProfile', of('ChargingStationMaxProfile'), UNKNOWN],
    ['ClearChargingProfile', of('TxDefaultProfile'), ACCEPTED],
    ['ClearChargingProfile', of('TxProfile'), UNKNOWN]
  ]
  return { of: 'all', request: {}, exchange: [...exchange, ...more], comes: { status: 'accepted' } }
}

const CLEARS_2: Cell = [
  {
    of: 'one',
    request: { profileId: 7 },
    exchange: [['ClearChargingProfile', { chargingProfileId: 7 }, UNKNOWN]],
    comes: { status: 'not-found', reason: 'Unknown' }
  },
  {
    of: 'one that is not known, of a place',
    request: { profileId: 7, evseId: 2 },
    exchange: [['ClearChargingProfile', { chargingProfileId: 7, chargingProfileCriteria: { evseId: 2 } }, UNKNOWN]],
    comes: { status: 'not-found', reason: 'Unknown' }
  }
]

const variable = (component: string, name: string, instance?: string) => ({
  component: { name: component },
  variable: { name, ...(instance !== undefined && { instance }) }
})

async function startTransaction16(charger: Charger): Promise<void> {
  const request = { connectorId: 1, idTag: 'DRIVER', meterStart: 0, timestamp: new Date().toISOString() }
  await charger.call('StartTransaction', request)
}

async function startTransaction2(charger: Charger): Promise<void> {
  await charger.call('TransactionEvent', {
    eventType: 'Started',
    timestamp: new Date().toISOString(),
    triggerReason: 'Authorized',
    seqNo: 0,
    transactionInfo: { transactionId: 'TX-1' },
    evse: { id: 1, connectorId: 1 },
    idToken: { idToken: 'DRIVER', type: 'ISO14443' }
  })
}

const SCHEDULE = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] }
const WATTS = {
  startSchedule: NOW,
  duration: 3600,
  chargingRateUnit: 'W',
  chargingSchedulePeriod: [{ startPeriod: 0, limit: 11_000, numberPhases: 3 }]
}

/** A test for each cell of the table: operation by version. */
export const CASES: Readonly<Record<OperationName, Row>> = {
  start: {
    'ocpp1.6': [
      {
        request: { idToken: { idToken: 'DRIVER' }, evseId: 2 },
        exchange: [['RemoteStartTransaction', { idTag: 'DRIVER', connectorId: 2 }, ACCEPTED]],
        comes: { status: 'accepted', start: { outcome: 'pending' } }
      },
      {
        of: 'with a limit',
        request: { idToken: { idToken: 'DRIVER' }, connectorId: 1, chargingLimit: { limit: 16, unit: 'A' } },
        exchange: [
          [
            'RemoteStartTransaction',
            {
              idTag: 'DRIVER',
              connectorId: 1,
              chargingProfile: {
                chargingProfileId: AN_ID,
                stackLevel: 0,
                chargingProfilePurpose: 'TxProfile',
                chargingProfileKind: 'Relative',
                chargingSchedule: SCHEDULE
              }
            },
            { status: 'Rejected' }
          ]
        ],
        comes: { status: 'rejected' }
      },
      { of: 'with a group', request: { idToken: { idToken: 'D' }, groupId: 'G' }, refused: /groupId/ },
      { of: 'with a long token', request: { idToken: { idToken: 'D'.repeat(21) } }, refused: /idTag/ },
      {
        of: 'at EVSE and connector',
        request: { idToken: { idToken: 'D' }, evseId: 2, connectorId: 1 },
        refused: /EVSE/
      }
    ],
    ...in2(
      {
        request: { idToken: { idToken: 'DRIVER' }, evseId: 2, groupId: 'FAMILY' },
        exchange: [
          [
            'RequestStartTransaction',
            {
              idToken: { idToken: 'DRIVER', type: 'Central' },
              groupIdToken: { idToken: 'FAMILY', type: 'Central' },
              remoteStartId: AN_ID,
              evseId: 2
            },
            { status: 'Accepted', transactionId: 'TX-7' }
          ]
        ],
        comes: { status: 'accepted', start: { outcome: 'pending' }, remoteStartId: AN_ID, transactionId: 'TX-7' }
      },
      {
        of: 'with a limit',
        request: { idToken: { idToken: 'DRIVER', type: 'eMAID' }, chargingLimit: { limit: 16, unit: 'A' } },
        exchange: [
          [
            'RequestStartTransaction',
            {
              idToken: { idToken: 'DRIVER', type: 'eMAID' },
              remoteStartId: AN_ID,
              chargingProfile: {
                id: AN_ID,
                stackLevel: 0,
                chargingProfilePurpose: 'TxProfile',
                chargingProfileKind: 'Relative',
                chargingSchedule: [{ id: AN_ID, ...SCHEDULE }]
              }
            },
            { status: 'Rejected', statusInfo: { reasonCode: 'NotEnabled' } }
          ]
        ],
        comes: { status: 'rejected', statusInfo: { reasonCode: 'NotEnabled' }, remoteStartId: AN_ID }
      },
      { of: 'at a connector', request: { idToken: { idToken: 'D' }, evseId: 1, connectorId: 1 }, refused: /EVSE/ }
    )
  },

  stop: {
    'ocpp1.6': [
      {
        of: 'the only open one',
        request: { evseId: 1 },
        before: startTransaction16,
        exchange: [['RemoteStopTransaction', { transactionId: AN_ID }, ACCEPTED]],
        comes: { status: 'accepted', transactionId: AN_ID_AS_TEXT }
      }
    ],
    ...in2({
      request: { transactionId: 'TX-1' },
      before: startTransaction2,
      exchange: [['RequestStopTransaction', { transactionId: 'TX-1' }, { status: 'Rejected' }]],
      comes: { status: 'rejected', transactionId: 'TX-1' }
    })
  },

  reset: {
    'ocpp1.6': [
      {
        request: {},
        exchange: [['Reset', { type: 'Soft' }, ACCEPTED]],
        comes: { status: 'accepted' }
      },
      {
        of: 'immediate',
        request: { type: 'immediate' },
        exchange: [['Reset', { type: 'Hard' }, { status: 'Rejected' }]],
        comes: { status: 'rejected' }
      },
      { of: 'on-idle', request: { type: 'on-idle' }, refused: /1\.6 has no reset on-idle/ },
      {
        of: 'immediate-and-resume',
        request: { type: 'immediate-and-resume' },
        refused: /no reset immediate-and-resume/
      },
      { of: 'of an EVSE', request: { evseId: 1 }, refused: /evseId/ }
    ],
    'ocpp2.0.1': [
      {
        request: {},
        exchange: [['Reset', { type: 'Immediate' }, ACCEPTED]],
        comes: { status: 'accepted' }
      },
      {
        of: 'on-idle',
        request: { type: 'on-idle', evseId: 1 },
        exchange: [['Reset', { type: 'OnIdle', evseId: 1 }, { status: 'Scheduled' }]],
        comes: { status: 'scheduled' }
      },
      {
        of: 'immediate-and-resume',
        request: { type: 'immediate-and-resume' },
        refused: /2\.0\.1 cannot say this.*type/
      }
    ],
    'ocpp2.1': [
      {
        of: 'immediate-and-resume',
        request: { type: 'immediate-and-resume' },
        exchange: [['Reset', { type: 'ImmediateAndResume' }, ACCEPTED]],
        comes: { status: 'accepted' }
      }
    ]
  },

  unlock: {
    'ocpp1.6': [
      {
        request: { evseId: 1 },
        exchange: [['UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' }]],
        comes: { status: 'accepted' }
      },
      {
        of: 'that fails',
        request: { connectorId: 2 },
        exchange: [['UnlockConnector', { connectorId: 2 }, { status: 'UnlockFailed' }]],
        comes: { status: 'rejected', reason: 'UnlockFailed' }
      },
      {
        of: 'that it cannot',
        request: { connectorId: 2 },
        exchange: [['UnlockConnector', { connectorId: 2 }, { status: 'NotSupported' }]],
        comes: { status: 'not-supported' }
      },
      { of: 'nowhere', request: {}, refused: /give (?:connectorId|evseId)/ }
    ],
    ...in2(
      {
        request: { evseId: 2 },
        exchange: [['UnlockConnector', { evseId: 2, connectorId: 1 }, { status: 'OngoingAuthorizedTransaction' }]],
        comes: { status: 'rejected', reason: 'OngoingAuthorizedTransaction' }
      },
      { of: 'of no EVSE', request: { connectorId: 2 }, refused: /evseId/ },
      { of: 'nowhere', request: {}, refused: /give (?:connectorId|evseId)/ }
    )
  },

  availability: {
    'ocpp1.6': [
      {
        request: { operative: false },
        exchange: [['ChangeAvailability', { connectorId: 0, type: 'Inoperative' }, { status: 'Scheduled' }]],
        comes: { status: 'scheduled' }
      },
      {
        of: 'of a connector',
        request: { operative: true, evseId: 2 },
        exchange: [['ChangeAvailability', { connectorId: 2, type: 'Operative' }, ACCEPTED]],
        comes: { status: 'accepted' }
      }
    ],
    ...in2(
      {
        request: { operative: false },
        exchange: [['ChangeAvailability', { operationalStatus: 'Inoperative' }, ACCEPTED]],
        comes: { status: 'accepted' }
      },
      {
        of: 'of a connector',
        request: { operative: true, evseId: 2, connectorId: 1 },
        exchange: [
          [
            'ChangeAvailability',
            { operationalStatus: 'Operative', evse: { id: 2, connectorId: 1 } },
            { status: 'Scheduled' }
          ]
        ],
        comes: { status: 'scheduled' }
      },
      { of: 'of a connector of no EVSE', request: { operative: true, connectorId: 1 }, refused: /evseId/ }
    )
  },

  reserve: {
    'ocpp1.6': [
      {
        request: { idToken: { idToken: 'DRIVER' }, expiresAt: FAR, groupId: 'FAMILY' },
        exchange: [
          [
            'ReserveNow',
            { connectorId: 0, expiryDate: FAR, idTag: 'DRIVER', parentIdTag: 'FAMILY', reservationId: AN_ID },
            { status: 'Occupied' }
          ]
        ],
        comes: { status: 'rejected', reason: 'Occupied', reservationId: AN_ID }
      },
      {
        of: 'a type of connector',
        request: { idToken: { idToken: 'DRIVER' }, expiresAt: FAR, connectorType: 'cCCS2' },
        refused: /connectorType/
      }
    ],
    ...in2({
      request: { idToken: { idToken: 'DRIVER' }, expiresAt: FAR, evseId: 1, connectorType: 'cCCS2', reservationId: 5 },
      exchange: [
        [
          'ReserveNow',
          {
            id: 5,
            expiryDateTime: FAR,
            idToken: { idToken: 'DRIVER', type: 'Central' },
            evseId: 1,
            connectorType: 'cCCS2'
          },
          ACCEPTED
        ]
      ],
      comes: { status: 'accepted', reservationId: 5 }
    })
  },

  'cancel-reservation': {
    'ocpp1.6': [
      {
        request: { reservationId: 5 },
        exchange: [['CancelReservation', { reservationId: 5 }, { status: 'Rejected' }]],
        comes: { status: 'rejected' }
      }
    ],
    ...in2({
      request: { reservationId: 5 },
      exchange: [['CancelReservation', { reservationId: 5 }, ACCEPTED]],
      comes: { status: 'accepted' }
    })
  },

  trigger: {
    'ocpp1.6': [
      {
        request: { message: 'status', evseId: 1 },
        exchange: [['TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 }, ACCEPTED]],
        comes: { status: 'accepted' }
      },
      {
        of: 'of the security extension',
        request: { message: 'sign-certificate' },
        exchange: [
          ['ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' }, { status: 'NotImplemented' }]
        ],
        comes: { status: 'not-supported', reason: 'NotImplemented' }
      },
      { of: 'a transaction', request: { message: 'transaction' }, refused: /1\.6 cannot ask for transaction/ },
      { of: 'of 2.1', request: { message: 'custom', customTrigger: 'X' }, refused: /customTrigger/ }
    ],
    'ocpp2.0.1': [
      {
        request: { message: 'transaction', evseId: 1 },
        exchange: [
          ['TriggerMessage', { requestedMessage: 'TransactionEvent', evse: { id: 1 } }, { status: 'Rejected' }]
        ],
        comes: { status: 'rejected' }
      },
      {
        of: 'the status of an EVSE',
        request: { message: 'status', evseId: 1 },
        exchange: [
          ['TriggerMessage', { requestedMessage: 'StatusNotification', evse: { id: 1, connectorId: 1 } }, ACCEPTED]
        ],
        comes: { status: 'accepted' }
      },
      {
        of: 'the status of every connector',
        request: { message: 'status' },
        before: async (charger) => {
          for (const evseId of [1, 2]) {
            const status = { connectorStatus: 'Available', evseId, connectorId: 1, timestamp: new Date().toISOString() }
            await charger.call('StatusNotification', status)
          }
        },
        exchange: [
          ['TriggerMessage', { requestedMessage: 'StatusNotification', evse: { id: 1, connectorId: 1 } }, ACCEPTED],
          ['TriggerMessage', { requestedMessage: 'StatusNotification', evse: { id: 2, connectorId: 1 } }, ACCEPTED]
        ],
        comes: { status: 'accepted' }
      },
      { of: 'of 2.1', request: { message: 'sign-v2g20-certificate' }, refused: /2\.0\.1 cannot say this/ }
    ],
    'ocpp2.1': [
      {
        request: { message: 'custom', customTrigger: 'X' },
        exchange: [['TriggerMessage', { requestedMessage: 'CustomTrigger', customTrigger: 'X' }, ACCEPTED]],
        comes: { status: 'accepted' }
      }
    ]
  },

  'charging-limit': {
    'ocpp1.6': [
      {
        of: 'of the whole',
        request: { limit: 11_000, unit: 'W', phases: 3, duration: 3600 },
        exchange: [
          [
            'SetChargingProfile',
            {
              connectorId: 0,
              csChargingProfiles: {
                chargingProfileId: AN_ID,
                stackLevel: 0,
                chargingProfilePurpose: 'ChargePointMaxProfile',
                chargingProfileKind: 'Absolute',
                chargingSchedule: WATTS
              }
            },
            { status: 'NotSupported' }
          ]
        ],
        comes: { status: 'not-supported', profileId: AN_ID, purpose: 'station', stackLevel: 0 }
      },
      {
        of: 'of a transaction',
        before: startTransaction16,
        request: { limit: 11_000, unit: 'W', phases: 3, duration: 3600, purpose: 'transaction', stackLevel: 2 },
        exchange: [
          [
            'SetChargingProfile',
            {
              connectorId: 1,
              csChargingProfiles: {
                chargingProfileId: AN_ID,
                transactionId: AN_ID,
                stackLevel: 2,
                chargingProfilePurpose: 'TxProfile',
                chargingProfileKind: 'Absolute',
                chargingSchedule: WATTS
              }
            },
            ACCEPTED
          ]
        ],
        comes: { status: 'accepted', profileId: AN_ID, purpose: 'transaction', stackLevel: 2 }
      },
      {
        of: 'of the whole at a place',
        request: { limit: 1, unit: 'A', purpose: 'station', evseId: 1 },
        refused: /place/
      },
      { of: 'of hundredths', request: { limit: 1.25, unit: 'A' }, refused: /limit/ }
    ],
    ...in2(
      {
        of: 'of a place',
        request: { limit: 11_000, unit: 'W', phases: 3, duration: 3600, evseId: 2, validTo: FAR },
        exchange: [
          [
            'SetChargingProfile',
            {
              evseId: 2,
              chargingProfile: {
                id: AN_ID,
                stackLevel: 0,
                chargingProfilePurpose: 'TxDefaultProfile',
                chargingProfileKind: 'Absolute',
                validTo: FAR,
                chargingSchedule: [{ id: AN_ID, ...WATTS }]
              }
            },
            ACCEPTED
          ]
        ],
        comes: { status: 'accepted', profileId: AN_ID, purpose: 'default', stackLevel: 0 }
      },
      {
        of: 'of a transaction',
        before: startTransaction2,
        request: { limit: 11_000, unit: 'W', phases: 3, duration: 3600, transactionId: 'TX-1' },
        exchange: [
          [
            'SetChargingProfile',
            {
              evseId: 1,
              chargingProfile: {
                id: AN_ID,
                transactionId: 'TX-1',
                stackLevel: 0,
                chargingProfilePurpose: 'TxProfile',
                chargingProfileKind: 'Absolute',
                chargingSchedule: [{ id: AN_ID, ...WATTS }]
              }
            },
            { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } }
          ]
        ],
        comes: {
          status: 'rejected',
          statusInfo: { reasonCode: 'TxNotFound' },
          profileId: AN_ID,
          purpose: 'transaction',
          stackLevel: 0
        }
      }
    )
  },

  'priority-charging': {
    'ocpp1.6': [{ of: 'of any transaction', request: {}, refused: /OCPP 1\.6 has neither/ }],
    'ocpp2.0.1': [{ of: 'of any transaction', request: {}, refused: /OCPP 2\.0\.1 has neither/ }],
    'ocpp2.1': [
      {
        of: 'of the transaction that is open',
        before: startTransaction2,
        request: {},
        exchange: [['UsePriorityCharging', { transactionId: 'TX-1', activate: true }, ACCEPTED]],
        comes: { status: 'accepted' }
      },
      {
        of: 'that ends, of a transaction by its id',
        before: startTransaction2,
        request: { transactionId: 'TX-1', active: false },
        exchange: [['UsePriorityCharging', { transactionId: 'TX-1', activate: false }, { status: 'NoProfile' }]],
        comes: { status: 'rejected', reason: 'NoProfile' }
      }
    ]
  },

  'dynamic-limit': {
    'ocpp1.6': [{ of: 'of any profile', request: { profileId: 1, limit: 1 }, refused: /OCPP 1\.6 has neither/ }],
    'ocpp2.0.1': [{ of: 'of any profile', request: { profileId: 1, limit: 1 }, refused: /OCPP 2\.0\.1 has neither/ }],
    'ocpp2.1': [
      {
        of: 'of a profile that is not known',
        request: { profileId: 44, limit: 9000 },
        exchange: [],
        comes: { status: 'not-found' }
      }
    ]
  },

  'clear-charging-limit': {
    'ocpp1.6': [
      {
        of: 'all',
        request: {},
        exchange: [['ClearChargingProfile', {}, { status: 'Unknown' }]],
        comes: { status: 'not-found', reason: 'Unknown' }
      },
      {
        of: 'one that is not known, of a level',
        request: { profileId: 7, stackLevel: 1 },
        exchange: [['ClearChargingProfile', { id: 7, stackLevel: 1 }, UNKNOWN]],
        comes: { status: 'not-found', reason: 'Unknown' }
      },
      {
        of: 'of a place',
        request: { evseId: 2, purpose: 'default', stackLevel: 1 },
        exchange: [
          [
            'ClearChargingProfile',
            { connectorId: 2, chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 1 },
            ACCEPTED
          ]
        ],
        comes: { status: 'accepted' }
      }
    ],
    'ocpp2.0.1': [clearsAll(), ...CLEARS_2],
    'ocpp2.1': [
      clearsAll([
        'ClearChargingProfile',
        { chargingProfileCriteria: { chargingProfilePurpose: 'PriorityCharging' } },
        UNKNOWN
      ]),
      ...CLEARS_2
    ]
  },

  'clear-cache': {
    'ocpp1.6': [{ request: {}, exchange: [['ClearCache', {}, { status: 'Rejected' }]], comes: { status: 'rejected' } }],
    ...in2({ request: {}, exchange: [['ClearCache', {}, ACCEPTED]], comes: { status: 'accepted' } })
  },

  // Of charge points that have reported nothing; for others see test/money/set-tariffs.test.ts.
  'set-tariffs': {
    'ocpp1.6': [{ request: {}, exchange: [], comes: NOT_SHOWN }],
    ...in2({ request: {}, exchange: [], comes: NOT_SHOWN })
  },

  'update-firmware': {
    'ocpp1.6': [
      {
        request: { location: FIRMWARE, retries: 3, retryInterval: 60 },
        exchange: [['UpdateFirmware', { location: FIRMWARE, retrieveDate: NOW, retries: 3, retryInterval: 60 }, {}]],
        comes: { status: 'accepted' }
      },
      {
        of: 'that is signed',
        request: {
          location: FIRMWARE,
          retrieveAt: FAR,
          installAt: FAR,
          signature: 'c2ln',
          signingCertificate: CERTIFICATE
        },
        exchange: [
          [
            'SignedUpdateFirmware',
            {
              requestId: AN_ID,
              firmware: {
                location: FIRMWARE,
                retrieveDateTime: FAR,
                installDateTime: FAR,
                signature: 'c2ln',
                signingCertificate: CERTIFICATE
              }
            },
            { status: 'InvalidCertificate' }
          ]
        ],
        comes: { status: 'rejected', reason: 'InvalidCertificate', requestId: AN_ID }
      },
      { of: 'with a time', request: { location: FIRMWARE, installAt: FAR }, refused: /installAt/ }
    ],
    ...in2({
      request: { location: FIRMWARE, installAt: FAR, signature: 'c2ln', signingCertificate: CERTIFICATE },
      exchange: [
        [
          'UpdateFirmware',
          {
            requestId: AN_ID,
            firmware: {
              location: FIRMWARE,
              retrieveDateTime: NOW,
              installDateTime: FAR,
              signature: 'c2ln',
              signingCertificate: CERTIFICATE
            }
          },
          { status: 'AcceptedCanceled' }
        ]
      ],
      comes: { status: 'accepted', reason: 'AcceptedCanceled', requestId: AN_ID }
    })
  },

  'upload-log': {
    'ocpp1.6': [
      {
        request: { location: LOGS, from: FAR, retries: 1 },
        exchange: [['GetDiagnostics', { location: LOGS, startTime: FAR, retries: 1 }, { fileName: 'a.log' }]],
        comes: { status: 'accepted', fileName: 'a.log' }
      },
      {
        of: 'that is not there',
        request: { location: LOGS },
        exchange: [['GetDiagnostics', { location: LOGS }, {}]],
        comes: { status: 'not-found' }
      },
      {
        of: 'of security',
        request: { log: 'security', location: LOGS },
        exchange: [
          [
            'GetLog',
            { log: { remoteLocation: LOGS }, logType: 'SecurityLog', requestId: AN_ID },
            { status: 'Accepted', filename: 'b.log' }
          ]
        ],
        comes: { status: 'accepted', requestId: AN_ID, fileName: 'b.log' }
      },
      { of: 'of the data collector', request: { log: 'data-collector', location: LOGS }, refused: /data collector/ }
    ],
    'ocpp2.0.1': [
      {
        request: { location: LOGS, from: FAR, to: FAR },
        exchange: [
          [
            'GetLog',
            {
              log: { remoteLocation: LOGS, oldestTimestamp: FAR, latestTimestamp: FAR },
              logType: 'DiagnosticsLog',
              requestId: AN_ID
            },
            { status: 'Rejected' }
          ]
        ],
        comes: { status: 'rejected', requestId: AN_ID }
      },
      { of: 'of the data collector', request: { log: 'data-collector', location: LOGS }, refused: /logType/ }
    ],
    'ocpp2.1': [
      {
        request: { log: 'data-collector', location: LOGS },
        exchange: [
          [
            'GetLog',
            { log: { remoteLocation: LOGS }, logType: 'DataCollectorLog', requestId: AN_ID },
            { status: 'AcceptedCanceled', filename: 'c.log' }
          ]
        ],
        comes: { status: 'accepted', reason: 'AcceptedCanceled', requestId: AN_ID, fileName: 'c.log' }
      }
    ]
  },

  'send-local-list': {
    'ocpp1.6': [
      {
        request: { entries: [{ idToken: 'DRIVER', groupId: 'FAMILY', expiresAt: FAR }] },
        exchange: [
          ['GetLocalListVersion', {}, { listVersion: 4 }],
          [
            'SendLocalList',
            {
              listVersion: 5,
              updateType: 'Full',
              localAuthorizationList: [
                { idTag: 'DRIVER', idTagInfo: { status: 'Accepted', expiryDate: FAR, parentIdTag: 'FAMILY' } }
              ]
            },
            ACCEPTED
          ]
        ],
        comes: { status: 'accepted', version: 5, sent: 1 }
      },
      {
        of: 'that it does not have',
        request: { entries: [] },
        exchange: [['GetLocalListVersion', {}, { listVersion: -1 }]],
        comes: { status: 'not-supported', reason: 'no local authorization list' }
      }
    ],
    ...in2({
      request: { update: 'differential', entries: [{ idToken: 'DRIVER', type: 'eMAID', remove: true }] },
      exchange: [
        ['GetLocalListVersion', {}, { versionNumber: 4 }],
        [
          'SendLocalList',
          {
            versionNumber: 5,
            updateType: 'Differential',
            localAuthorizationList: [{ idToken: { idToken: 'DRIVER', type: 'eMAID' } }]
          },
          { status: 'Failed' }
        ]
      ],
      comes: { status: 'rejected', reason: 'Failed', sent: 0 }
    })
  },

  'get-configuration': {
    'ocpp1.6': [
      {
        request: { items: [{ key: 'HeartbeatInterval' }] },
        exchange: [
          [
            'GetConfiguration',
            { key: ['HeartbeatInterval'] },
            { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] }
          ]
        ],
        comes: {
          status: 'accepted',
          items: [{ key: 'HeartbeatInterval', status: 'accepted', value: '300', readonly: false }]
        }
      },
      {
        of: 'by the name of 2.x',
        request: { items: [variable('OCPPCommCtrlr', 'HeartbeatInterval')] },
        exchange: [['GetConfiguration', { key: ['HeartbeatInterval'] }, { unknownKey: ['HeartbeatInterval'] }]],
        comes: {
          status: 'not-found',
          items: [{ ...variable('OCPPCommCtrlr', 'HeartbeatInterval'), key: 'HeartbeatInterval', status: 'not-found' }]
        }
      },
      { of: 'that only 2.x has', request: { items: [variable('EVSE', 'Power')] }, refused: /1\.6 has no EVSE\.Power/ }
    ],
    ...in2(
      {
        request: { items: [variable('OCPPCommCtrlr', 'HeartbeatInterval')] },
        exchange: [
          [
            'GetVariables',
            { getVariableData: [variable('OCPPCommCtrlr', 'HeartbeatInterval')] },
            {
              getVariableResult: [
                {
                  ...variable('OCPPCommCtrlr', 'HeartbeatInterval'),
                  attributeStatus: 'Accepted',
                  attributeValue: '300'
                }
              ]
            }
          ]
        ],
        comes: {
          status: 'accepted',
          items: [{ ...variable('OCPPCommCtrlr', 'HeartbeatInterval'), status: 'accepted', value: '300' }]
        }
      },
      {
        of: 'by the name of 1.6',
        request: { items: [{ key: 'TransactionMessageAttempts' }] },
        exchange: [
          [
            'GetVariables',
            { getVariableData: [variable('OCPPCommCtrlr', 'MessageAttempts', 'TransactionEvent')] },
            {
              getVariableResult: [
                {
                  ...variable('OCPPCommCtrlr', 'MessageAttempts', 'TransactionEvent'),
                  attributeStatus: 'UnknownVariable'
                }
              ]
            }
          ]
        ],
        comes: {
          status: 'not-found',
          items: [
            {
              key: 'TransactionMessageAttempts',
              ...variable('OCPPCommCtrlr', 'MessageAttempts', 'TransactionEvent'),
              status: 'not-found',
              reason: 'UnknownVariable'
            }
          ]
        }
      },
      { of: 'all', request: {}, refused: /full-inventory/ },
      { of: 'that only 1.6 has', request: { items: [{ key: 'BlinkRepeat' }] }, refused: /no key BlinkRepeat/ }
    )
  },

  'set-configuration': {
    'ocpp1.6': [
      {
        request: {
          items: [
            { key: 'HeartbeatInterval', value: '60' },
            { key: 'Odd', value: 'x' }
          ]
        },
        exchange: [
          ['ChangeConfiguration', { key: 'HeartbeatInterval', value: '60' }, { status: 'RebootRequired' }],
          ['ChangeConfiguration', { key: 'Odd', value: 'x' }, { status: 'NotSupported' }]
        ],
        comes: {
          status: 'partial',
          items: [
            { key: 'HeartbeatInterval', status: 'reboot-required' },
            { key: 'Odd', status: 'not-found' }
          ]
        }
      }
    ],
    ...in2({
      request: { items: [{ key: 'HeartbeatInterval', value: '60' }] },
      exchange: [
        [
          'SetVariables',
          { setVariableData: [{ ...variable('OCPPCommCtrlr', 'HeartbeatInterval'), attributeValue: '60' }] },
          {
            setVariableResult: [
              { ...variable('OCPPCommCtrlr', 'HeartbeatInterval'), attributeStatus: 'RebootRequired' }
            ]
          }
        ]
      ],
      comes: {
        status: 'reboot-required',
        items: [
          { key: 'HeartbeatInterval', ...variable('OCPPCommCtrlr', 'HeartbeatInterval'), status: 'reboot-required' }
        ]
      }
    })
  },

  'install-certificate': {
    'ocpp1.6': [
      {
        request: { type: 'CSMSRootCertificate', certificate: CERTIFICATE },
        exchange: [
          [
            'InstallCertificate',
            { certificateType: 'CentralSystemRootCertificate', certificate: CERTIFICATE },
            { status: 'Failed' }
          ]
        ],
        comes: { status: 'rejected', reason: 'Failed' }
      },
      { request: { type: 'MORootCertificate', certificate: CERTIFICATE }, refused: /no MORootCertificate/ }
    ],
    ...in2({
      request: { type: 'MORootCertificate', certificate: CERTIFICATE },
      exchange: [['InstallCertificate', { certificateType: 'MORootCertificate', certificate: CERTIFICATE }, ACCEPTED]],
      comes: { status: 'accepted' }
    })
  },

  'delete-certificate': {
    'ocpp1.6': [
      {
        request: { hashData: HASH },
        exchange: [['DeleteCertificate', { certificateHashData: HASH }, { status: 'NotFound' }]],
        comes: { status: 'not-found', reason: 'NotFound' }
      }
    ],
    ...in2({
      request: { hashData: HASH },
      exchange: [['DeleteCertificate', { certificateHashData: HASH }, ACCEPTED]],
      comes: { status: 'accepted' }
    })
  },

  'list-certificates': {
    'ocpp1.6': [
      {
        request: {},
        exchange: [
          [
            'GetInstalledCertificateIds',
            { certificateType: 'CentralSystemRootCertificate' },
            { status: 'Accepted', certificateHashData: [HASH] }
          ],
          ['GetInstalledCertificateIds', { certificateType: 'ManufacturerRootCertificate' }, { status: 'NotFound' }]
        ],
        comes: { status: 'accepted', certificates: [{ type: 'CSMSRootCertificate', hashData: HASH }] }
      },
      { request: { types: ['V2GCertificateChain'] }, refused: /no V2GCertificateChain/ }
    ],
    ...in2(
      {
        request: {},
        exchange: [
          [
            'GetInstalledCertificateIds',
            {},
            {
              status: 'Accepted',
              certificateHashDataChain: [
                {
                  certificateType: 'V2GCertificateChain',
                  certificateHashData: HASH,
                  childCertificateHashData: [{ ...HASH, serialNumber: '02' }]
                }
              ]
            }
          ]
        ],
        comes: {
          status: 'accepted',
          certificates: [{ type: 'V2GCertificateChain', hashData: HASH, children: [{ ...HASH, serialNumber: '02' }] }]
        }
      },
      {
        of: 'none',
        request: { types: ['CSMSRootCertificate'] },
        exchange: [
          ['GetInstalledCertificateIds', { certificateType: ['CSMSRootCertificate'] }, { status: 'NotFound' }]
        ],
        comes: { status: 'not-found', certificates: [] }
      }
    )
  },

  'set-password': {
    'ocpp1.6': [
      {
        request: { password: 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8' },
        exchange: [
          [
            'ChangeConfiguration',
            { key: 'AuthorizationKey', value: 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8' },
            { status: 'NotSupported' }
          ]
        ],
        comes: { status: 'not-supported' }
      },
      { of: 'too long', request: { password: 'correct-horse-battery' }, refused: /16 to 20 characters/ }
    ],
    'ocpp2.0.1': [
      {
        request: { password: 'correct-horse-battery' },
        exchange: [
          [
            'SetVariables',
            {
              setVariableData: [
                { ...variable('SecurityCtrlr', 'BasicAuthPassword'), attributeValue: 'correct-horse-battery' }
              ]
            },
            {
              setVariableResult: [{ ...variable('SecurityCtrlr', 'BasicAuthPassword'), attributeStatus: 'Rejected' }]
            }
          ]
        ],
        comes: { status: 'rejected' }
      },
      { of: 'too long', request: { password: 'x'.repeat(41) }, refused: /16 to 40 characters/ }
    ],
    'ocpp2.1': [
      {
        request: { password: 'x'.repeat(64) },
        exchange: [
          [
            'SetVariables',
            {
              setVariableData: [{ ...variable('SecurityCtrlr', 'BasicAuthPassword'), attributeValue: 'x'.repeat(64) }]
            },
            {
              setVariableResult: [
                { ...variable('SecurityCtrlr', 'BasicAuthPassword'), attributeStatus: 'RebootRequired' }
              ]
            }
          ]
        ],
        comes: { status: 'reboot-required' }
      }
    ]
  }
}
