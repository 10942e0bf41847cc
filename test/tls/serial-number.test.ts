import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate } from '../app/support.js'
import { bootRequest, type Charger, connectCharger, refusedCharger } from '../support/charger.js'
import { issueClient, PASSWORD, provision, securityEventOf, startTls, withTls } from './support.js'

const server = await startTls()
const client = await issueClient('SN-1')

function bootWith(protocol: string, serialNumber?: string): Record<string, unknown> {
  const request = bootRequest(protocol)
  if (serialNumber === undefined) return request
  if (protocol === 'ocpp1.6') return { ...request, chargePointSerialNumber: serialNumber }
  return { ...request, chargingStation: { ...(request.chargingStation as object), serialNumber } }
}

async function statusOf(charger: Charger, payload: unknown): Promise<unknown> {
  const answer = await charger.call('BootNotification', payload)
  return answer.type === 3 && answer.payload.status
}

describe('the serial number in the BootNotification of a charge point with a certificate', () => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`is that of the certificate, in ${protocol}`, async () => {
      await provision(server, protocol, { serialNumber: 'SN-1' })
      const charger = await connectCharger(server.secureUrl, protocol, { protocol, ...withTls(client) })
      assert.equal(await statusOf(charger, bootWith(protocol, 'SN-1')), 'Accepted')
    })

    it(`closes the connection when it is another, and nothing is booked, in ${protocol}`, async () => {
      const identity = `other-${protocol}`
      await provision(server, identity, { serialNumber: 'SN-1' })
      const charger = await connectCharger(server.secureUrl, identity, { protocol, ...withTls(client) })
      charger.send(2, 'a-boot', 'BootNotification', bootWith(protocol, 'SN-2'))
      assert.equal((await charger.closed).code, 1008)
      const { type, techInfo } = await securityEventOf(server, identity)
      assert.equal(type, 'SerialNumberMismatch')
      assert.match(String(techInfo), /SN-2/)
      const record = (await operate(server, 'GET', `/charge-points/${identity}`)).json()
      assert.deepEqual([record.boot, record.bootStatus, record.serialNumber], [undefined, undefined, 'SN-1'])
    })
  }

  it('may be left out in 1.6 only', async () => {
    await provision(server, 'SILENT', { serialNumber: 'SN-1' })
    const old = await connectCharger(server.secureUrl, 'SILENT', withTls(client))
    assert.equal(await statusOf(old, bootWith('ocpp1.6')), 'Accepted')
    await old.close()
    const charger = await connectCharger(server.secureUrl, 'SILENT', { protocol: 'ocpp2.0.1', ...withTls(client) })
    charger.send(2, 'a-boot', 'BootNotification', bootWith('ocpp2.0.1'))
    assert.equal((await charger.closed).code, 1008)
  })

  it('may be that of the box, in 1.6', async () => {
    await provision(server, 'BOX', { serialNumber: 'SN-1' })
    const charger = await connectCharger(server.secureUrl, 'BOX', withTls(client))
    const boot = { ...bootWith('ocpp1.6', 'OTHER'), chargeBoxSerialNumber: 'SN-1' }
    assert.equal(await statusOf(charger, boot), 'Accepted')
  })
})

describe('the serial number of a charge point with a password', () => {
  it('is remembered from its boot, and it may change over to a certificate', async () => {
    await provision(server, 'CHANGE', { password: PASSWORD })
    assert.equal((await refusedCharger(server.secureUrl, 'CHANGE', withTls(client))).status, 403)
    const before = await connectCharger(server.secureUrl, 'CHANGE', { ...withTls(), password: PASSWORD })
    assert.equal(await statusOf(before, bootWith('ocpp1.6', 'SN-1')), 'Accepted')
    const after = await connectCharger(server.secureUrl, 'CHANGE', withTls(client))
    assert.equal((await after.roundTrip()).type, 3)
    assert.equal((await refusedCharger(server.secureUrl, 'CHANGE', { ...withTls(), password: PASSWORD })).status, 403)
  })

  it('is changed by an operator, not by a boot with another one', async () => {
    await provision(server, 'FIXED', { password: PASSWORD, serialNumber: 'SN-1' })
    const charger = await connectCharger(server.secureUrl, 'FIXED', { ...withTls(), password: PASSWORD })
    assert.equal(await statusOf(charger, bootWith('ocpp1.6', 'SN-2')), 'Accepted')
    const other = await issueClient('SN-2')
    assert.equal((await refusedCharger(server.secureUrl, 'FIXED', withTls(other))).status, 403)
    await provision(server, 'FIXED', { serialNumber: 'SN-2' })
    await connectCharger(server.secureUrl, 'FIXED', withTls(other))
  })
})

it('with open registration a serial number is not trusted', async () => {
  const open = await startTls({ OCPP_OPEN_REGISTRATION: 'true' })
  await provision(open, 'CP-1', {})
  const anybody = await connectCharger(open.url, 'CP-1')
  assert.equal(await statusOf(anybody, bootWith('ocpp1.6', 'SN-1')), 'Accepted')
  assert.equal((await refusedCharger(open.secureUrl, 'CP-1', withTls(client))).status, 403)
})

for (const [what, serialNumber] of Object.entries({
  'too long': 'x'.repeat(256),
  empty: '',
  'no text': 7,
  'with a line break': 'SN\n1'
})) {
  it(`an operator may not give a serial number that is ${what}`, async () => {
    assert.equal((await operate(server, 'PUT', '/charge-points/CP-X', { serialNumber })).statusCode, 400)
  })
}
