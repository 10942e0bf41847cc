import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SetChargingProfileRequest as Six } from 'fastify-ocpp/v16'
import type { SetChargingProfileRequest as Two } from 'fastify-ocpp/v21'
import type { Charger } from '../../src/simulator/charger.js'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { until } from '../support/wait.js'
import { createCharger, startCsms } from './support.js'

const csms = await startCsms()

/** The answer to a TxDefaultProfile of 8 A for 300 seconds at EVSE 1. */
async function limit(charger: Charger): Promise<string> {
  const schedule = {
    chargingRateUnit: 'A',
    startSchedule: charger.timestamp(),
    duration: 300,
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }]
  } as const
  const base = { stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Absolute' } as const
  const { v16, v21 } = csms.app.ocpp
  if (charger.protocol === 'ocpp1.6') {
    const csChargingProfiles = { chargingProfileId: 1, ...base, chargingSchedule: schedule }
    return (
      await v16.call(charger.identity, 'SetChargingProfile', { connectorId: 1, csChargingProfiles } as unknown as Six)
    ).status
  }
  const chargingProfile = { id: 1, ...base, chargingSchedule: [{ id: 1, ...schedule }] }
  return (await v21.call(charger.identity, 'SetChargingProfile', { evseId: 1, chargingProfile } as unknown as Two))
    .status
}

/** `[startPeriod, limit]` of the composite schedule that a charger answers. */
async function composite(charger: Charger, { evseId = 1, unit = 'A' }: { evseId?: number; unit?: 'A' | 'W' } = {}) {
  const asked = { duration: 600, chargingRateUnit: unit }
  const { v16: six, v21: two } = csms.app.ocpp
  const periods =
    charger.protocol === 'ocpp1.6'
      ? (await six.call(charger.identity, 'GetCompositeSchedule', { connectorId: evseId, ...asked })).chargingSchedule
          ?.chargingSchedulePeriod
      : (await two.call(charger.identity, 'GetCompositeSchedule', { evseId, ...asked })).schedule
          ?.chargingSchedulePeriod
  return periods?.map(({ startPeriod, limit: most }) => [startPeriod, most])
}

const COMPOSITES: [Quirk | undefined, { evseId?: number; unit?: 'A' | 'W' }, number[][]][] = [
  [
    undefined,
    {},
    [
      [0, 8],
      [300, 32]
    ]
  ],
  ['composite-forgets-defaults', {}, [[0, 32]]],
  ['composite-forgets-evses', {}, [[0, 32]]],
  ['composite-one-period', {}, [[0, 8]]],
  [
    undefined,
    { evseId: 0 },
    [
      [0, 40],
      [300, 64]
    ]
  ],
  [
    'composite-no-sum',
    { evseId: 0 },
    [
      [0, 8],
      [300, 32]
    ]
  ],
  [
    undefined,
    { unit: 'W' },
    [
      [0, 5520],
      [300, 22080]
    ]
  ],
  [
    'composite-zero-watts',
    { unit: 'W' },
    [
      [0, 0],
      [300, 0]
    ]
  ],
  [
    'composite-48',
    {},
    [
      [0, 8],
      [300, 48]
    ]
  ]
]

for (const protocol of ['ocpp1.6', 'ocpp2.1'] as const) {
  test(`${protocol}: composite schedules are wrong as the quirk says`, async () => {
    for (const [quirk, asked, expected] of COMPOSITES) {
      const identity = `${protocol}-composite-${quirk}-${JSON.stringify(asked).replaceAll(/\W/g, '')}`
      const layout = { evses: 2, ...(quirk !== undefined && { quirks: [quirk] }) }
      const { charger } = createCharger(csms, protocol, { identity, time: new ManualScheduler(), layout })
      await charger.connect()
      await until('it is accepted', () => charger.registration === 'Accepted')
      assert.equal(await limit(charger), 'Accepted')
      const told = await composite(charger, asked)
      assert.deepEqual(
        told?.filter(([start = 0]) => start < 600),
        expected,
        `${quirk} ${JSON.stringify(asked)}`
      )
      await charger.close()
    }
  })
}
