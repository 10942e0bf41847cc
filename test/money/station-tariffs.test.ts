import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { pricing, SHOWS } from './pricing-16.js'
import { charging, event, Inbox, KWH, ok, putTariff, result } from './telling.js'

// The tariffs that charge points should have, were sent, and have.

const protocol = 'ocpp2.1'
const LOCAL = { 'Enabled[Tariff]': 'true' }
const ACCEPTED = { status: 'Accepted' }
const NO_TARIFF = { status: 'NoTariff' }
const FAST = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.6 }] } }

const shown = (server: TestServer, identity: string) => ok(server, 'GET', `/charge-points/${identity}/tariffs`)

async function hasEvses(charger: Charger, ...ids: number[]): Promise<void> {
  for (const evseId of ids) {
    const status = { timestamp: '2026-03-02T08:00:00.000Z', connectorStatus: 'Available', evseId, connectorId: 1 }
    await result(charger, 'StatusNotification', status)
  }
}

async function wireId(server: TestServer, id: string): Promise<string> {
  return (await ok(server, 'GET', `/tariffs/${id}`)).ocppTariffId
}

/** An operator asks the charge point for its tariffs. */
async function reports(server: TestServer, inbox: Inbox, identity: string, answer: object) {
  const asking = ok(server, 'POST', `/charge-points/${identity}/calls/GetTariffs`, { evseId: 0 })
  await inbox.take('GetTariffs', answer)
  await asking
}

async function problemsOf(server: TestServer, identity: string): Promise<[string, string, number?][]> {
  const { items } = await ok(server, 'GET', `/problems?chargePoint=${identity}`)
  return items.map(({ kind, detail, evseId }: { kind: string; detail: string; evseId?: number }) => [
    kind,
    detail,
    evseId
  ])
}

const set = (server: TestServer, identity: string) =>
  operate(server, 'POST', `/charge-points/${identity}/operations/set-tariffs`, {})

const assigned = (...ids: [string, number[]?][]) => ({
  status: 'Accepted',
  tariffAssignments: ids.map(([tariffId, evseIds]) => ({
    ...{ tariffId, tariffKind: 'DefaultTariff' },
    ...(evseIds !== undefined && { evseIds })
  }))
})

