import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { it } from 'node:test'
import { ALL_PROTOCOLS } from 'fastify-ocpp'
import { plug } from '../../src/simulator/sessions/cable.js'
import { onSharedBackend, operate, startBackend } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { perform } from '../operations/support.js'
import { tokenOf } from '../operators/support.js'
import { createCharger } from '../simulator/support.js'
import { connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { ROOT } from '../support/root.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { facts16, fallback } from './facts.js'

interface Shown {
  status: string
  periods: { start: number; limit: number | null; by: { purpose: string }[]; uncertain?: string[] }[]
}

async function schedule(server: TestServer, identity: string, query: string) {
  const response = await operate(server, 'GET', `/charge-points/${identity}/composite-schedule?${query}`)
  return { status: response.statusCode, body: response.json() }
}

/** Start, limit, what decides it, and whether that is certain. */
function brief({ periods }: Shown): string[] {
  return periods.map(({ start, limit, by, uncertain }) => {
    const whom = by.map(({ purpose }) => purpose).join(' ')
    return `${start}: ${limit} ${whom}${uncertain === undefined ? '' : ` (${uncertain.join(' ')})`}`
  })
}

function default16(chargingProfileId: number, limit: number, more: object = {}) {
  return {
    chargingProfileId,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    ...more
  }
}

for (const protocol of ALL_PROTOCOLS) {
  it(`a composite schedule is what a simulated charger of ${protocol} calculates itself`, async () => {
    const server = await startBackend()
    const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol)
    await charger.connect()
    await until('the charger is accepted', () => charger.registration === 'Accepted')
    const limit = async (request: object) => {
      const { body } = await perform(server, 'SIM-1', 'operations/charging-limit', request)
      assert.equal(body.status, 'accepted', JSON.stringify(body))
    }
    await limit({ limit: 20, unit: 'A' })
    await limit({ limit: 13, unit: 'A', evseId: 1, phases: 1 })
    await perform(server, 'SIM-1', 'operations/start', { idToken: { idToken: 'DRIVER' }, evseId: 1 })
    plug(charger, 1, 1)
    const open = async () => (await operate(server, 'GET', '/transactions?status=open')).json().items
    await until('the transaction is booked', async () => (await open()).length === 1)
    await limit({ limit: 8, unit: 'A', purpose: 'transaction', duration: 600 })
    for (const unit of ['A', 'W']) {
      const { body } = await schedule(server, 'SIM-1', `evseId=1&duration=3600&unit=${unit}&source=both`)
      assert.equal(body.reported.status, 'Accepted')
      assert.deepEqual(body.differences, [], JSON.stringify(body))
      assert.deepEqual(
        body.calculated.periods.map(({ by }: Shown['periods'][number]) => by.map(({ purpose }) => purpose)),
        [['TxProfile'], ['TxDefaultProfile']]
      )
      assert.deepEqual(
        body.calculated.periods.map((period: { limit: number }) => period.limit),
        unit === 'A' ? [8, 13] : [8 * 230 * 3, 13 * 230]
      )
    }
    const listed = await operate(server, 'GET', '/charge-points/SIM-1/charging-profiles')
    assert.deepEqual(
      listed.json().items.map(({ confirmed, source }: { confirmed: boolean; source: string }) => [confirmed, source]),
      [
        [true, 'CSO'],
        [true, 'CSO'],
        [true, 'CSO']
      ]
    )
  })
}

