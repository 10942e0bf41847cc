import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ALL_PROTOCOLS, type Protocol } from 'fastify-ocpp'
import { onSharedBackend } from '../app/support.js'
import { perform, play } from '../operations/support.js'
import type { TestServer } from '../support/server.js'

/** Tells the back-end what the charge point can do. */
async function tell(server: TestServer, identity: string, protocol: Protocol) {
  const told = { level: '3', unit: protocol === 'ocpp1.6' ? 'Current' : 'A', periods: '2', profiles: 2 }
  const { charger, asked } = await play(server, protocol, (action) => answerOf(action, told), { identity })
  if (protocol === 'ocpp1.6') await perform(server, identity, 'operations/get-configuration', {})
  else {
    const variable = (name: string, value: string, more: object = {}) => ({
      component: { name: 'SmartChargingCtrlr' },
      variable: { name },
      variableAttribute: [{ value }],
      ...more
    })
    await charger.call('NotifyReport', {
      requestId: 1,
      generatedAt: new Date().toISOString(),
      seqNo: 0,
      reportData: [
        variable('ProfileStackLevel', told.level),
        variable('RateUnit', told.unit),
        variable('PeriodsPerSchedule', told.periods),
        variable('Entries', '0', {
          variable: { name: 'Entries', instance: 'ChargingProfiles' },
          variableCharacteristics: { dataType: 'integer', supportsMonitoring: false, maxLimit: told.profiles }
        })
      ]
    })
  }
  asked.length = 0
  return asked
}

function answerOf(action: string, told: { level: string; unit: string; periods: string; profiles: number }) {
  if (action !== 'GetConfiguration') return { status: 'Accepted' }
  const key = (name: string, value: string) => ({ key: name, readonly: true, value })
  return {
    configurationKey: [
      key('ChargeProfileMaxStackLevel', told.level),
      key('ChargingScheduleAllowedChargingRateUnit', told.unit),
      key('ChargingScheduleMaxPeriods', told.periods),
      key('MaxChargingProfilesInstalled', String(told.profiles))
    ]
  }
}

const LIMIT = { limit: 16, unit: 'A', evseId: 1 }

/** Request, pointer of what is wrong, and the clause that says so. */
const REFUSED: [string, object, string, RegExp][] = [
  [
    'periods that go back',
    {
      periods: [
        { start: 60, limit: 8 },
        { start: 30, limit: 6 }
      ]
    },
    '/periods/1/start',
    /K01\.FR\.31/
  ],
  ['a period after the end', { duration: 60, periods: [{ start: 60, limit: 8 }] }, '/periods/0/start', /§7\.13/],
  [
    'a schedule that is longer than its round',
    { recurrency: 'Daily', periods: [{ start: 86_400, limit: 8 }] },
    '/recurrency',
    /K01\.FR\.30/
  ],
  [
    'a validity that ends before it begins',
    { validFrom: '2090-01-02T00:00:00Z', validTo: '2090-01-01T00:00:00Z' },
    '/validTo',
    /§7\.8/
  ],
  ['too high a level', { stackLevel: 4 }, '/stackLevel', /§9\.4\.1/],
  ['another unit', { unit: 'W' }, '/unit', /§9\.4\.2/],
  [
    'too many periods',
    {
      periods: [
        { start: 60, limit: 8 },
        { start: 90, limit: 6 }
      ]
    },
    '/periods',
    /§9\.4\.3/
  ]
]

