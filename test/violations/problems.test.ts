import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Dialect } from '../../lib/database/dialect.js'
import type { PublishedEvent } from '../../lib/events/event.js'
import { type StoredViolation, saveViolations } from '../../lib/violations/rows.js'
import { operate, startBackend } from '../app/support.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { openReader } from '../events/reader.js'
import { tokenOf } from '../operators/support.js'
import { type Charger, connectCharger, refusedCharger } from '../support/charger.js'
import { ORDINARY_DATABASES } from '../support/long.js'
import { connectRaw, rawUpgrade, upgradeRequest } from '../support/raw.js'
import { until } from '../support/wait.js'
import { addWebhook, deliveriesOf, LOCAL, listenTo } from '../webhooks/support.js'
import { longBoot, problemsOf, violationsOf } from './support.js'

const server = await startBackend(LOCAL)
const told = listenTo(server)

const FLEETS = await Promise.all(
  ORDINARY_DATABASES.map(async (dialect) => {
    const isMissing = dialect === 'postgres' && noPostgres !== false
    return [dialect, isMissing ? undefined : await settingsOf(dialect)] as const
  })
)

async function settingsOf(dialect: Dialect): Promise<Record<string, string>> {
  const { DATA_DIR, DATABASE_URL } = await emptyDatabase(dialect, { withSchema: true })
  return { DATA_DIR, ...(DATABASE_URL !== undefined && { DATABASE_URL }) }
}

/** The events of the problems of a charge point. */
function changesOf(identity: string) {
  const ofProblem = (event: PublishedEvent) => event.type === 'problem' && event.chargePoint === identity
  return told.filter(ofProblem).map(({ data }) => data as { change: string; id: string; suggestedTraits: object })
}

async function callTimes(charger: Charger, times: number, action: string, payload: object) {
  for (let time = 0; time < times; time++) assert.equal((await charger.call(action, payload)).type, 4)
}