onSharedBackend('the tariffs of a charge point that calculates costs', (start) => {
  it('shows what is wanted and what was reported at each EVSE, and a problem where they differ', async () => {
    const server = await start()
    const charger = await charging(server, 'DRIFT', { protocol, tariff: KWH, variables: LOCAL })
    await hasEvses(charger, 1, 2)
    await putTariff(server, '', { ...FAST, appliesTo: { chargePoints: ['DRIFT'], evseIds: [2] } }, 'DRIFT-2')
    const [ocppTariffId, fastId] = [await wireId(server, 'DRIFT'), await wireId(server, 'DRIFT-2')]
    const before = await shown(server, 'DRIFT')
    const wanted = [
      { tariffId: 'DRIFT', version: 1, ocppTariffId },
      { tariffId: 'DRIFT-2', version: 1, ocppTariffId: fastId }
    ]
    const reason = 'the charge point has not reported its tariffs'
    assert.deepEqual(before, {
      takes: 'tariffs',
      items: wanted.map((one, index) => ({ evseId: index + 1, wanted: one, answers: [], drift: 'unknown', reason }))
    })
    assert.deepEqual(await problemsOf(server, 'DRIFT'), [])

    const inbox = new Inbox(charger)
    await reports(server, inbox, 'DRIFT', {
      status: 'Accepted',
      tariffAssignments: [
        { tariffId: ocppTariffId, tariffKind: 'DefaultTariff', evseIds: [1] },
        { tariffId: 'old', tariffKind: 'DefaultTariff', evseIds: [2] },
        { tariffId: 'anna', tariffKind: 'DriverTariff', evseIds: [1], idTokens: ['ANNA', 'BEN'] }
      ]
    })
    const { items } = await shown(server, 'DRIFT')
    assert.deepEqual(
      items.map(({ drift, reason: why, reported }: { drift: string; reason?: string; reported: object[] }) => [
        drift,
        why,
        reported
      ]),
      [
        [
          'none',
          undefined,
          [
            { ocppTariffId, kind: 'default' },
            { ocppTariffId: 'anna', kind: 'driver', drivers: 2 }
          ]
        ],
        ['differs', `has the default tariff old instead of ${fastId}`, [{ ocppTariffId: 'old', kind: 'default' }]]
      ]
    )
    assert.ok(items[0].reportedAt)
    const drift = [['tariff-drift', `has the default tariff old instead of ${fastId}`, 2]]
    assert.deepEqual(await problemsOf(server, 'DRIFT'), drift)

    const setting = set(server, 'DRIFT')
    await inbox.take('GetTariffs', assigned([ocppTariffId, [1]], ['old', [2]]))
    await inbox.take('SetDefaultTariff', ACCEPTED)
    await inbox.take('ClearTariffs', { clearTariffsResult: [{ tariffId: 'old', status: 'NoTariff' }] })
    await inbox.take('GetTariffs', assigned([ocppTariffId, [1]], [fastId, [2]]))
    assert.equal((await setting).statusCode, 200)
    const after = (await shown(server, 'DRIFT')).items
    assert.deepEqual([after[0].drift, after[1].drift], ['none', 'none'])
    const [{ at, ...answer }] = after[1].answers
    assert.deepEqual(answer, { ocppTariffId: fastId, isLater: false, status: 'Accepted' })
    assert.deepEqual(await problemsOf(server, 'DRIFT'), [])

    // Another version, which the charge point does not have.
    await putTariff(server, 'DRIFT', FAST)
    const newId = await wireId(server, 'DRIFT')
    const detail = `has the default tariff ${ocppTariffId} instead of ${newId}`
    assert.deepEqual(await problemsOf(server, 'DRIFT'), [['tariff-drift', detail, 1]])
  })

  it('shows a refused tariff as a problem until it is set, or no longer wanted', async () => {
    const server = await start()
    const charger = await charging(server, 'REFUSES', { protocol, tariff: KWH, variables: LOCAL })
    const inbox = new Inbox(charger)
    const refused = set(server, 'REFUSES')
    await inbox.take('GetTariffs', NO_TARIFF)
    await inbox.take('SetDefaultTariff', { status: 'ConditionNotSupported' })
    await inbox.take('GetTariffs', NO_TARIFF)
    await refused
    const id = await wireId(server, 'REFUSES')
    const detail = `refused the tariff ${id}: ConditionNotSupported`
    assert.deepEqual(await problemsOf(server, 'REFUSES'), [['tariff-refused', detail, undefined]])

    const failed = set(server, 'REFUSES')
    await inbox.take('GetTariffs', NO_TARIFF)
    const call = await inbox.next()
    charger.send(4, call.id, 'InternalError', '', {})
    assert.equal((await failed).statusCode, 502)
    await until('the error is kept', async () => {
      const [[, told] = []] = await problemsOf(server, 'REFUSES')
      return told === `refused the tariff ${id}: InternalError`
    })
    await putTariff(server, 'REFUSES', FAST)
    const newId = await wireId(server, 'REFUSES')
    assert.deepEqual(await problemsOf(server, 'REFUSES'), [])

    const accepted = set(server, 'REFUSES')
    await inbox.take('GetTariffs', NO_TARIFF)
    await inbox.take('SetDefaultTariff', ACCEPTED)
    await inbox.take('GetTariffs', assigned([newId]))
    await accepted
    assert.deepEqual(await problemsOf(server, 'REFUSES'), [])
    assert.equal((await shown(server, 'REFUSES')).items[0].drift, 'none')
  })

  it('is asked after a boot, and after a tariff that an operator sent by a call', async () => {
    const server = await start()
    const first = await charging(server, 'ASKED', { protocol, tariff: KWH, variables: LOCAL })
    await first.close()
    const charger = await connectCharger(server.url, 'ASKED', { protocol, boot: true })
    const inbox = new Inbox(charger)
    assert.deepEqual(await inbox.take('GetTariffs', NO_TARIFF), { evseId: 0 })
    const id = await wireId(server, 'ASKED')
    await until('the report is kept', async () => (await shown(server, 'ASKED')).items[0].drift === 'differs')
    assert.equal((await shown(server, 'ASKED')).items[0].reason, `has no default tariff instead of ${id}`)

    const tariff = { tariffId: id, ...KWH }
    const sending = ok(server, 'POST', '/charge-points/ASKED/calls/SetDefaultTariff', { evseId: 0, tariff })
    await inbox.take('SetDefaultTariff', ACCEPTED)
    await sending
    const [{ drift, reason }] = (await shown(server, 'ASKED')).items
    assert.deepEqual([drift, reason], ['unknown', 'the charge point has not reported its tariffs since it got one'])
    await inbox.take('GetTariffs', assigned([id]))
    await until('it is as it should be', async () => (await shown(server, 'ASKED')).items[0].drift === 'none')
  })

  it('gets a later version ahead, which replaces the present one when it is valid', async () => {
    const server = await start()
    const charger = await charging(server, 'AHEAD', { protocol, tariff: KWH, variables: LOCAL })
    await hasEvses(charger, 1)
    const inbox = new Inbox(charger)
    const present = await wireId(server, 'AHEAD')
    await reports(server, inbox, 'AHEAD', assigned([present]))
    const validFrom = '2099-01-01T00:00:00.000Z'
    await putTariff(server, 'AHEAD', { ...FAST, validFrom })
    const later = await wireId(server, 'AHEAD')
    const [{ wanted, next, drift, reason }] = (await shown(server, 'AHEAD')).items
    assert.deepEqual([wanted.ocppTariffId, next.ocppTariffId, next.validFrom], [present, later, validFrom])
    assert.deepEqual([drift, reason], ['differs', `does not have the later tariff ${later}`])

    const setting = set(server, 'AHEAD')
    await inbox.take('GetTariffs', assigned([present]))
    const sent = await inbox.take('SetDefaultTariff', ACCEPTED)
    assert.deepEqual(sent, { evseId: 0, tariff: { tariffId: later, ...FAST, validFrom } })
    const both = [
      { tariffId: present, tariffKind: 'DefaultTariff', evseIds: [1] },
      { tariffId: later, tariffKind: 'DefaultTariff', evseIds: [1], validFrom }
    ]
    await inbox.take('GetTariffs', { status: 'Accepted', tariffAssignments: both })
    assert.deepEqual(
      (await setting)
        .json()
        .tariffs.map((one: { ocppTariffId: string; validFrom?: string }) => [one.ocppTariffId, one.validFrom]),
      [
        [present, undefined],
        [later, validFrom]
      ]
    )
    assert.equal((await shown(server, 'AHEAD')).items[0].drift, 'none')
    assert.deepEqual((await shown(server, 'AHEAD')).items[0].answers[0].isLater, true)
    // The present one still prices what begins now.
    const begin = {
      ...event('Started', 0, '08:00:00', { wh: 0, idToken: 'ANNA' }),
      timestamp: new Date().toISOString()
    }
    await result(charger, 'TransactionEvent', begin)
    const [{ tariffId, tariff }] = (await ok(server, 'GET', '/transactions?chargePoint=AHEAD')).items
    assert.deepEqual([tariffId, tariff.pricePerKwh], ['AHEAD', 0.4])
  })

  it('removes the tariff of an EVSE that is to have none', async () => {
    const server = await start()
    const charger = await charging(server, 'NONE-AT-1', { protocol, variables: LOCAL })
    await hasEvses(charger, 1, 2)
    await putTariff(server, '', { ...FAST, appliesTo: { chargePoints: ['NONE-AT-1'], evseIds: [2] } }, 'NONE-AT-1')
    const id = await wireId(server, 'NONE-AT-1')
    const inbox = new Inbox(charger)
    const setting = set(server, 'NONE-AT-1')
    await inbox.take('GetTariffs', assigned([id, [1, 2]]))
    const clearTariffsResult = [{ tariffId: id, status: 'Accepted' }]
    assert.deepEqual(await inbox.take('ClearTariffs', { clearTariffsResult }), { tariffIds: [id], evseId: 1 })
    await inbox.take('GetTariffs', assigned([id, [2]]))
    await setting
    const { items } = await shown(server, 'NONE-AT-1')
    assert.deepEqual(
      items.map((one: { drift: string; wanted?: object }) => [one.drift, one.wanted === undefined]),
      [
        ['none', true],
        ['none', false]
      ]
    )
  })
})

