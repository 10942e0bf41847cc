import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate } from '../app/support.js'
import { Authority, type Issued } from '../support/authority.js'
import { type ChargerOptions, connectCharger, refusedCharger } from '../support/charger.js'
import {
  authority,
  issueClient,
  OPERATOR,
  PASSWORD,
  profileOf,
  provision,
  startTls,
  type TlsBackend,
  withTls
} from './support.js'

const DAY_MS = 86_400_000
const PROXY = { TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' }

async function addressOf(server: TlsBackend, identity: string): Promise<string> {
  return (await operate(server, 'GET', `/charge-points/${identity}`)).json().remoteAddress
}

/** Connects with a password by way of a proxy, or of somebody who pretends to be one. */
async function connect(server: TlsBackend, identity: string, headers: Record<string, string>) {
  await provision(server, identity, { password: PASSWORD, serialNumber: 'SN-1' })
  await connectCharger(server.url, identity, { password: PASSWORD, headers })
  return { address: await addressOf(server, identity), profile: await profileOf(server, identity) }
}

const direct = await startTls()
const distrusting = await startTls({ TRUSTED_PROXIES: '10.0.0.0/8' })
const behindProxy = await startTls(PROXY)
const behindForwarded = await startTls({ ...PROXY, TRUSTED_PROXY_HEADER: 'forwarded' })

describe('without TRUSTED_PROXIES', () => {
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-proto', 'client-cert'] as const) {
    it(`the header ${header} is not trusted from any address`, async () => {
      const value =
        { forwarded: 'for=192.0.2.1;proto=https', 'x-forwarded-proto': 'https' }[String(header)] ?? '192.0.2.1'
      assert.deepEqual(await connect(direct, `CP-${header}`, { [header]: value }), { address: '127.0.0.1', profile: 1 })
    })
  }
})

describe('a proxy that is not on the list', () => {
  it('is not believed', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }
    assert.deepEqual(await connect(distrusting, 'CP-1', headers), { address: '127.0.0.1', profile: 1 })
  })
})

describe('a trusted proxy', () => {
  const server = behindProxy

  it('forwards the address of the charger and that it uses TLS, which is profile 2', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }
    assert.deepEqual(await connect(server, 'CP-2', headers), { address: '192.0.2.1', profile: 2 })
    assert.equal((await refusedCharger(server.url, 'CP-2', { password: PASSWORD })).status, 403)
  })

  it('forwards that the charger uses no TLS, even if the proxy itself uses TLS', async () => {
    await provision(server, 'CP-1', { password: PASSWORD })
    const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'http' }
    await connectCharger(server.secureUrl, 'CP-1', { ...withTls(), password: PASSWORD, headers })
    assert.equal(await profileOf(server, 'CP-1'), 1)
  })

  it('is not taken for the charger when it shows a certificate of its own', async () => {
    await provision(server, 'OWN', { serialNumber: 'SN-1', password: PASSWORD })
    const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }
    const options = { ...withTls(await issueClient('SN-1')), headers }
    assert.equal((await refusedCharger(server.secureUrl, 'OWN', options)).status, 401)
  })

  it('cannot claim TLS: only its own connection counts', async () => {
    assert.deepEqual(await connect(server, 'CP-3', { 'x-forwarded-for': '192.0.2.1' }), {
      address: '192.0.2.1',
      profile: 1
    })
  })

  for (const [what, headers, address] of [
    ['behind other trusted ones', { 'x-forwarded-for': '192.0.2.1, 10.1.1.1, 10.2.2.2' }, '192.0.2.1'],
    ['who lets through what the client says of itself', { 'x-forwarded-for': '198.51.100.1, 192.0.2.1' }, '192.0.2.1'],
    ['who tells a port', { 'x-forwarded-for': '192.0.2.1:4711' }, '192.0.2.1'],
    ['who speaks IPv6', { 'x-forwarded-for': '[2001:db8::1]:4711' }, '2001:db8::1'],
    ['who tells nothing', {}, '127.0.0.1'],
    ['who lets through Forwarded', { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=198.51.100.1' }, '192.0.2.1']
  ] as const) {
    it(`${what} is believed of its own client only`, async () => {
      assert.equal((await connect(server, `CP-${what.replaceAll(' ', '-').slice(0, 40)}`, headers)).address, address)
    })
  }

  it('names the WebSocket instead of TLS', async () => {
    assert.equal((await connect(server, 'WSS', { 'x-forwarded-proto': 'wss' })).profile, 2)
  })
})