describe('a charge point that is rejected for the same reason three times', () => {
  it('is a problem within seconds, which the suggested traits solve', async () => {
    const reader = await openReader(server.port, { query: '?type=problem&chargePoint=LONG' })
    const charger = await connectCharger(server.url, 'LONG')
    await callTimes(charger, 3, 'BootNotification', longBoot())
    // Nobody asks for it.
    const [raised] = await reader.events(1)
    const [problem] = await problemsOf(server, 'long')
    const { change, ...data } = JSON.parse(raised?.data ?? '').data
    assert.deepEqual({ change, ...data, chargePoint: 'LONG' }, { change: 'raised', ...problem })
    assert.deepEqual([problem?.kind, problem?.severity], ['refused-messages', 'critical'])
    const limit = 'must have at most 25 characters'
    assert.equal(problem?.detail, `BootNotification was refused 3 times: /chargePointSerialNumber ${limit}`)
    assert.deepEqual(problem?.suggestedTraits, { leniency: ['long-serial-numbers'] })

    const { statusCode } = await operate(server, 'PUT', '/charge-points/LONG', { traits: problem?.suggestedTraits })
    assert.equal(statusCode, 200)
    const [, cleared] = await reader.events(2)
    assert.deepEqual(JSON.parse(cleared?.data ?? '').data, { ...data, change: 'cleared' })
    assert.equal((await charger.call('BootNotification', longBoot())).type, 3)
    assert.deepEqual(await problemsOf(server, 'LONG'), [])
    const { items } = (await operate(server, 'GET', '/audit?target=charge-points/LONG')).json()
    assert.deepEqual(items[0]?.body?.traits, problem?.suggestedTraits)
  })

  it('keeps its id, and is published as changed when other traits would solve it', async () => {
    const charger = await connectCharger(server.url, 'CHANGING', { boot: true })
    await callTimes(charger, 2, 'Heartbeat', { extra: 1 })
    assert.deepEqual(await problemsOf(server, 'CHANGING'), [])
    await callTimes(charger, 1, 'Heartbeat', { extra: 1 })
    const [first] = await problemsOf(server, 'CHANGING')
    await callTimes(charger, 1, 'Heartbeat', { extra: 1 })
    const [second] = await problemsOf(server, 'CHANGING')
    assert.deepEqual([second?.id, second?.since], [first?.id, first?.since])
    assert.equal(second?.severity, 'warning')
    await operate(server, 'PUT', '/charge-points/CHANGING', { traits: { leniency: ['long-names'] } })
    const [third] = await problemsOf(server, 'CHANGING')
    assert.deepEqual(third?.suggestedTraits, { leniency: ['long-names', 'unknown-members'] })
    await operate(server, 'DELETE', '/charge-points/CHANGING')
    await until('it is told', () => changesOf('CHANGING').length === 3)
    assert.deepEqual(
      changesOf('CHANGING').map(({ change, id }) => [change, id]),
      ['raised', 'changed', 'cleared'].map((change) => [change, first?.id])
    )
  })

  it('is listed even when no deviation helps', async () => {
    const charger = await connectCharger(server.url, 'HOPELESS', { boot: true })
    await callTimes(charger, 3, 'Heartbeat', ['no object'])
    const [problem] = await problemsOf(server, 'HOPELESS')
    assert.deepEqual(problem?.suggestedTraits, { validation: 'warn' })
    await operate(server, 'PUT', '/charge-points/HOPELESS', { traits: problem?.suggestedTraits })
    assert.equal((await charger.call('Heartbeat', ['no object'])).type, 3)
    assert.deepEqual(await problemsOf(server, 'HOPELESS'), [])
  })

  it('has several problems that one list of traits solves, in whatever order they are applied', async () => {
    const charger = await connectCharger(server.url, 'SEVERAL', { boot: true })
    const messages = [
      ['Heartbeat', { extra: 1 }],
      ['Authorize', { idTag: 12 }],
      ['StatusNotification', { connectorId: 1, errorCode: 'Error', status: 'Faulted' }]
    ] as const
    for (const [action, payload] of messages) await callTimes(charger, 3, action, payload)
    const problems = await problemsOf(server, 'SEVERAL')
    assert.equal(problems.length, 3)
    for (const { suggestedTraits } of problems) {
      await operate(server, 'PUT', '/charge-points/SEVERAL', { traits: suggestedTraits })
    }
    for (const [action, payload] of messages) assert.equal((await charger.call(action, payload)).type, 3)
    assert.deepEqual(await problemsOf(server, 'SEVERAL'), [])
  })

  it('has at most 20 problems, whatever it sends', async () => {
    const charger = await connectCharger(server.url, 'INVENTIVE', { boot: true })
    for (let name = 0; name < 30; name++) await callTimes(charger, 3, 'Heartbeat', { [`made-up-${name}`]: 1 })
    assert.equal((await problemsOf(server, 'INVENTIVE')).length, 20)
  })

  it('is a problem again when the deviation that was suggested is not enough', async () => {
    const charger = await connectCharger(server.url, 'MORE', { boot: true })
    const status = (connectorId: unknown) => ({ connectorId, errorCode: 'NoError', status: 'Available' })
    await callTimes(charger, 3, 'StatusNotification', status('1'))
    const [problem] = await problemsOf(server, 'MORE')
    assert.deepEqual(problem?.suggestedTraits, { leniency: ['wrong-types'] })
    await operate(server, 'PUT', '/charge-points/MORE', { traits: problem?.suggestedTraits })
    await callTimes(charger, 1, 'StatusNotification', status('one'))
    const [again] = await problemsOf(server, 'MORE')
    assert.deepEqual([again?.id, again?.suggestedTraits], [problem?.id, { validation: 'warn' }])
  })

  for (const [identity, deviation, frame] of [
    ['NUMERIC', 'numeric-message-ids', '[2,12,"Heartbeat",{}]'],
    ['EXTRA', 'extra-elements', '[2,"12","Heartbeat",{},null]']
  ] as const) {
    it(`may need ${deviation}, also with validation: warn`, async () => {
      await operate(server, 'PUT', `/charge-points/${identity}`, { traits: { validation: 'warn' } })
      const charger = await connectCharger(server.url, identity, { boot: true })
      for (let time = 0; time < 3; time++) charger.sendText(frame)
      await charger.roundTrip()
      const [problem] = await problemsOf(server, identity)
      assert.match(problem?.detail ?? '', /^A message was refused 3 times: /)
      assert.deepEqual([problem?.severity, problem?.suggestedTraits], ['critical', { leniency: [deviation] }])
      const [violation] = await violationsOf(server, identity)
      assert.deepEqual([violation?.action, violation?.pointer, violation?.refused], [undefined, '', 3])
      await operate(server, 'PUT', `/charge-points/${identity}`, { traits: problem?.suggestedTraits })
      charger.takeUnread()
      const answer = charger.answerTo('12')
      charger.sendText(frame)
      assert.equal((await answer).type, 3)
      assert.deepEqual(await problemsOf(server, identity), [])
      const corrected = (await violationsOf(server, identity)).find(({ rule }) => rule === deviation)
      assert.deepEqual([corrected?.action, corrected?.delivered], ['Heartbeat', 1])
    })
  }

  for (const [identity, deviation, target, protocols] of [
    ['LOOSE', 'loose-subprotocols', '/ocpp/LOOSE', 'OCPP1.6,'],
    ['TWICE 1', 'encoded-identities', '/ocpp/TWICE%25201', 'ocpp1.6']
  ] as const) {
    it(`may need ${deviation} to be let in`, async () => {
      const path = `/charge-points/${encodeURIComponent(identity)}`
      await operate(server, 'PUT', path, {})
      const headers = { 'Sec-WebSocket-Protocol': protocols }
      for (let time = 0; time < 3; time++) {
        assert.equal((await rawUpgrade(server.port, upgradeRequest({ target, headers }))).status, 400)
      }
      const [problem] = await problemsOf(server, identity)
      assert.match(problem?.detail ?? '', /^The WebSocket upgrade was refused 3 times: /)
      assert.deepEqual(problem?.suggestedTraits, { leniency: [deviation] })
      const [violation] = await violationsOf(server, identity)
      assert.deepEqual(
        [violation?.protocol, violation?.code, violation?.messageId, violation?.suggestions],
        [undefined, undefined, undefined, [deviation]]
      )
      await operate(server, 'PUT', path, { traits: problem?.suggestedTraits })
      await connectRaw(server.port, identity, { target, headers })
      assert.deepEqual(await problemsOf(server, identity), [])
      const accepted = (await violationsOf(server, identity)).find(({ rule }) => rule === deviation)
      assert.deepEqual([accepted?.protocol, accepted?.delivered, accepted?.refused], ['ocpp1.6', 1, 0])
    })
  }
})

