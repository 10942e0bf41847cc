import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate, shareBackend, stateOf } from '../app/support.js'
import { book, event2, onlyTransactionOf, startTransaction } from '../ledger/wire-support.js'
import { type Charger, connectCharger, NO_ANSWER } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'

/** The charging profiles of a charge point that the back-end knows. */

const NOW = '2026-01-01T09:00:00Z'

type Purpose = 'TxDefaultProfile' | 'TxProfile' | 'ChargingStationMaxProfile'

function profile16(chargingProfileId: number, chargingProfilePurpose: string, limit = 16, more: object = {}) {
  const chargingSchedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] }
  const kind = { chargingProfileKind: 'Relative', stackLevel: 0 }
  return { chargingProfileId, chargingProfilePurpose, ...kind, chargingSchedule, ...more }
}

function profile2(id: number, chargingProfilePurpose: Purpose, limit = 16, more: object = {}) {
  const chargingSchedule = [{ id, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] }]
  return { id, chargingProfilePurpose, chargingProfileKind: 'Relative', stackLevel: 0, chargingSchedule, ...more }
}

interface Shown {
  profileId: number
  source: string
  purpose: string
  evseId?: number
  connectorId?: number
  transactionId?: string
  confirmed: boolean
  payload: {
    chargingSchedule:
      | { chargingSchedulePeriod: { limit: number }[] }
      | { chargingSchedulePeriod: { limit: number }[] }[]
  }
}

async function shown(server: TestServer, { identity }: Charger): Promise<Shown[]> {
  return (await stateOf(server, identity)).chargingProfiles
}

/** Id, limit and whether it is certain, in the order of ids and limits. */
async function brief(server: TestServer, charger: Charger): Promise<string[]> {
  const profiles = await shown(server, charger)
  return profiles.map(limitOf).sort()
}

function limitOf({ profileId, confirmed, payload }: Shown): string {
  const [schedule] = [payload.chargingSchedule].flat()
  return `${profileId}: ${schedule?.chargingSchedulePeriod[0]?.limit} A${confirmed ? '' : '?'}`
}

/** Sends a call; the charge point gives this answer, or none. */
async function ask(server: TestServer, charger: Charger, action: string, payload: object, answer: unknown = ACCEPTED) {
  charger.onCall(() => answer)
  // After a call without answer the next one waits for as long as OCPP_CALL_TIMEOUT.
  const timeout = answer === NO_ANSWER ? 50 : 20_000
  const url = `/charge-points/${charger.identity}/calls/${action}?timeout=${timeout}`
  const { statusCode, body } = await operate(server, 'POST', url, payload)
  assert.equal(statusCode, answer === NO_ANSWER ? 504 : 200, body)
}

const ACCEPTED = { status: 'Accepted' }
const REJECTED = { status: 'Rejected' }