onSharedBackend('the composite schedule of a charge point', (start) => {
  it('names the hardware and the phases that the charge point has told', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'TELLS', { protocol: 'ocpp2.0.1', boot: true })
    const variable = (evse: number, name: string, value: string, more: object = {}) => ({
      component: { name: 'EVSE', evse: { id: evse } },
      variable: { name },
      variableAttribute: [{ value }],
      ...more
    })
    await charger.call('NotifyReport', {
      requestId: 1,
      generatedAt: new Date().toISOString(),
      seqNo: 0,
      reportData: [
        variable(1, 'SupplyPhases', '1'),
        variable(1, 'Power', '0', {
          variableCharacteristics: { dataType: 'decimal', supportsMonitoring: false, maxLimit: 7400 }
        }),
        variable(2, 'SupplyPhases', '-1')
      ]
    })
    await charger.call('NotifyChargingLimit', {
      evseId: 0,
      chargingLimit: { chargingLimitSource: 'EMS' },
      chargingSchedule: [{ id: 1, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 50_000 }] }]
    })
    const one = await schedule(server, 'TELLS', 'evseId=1&unit=W')
    assert.deepEqual(brief(one.body.calculated), ['0: 7400 HardwareMaximum'])
    assert.deepEqual(one.body.assumed, { voltage: 230 })
    const whole = await schedule(server, 'TELLS', 'unit=W')
    assert.deepEqual(brief(whole.body.calculated), ['0: 50000 ChargingStationExternalConstraints'])
    const told = await schedule(server, 'TELLS', 'evseId=1&voltage=240&phases=3')
    assert.equal(told.body.calculated.periods[0].limit, 30.8)
    assert.equal(told.body.assumed, undefined)
  })

  it('2.x: counts a relative profile from when the power path was closed', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'POWER-PATH', { protocol: 'ocpp2.0.1', boot: true })
    const at = (secondsAgo: number) => new Date(Math.floor(Date.now() / 1000 - secondsAgo) * 1000).toISOString()
    const evse = { evse: { id: 1, connectorId: 1 } }
    await book(charger, 'TransactionEvent', event2('Started', 0, at(900), { register: 0, ...evse }))
    const charging = event2('Updated', 1, at(300), { register: 0, ...evse }) as { transactionInfo: object }
    await book(charger, 'TransactionEvent', {
      ...charging,
      transactionInfo: { ...charging.transactionInfo, chargingState: 'Charging' }
    })
    charger.onCall(() => ({ status: 'Accepted' }))
    const limit = { limit: 10, unit: 'A', evseId: 1 }
    await perform(server, 'POWER-PATH', 'operations/charging-limit', limit)
    const profile = {
      id: 77,
      stackLevel: 1,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: [
        { id: 1, duration: 600, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] }
      ]
    }
    await perform(server, 'POWER-PATH', 'calls/SetChargingProfile', { evseId: 1, chargingProfile: profile })
    const { body } = await schedule(server, 'POWER-PATH', 'evseId=1&duration=3600')
    const [first, second] = body.calculated.periods
    assert.equal(first.limit, 6)
    assert.equal(second.limit, 10)
    // 600 s from the closed power path, of which 300 s have gone, give or take the time of this test.
    assert.ok(second.start > 240 && second.start <= 300, String(second.start))
  })

  it('says what it does not know, and what the charge point says instead', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'DOUBT', { boot: true })
    const set = (profile: object, query = '') =>
      perform(server, 'DOUBT', `calls/SetChargingProfile${query}`, { connectorId: 1, csChargingProfiles: profile })
    charger.onCall((action) =>
      action === 'GetCompositeSchedule'
        ? {
            status: 'Accepted',
            connectorId: 1,
            scheduleStart: new Date().toISOString(),
            chargingSchedule: {
              duration: 3600,
              chargingRateUnit: 'W',
              chargingSchedulePeriod: [
                { startPeriod: 1800, limit: 6900 },
                { startPeriod: 0, limit: 11_040 }
              ]
            }
          }
        : { status: 'Accepted' }
    )
    await set(default16(1, 16))
    const { body } = await schedule(server, 'DOUBT', 'evseId=1&duration=3600&source=both')
    assert.deepEqual(brief(body.calculated), ['0: 16 TxDefaultProfile'])
    // 16 A are 11 040 W; it is compared in the unit of the charge point.
    assert.deepEqual(body.differences, [{ start: 1800, end: 3600, value: 'limit', calculated: 11_040, reported: 6900 }])
    const only = await schedule(server, 'DOUBT', 'evseId=1&duration=3600&source=charge-point')
    assert.deepEqual(Object.keys(only.body).sort(), ['chargePoint', 'evseId', 'protocol', 'reported', 'start', 'unit'])
    charger.onCall(() => ({ status: 'Rejected' }))
    const rejected = await schedule(server, 'DOUBT', 'evseId=1&source=both')
    assert.deepEqual([rejected.body.reported, rejected.body.differences], [{ status: 'Rejected' }, undefined])
    charger.onCall(() => new ErrorAnswer('NotSupported'))
    assert.equal((await schedule(server, 'DOUBT', 'source=both')).body.code, 'OCPP_CALLERROR')
    charger.onCall(() => NO_ANSWER)
    assert.equal((await set(default16(1, 10), '?timeout=50')).status, 504)
    const doubted = await schedule(server, 'DOUBT', 'evseId=1')
    assert.deepEqual(brief(doubted.body.calculated), ['0: 10 TxDefaultProfile (not-confirmed)'])
  })

  it('needs the scope for calls to ask the charge point, a version, a connection and a sensible question', async () => {
    const server = await start()
    const reader = await tokenOf(server, 'reader', 'charge-points:read')
    const charger = await connectCharger(server.url, 'ASKED', { boot: true })
    const url = '/api/v1/charge-points/ASKED/composite-schedule?source=both'
    assert.equal((await server.app.inject({ url, headers: reader })).json().code, 'INSUFFICIENT_SCOPE')
    await charger.close()
    await until('it is gone', () => server.app.ocpp.chargePoints.get('ASKED') === undefined)
    assert.equal((await schedule(server, 'ASKED', 'source=both')).body.code, 'OCPP_ERR_NOT_CONNECTED')
    assert.deepEqual(brief((await schedule(server, 'ASKED', '')).body.calculated), ['0: null '])
    await operate(server, 'PUT', '/charge-points/NEVER', {})
    assert.equal((await schedule(server, 'NEVER', '')).body.code, 'UNKNOWN_VERSION')
    assert.equal((await schedule(server, 'NOBODY', '')).status, 404)
    for (const query of ['evseId=-1', 'duration=0', 'duration=1e9', 'unit=V', 'phases=4', 'voltage=0', 'voltage=x']) {
      assert.equal((await schedule(server, 'ASKED', query)).status, 400, query)
    }
  })
})