it('an unknown charge point whose handshake is rejected has no problem', async () => {
  const closed = await startBackend({ OCPP_OPEN_REGISTRATION: 'false' })
  const headers = { 'Sec-WebSocket-Protocol': 'OCPP1.6,' }
  const { status } = await rawUpgrade(closed.port, upgradeRequest({ target: '/ocpp/STRANGER', headers }))
  assert.equal(status, 404)
  await refusedCharger(closed.url, 'STRANGER')
  await closed.app.violations.flush()
  const { db } = closed.app.database
  assert.deepEqual(await db.selectFrom('violations').selectAll().execute(), [])
  assert.deepEqual(await db.selectFrom('charge_points').selectAll().execute(), [])
})

it('a problem keeps its id over a restart, and is not published again', async () => {
  const { DATA_DIR } = await emptyDatabase('sqlite', { withSchema: true })
  const first = await startBackend({ DATA_DIR })
  await callTimes(await connectCharger(first.url, 'KEPT'), 3, 'BootNotification', longBoot())
  const [before] = await problemsOf(first, 'KEPT')
  await first.close()
  const second = await startBackend({ DATA_DIR })
  const news = listenTo(second)
  const [after] = await problemsOf(second, 'KEPT')
  assert.deepEqual(after, before)
  assert.deepEqual(
    news.filter(({ type }) => type === 'problem'),
    []
  )
})

