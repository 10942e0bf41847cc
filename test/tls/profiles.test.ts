import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate } from '../app/support.js'
import { type Charger, type ChargerOptions, connectCharger, UpgradeRefused } from '../support/charger.js'
import { issueClient, PASSWORD, provision, startTls, type TlsBackend, withTls } from './support.js'

/** How a charge point tries to connect. */
interface Attempt {
  url: string
  options: ChargerOptions
}

const client = await issueClient('SN-1')

function attempt({ url, secureUrl }: TlsBackend, profile: number): Attempt {
  switch (profile) {
    case 0:
      return { url, options: {} }
    case 1:
      return { url, options: { password: PASSWORD } }
    case 2:
      return { url: secureUrl, options: { password: PASSWORD, ...withTls() } }
    default:
      return { url: secureUrl, options: withTls(client) }
  }
}

/** 101, or the status that it was refused with. */
async function statusOf({ url, options }: Attempt, identity: string): Promise<number> {
  const outcome = await connectCharger(url, identity, options).catch((error: unknown) => error)
  if (outcome instanceof UpgradeRefused) return outcome.status
  if (outcome instanceof Error) throw outcome
  await (outcome as Charger).close()
  return 101
}

async function recordOf(server: TlsBackend, identity: string) {
  return (await operate(server, 'GET', `/charge-points/${identity}`)).json()
}

const server = await startTls()
const open = await startTls({ OCPP_OPEN_REGISTRATION: 'true' })

describe('a charge point with a password and a certificate', () => {
  for (const [highest, outcomes] of Object.entries({
    // Attempts with profile 0, 1, 2 and 3, each by a charge point that has got as far as that and no farther.
    0: [401, 101, 101, 101],
    1: [401, 101, 101, 101],
    2: [401, 403, 101, 101],
    3: [401, 403, 403, 101]
  })) {
    for (const [profile, status] of outcomes.entries()) {
      it(`gets ${status} with profile ${profile} after profile ${highest}`, async () => {
        for (const [name, backend] of Object.entries({ closed: server, open })) {
          const identity = `${name}-${highest}-${profile}`
          await provision(backend, identity, { password: PASSWORD, serialNumber: 'SN-1' })
          if (Number(highest) > 0) assert.equal(await statusOf(attempt(backend, Number(highest)), identity), 101)
          assert.equal((await recordOf(backend, identity)).highestSecurityProfile, Number(highest))
          assert.equal(await statusOf(attempt(backend, profile), identity), status, name)
          const now = (await recordOf(backend, identity)).highestSecurityProfile
          assert.equal(now, status === 101 ? Math.max(profile, Number(highest)) : Number(highest))
        }
      })
    }
  }

  for (const demanded of [0, 1, 2, 3]) {
    it(`may not connect with less than an operator demands: profile ${demanded}`, async () => {
      const identity = `demanded-${demanded}`
      const statuses: number[] = []
      for (const profile of [1, 2, 3]) {
        await provision(server, identity, { password: PASSWORD, serialNumber: 'SN-1', securityProfile: demanded })
        statuses.push(await statusOf(attempt(server, profile), identity))
      }
      assert.deepEqual(
        statuses,
        [1, 2, 3].map((profile) => (profile < demanded ? 403 : 101))
      )
    })
  }

  it('can return to a lower profile only after an operator allowed it', async () => {
    await provision(server, 'BACK', { password: PASSWORD, serialNumber: 'SN-1' })
    assert.equal(await statusOf(attempt(server, 3), 'BACK'), 101)
    assert.equal(await statusOf(attempt(server, 2), 'BACK'), 403)
    await provision(server, 'BACK', { password: PASSWORD })
    assert.equal(await statusOf(attempt(server, 2), 'BACK'), 403, 'a new password lowers nothing')
    await provision(server, 'BACK', { securityProfile: 1 })
    assert.equal(await statusOf(attempt(server, 1), 'BACK'), 101)
  })
})

describe('profile 0', () => {
  it('is rejected without open registration, over TCP and TLS', async () => {
    const server = await startTls()
    await provision(server, 'CP-1', {})
    for (const url of [server.url, server.secureUrl]) {
      for (const password of [undefined, PASSWORD]) {
        const options = { ...withTls(), ...(password !== undefined && { password }) }
        assert.equal(await statusOf({ url, options }, 'CP-1'), 401)
        assert.equal(await statusOf({ url, options }, 'STRANGER'), 404)
      }
    }
  })

  it('stays profile 0 with any password that was not verified, also over TLS', async () => {
    const server = await startTls({ OCPP_OPEN_REGISTRATION: 'true' })
    await provision(server, 'CP-1', { securityProfile: 1 })
    for (const url of [server.url, server.secureUrl]) {
      assert.equal(await statusOf({ url, options: { ...withTls(), password: PASSWORD } }, 'CP-1'), 403)
    }
    await provision(server, 'CP-1', { securityProfile: 0 })
    assert.equal(await statusOf({ url: server.secureUrl, options: { ...withTls(), password: PASSWORD } }, 'CP-1'), 101)
    assert.equal((await recordOf(server, 'CP-1')).highestSecurityProfile, 0)
  })

  it('never gets at a charge point that has proved itself, even under open registration', async () => {
    const server = await startTls({ OCPP_OPEN_REGISTRATION: 'true' })
    await provision(server, 'CP-1', { serialNumber: 'SN-1' })
    const real = await connectCharger(server.secureUrl, 'CP-1', { ...withTls(client), boot: true })
    for (const identity of ['CP-1', 'cp-1']) {
      for (const [url, options] of [
        [server.url, {}],
        [server.url, { password: PASSWORD }],
        [server.secureUrl, withTls()]
      ] as const) {
        assert.equal(await statusOf({ url, options }, identity), 403)
      }
    }
    assert.equal((await real.roundTrip()).type, 3, 'it is still connected')
  })
})

describe('OCPP_MIN_SECURITY_PROFILE', () => {
  for (const [min, outcomes] of Object.entries({
    1: [404, 101, 101, 101],
    2: [403, 403, 101, 101],
    3: [403, 403, 403, 101]
  })) {
    it(`${min} lets in nobody with less, open registration or not`, async () => {
      const server = await startTls({ OCPP_MIN_SECURITY_PROFILE: min, OCPP_OPEN_REGISTRATION: 'true' })
      for (const [profile, status] of outcomes.entries()) {
        const identity = `CP-${profile}`
        if (profile > 0) await provision(server, identity, { password: PASSWORD, serialNumber: 'SN-1' })
        assert.equal(await statusOf(attempt(server, profile), identity), status, identity)
      }
      assert.equal(await statusOf({ url: server.secureUrl, options: withTls() }, 'STRANGER'), 404)
    })
  }
})
