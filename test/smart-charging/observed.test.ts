import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CompositePeriod, CompositeSchedule } from 'fastify-ocpp/smart-charging'
import { CapBook } from '../../lib/smart-charging/caps.js'
import { observedIn } from '../../lib/smart-charging/observed.js'
import type { ReportedSchedule } from '../../lib/smart-charging/reported.js'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { connectCharger } from '../support/charger.js'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'

function calculated(limit: number | null, more: Partial<CompositePeriod> = {}): CompositeSchedule {
  return { status: 'Accepted', duration: 60, periods: [{ start: 0, limit, by: [], ...more }], warnings: [] }
}

function reported(limit: number | undefined, more: Partial<ReportedSchedule> = {}): ReportedSchedule {
  const periods = [{ start: 0, ...(limit !== undefined && { limit }) }]
  return { status: 'Accepted', unit: 'A', duration: 60, periods, ...more }
}

describe('the composite schedule of a charge point of 1.6', () => {
  it('shows a limit of others where it is clearly lower than that of its profiles', () => {
    assert.equal(observedIn(calculated(20), reported(10)), 10)
    assert.equal(observedIn(calculated(20), reported(6)), 6)
    assert.equal(observedIn(calculated(20), reported(19)), 19)
  })

  it('shows that there is none where it is not', () => {
    for (const limit of [19.2, 20, 32]) assert.equal(observedIn(calculated(20), reported(limit)), 'none', String(limit))
    assert.equal(observedIn(calculated(63), reported(60)), 'none', 'less than 5 %')
  })

  it('shows nothing of a limit that profiles hide', () => {
    assert.equal(observedIn(calculated(10), reported(10), 10), undefined)
    assert.equal(observedIn(calculated(8), reported(8), 10), undefined)
    assert.equal(observedIn(calculated(16), reported(16), 10), 'none')
    assert.equal(observedIn(calculated(16), reported(8), 10), 8)
    assert.equal(observedIn(calculated(null), reported(32), 10), 'none', 'whatever its profiles come to')
    assert.equal(observedIn(calculated(20, { uncertain: ['not-confirmed'] }), reported(20), 10), 'none')
    assert.equal(observedIn(calculated(null), reported(10), 10), undefined)
  })

  it('shows nothing where such answers are often wrong', () => {
    for (const [ours, theirs] of [
      [calculated(20), reported(0)],
      [calculated(20), reported(5.9)],
      [calculated(20), reported(undefined)],
      [calculated(63), reported(48)],
      [calculated(null), reported(10)],
      [calculated(20, { uncertain: ['not-confirmed'] }), reported(10)],
      [calculated(20), reported(2300, { unit: 'W' })],
      [calculated(20), reported(10, { status: 'Rejected' })],
      [calculated(20), reported(10, { periods: [{ start: 30, limit: 10 }] })]
    ] as const) {
      assert.equal(observedIn(ours, theirs), undefined, JSON.stringify(theirs))
    }
  })
})

onBothBackends('a limit of others that shows in a composite schedule', (start) => {
  it('is a constraint until the next answer without it, and the difference is told all the same', async () => {
    const server = await start({ OCPP_CALLS_AFTER_CONNECT: '0' }, listen)
    const charger = await connectCharger(server.url, 'SHOWS', { protocol: 'ocpp1.6', boot: true })
    let told = 10
    charger.onCall((action) => {
      const chargingSchedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: told }] }
      return { status: 'Accepted', ...(action === 'GetCompositeSchedule' && { connectorId: 1, chargingSchedule }) }
    })
    const limit = { limit: 20, unit: 'A', evseId: 1 }
    assert.equal((await perform(server, 'SHOWS', 'operations/charging-limit', limit)).status, 200)
    const path = '/charge-points/SHOWS/composite-schedule?evseId=1&duration=60'
    const schedule = async (source: string) => (await operate(server, 'GET', `${path}&source=${source}`)).json()
    const periods = async () => {
      const { calculated } = (await schedule('calculated')) as { calculated: CompositeSchedule }
      return calculated.periods.map((period) => [period.limit, period.by[0]?.source ?? 'CSO', period.uncertain])
    }
    assert.deepEqual(await periods(), [[20, 'CSO', undefined]])
    const expected = [{ start: 0, end: 60, value: 'limit', calculated: 20, reported: 10 }]
    for (let time = 0; time < 2; time++) assert.deepEqual((await schedule('both')).differences, expected)
    await until('it is known', async () => String(await periods()) === '10,Other,not-confirmed')
    const { items } = (await operate(server, 'GET', '/charge-points/SHOWS/charging-profiles')).json()
    assert.deepEqual(
      items.map((item: { profileId: number; confirmed: boolean }) => [item.profileId, item.confirmed]).sort(),
      [
        [-3, false],
        [items.find((item: { profileId: number }) => item.profileId > 0).profileId, true]
      ]
    )
    const { id } = await server.app.store.require('SHOWS')
    const evse = { evseId: 1, unit: 'A', phases: 3, voltage: 230, mayBeSingle: false, least: 6 } as const
    const profiles = await server.app.database.db.selectFrom('charging_profiles').selectAll().execute()
    const book = new CapBook(server.app.database.db)
    const capsAt = async (now: number) => {
      const question = {
        chargePointId: id,
        protocol: 'ocpp1.6',
        boots: 1,
        profiles,
        transactions: ['t'],
        evses: [evse]
      }
      return (await book.of([question], now)).get(id)?.get(1)?.limit
    }
    assert.deepEqual(await capsAt(Date.now()), { amperes: 10, by: 'ChargingStationExternalConstraints of Other' })
    assert.equal((await capsAt(Date.now() + 3_700_000))?.amperes, 20, 'it is believed for an hour')
    told = 20
    assert.deepEqual((await schedule('both')).differences, [])
    await until('it has ended', async () => String(await periods()) === '20,CSO,')
  })
})