onSharedBackend('before a charging profile is sent', (start) => {
  for (const protocol of ALL_PROTOCOLS) {
    it(`${protocol}: what the standard or the charge point does not allow is refused with member and clause, and not sent`, async () => {
      const server = await start()
      const identity = `CHECKED-${protocol}`
      const asked = await tell(server, identity, protocol)
      for (const [what, more, pointer, clause] of REFUSED) {
        const { status, body } = await perform(server, identity, 'operations/charging-limit', { ...LIMIT, ...more })
        assert.deepEqual([status, body.code, body.errors?.[0].pointer], [422, 'INVALID_OPERATION', pointer], what)
        assert.match(body.errors[0].detail, clause, what)
      }
      const remote = { idToken: { idToken: 'DRIVER' }, evseId: 1, chargingLimit: { limit: 4000, unit: 'W' } }
      const refused = await perform(server, identity, 'operations/start', remote)
      assert.deepEqual([refused.status, refused.body.errors[0].pointer], [422, '/chargingLimit/unit'])
      assert.deepEqual(asked, [], 'nothing was sent')
      const changing = {
        ...LIMIT,
        recurrency: 'Daily',
        validFrom: '2026-01-01T22:00:00.000Z',
        periods: [{ start: 28_800, limit: 8, phases: 1 }]
      }
      assert.equal((await perform(server, identity, 'operations/charging-limit', changing)).body.status, 'accepted')
      const profile = profileIn(asked[0]?.[1])
      assert.deepEqual(
        [profile.chargingProfileKind, profile.recurrencyKind, [profile.chargingSchedule].flat()[0].startSchedule],
        ['Recurring', 'Daily', '2026-01-01T22:00:00.000Z']
      )
      assert.deepEqual([profile.chargingSchedule].flat()[0].chargingSchedulePeriod, [
        { startPeriod: 0, limit: 16 },
        { startPeriod: 28_800, limit: 8, numberPhases: 1 }
      ])
      // The same one again replaces itself; of others there is room for one.
      for (const [stackLevel, expected] of [
        [0, 200],
        [1, 200],
        [2, 422],
        [1, 200]
      ] as const) {
        const { status, body } = await perform(server, identity, 'operations/charging-limit', { ...LIMIT, stackLevel })
        assert.equal(status, expected, JSON.stringify(body))
        if (expected === 422) assert.match(body.detail, /2 charging profiles of the 2 .*§9\.4\.5/)
      }
    })

    if (protocol !== 'ocpp1.6') {
      it(`${protocol}: profiles of other systems take no place of ours`, async () => {
        const server = await start()
        const identity = `OTHERS-${protocol}`
        const { charger } = await play(server, protocol, () => ({ status: 'Accepted' }), { identity })
        await charger.call('NotifyReport', {
          ...{ requestId: 1, generatedAt: new Date().toISOString(), seqNo: 0 },
          reportData: [
            {
              component: { name: 'SmartChargingCtrlr' },
              variable: { name: 'Entries', instance: 'ChargingProfiles' },
              variableAttribute: [{ value: '1' }],
              variableCharacteristics: { dataType: 'integer', supportsMonitoring: false, maxLimit: 1 }
            }
          ]
        })
        const answer = await charger.call('ReportChargingProfiles', {
          ...{ requestId: 7, chargingLimitSource: 'EMS', evseId: 1 },
          chargingProfile: [
            {
              ...{ id: 3, stackLevel: 0, chargingProfilePurpose: 'ChargingStationExternalConstraints' },
              chargingProfileKind: 'Absolute',
              chargingSchedule: [
                { id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] }
              ]
            }
          ]
        })
        assert.equal(answer.type, 3, JSON.stringify(answer))
        const { status, body } = await perform(server, identity, 'operations/charging-limit', LIMIT)
        assert.deepEqual([status, body.status], [200, 'accepted'], JSON.stringify(body))
      })
    }

    it(`${protocol}: a raw call is sent as it is`, async () => {
      const server = await start()
      const identity = `RAW-${protocol}`
      const asked = await tell(server, identity, protocol)
      const periods = [{ startPeriod: 60, limit: 8 }]
      const schedule = { chargingRateUnit: 'W', chargingSchedulePeriod: periods }
      const common = { stackLevel: 9, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Relative' }
      const payload =
        protocol === 'ocpp1.6'
          ? { connectorId: 1, csChargingProfiles: { chargingProfileId: 1, ...common, chargingSchedule: schedule } }
          : { evseId: 1, chargingProfile: { id: 1, ...common, chargingSchedule: [{ id: 1, ...schedule }] } }
      assert.equal((await perform(server, identity, 'calls/SetChargingProfile', payload)).status, 200)
      assert.deepEqual(asked, [['SetChargingProfile', payload]])
    })
  }
})

/** The profile in a message of either version. */
function profileIn(payload: unknown) {
  const { csChargingProfiles, chargingProfile } = payload as Record<string, ReturnType<typeof JSON.parse>>
  return csChargingProfiles ?? chargingProfile
}
