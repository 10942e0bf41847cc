import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type * as v201 from 'fastify-ocpp/v201'
import { Backend, casesOf, copesWith } from './station.js'
import {
  ACCEPTED,
  authorize,
  card,
  charging,
  DRIVER,
  EVSE,
  type IdToken,
  isAuthorized,
  Session,
  type Station2
} from './v201.js'

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.0.1')

// --- C: authorization -------------------------------------------------------------------------------------------

const FAMILY: IdToken = { idToken: 'FAMILY', type: 'Central' }
const MASTERPASS: IdToken = { idToken: 'MASTERPASS', type: 'Central' }

describe('2.0.1 C', () => {
  for (const [id, idToken, expected] of [
    ['TC_C_02_CSMS', 'GHOST', 'Invalid'],
    ['TC_C_06_CSMS', 'BLOCKED', 'Blocked'],
    ['TC_C_07_CSMS', 'EXPIRED', 'Expired']
  ] as const) {
    scenario(id, `an id token that is ${expected}`, async (station) => {
      assert.equal((await authorize(station, card(idToken))).status, expected)
    })
  }

  scenario('TC_C_08_CSMS', 'an id token out of the cache', async (station) => {
    await charging(station)
    await station.shows({ transactions: [{ idToken: 'DRIVER', status: 'open' }] })
  })

  scenario('TC_C_20_CSMS', 'an id token of the cache that is not good any more', async (station) => {
    const session = new Session(station)
    const { idTokenInfo } = await session.tells('Started', 'Authorized', { idToken: card('GHOST'), evse: EVSE })
    assert.equal(idTokenInfo?.status, 'Invalid')
    await session.tells('Ended', 'Deauthorized', { stoppedReason: 'DeAuthorized' })
    await station.shows({ transactions: [{ idToken: 'GHOST', status: 'ended', stopReason: 'DeAuthorized' }] })
  })

  copesWith(backend, scenario, [
    ['TC_C_37_CSMS', 'a cache that is cleared', 'ClearCache', {}, ACCEPTED],
    ['TC_C_38_CSMS', 'a cache that is not cleared', 'ClearCache', {}, { status: 'Rejected' }]
  ])

  async function startedBy(station: Station2): Promise<Session> {
    const session = new Session(station)
    const { idTokenInfo } = await session.tells('Started', 'Authorized', { idToken: card('PARENT'), evse: EVSE })
    assert.deepEqual(idTokenInfo, { status: 'Accepted', groupIdToken: FAMILY })
    return session
  }

  async function stoppedBy(station: Station2, session: Session, idToken: string): Promise<void> {
    const { idTokenInfo } = await session.tells('Updated', 'StopAuthorized', { idToken: card(idToken) })
    assert.deepEqual(idTokenInfo, { status: 'Accepted', groupIdToken: FAMILY })
    await session.tells('Ended', 'EVCommunicationLost', { stoppedReason: 'Local' })
    const { items } = await backend.get(`/transactions?chargePoint=${station.identity}`)
    const [{ idToken: starter, stopIdToken, status, stopReason }] = items
    assert.deepEqual([starter, stopIdToken, status, stopReason], ['PARENT', idToken, 'ended', 'Local'])
  }

  scenario('TC_C_39_CSMS', 'one of a group starts, another stops', async (station) => {
    assert.deepEqual(await authorize(station, card('PARENT')), { status: 'Accepted', groupIdToken: FAMILY })
    const session = await startedBy(station)
    assert.deepEqual(await authorize(station, card('CHILD')), { status: 'Accepted', groupIdToken: FAMILY })
    await stoppedBy(station, session, 'CHILD')
  })

  const listed = (idToken: string, status: 'Accepted' | 'Invalid'): v201.AuthorizationData => ({
    idToken: card(idToken),
    idTokenInfo: { status, groupIdToken: FAMILY }
  })

  async function hasList(station: Station2, ...list: v201.AuthorizationData[]): Promise<void> {
    const request = { versionNumber: 1, updateType: 'Full' as const, localAuthorizationList: list }
    await station.isAsked('SendLocalList', request, ACCEPTED)
    await station.shows({ localList: { version: 1, entries: list } })
  }

  scenario('TC_C_40_CSMS', 'a group in the local list', async (station) => {
    await hasList(station, listed('PARENT', 'Accepted'), listed('CHILD', 'Accepted'))
    await stoppedBy(station, await startedBy(station), 'CHILD')
  })

  scenario('TC_C_43_CSMS', 'one of a group who is not welcome', async (station) => {
    await hasList(station, listed('PARENT', 'Accepted'), listed('OUTCAST', 'Invalid'))
    await startedBy(station)
    assert.equal((await authorize(station, card('OUTCAST'))).status, 'Invalid')
    await station.shows({ transactions: [{ idToken: 'PARENT', status: 'open' }] })
  })

  for (const [id, name, count] of [
    ['TC_C_47_CSMS', 'stops all', 2],
    ['TC_C_48_CSMS', 'stops one', 1],
    ['TC_C_49_CSMS', 'stops all, without a screen', 2]
  ] as const) {
    scenario(id, `a master pass ${name}`, async (station) => {
      const sessions: Session[] = []
      for (const evseId of [1, 2]) {
        const session = new Session(station, `${id}-${evseId}`)
        sessions.push(await session.charges({ evse: { id: evseId, connectorId: 1 } }))
      }
      assert.deepEqual(await authorize(station, card('MASTER')), { status: 'Accepted', groupIdToken: MASTERPASS })
      for (const session of sessions.slice(0, count)) {
        const ended = { stoppedReason: 'MasterPass', idToken: card('MASTER') } as const
        const { idTokenInfo } = await session.tells('Ended', 'StopAuthorized', ended)
        assert.deepEqual(idTokenInfo, { status: 'Accepted', groupIdToken: MASTERPASS })
      }
      const stopped = { status: 'ended', stopReason: 'MasterPass' }
      await station.shows({ transactions: [count === 2 ? stopped : { status: 'open' }, stopped] })
    })
  }

  scenario('TC_C_51_CSMS', 'a contract that cannot be verified', async (station) => {
    const { idTokenInfo } = await station.says('Authorize', {
      idToken: { idToken: 'DRIVER', type: 'eMAID' },
      iso15118CertificateHashData: [
        {
          hashAlgorithm: 'SHA256',
          issuerNameHash: 'aa',
          issuerKeyHash: 'bb',
          serialNumber: '1',
          responderURL: 'https://ocsp.example.com'
        }
      ]
    })
    assert.notEqual(idTokenInfo.status, 'Accepted')
  })
})