onBothBackends('the ledger of charging profiles', (start) => {
  const backend = shareBackend(start, { OCPP_CALL_TIMEOUT: '50' })

  async function connect(identity: string, protocol: string) {
    const server = backend()
    return { server, charger: await connectCharger(server.url, identity, { protocol, boot: true }) }
  }

  it('keeps accepted profiles, and no rejected ones', async () => {
    const { server, charger } = await connect('L-1', 'ocpp1.6')
    const set = (profile: object, answer: unknown) =>
      ask(server, charger, 'SetChargingProfile', { connectorId: 1, csChargingProfiles: profile }, answer)
    await set(profile16(1, 'TxDefaultProfile', 10), ACCEPTED)
    await set(profile16(2, 'TxDefaultProfile', 20), REJECTED)
    assert.deepEqual(await brief(server, charger), ['1: 10 A'])
    await set(profile16(2, 'TxDefaultProfile', 20), ACCEPTED)
    assert.deepEqual(await brief(server, charger), ['2: 20 A'], 'of one level and place only one')
  })

  it('keeps two of one level in 2.x when their validity does not overlap', async () => {
    const { server, charger } = await connect('L-2', 'ocpp2.0.1')
    const set = (profile: object) => ask(server, charger, 'SetChargingProfile', { evseId: 1, chargingProfile: profile })
    await set(profile2(1, 'TxDefaultProfile', 10, { validTo: '2026-06-01T00:00:00Z' }))
    await set(profile2(2, 'TxDefaultProfile', 20, { validFrom: '2026-06-01T00:00:00Z' }))
    assert.deepEqual(await brief(server, charger), ['1: 10 A', '2: 20 A'])
    await set(profile2(3, 'TxDefaultProfile', 30))
    assert.deepEqual(await brief(server, charger), ['3: 30 A'])
  })

  it('holds old and new possible after a call without answer, until one is answered', async () => {
    const { server, charger } = await connect('L-3', 'ocpp2.1')
    const set = (limit: number, answer: unknown) =>
      ask(
        server,
        charger,
        'SetChargingProfile',
        { evseId: 1, chargingProfile: profile2(1, 'TxDefaultProfile', limit) },
        answer
      )
    await set(10, ACCEPTED)
    await set(6, NO_ANSWER)
    await set(8, NO_ANSWER)
    assert.deepEqual(await brief(server, charger), ['1: 10 A?', '1: 6 A?', '1: 8 A?'])
    await set(9, REJECTED)
    assert.equal((await brief(server, charger)).length, 3, 'a refusal proves nothing of the calls before')
    await set(12, ACCEPTED)
    assert.deepEqual(await brief(server, charger), ['1: 12 A'])
  })

  it('remembers no more than eight calls without answer of one profile', async () => {
    const { server, charger } = await connect('L-4', 'ocpp1.6')
    for (let limit = 10; limit < 20; limit++) {
      const csChargingProfiles = profile16(1, 'TxDefaultProfile', limit)
      await ask(server, charger, 'SetChargingProfile', { connectorId: 1, csChargingProfiles }, NO_ANSWER)
    }
    const expected = [12, 13, 14, 15, 16, 17, 18, 19].map((limit) => `1: ${limit} A?`)
    assert.deepEqual(await brief(server, charger), expected)
  })

  it('marks profiles that an unanswered ClearChargingProfile may have deleted as not confirmed, by every criterion', async () => {
    const { server, charger } = await connect('L-5', 'ocpp1.6')
    for (const [id, connectorId] of [
      [1, 1],
      [2, 2]
    ]) {
      const csChargingProfiles = profile16(Number(id), 'TxDefaultProfile')
      await ask(server, charger, 'SetChargingProfile', { connectorId, csChargingProfiles })
    }
    await ask(server, charger, 'ClearChargingProfile', { id: 1, connectorId: 2 }, { status: 'Unknown' })
    assert.deepEqual(await brief(server, charger), ['1: 16 A', '2: 16 A'])
    await ask(server, charger, 'ClearChargingProfile', { connectorId: 2 }, NO_ANSWER)
    assert.deepEqual(await brief(server, charger), ['1: 16 A', '2: 16 A?'])
    await ask(server, charger, 'ClearChargingProfile', {})
    assert.deepEqual(await brief(server, charger), [])
  })

  it('1.6: binds a TxProfile to the transaction that runs, and drops it with its end', async () => {
    const { server, charger } = await connect('L-6', 'ocpp1.6')
    const transactionId = await startTransaction(charger)
    const csChargingProfiles = profile16(1, 'TxProfile')
    await ask(server, charger, 'SetChargingProfile', { connectorId: 1, csChargingProfiles })
    assert.deepEqual(
      (await shown(server, charger)).map((profile) => profile.transactionId),
      [String(transactionId)]
    )
    await book(charger, 'StopTransaction', { transactionId, meterStop: 200, timestamp: NOW })
    assert.deepEqual(await shown(server, charger), [])
  })

  for (const isLate of [false, true]) {
    it(`1.6: binds the profile of a remote start ${isLate ? 'that was never answered' : ''} to its transaction`, async () => {
      const { server, charger } = await connect(`L-7-${isLate}`, 'ocpp1.6')
      const request = { idTag: 'TAG', chargingProfile: profile16(1, 'TxProfile') }
      await ask(server, charger, 'RemoteStartTransaction', request, isLate ? NO_ANSWER : ACCEPTED)
      assert.deepEqual(
        (await shown(server, charger)).map(({ transactionId, confirmed }) => [transactionId, confirmed]),
        [[undefined, !isLate]]
      )
      const transactionId = await startTransaction(charger, { timestamp: new Date().toISOString() })
      await until('it is bound', async () => (await shown(server, charger))[0]?.transactionId === String(transactionId))
      const [bound] = await shown(server, charger)
      assert.deepEqual([bound?.connectorId, bound?.confirmed], [1, true])
      await book(charger, 'StopTransaction', { transactionId, meterStop: 200, timestamp: new Date().toISOString() })
      assert.deepEqual(await shown(server, charger), [])
    })
  }

  for (const [index, answer] of [ACCEPTED, NO_ANSWER].entries()) {
    it(`keeps the profile of a start that ${answer === ACCEPTED ? 'waits' : 'may wait'} for its transaction when others are cleared, or the charge point knows no such profile`, async () => {
      const { server, charger } = await connect(`L-14-${index}`, 'ocpp1.6')
      const request = { idTag: 'TAG', connectorId: 1, chargingProfile: profile16(1, 'TxProfile') }
      await ask(server, charger, 'RemoteStartTransaction', request, answer)
      for (const criteria of [{ id: 1 }, {}, { chargingProfilePurpose: 'TxProfile' }]) {
        await ask(server, charger, 'ClearChargingProfile', criteria, { status: 'Unknown' })
        await ask(server, charger, 'ClearChargingProfile', criteria)
      }
      const transactionId = await startTransaction(charger, { timestamp: new Date().toISOString() })
      await until('it is bound', async () => (await shown(server, charger))[0]?.transactionId === String(transactionId))
      assert.deepEqual(await brief(server, charger), ['1: 16 A'])
      await ask(server, charger, 'ClearChargingProfile', { id: 1 }, { status: 'Unknown' })
      assert.deepEqual(await brief(server, charger), [], 'now it would be known')
    })
  }

  for (const evidence of ['a boot', 'an available connector'] as const) {
    it(`keeps the profile of a transaction that it closed by ${evidence}, as the transaction may go on`, async () => {
      const identity = `L-15-${evidence.length}`
      const { server, charger: before } = await connect(identity, 'ocpp1.6')
      let charger = before
      const at = (minutes: number) => new Date(Date.now() - 3_600_000 + minutes * 60_000).toISOString()
      const transactionId = await startTransaction(charger, { timestamp: at(0) })
      await ask(server, charger, 'SetChargingProfile', {
        connectorId: 1,
        csChargingProfiles: profile16(1, 'TxProfile', 16, { transactionId })
      })
      if (evidence === 'a boot') {
        charger = (await connect(identity, 'ocpp1.6')).charger
      } else {
        const available = { connectorId: 1, status: 'Available', errorCode: 'NoError', timestamp: at(5) }
        await book(charger, 'StatusNotification', available)
      }
      await until('it is closed', async () => (await onlyTransactionOf(server, charger.identity)).status === 'closed')
      assert.deepEqual(await brief(server, charger), ['1: 16 A?'])
      const sampledValue = [{ value: '150', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }]
      const meterValue = [{ timestamp: new Date().toISOString(), sampledValue }]
      await book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
      await until('it goes on', async () => (await onlyTransactionOf(server, charger.identity)).status === 'open')
      // After a boot it may be on its way again, which is another row.
      const kept = (await shown(server, charger)).map((profile) => `${profile.transactionId} ${profile.confirmed}`)
      assert.deepEqual([...new Set(kept)], [`${transactionId} false`])
      await book(charger, 'StopTransaction', { transactionId, meterStop: 200, timestamp: new Date().toISOString() })
      assert.deepEqual(await shown(server, charger), [])
    })
  }

  it('drops the profiles of a transaction that it closed with the end of the next one', async () => {
    const { server, charger } = await connect('L-16', 'ocpp1.6')
    const first = await startTransaction(charger, { timestamp: new Date(Date.now() - 3_600_000).toISOString() })
    const csChargingProfiles = profile16(1, 'TxProfile', 16, { transactionId: first })
    await ask(server, charger, 'SetChargingProfile', { connectorId: 1, csChargingProfiles })
    const transactionId = await startTransaction(charger, { timestamp: new Date().toISOString() })
    assert.deepEqual(await brief(server, charger), ['1: 16 A?'])
    await book(charger, 'StopTransaction', { transactionId, meterStop: 200, timestamp: new Date().toISOString() })
    assert.deepEqual(await shown(server, charger), [])
  })

  it('2.x: binds it by the id of the remote start, also if the transaction starts before the answer', async () => {
    const { server, charger } = await connect('L-8', 'ocpp2.0.1')
    const idToken = { idToken: 'TAG', type: 'Central' }
    const started = event2('Started', 0, new Date().toISOString(), { idTag: 'TAG', evse: { id: 2 } })
    const request = { idToken, remoteStartId: 5, chargingProfile: profile2(1, 'TxProfile') }
    charger.onCall(async () => {
      await book(charger, 'TransactionEvent', {
        ...started,
        transactionInfo: { transactionId: 'tx', remoteStartId: 5 }
      })
      return ACCEPTED
    })
    const url = `/charge-points/${charger.identity}/calls/RequestStartTransaction?timeout=20000`
    assert.equal((await operate(server, 'POST', url, request)).statusCode, 200)
    await until('it is bound', async () => (await shown(server, charger))[0]?.transactionId === 'tx')
    assert.equal((await shown(server, charger))[0]?.evseId, 2)
    const ended = { ...started, eventType: 'Ended', seqNo: 1, transactionInfo: { transactionId: 'tx' } }
    await book(charger, 'TransactionEvent', ended)
    assert.deepEqual(await shown(server, charger), [])
  })

  it('has no more limits of others than a charge point can have, and those that were told last', async () => {
    const { server, charger } = await connect('L-MANY', 'ocpp2.1')
    await ask(server, charger, 'SetChargingProfile', { evseId: 1, chargingProfile: profile2(1, 'TxDefaultProfile') })
    const [schedule] = profile2(1, 'TxDefaultProfile', 10).chargingSchedule
    const tell = (index: number) =>
      book(charger, 'NotifyChargingLimit', {
        evseId: index,
        chargingLimit: { chargingLimitSource: `MADE-UP-${index}` },
        chargingSchedule: [schedule]
      })
    for (let index = 1; index <= 105; index++) await tell(index)
    const sources = (await shown(server, charger)).map(({ source }) => source)
    assert.equal(sources.length, 101)
    assert.ok(sources.includes('CSO') && sources.includes('MADE-UP-105') && sources.includes('MADE-UP-6'))
    assert.ok(!sources.includes('MADE-UP-5'))
  })

  it('keeps the limits of others until they are cleared', async () => {
    const { server, charger } = await connect('L-9', 'ocpp2.1')
    const [schedule] = profile2(1, 'TxDefaultProfile', 10).chargingSchedule
    const notify = (more: object, limit: object = {}) =>
      book(charger, 'NotifyChargingLimit', { chargingLimit: { chargingLimitSource: 'EMS', ...limit }, ...more })
    await notify({ chargingSchedule: [schedule] })
    await notify({ evseId: 1, chargingSchedule: [schedule] })
    await notify({ chargingSchedule: [schedule] }, { isLocalGeneration: true })
    await notify({ chargingSchedule: [schedule] }, { chargingLimitSource: 'CSO' })
    const kept = async () =>
      (await shown(server, charger)).map(({ purpose, source, evseId = 0 }) => [purpose, source, evseId])
    const external = 'ChargingStationExternalConstraints'
    assert.deepEqual(await kept(), [
      ['LocalGeneration', 'EMS', 0],
      [external, 'EMS', 0],
      [external, 'EMS', 1]
    ])
    await ask(server, charger, 'ClearChargingProfile', { chargingProfileCriteria: { stackLevel: 0 } })
    assert.equal((await kept()).length, 3, 'the CSMS does not clear what is not its own')
    const reported = { ...profile2(70, 'TxDefaultProfile', 8), chargingProfilePurpose: external }
    const report = { requestId: 1, chargingLimitSource: 'EMS', evseId: 1, chargingProfile: [reported] }
    await book(charger, 'ReportChargingProfiles', report)
    assert.equal((await kept()).length, 3, 'the report names one that was notified')
    await book(charger, 'ClearedChargingLimit', { chargingLimitSource: 'EMS', evseId: 1 })
    assert.equal((await kept()).length, 2)
    await book(charger, 'ClearedChargingLimit', { chargingLimitSource: 'EMS' })
    assert.deepEqual(await kept(), [])
  })

  it('follows reports, and deletes profiles that a complete report does not contain', async () => {
    const { server, charger } = await connect('L-10', 'ocpp2.0.1')
    const set = (profile: object, answer: unknown = ACCEPTED) =>
      ask(server, charger, 'SetChargingProfile', { evseId: 1, chargingProfile: profile }, answer)
    await set(profile2(1, 'TxDefaultProfile', 10))
    await set(profile2(2, 'TxDefaultProfile', 20, { stackLevel: 1 }), NO_ANSWER)
    await ask(server, charger, 'SetChargingProfile', {
      evseId: 0,
      chargingProfile: profile2(3, 'ChargingStationMaxProfile')
    })
    const criteria = { requestId: 7, chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile' } }
    await ask(server, charger, 'GetChargingProfiles', criteria)
    const part = (id: number, stackLevel: number, tbc: boolean) => {
      const chargingProfile = [profile2(id, 'TxDefaultProfile', 25, { stackLevel })]
      return book(charger, 'ReportChargingProfiles', {
        requestId: 7,
        chargingLimitSource: 'CSO',
        evseId: 1,
        tbc,
        chargingProfile
      })
    }
    await part(2, 1, true)
    assert.deepEqual(await brief(server, charger), ['1: 10 A', '2: 25 A', '3: 16 A'])
    await part(4, 2, false)
    assert.deepEqual(await brief(server, charger), ['2: 25 A', '3: 16 A', '4: 25 A'])
    await ask(server, charger, 'GetChargingProfiles', { ...criteria, requestId: 8 }, { status: 'NoProfiles' })
    assert.deepEqual(await brief(server, charger), ['3: 16 A'])
  })

  it('2.1: takes over the values of UpdateDynamicSchedule', async () => {
    const { server, charger } = await connect('L-11', 'ocpp2.1')
    const chargingProfile = profile2(1, 'TxDefaultProfile', 10, { chargingProfileKind: 'Dynamic' })
    await ask(server, charger, 'SetChargingProfile', { evseId: 1, chargingProfile })
    const update = (limit: number, answer: unknown) =>
      ask(server, charger, 'UpdateDynamicSchedule', { chargingProfileId: 1, scheduleUpdate: { limit } }, answer)
    await update(12, ACCEPTED)
    assert.deepEqual(await brief(server, charger), ['1: 12 A'])
    const [profile] = await shown(server, charger)
    assert.ok('dynUpdateTime' in (profile?.payload ?? {}))
    await update(14, NO_ANSWER)
    assert.deepEqual(await brief(server, charger), ['1: 12 A?', '1: 14 A?'])
    await update(15, ACCEPTED)
    assert.deepEqual(await brief(server, charger), ['1: 15 A'])
  })

  for (const protocol of ['ocpp1.6', 'ocpp2.0.1'] as const) {
    it(`doubts after a boot in ${protocol} what charge points lose`, async () => {
      const { server, charger } = await connect(`L-12-${protocol}`, protocol)
      const is16 = protocol === 'ocpp1.6'
      const request = is16
        ? { connectorId: 1, csChargingProfiles: profile16(1, 'TxDefaultProfile') }
        : { evseId: 1, chargingProfile: profile2(1, 'TxDefaultProfile') }
      await ask(server, charger, 'SetChargingProfile', request)
      assert.deepEqual(await brief(server, charger), ['1: 16 A'])
      // It is asked what it has kept, and an answer would end the doubt.
      charger.onCall(() => NO_ANSWER)
      const boot = is16
        ? { chargePointVendor: 'Acme', chargePointModel: 'One' }
        : { reason: 'PowerUp', chargingStation: { vendorName: 'Acme', model: 'One' } }
      await book(charger, 'BootNotification', boot)
      assert.deepEqual(await brief(server, charger), [is16 ? '1: 16 A?' : '1: 16 A'])
    })
  }
})

onBothBackends('the ledger of charging profiles, when the process ended while a call was under way,', (start) => {
  it('holds the new profile and the one that it replaces possible', async () => {
    const first = await start()
    const charger = await connectCharger(first.url, 'L-13', { boot: true })
    await ask(first, charger, 'SetChargingProfile', {
      connectorId: 1,
      csChargingProfiles: profile16(1, 'TxDefaultProfile')
    })
    await first.app.store.commit('L-13', async ({ trx, chargePointId, now }) => {
      const request = { connectorId: 1, csChargingProfiles: profile16(1, 'TxDefaultProfile', 10) }
      const call = { action: 'SetChargingProfile', request: JSON.stringify(request), protocol: 'ocpp1.6' }
      const state = { message_id: 'lost', status: 'sent', run_id: 'died', created_at: now } as const
      await trx
        .insertInto('calls')
        .values({ ...call, ...state, charge_point_id: chargePointId })
        .execute()
    })
    await first.close()
    const second = await start()
    await within('the clean-up', second.app.runs.started)
    assert.deepEqual(await brief(second, charger), ['1: 10 A?', '1: 16 A?'])
  })
})