describe('a trusted proxy with Forwarded', () => {
  const server = behindForwarded

  it("reports the client's address and TLS", async () => {
    const headers = { forwarded: 'for="192.0.2.1:4711";proto=https' }
    assert.deepEqual(await connect(server, 'CP-1', headers), { address: '192.0.2.1', profile: 2 })
  })

  it('does not let the client speak by X-Forwarded-For', async () => {
    const lie = { 'x-forwarded-for': '198.51.100.1', 'x-forwarded-proto': 'https' }
    assert.deepEqual(await connect(server, 'CP-2', { ...lie, forwarded: 'for=192.0.2.1' }), {
      address: '192.0.2.1',
      profile: 1
    })
    assert.deepEqual(await connect(server, 'CP-3', lie), { address: '127.0.0.1', profile: 1 })
  })
})

const forwarding = await startTls({ ...PROXY, TRUSTED_PROXY_CLIENT_CERT: 'client-cert' })
const client = await issueClient('SN-1')
const other = await Authority.create({ O: OPERATOR, CN: 'Test CA' })
const stranger = await other.issue({ O: OPERATOR, CN: 'SN-1', usage: 'client' })
const expired = await issueClient('SN-1', {
  notBefore: new Date(Date.now() - 9 * DAY_MS),
  notAfter: new Date(Date.now() - DAY_MS)
})
const ofServer = await issueClient('SN-1', { usage: 'server' })
const weak = await issueClient('SN-1', { kind: 'weak-ec' })
const ofAnother = await issueClient('SN-2')

describe('a client certificate that a trusted proxy forwards', () => {
  const server = forwarding
  const https = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }
  const der = ({ cert }: Pick<Issued, 'cert'>) => cert.replace(/-----[A-Z ]+-----|\s/g, '')
  const escaped = (pem: string) => encodeURIComponent(pem)

  function by(header: string, more: ChargerOptions = {}): ChargerOptions {
    return { headers: { ...https, 'client-cert': header }, ...more }
  }

  for (const [what, header] of Object.entries({
    'as RFC 9440 says': `:${der(client)}:`,
    'as DER in base64': der(client),
    'as PEM that is escaped': escaped(client.cert),
    'with its chain': escaped(`${client.cert}\n${authority.cert}`)
  })) {
    it(`${what} is profile 3`, async () => {
      const identity = `OK-${what.replaceAll(' ', '-')}`
      await provision(server, identity, { serialNumber: 'SN-1' })
      await connectCharger(server.url, identity, by(header))
      assert.equal(await profileOf(server, identity), 3)
      assert.equal((await refusedCharger(server.url, identity, { headers: https })).status, 401)
    })
  }

  for (const [what, header] of Object.entries({
    'that is none': 'nonsense',
    'that is none in base64': ':AAAA:',
    'that came twice': `:${der(client)}:, :${der(client)}:`,
    'that is cut off': `:${der(client).slice(0, 200)}:`,
    'that is wrongly escaped': '%E0%A4%A',
    'of another authority': `:${der(stranger)}:`,
    'that vouches for itself': `:${der(other)}:`,
    'with authorities that nobody trusts': escaped(`${stranger.cert}\n${other.cert}`),
    'that is expired': `:${der(expired)}:`,
    'of a server': `:${der(ofServer)}:`,
    'with a short key': `:${der(weak)}:`,
    'of another serial number': `:${der(ofAnother)}:`
  })) {
    it(`${what} is refused, and does not count beside the right password unless profile 3 is asked for`, async () => {
      const identity = `BAD-${what.replaceAll(' ', '-').slice(0, 40)}`
      await provision(server, identity, { serialNumber: 'SN-1', password: PASSWORD })
      assert.equal((await refusedCharger(server.url, identity, by(header))).status, 403)
      const options = by(header, { password: PASSWORD })
      await (await connectCharger(server.url, identity, options)).close()
      assert.equal(await profileOf(server, identity), 2)
      await provision(server, identity, { securityProfile: 3 })
      assert.equal((await refusedCharger(server.url, identity, options)).status, 403)
    })
  }

  it('is not read from anybody else', async () => {
    const remote = await startTls({ TRUSTED_PROXIES: '10.0.0.1', TRUSTED_PROXY_CLIENT_CERT: 'client-cert' })
    await provision(remote, 'CP-1', { serialNumber: 'SN-1' })
    for (const url of [remote.url, remote.secureUrl]) {
      const options = { ...withTls(), ...by(`:${der(client)}:`) }
      assert.equal((await refusedCharger(url, 'CP-1', options)).status, 401)
    }
  })

  it('is not read when the charger came to the proxy without TLS', async () => {
    await provision(server, 'PLAIN', { serialNumber: 'SN-1' })
    const headers = { 'x-forwarded-proto': 'http', 'client-cert': `:${der(client)}:` }
    assert.equal((await refusedCharger(server.url, 'PLAIN', { headers })).status, 401)
    const silent = { 'client-cert': `:${der(client)}:` }
    assert.equal((await refusedCharger(server.url, 'PLAIN', { headers: silent })).status, 401)
  })
})