onSharedBackend('a composite schedule of posted facts', (start) => {
  it('is calculated, and what OCPP does not allow is refused with a pointer', async () => {
    const server = await start()
    const post = async (body: object) => {
      const response = await operate(server, 'POST', '/composite-schedules', body)
      return { status: response.statusCode, body: response.json() }
    }
    const known = facts16({ profiles: [], request: { duration: 600 } })
    const facts = { ...known, profiles: [{ evseId: 1, profile: default16(1, 10) }] }
    const right = await post(facts)
    assert.deepEqual([right.status, brief(right.body)], [200, ['0: 10 TxDefaultProfile']])
    assert.deepEqual((await operate(server, 'GET', '/audit')).json().items, [], 'it is no change')
    const broken = default16(1, 10, { chargingProfilePurpose: 'Wish' })
    const refused = await post({ ...facts, profiles: [{ evseId: 1, profile: broken }] })
    assert.deepEqual(
      [refused.status, refused.body.errors[0].pointer],
      [422, '/profiles/0/profile/chargingProfilePurpose']
    )
    const foreign = await post({
      ...facts,
      profiles: [{ evseId: 1, profile: fallback({ periods: { 0: 10 } }).profile }]
    })
    assert.equal(foreign.status, 422)
    const nowhere = await post({ ...facts, state: { timeZone: 'Mars/Base' } })
    assert.deepEqual([nowhere.status, nowhere.body.errors[0].pointer], [422, '/state/timeZone'])
    const plan = { timeBase: '2026-01-05T12:00:00Z', chargingSchedule: {} }
    const planned = { id: 1, evseId: 1, startedAt: '2026-01-05T12:00:00Z', evSchedule: plan }
    assert.equal((await post({ ...facts, state: { transactions: [planned] } })).status, 422)
    const later = { ...facts, version: '2.1', profiles: [], state: { transactions: [planned] } }
    const pointer = (await post(later)).body.errors[0].pointer
    assert.match(pointer, /^\/state\/transactions\/0\/evSchedule\/chargingSchedule\/./)
    for (const request of [{ duration: 0 }, { start: '2026-02-30T00:00:00Z' }, { unit: 'V' }, { evseId: -1 }]) {
      const { status } = await post({ ...facts, request: { ...facts.request, ...request } })
      assert.equal(status, 400, JSON.stringify(request))
    }
  })

  it('does not keep others waiting, however much is posted', async () => {
    const server = await start()
    const periods = (offset: number) =>
      Array.from({ length: 120 }, (_, index) => ({
        startPeriod: index * 600 + (index && offset),
        limit: 6 + (index % 9)
      }))
    const profiles = Array.from({ length: 200 }, (_, index) => ({
      evseId: 1,
      source: `EMS-${index}`,
      profile: {
        id: index + 1,
        stackLevel: 0,
        chargingProfilePurpose: 'ChargingStationExternalConstraints',
        chargingProfileKind: 'Recurring',
        recurrencyKind: 'Daily',
        chargingSchedule: [
          {
            id: 1,
            startSchedule: '2026-01-05T00:00:00Z',
            useLocalTime: true,
            chargingRateUnit: 'A',
            chargingSchedulePeriod: periods(index)
          }
        ]
      }
    }))
    const body = {
      version: '2.1',
      evses: [{ id: 1, phases: 3, voltage: 230 }],
      profiles,
      state: { timeZone: 'Europe/Paris' },
      request: { evseId: 1, start: '2026-01-05T12:00:00Z', duration: 31 * 86_400, unit: 'A' }
    }
    let isOver = false
    const posted = operate(server, 'POST', '/composite-schedules', body).finally(() => {
      isOver = true
    })
    let meanwhile = 0
    for (; !isOver; meanwhile++) await fetch(`${server.url.replace('ws', 'http')}/health/live`)
    const answer = await posted
    assert.equal(answer.statusCode, 200, answer.body)
    const { warnings } = answer.json()
    assert.deepEqual(
      warnings.map(({ code }: { code: string }) => code),
      ['Truncated']
    )
    // One or two, if it were calculated at one go.
    assert.ok(meanwhile > 10, `${meanwhile} requests were answered meanwhile`)
  })

  const CASES = `${ROOT}/../shared/composite-schedule-cases.json`
  const skip = existsSync(CASES) ? false : 'the cases are not beside the project'
  it('is that of every known case', { skip }, async () => {
    const server = await start()
    const { cases } = JSON.parse(readFileSync(CASES, 'utf8'))
    for (const { id, version, evses, profiles, state, request, expected } of cases) {
      const body = { version, evses, profiles, request, ...(state !== undefined && { state }) }
      const response = await operate(server, 'POST', '/composite-schedules', body)
      assert.equal(response.statusCode, 200, `${id}: ${response.body}`)
      const found = response.json()
      assert.equal(found.status, expected.status, id)
      const limits = (periods: Shown['periods'] = []) => periods.map(({ start, limit }) => [start, limit])
      assert.deepEqual(limits(found.periods), limits(expected.periods), id)
    }
    assert.ok(cases.length > 40)
  })
})