/** Each hundredth has no traits that solve its problem. */
function chargerNamed(identity: string, index: number) {
  const traits = index < 100 ? JSON.stringify({ leniency: ['unknown-members'] }) : null
  const values = { registration: 'Accepted', created_at: 0, updated_at: 0 } as const
  return { ...values, identity, identity_key: identity.toLowerCase(), traits }
}

describe('a fleet whose problems are solved', () => {
  for (const [dialect, start] of FLEETS) {
    it(`does not hide the problem of another charge point (${dialect})`, { skip: start === undefined }, async () => {
      const fleet = await startBackend(start ?? {})
      await fleet.app.database.ready
      const refused = {
        direction: 'inbound',
        action: 'Heartbeat',
        pointer: '/extra',
        rule: 'is not defined here'
      } as const
      const counts = { refused: 3, delivered: 0, firstAt: Date.now(), lastAt: Date.now(), lastRefusedAt: Date.now() }
      const times = { ...counts, lastDeliveredAt: undefined, suggestions: ['unknown-members'] as const }
      const kind = { ...refused, ...times, protocol: 'ocpp1.6', code: 'FormationViolation', messageId: '1' } as const
      await fleet.app.store.write(async (trx) => {
        for (let hundred = 0; hundred < 11; hundred++) {
          const rows: StoredViolation[] = []
          const chargers = Array.from({ length: 101 }, (_, index) => chargerNamed(`FLEET-${hundred}-${index}`, index))
          const ids = await trx.insertInto('charge_points').values(chargers).returning(['id', 'identity']).execute()
          for (const { id, identity } of ids) rows.push({ ...kind, identity, chargePointId: id })
          await saveViolations(trx, rows)
        }
      })
      const { items } = (await operate(fleet, 'GET', '/problems')).json()
      assert.deepEqual(
        items.map(({ chargePoint }: { chargePoint: string }) => chargePoint).sort(),
        Array.from({ length: 11 }, (_, hundred) => `FLEET-${hundred}-100`).sort()
      )
    })
  }
})