onSharedBackend('the tariffs of a charge point that shows texts', (start) => {
  it('compares the text of 2.x with the last value of its variable', async () => {
    const server = await start()
    const variables = { 'Enabled[Tariff]': 'true', TariffFallbackMessage: 'Free!' }
    const charger = await charging(server, 'TEXT-201', { protocol: 'ocpp2.0.1', tariff: KWH, variables })
    const [{ reportedAt, ...place }, ...others] = (await shown(server, 'TEXT-201')).items
    assert.ok(reportedAt)
    const ocppTariffId = await wireId(server, 'TEXT-201')
    const text = '0.476 EUR/kWh (incl. tax)'
    assert.deepEqual(place, {
      evseId: 0,
      wanted: { tariffId: 'TEXT-201', version: 1, ocppTariffId, text },
      answers: [],
      reported: [{ kind: 'text', text: 'Free!' }],
      drift: 'differs',
      reason: 'has another text'
    })
    assert.deepEqual(others, [])
    const inbox = new Inbox(charger)
    const setting = set(server, 'TEXT-201')
    const named = { component: { name: 'TariffCostCtrlr' }, variable: { name: 'TariffFallbackMessage' } }
    await inbox.take('SetVariables', { setVariableResult: [{ ...named, attributeStatus: 'Accepted' }] })
    await setting
    const [after] = (await shown(server, 'TEXT-201')).items
    assert.deepEqual([after.drift, after.answers[0].status], ['none', 'Accepted'])
  })

  it('compares the default price of 1.6, and says what a charge point without prices is', async () => {
    const server = await start()
    const { inbox } = await pricing(server, 'TEXT-16', { tariff: KWH, keys: SHOWS })
    assert.equal((await shown(server, 'TEXT-16')).items[0].reason, 'the text was not read')
    const refused = set(server, 'TEXT-16')
    await inbox.take('ChangeConfiguration', { status: 'Rejected' })
    await refused
    const [first] = (await shown(server, 'TEXT-16')).items
    assert.deepEqual([first.drift, first.answers[0].status], ['unknown', 'Rejected'])
    const setting = set(server, 'TEXT-16')
    const { value } = await inbox.take('ChangeConfiguration', ACCEPTED)
    await setting
    const [after] = (await shown(server, 'TEXT-16')).items
    assert.deepEqual([after.drift, after.wanted.text], ['none', value])

    await charging(server, 'NO-PRICES', { protocol: 'ocpp1.6', tariff: KWH })
    assert.deepEqual(await shown(server, 'NO-PRICES'), { takes: 'nothing', items: [] })
    const { statusCode } = await operate(server, 'GET', '/charge-points/NOBODY/tariffs')
    assert.equal(statusCode, 404)
  })
})
