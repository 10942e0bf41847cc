import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ALL_PROTOCOLS, type Protocol } from 'fastify-ocpp'
import { onSharedBackend } from '../app/support.js'
import { perform, play } from '../operations/support.js'
import type { Charger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

// Whole schedules of the operation charging-limit.

const START = '2090-01-01T22:00:00.000Z'
const PERIODS = [{ start: 0, limit: 16 }]
const ABSOLUTE = { kind: 'Absolute', startSchedule: START, unit: 'A', periods: PERIODS }
const RELATIVE = { kind: 'Relative', unit: 'W', periods: [{ start: 0, limit: 9000 }] }

async function connect(server: TestServer, protocol: Protocol, name: string) {
  const identity = `${name}-${protocol}`
  const { charger, asked } = await play(server, protocol, () => ({ status: 'Accepted' }), { identity })
  const send = (body: object) => perform(server, identity, 'operations/charging-limit', body)
  return { identity, charger, asked, send }
}

/** A variable of a component, as a charge point reports it. */
type Reported = [component: string, variable: string, value: string, instance?: string]

async function report(charger: Charger, variables: readonly Reported[]) {
  await charger.call('NotifyReport', {
    ...{ requestId: 1, generatedAt: new Date().toISOString(), seqNo: 0 },
    reportData: variables.map(([component, name, value, instance]) => ({
      component: { name: component },
      variable: { name, ...(instance !== undefined && { instance }) },
      variableAttribute: [{ value }]
    }))
  })
}

/** The EV tells that each of its phases can be limited by itself. */
function tellPhases(charger: Charger, v2xChargingParameters: object) {
  const chargingNeeds = { requestedEnergyTransfer: 'AC_BPT', v2xChargingParameters }
  return charger.call('NotifyEVChargingNeeds', { evseId: 1, chargingNeeds })
}

async function startTransaction(charger: Charger) {
  await charger.call('TransactionEvent', {
    ...{ eventType: 'Started', timestamp: new Date().toISOString(), triggerReason: 'Authorized', seqNo: 0 },
    transactionInfo: { transactionId: 'TX-1' },
    evse: { id: 1, connectorId: 1 },
    idToken: { idToken: 'DRIVER', type: 'ISO14443' }
  })
}

/** What was refused: status, pointer, and the message. */
function refusal({ status, body }: Awaited<ReturnType<typeof perform>>) {
  return { at: [status, body.errors?.[0].pointer], detail: String(body.errors?.[0].detail) }
}

const WHOLE = {
  kind: 'Recurring',
  recurrency: 'Weekly',
  startSchedule: START,
  duration: 90_000,
  unit: 'A',
  minChargingRate: 6,
  periods: [
    { start: 0, limit: 32 },
    { start: 28_800, limit: 10, phases: 1 }
  ]
}

onSharedBackend('charging-limit with a schedule', (start) => {
  for (const protocol of ALL_PROTOCOLS) {
    it(`${protocol}: is sent as it is given`, async () => {
      const { asked, send } = await connect(await start(), protocol, 'WHOLE')
      const validTo = '2091-01-01T00:00:00.000Z'
      const { body } = await send({ evseId: 1, stackLevel: 2, validTo, schedule: WHOLE })
      assert.deepEqual([body.status, body.purpose, body.stackLevel], ['accepted', 'default', 2], JSON.stringify(body))
      const common = {
        ...{ stackLevel: 2, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Recurring' },
        ...{ recurrencyKind: 'Weekly', validTo }
      }
      const schedule = {
        ...{ duration: 90_000, startSchedule: START, chargingRateUnit: 'A', minChargingRate: 6 },
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 32 },
          { startPeriod: 28_800, limit: 10, numberPhases: 1 }
        ]
      }
      const { profileId } = body
      const sent =
        protocol === 'ocpp1.6'
          ? {
              connectorId: 1,
              csChargingProfiles: { chargingProfileId: profileId, ...common, chargingSchedule: schedule }
            }
          : {
              evseId: 1,
              chargingProfile: { id: profileId, ...common, chargingSchedule: [{ id: profileId, ...schedule }] }
            }
      assert.deepEqual(asked, [['SetChargingProfile', sent]])
    })

    it(`${protocol}: is refused with member and clause where the standard does not allow it`, async () => {
      const { asked, send } = await connect(await start(), protocol, 'REFUSED')
      const of = (more: object) => ({ evseId: 1, schedule: { ...ABSOLUTE, ...more } })
      const cases: [object, string, RegExp][] = [
        [of({ periods: [{ start: 5, limit: 16 }] }), '/schedule/periods/0/start', /K01\.FR\.31/],
        [of({ periods: [...PERIODS, ...PERIODS] }), '/schedule/periods/1/start', /K01\.FR\.31/],
        [of({ duration: 60, periods: [...PERIODS, { start: 60, limit: 8 }] }), '/schedule/periods/1/start', /§7\.13/],
        [of({ startSchedule: undefined }), '/schedule/startSchedule', /K01\.FR\.40/],
        [of({ kind: 'Recurring' }), '/schedule/recurrency', /§7\.8/],
        [of({ kind: 'Recurring', recurrency: 'Daily', duration: 86_401 }), '/schedule/recurrency', /K01\.FR\.30/],
        [of({ recurrency: 'Daily' }), '/schedule/recurrency', /Recurring/],
        [{ evseId: 1, schedule: { ...RELATIVE, startSchedule: START } }, '/schedule/startSchedule', /K01\.FR\.41/],
        [{ schedule: RELATIVE }, '/schedule/kind', /K01\.FR\.38/],
        [{ limit: 16, schedule: ABSOLUTE }, '/limit', /schedule/],
        [{ evseId: 1, unit: 'A' }, '/limit', /required/],
        [{ evseId: 1, limit: 16 }, '/unit', /required/]
      ]
      for (const [body, pointer, clause] of cases) {
        const { at, detail } = refusal(await send(body))
        assert.deepEqual(at, [422, pointer], `${JSON.stringify(body)} ${detail}`)
        assert.match(detail, clause)
      }
      const placed = await send({ purpose: 'station', evseId: 1, schedule: ABSOLUTE })
      assert.deepEqual([placed.status, placed.body.code], [409, 'OPERATION_NOT_SUPPORTED'])
      const idle = await send({ purpose: 'transaction', evseId: 1, schedule: RELATIVE })
      assert.deepEqual([idle.status, idle.body.code], [409, 'NO_OPEN_TRANSACTION'])
      assert.deepEqual(asked, [], 'nothing was sent')
    })
  }

  for (const protocol of ['ocpp1.6', 'ocpp2.0.1'] as const) {
    it(`${protocol}: what only later versions have is refused, and not sent`, async () => {
      const server = await start()
      const { identity, asked, send } = await connect(server, protocol, 'EARLIER')
      const of = (more: object) => ({ evseId: 1, schedule: { ...ABSOLUTE, ...more } })
      const period = (more: object) => of({ periods: [{ start: 0, limit: 16, ...more }] })
      const at = '/schedule/periods/0'
      const cases: [object, string][] = [
        [of({ useLocalTime: true }), '/schedule/useLocalTime'],
        [of({ randomizedDelay: 60 }), '/schedule/randomizedDelay'],
        [of({ limitAtSoC: { soc: 80, limit: 6 } }), '/schedule/limitAtSoC'],
        [{ ...of({}), maxOfflineDuration: 60 }, '/maxOfflineDuration'],
        [{ ...of({}), invalidAfterOfflineDuration: true }, '/invalidAfterOfflineDuration'],
        [{ ...of({}), purpose: 'priority' }, '/purpose'],
        [period({ limitL2: 8 }), `${at}/limitL2`],
        [period({ dischargeLimit: -8 }), `${at}/dischargeLimit`],
        [period({ setpoint: 8 }), `${at}/setpoint`],
        [period({ operationMode: 'ChargingOnly' }), `${at}/operationMode`],
        [period({ preconditioningRequest: true }), `${at}/preconditioningRequest`],
        ...(protocol === 'ocpp1.6' ? [[period({ phases: 1, phaseToUse: 2 }), `${at}/phaseToUse`] as const] : [])
      ] as [object, string][]
      for (const [body, pointer] of cases) {
        const answer = await send(body)
        assert.deepEqual([...refusal(answer).at, answer.body.code], [409, pointer, 'OPERATION_NOT_SUPPORTED'])
      }
      const without = refusal(await send(of({ periods: [{ start: 0 }] })))
      assert.deepEqual(without.at, [422, `${at}/limit`])
      const cleared = await perform(server, identity, 'operations/clear-charging-limit', { purpose: 'priority' })
      assert.deepEqual(refusal(cleared).at, [409, '/purpose'])
      assert.deepEqual(asked, [], 'nothing was sent')
    })
  }

  it('ocpp2.1: carries all members of that version', async () => {
    const { charger, asked, send } = await connect(await start(), 'ocpp2.1', 'MEMBERS')
    await startTransaction(charger)
    await tellPhases(charger, { maxChargePower: 11_000, maxChargePower_L2: 9000, maxChargePower_L3: 9000 })
    const schedule = {
      ...{ kind: 'Absolute', startSchedule: START, unit: 'W', useLocalTime: true, randomizedDelay: 90 },
      limitAtSoC: { soc: 80, limit: 3000 },
      periods: [
        { start: 0, limit: 9000, limitL2: 8000, limitL3: 7000, preconditioningRequest: true },
        {
          ...{ start: 60, operationMode: 'CentralSetpoint', limit: 9000, dischargeLimit: -3000, setpoint: -2000 },
          ...{ dischargeLimitL2: -2000, dischargeLimitL3: -1000, setpointL2: -1500, setpointL3: -1000 },
          ...{ setpointReactive: 10, setpointReactiveL2: 20, setpointReactiveL3: 30 }
        },
        { start: 90, operationMode: 'Idle', evseSleep: true },
        { start: 99, limit: 2000, phases: 1, phaseToUse: 2 }
      ]
    }
    const offline = { maxOfflineDuration: 600, invalidAfterOfflineDuration: true }
    const { body } = await send({ transactionId: 'TX-1', ...offline, schedule })
    assert.equal(body.status, 'accepted', JSON.stringify(body))
    const id = body.profileId
    const sent = {
      evseId: 1,
      chargingProfile: {
        ...{ id, stackLevel: 0, chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Absolute' },
        ...{ transactionId: 'TX-1', ...offline },
        chargingSchedule: [
          {
            ...{ id, startSchedule: START, chargingRateUnit: 'W', useLocalTime: true, randomizedDelay: 90 },
            limitAtSoC: { soc: 80, limit: 3000 },
            chargingSchedulePeriod: [
              { startPeriod: 0, limit: 9000, limit_L2: 8000, limit_L3: 7000, preconditioningRequest: true },
              {
                ...{ startPeriod: 60, operationMode: 'CentralSetpoint', limit: 9000, dischargeLimit: -3000 },
                ...{ dischargeLimit_L2: -2000, dischargeLimit_L3: -1000 },
                ...{ setpoint: -2000, setpoint_L2: -1500, setpoint_L3: -1000 },
                ...{ setpointReactive: 10, setpointReactive_L2: 20, setpointReactive_L3: 30 }
              },
              { startPeriod: 90, operationMode: 'Idle', evseSleep: true },
              { startPeriod: 99, limit: 2000, numberPhases: 1, phaseToUse: 2 }
            ]
          }
        ]
      }
    }
    assert.deepEqual(asked, [['SetChargingProfile', sent]])
  })

  it('ocpp2.1: limits single phases only of an EV that has told its power on them', async () => {
    const { charger, asked, send } = await connect(await start(), 'ocpp2.1', 'PHASES')
    await startTransaction(charger)
    const periods = [{ start: 0, limit: 9000, limitL2: 8000, limitL3: 7000 }]
    const body = { transactionId: 'TX-1', schedule: { ...ABSOLUTE, unit: 'W', periods } }
    const refused = async () => refusal(await send(body))
    const at = '/schedule/periods/0'
    assert.deepEqual((await refused()).at, [422, `${at}/limitL2`])
    await tellPhases(charger, { maxChargePower: 11_000, maxChargePower_L2: 9000 })
    const { at: place, detail } = await refused()
    assert.deepEqual(place, [422, `${at}/limitL3`])
    assert.match(detail, /K01\.FR\.142/)
    assert.deepEqual(asked, [], 'nothing was sent')
    await tellPhases(charger, { maxChargePower: 11_000, maxChargePower_L2: 9000, maxChargePower_L3: 9000 })
    assert.equal((await send(body)).body.status, 'accepted')
  })

  it('ocpp2.1: is refused where the purpose or the operation mode does not allow a member', async () => {
    const { asked, send, charger } = await connect(await start(), 'ocpp2.1', 'PURPOSES')
    await startTransaction(charger)
    const of = (purpose: string, more: object, schedule: object = {}) => {
      const periods = [{ start: 0, limit: 16, ...more }]
      const place = purpose === 'station' ? {} : { evseId: 1 }
      return { purpose, ...place, schedule: { ...ABSOLUTE, ...schedule, periods } }
    }
    const at = '/schedule/periods/0'
    const cases: [object, string, RegExp][] = [
      [of('priority', {}, { duration: 60 }), '/schedule/duration', /K01\.FR\.70/],
      [of('priority', { operationMode: 'Idle' }), `${at}/operationMode`, /K01\.FR\.111/],
      [of('station', { operationMode: 'ExternalLimits' }), `${at}/operationMode`, /K01\.FR\.111/],
      [of('station', {}, { randomizedDelay: 9 }), '/schedule/randomizedDelay', /K01\.FR\.95/],
      [of('default', { limitL2: 8 }), `${at}/limitL2`, /K01\.FR\.143/],
      [of('transaction', { limit: undefined, operationMode: 'Idle', limitL3: 8 }), `${at}/limitL3`, /K01\.FR\.145/],
      [of('default', { phaseToUse: 2 }), `${at}/phaseToUse`, /K01\.FR\.19/],
      [of('default', { evseSleep: true }), `${at}/evseSleep`, /K01\.FR\.126/],
      [of('default', { limit: undefined }), `${at}/limit`, /ChargingOnly/],
      [of('default', { setpoint: 5 }), `${at}/setpoint`, /ChargingOnly/],
      [of('default', { dischargeLimit: -5 }), `${at}/dischargeLimit`, /ChargingOnly/],
      [of('default', { operationMode: 'CentralSetpoint' }), `${at}/setpoint`, /CentralSetpoint/],
      [of('default', { operationMode: 'Idle', setpointL2: 5 }), `${at}/setpointL2`, /needs setpoint/]
    ]
    for (const [body, pointer, clause] of cases) {
      const { at, detail } = refusal(await send(body))
      assert.deepEqual(at, [422, pointer], `${JSON.stringify(body)} ${detail}`)
      assert.match(detail, clause)
    }
    assert.deepEqual(asked, [], 'nothing was sent')
    const { body } = await send(of('priority', {}))
    assert.deepEqual([body.status, body.purpose], ['accepted', 'priority'])
    assert.match(JSON.stringify(asked), /"PriorityCharging"/)
  })

  it('ocpp2.1: is refused where the charge point says that it cannot do it, and sent where it says nothing', async () => {
    const server = await start()
    const of = (more: object, period: object = {}) => {
      return { evseId: 1, schedule: { ...ABSOLUTE, ...more, periods: [{ start: 0, limit: 16, ...period }] } }
    }
    const at = '/schedule/periods/0'
    const cases: [object, string, string][] = [
      [of({ useLocalTime: true }), '/schedule/useLocalTime', 'K01.FR.123'],
      [of({ randomizedDelay: 9 }), '/schedule/randomizedDelay', 'K01.FR.124'],
      [of({ limitAtSoC: { soc: 80, limit: 6 } }), '/schedule/limitAtSoC', 'K01.FR.125'],
      [of({}, { operationMode: 'Idle', evseSleep: true }), `${at}/evseSleep`, 'K01.FR.126'],
      [of({}, { operationMode: 'CentralFrequency', setpoint: 5 }), `${at}/operationMode`, 'K01.FR.115'],
      [of({}, { phases: 1, phaseToUse: 2 }), `${at}/phaseToUse`, 'K01.FR.20'],
      [{ ...of({}), maxOfflineDuration: 60 }, '/maxOfflineDuration', 'SupportsMaxOfflineDuration'],
      [{ ...of({}), purpose: 'priority' }, '/purpose', 'K01.FR.120']
    ]
    const poor = await connect(server, 'ocpp2.1', 'POOR')
    await report(poor.charger, [
      ['SmartChargingCtrlr', 'SupportsUseLocalTime', 'false'],
      ['SmartChargingCtrlr', 'SupportsFeature', 'false', 'RandomizedDelay'],
      ['SmartChargingCtrlr', 'SupportsLimitAtSoC', 'False'],
      ['SmartChargingCtrlr', 'SupportsEvseSleep', 'false'],
      ['SmartChargingCtrlr', 'SupportsMaxOfflineDuration', 'false'],
      ['SmartChargingCtrlr', 'ACPhaseSwitchingSupported', 'false'],
      ['SmartChargingCtrlr', 'SupportedAdditionalPurposes', 'LocalGeneration'],
      ['V2XChargingCtrlr', 'SupportedOperationModes', 'ChargingOnly,Idle,CentralSetpoint']
    ])
    const silent = await connect(server, 'ocpp2.1', 'SILENT')
    for (const [body, pointer, clause] of cases) {
      const { at: found, detail } = refusal(await poor.send(body))
      assert.deepEqual(found, [422, pointer], `${JSON.stringify(body)} ${detail}`)
      assert.ok(detail.includes(clause), detail)
      assert.equal((await silent.send(body)).body.status, 'accepted', JSON.stringify(body))
    }
    assert.deepEqual(poor.asked, [], 'nothing was sent')
    const able = await poor.send(of({}, { operationMode: 'CentralSetpoint', setpoint: 5 }))
    assert.equal(able.body.status, 'accepted')
  })

  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`${protocol}: never makes a duplicate that a charge point would refuse`, async () => {
      const server = await start()
      const { identity, asked, send } = await connect(server, protocol, 'DUPLICATES')
      const limit = { limit: 16, unit: 'A' }
      const ofOne = await send({ ...limit, evseId: 1 })
      assert.equal(ofOne.body.status, 'accepted')
      const ofAll = refusal(await send({ ...limit, purpose: 'default' }))
      assert.deepEqual(ofAll.at, [422, '/stackLevel'])
      assert.match(ofAll.detail, /EVSE 1.*K01\.FR\.52/)
      assert.equal((await send({ ...limit, purpose: 'default', stackLevel: 1 })).body.status, 'accepted')
      const ofTwo = refusal(await send({ ...limit, evseId: 2, stackLevel: 1 }))
      assert.deepEqual(ofTwo.at, [422, '/stackLevel'])
      assert.match(ofTwo.detail, /whole charge point.*K01\.FR\.53/)
      assert.equal(asked.length, 2)
      await perform(server, identity, 'operations/clear-charging-limit', { purpose: 'default', stackLevel: 1 })
      assert.equal((await send({ ...limit, evseId: 2, stackLevel: 1 })).body.status, 'accepted')
      // A profile that was set by a raw call is replaced by its id.
      const other = {
        ...{ id: 77, stackLevel: 2, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Absolute' },
        chargingSchedule: [
          {
            ...{ id: 1, startSchedule: START, chargingRateUnit: 'A' },
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }]
          }
        ]
      }
      const raw = (more: object) => {
        const chargingProfile = { ...other, ...more }
        return perform(server, identity, 'calls/SetChargingProfile', { evseId: 1, chargingProfile })
      }
      await raw({ validTo: '2090-01-01T00:00:00Z' })
      const later = await send({ ...limit, evseId: 1, stackLevel: 2, validFrom: '2090-01-01T00:00:00Z' })
      assert.notEqual(later.body.profileId, 77, 'both may be there, one after the other')
      await perform(server, identity, 'operations/clear-charging-limit', { profileId: later.body.profileId })
      assert.equal((await send({ ...limit, evseId: 1, stackLevel: 2 })).body.profileId, 77)
      await raw({ id: 78, stackLevel: 3, validTo: '2089-01-01T00:00:00Z' })
      await raw({ id: 79, stackLevel: 3, validFrom: '2090-01-01T00:00:00Z' })
      const both = refusal(await send({ ...limit, evseId: 1, stackLevel: 3 }))
      assert.deepEqual(both.at, [422, '/stackLevel'])
      assert.match(both.detail, /78, 79.*K01\.FR\.06/)
    })

    it(`${protocol}: names no other phase than the limits that apply at the same time`, async () => {
      const { send } = await connect(await start(), protocol, 'PHASES')
      const startSchedule = new Date(Date.now() - 60_000).toISOString()
      const of = (phaseToUse: number, more: object = {}) => ({
        ...more,
        schedule: {
          ...{ ...ABSOLUTE, startSchedule, duration: 3600 },
          periods: [{ start: 0, limit: 16, phases: 1, phaseToUse }]
        }
      })
      assert.equal((await send(of(1))).body.status, 'accepted')
      const conflict = refusal(await send(of(3, { evseId: 1 })))
      assert.deepEqual(conflict.at, [422, '/schedule/periods/0/phaseToUse'])
      assert.match(conflict.detail, /K01\.FR\.141/)
      assert.equal((await send(of(1, { evseId: 1 }))).body.status, 'accepted')
      const later = of(3, { evseId: 2 })
      later.schedule.startSchedule = new Date(Date.now() + 7_200_000).toISOString()
      assert.equal((await send(later)).body.status, 'accepted', 'at another time')
    })
  }

  it('ocpp2.1: has an id above those of other systems', async () => {
    const { charger, asked, send } = await connect(await start(), 'ocpp2.1', 'EXTERNAL')
    await report(charger, [['SmartChargingCtrlr', 'MaxExternalConstraintsId', '1500000000']])
    const { body } = await send({ limit: 16, unit: 'A', evseId: 1 })
    assert.ok(body.profileId > 1_500_000_000, JSON.stringify(body))
    await report(charger, [['SmartChargingCtrlr', 'MaxExternalConstraintsId', '2147483647']])
    const refused = await send({ limit: 16, unit: 'A', evseId: 1 })
    assert.equal(refused.status, 422)
    assert.match(refused.body.detail, /K01\.FR\.80/)
    assert.equal(asked.length, 1)
  })
})