describe('the list of problems', () => {
  async function problemOf(identity: string, action = 'BootNotification', payload: object = longBoot()) {
    const charger = await connectCharger(server.url, identity, { boot: action !== 'BootNotification' })
    await callTimes(charger, 3, action, payload)
    const [problem] = await problemsOf(server, identity)
    return problem?.id ?? ''
  }

  async function idsOf(query: string): Promise<string[]> {
    const { items } = (await operate(server, 'GET', `/problems${query}`)).json()
    return items.map(({ id }: { id: string }) => id)
  }

  it('has the critical ones first, and can be filtered', async () => {
    const warning = await problemOf('FILTER-1', 'Heartbeat', { extra: 1 })
    const critical = await problemOf('FILTER-2')
    const all = await idsOf('')
    assert.ok(all.indexOf(critical) < all.indexOf(warning))
    assert.deepEqual(await idsOf('?chargePoint=filter-1'), [warning])
    const warnings = await idsOf('?severity=warning&kind=refused-messages')
    assert.ok(warnings.includes(warning) && !warnings.includes(critical))
    assert.equal((await operate(server, 'GET', '/problems?severity=none')).statusCode, 400)
    assert.equal((await operate(server, 'GET', '/problems?q=1')).statusCode, 400)
  })

  it('shows who acknowledged a problem, until when and why', async () => {
    const id = await problemOf('ACK')
    const path = `/problems/${id}/acknowledgement`
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    const other = await tokenOf(server, `other-${randomUUID()}`, 'charge-points:read', 'charge-points:write')
    await operate(server, 'PUT', path, { note: 'mine' })
    const put = {
      method: 'PUT',
      url: `/api/v1${path}`,
      headers: other,
      payload: { note: 'a technician goes', until: soon }
    } as const
    const { statusCode, ...answer } = await server.app.inject(put)
    assert.equal(statusCode, 200)
    const { acknowledgement } = answer.json()
    assert.match(acknowledgement.operator, /^other-/)
    assert.deepEqual([acknowledgement.note, acknowledgement.until], ['a technician goes', soon])
    assert.deepEqual(await idsOf('?chargePoint=ACK&acknowledged=true'), [id])
    assert.deepEqual(await idsOf('?chargePoint=ACK&acknowledged=false'), [])
    assert.equal((await operate(server, 'DELETE', path)).statusCode, 204)
    assert.deepEqual(await idsOf('?chargePoint=ACK&acknowledged=false'), [id])
    const past = await operate(server, 'PUT', path, { until: '2026-01-01T00:00:00Z' })
    assert.deepEqual([past.statusCode, past.json().code], [422, 'UNTIL_IS_OVER'])
    const unknown = await operate(server, 'PUT', '/problems/refused-messages-0/acknowledgement', {})
    assert.deepEqual([unknown.statusCode, unknown.json().code], [404, 'UNKNOWN_PROBLEM'])
  })

  it('shows a problem that ended and occurs again as not acknowledged', async () => {
    const id = await problemOf('AGAIN')
    await operate(server, 'PUT', `/problems/${id}/acknowledgement`, {})
    await operate(server, 'PUT', '/charge-points/AGAIN', { traits: { validation: 'warn' } })
    assert.deepEqual(await problemsOf(server, 'AGAIN'), [])
    await operate(server, 'PUT', '/charge-points/AGAIN', { traits: null })
    const [problem] = await problemsOf(server, 'AGAIN')
    assert.deepEqual([problem?.id, problem?.acknowledgement], [id, undefined])
  })

  it('needs charge-points:read, an acknowledgement charge-points:write', async () => {
    const id = await problemOf('SCOPE')
    const reader = await tokenOf(server, `reader-${randomUUID()}`, 'charge-points:read')
    const nobody = await tokenOf(server, `nobody-${randomUUID()}`, 'transactions:read')
    const statusOf = async (method: 'GET' | 'PUT', path: string, headers: Record<string, string>) => {
      const payload = method === 'PUT' ? { payload: {} } : {}
      return (await server.app.inject({ method, url: `/api/v1${path}`, headers, ...payload })).statusCode
    }
    assert.equal(await statusOf('GET', '/problems', reader), 200)
    assert.equal(await statusOf('GET', '/violations', reader), 200)
    assert.equal(await statusOf('PUT', `/problems/${id}/acknowledgement`, reader), 403)
    assert.equal(await statusOf('GET', '/problems', nobody), 403)
    assert.equal(await statusOf('GET', '/violations', nobody), 403)
  })
})

it('a webhook gets events of problems only if it selects them', async () => {
  const url = 'http://127.0.0.1:9/'
  const asking = await addWebhook(server, { url, filter: { types: ['problem'], chargePoints: ['HOOK'] } })
  const before = await addWebhook(server, { url, filter: { chargePoints: ['HOOK'] } })
  await callTimes(await connectCharger(server.url, 'HOOK'), 3, 'BootNotification', longBoot())
  await problemsOf(server, 'HOOK')
  await until('it is told', () => changesOf('HOOK').length === 1)
  await server.app.outbox.settled('HOOK')
  const types = async ({ id }: { id: number }) => (await deliveriesOf(server, id)).map(({ type }) => type)
  assert.deepEqual(await types(asking), ['problem'])
  assert.ok(!(await types(before)).includes('problem'))
})