// --- D: local authorization list --------------------------------------------------------------------------------

describe('2.0.1 D', () => {
  const driver: v201.AuthorizationData = { idToken: DRIVER, idTokenInfo: { status: 'Accepted' } }
  const child: v201.AuthorizationData = { idToken: card('CHILD'), idTokenInfo: { status: 'Accepted' } }

  async function send(
    station: Station2,
    updateType: 'Full' | 'Differential',
    versionNumber: number,
    localAuthorizationList?: v201.AuthorizationData[]
  ): Promise<void> {
    const list = localAuthorizationList === undefined ? {} : { localAuthorizationList }
    await station.isAsked('SendLocalList', { versionNumber, updateType, ...list }, ACCEPTED)
  }

  scenario('TC_D_01_CSMS', 'a full list', async (station) => {
    await station.isAsked('GetLocalListVersion', {}, { versionNumber: 3 })
    await send(station, 'Full', 4, [driver])
    await station.isAsked('GetLocalListVersion', {}, { versionNumber: 4 })
    await station.shows({ localList: { version: 4, entries: [driver] } })
  })

  scenario('TC_D_02_CSMS', 'one more entry', async (station) => {
    await send(station, 'Full', 1, [driver])
    await send(station, 'Differential', 2, [child])
    await station.isAsked('GetLocalListVersion', {}, { versionNumber: 2 })
    await station.shows({ localList: { version: 2, entries: [driver, child] } })
  })

  scenario('TC_D_03_CSMS', 'one entry less', async (station) => {
    await send(station, 'Full', 1, [driver, child])
    await send(station, 'Differential', 2, [{ idToken: DRIVER }])
    await station.shows({ localList: { version: 2, entries: [child] } })
  })

  scenario('TC_D_04_CSMS', 'an empty list', async (station) => {
    await send(station, 'Full', 1, [driver])
    await send(station, 'Full', 2)
    await station.shows({ localList: { version: 2, entries: [] } })
  })

  copesWith(backend, scenario, [
    ['TC_D_08_CSMS', 'its version', 'GetLocalListVersion', {}, { versionNumber: 7 }, { localList: { version: 7 } }],
    ['TC_D_09_CSMS', 'no list', 'GetLocalListVersion', {}, { versionNumber: 0 }, { localList: { version: 0 } }]
  ])

  scenario('TC_D_01_CSMS-refused', 'a list that is refused changes nothing', async (station) => {
    await send(station, 'Full', 1, [driver])
    const update = { versionNumber: 1, updateType: 'Differential' as const, localAuthorizationList: [child] }
    await station.isAsked('SendLocalList', update, { status: 'VersionMismatch' })
    await station.shows({ localList: { version: 1, entries: [driver] } })
    await isAuthorized(station)
  })
})
