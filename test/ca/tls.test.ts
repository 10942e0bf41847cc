import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { seeded } from '../../src/simulator/random.js'
import { Scheduler } from '../../src/simulator/scheduler.js'
import { SimulatedCharger } from '../../src/simulator/simulated-charger.js'
import { operate } from '../app/support.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { OPERATOR, PASSWORD, provision, startTls, type TlsBackend, withTls } from '../tls/support.js'
import { Applicant, certificatesOf, type Requested, signingRequest } from './support.js'

const SETTINGS = { TLS_CLIENT_SUBJECT: 'identity', TLS_CLIENT_CA: '' }

/** A certificate that it was sent, with its key, as what it connects with. */
async function certified(applicant: Applicant, request: Requested) {
  const { certificateChain } = await applicant.obtains(request)
  return withTls({ chain: certificateChain, key: request.key.export({ type: 'pkcs8', format: 'pem' }).toString() })
}

async function isKnownAs(server: TlsBackend, identity: string, statuses: string[]): Promise<void> {
  await certificatesOf(server, `?chargePoint=${identity}`, (items) => {
    return JSON.stringify(items.map(({ status }) => status)) === JSON.stringify(statuses)
  })
}

it('a charge point changes from its password to our certificate, then to the next one, and is refused after its revocation', async () => {
  const server = await startTls(SETTINGS)
  const url = { url: server.secureUrl }
  const identity = 'TLS-OWN'
  const name = `CN=${identity}, O=Whoever it is`
  await provision(server, identity, { password: PASSWORD })

  const byPassword = await Applicant.connect({ ...server, ...url }, identity, { password: PASSWORD, ...withTls() })
  const first = await certified(byPassword, await signingRequest(name))
  const byFirst = await Applicant.connect({ ...server, ...url }, identity, first)
  await isKnownAs(server, identity, ['in-use'])
  assert.equal((await refusedCharger(server.secureUrl, identity, { password: PASSWORD, ...withTls() })).status, 403)

  const second = await certified(byFirst, await signingRequest(name))
  await connectCharger(server.secureUrl, identity, { boot: true, ...first })
  await isKnownAs(server, identity, ['accepted', 'in-use'])
  await connectCharger(server.secureUrl, identity, { boot: true, ...second })
  await isKnownAs(server, identity, ['in-use', 'superseded'])
  assert.equal((await refusedCharger(server.secureUrl, identity, first)).status, 403)

  const bySecond = await connectCharger(server.secureUrl, identity, { boot: true, ...second })
  const [{ id } = {}] = await certificatesOf(server, `?chargePoint=${identity}&status=in-use`, () => true)
  assert.equal((await operate(server, 'POST', `/certificates/${id}/revoke`)).statusCode, 200)
  assert.equal((await bySecond.closed).code, 1008)
  assert.equal((await refusedCharger(server.secureUrl, identity, second)).status, 403)
})

it('the certificate of one charge point is not accepted from another', async () => {
  const server = await startTls({ ...SETTINGS, TLS_CLIENT_SUBJECT: 'serial-number' })
  for (const identity of ['TLS-A', 'TLS-B']) {
    await provision(server, identity, { password: PASSWORD, serialNumber: 'SAME' })
  }
  const options = { password: PASSWORD, ...withTls() }
  const applicant = await Applicant.connect({ ...server, url: server.secureUrl }, 'TLS-A', options)
  const certificate = await certified(applicant, await signingRequest('CN=SAME'))
  assert.equal((await refusedCharger(server.secureUrl, 'TLS-B', certificate)).status, 403)
  await connectCharger(server.secureUrl, 'TLS-A', certificate)
})

it('the simulator requests a certificate when the CSMS triggers it, and connects with it', async () => {
  const server = await startTls({ ...SETTINGS, TLS_CLIENT_SUBJECT: 'serial-number' })
  await provision(server, 'SIM', { password: PASSWORD, serialNumber: 'SIM' })
  const { ca } = withTls().ws
  const time = new Scheduler()
  const charger = new SimulatedCharger({
    identity: 'SIM',
    url: `${server.secureUrl}/ocpp`,
    protocols: ['ocpp2.0.1'],
    password: PASSWORD,
    tls: { ca: ca as string },
    time,
    random: seeded(1)
  })
  after(async () => {
    await charger.close()
    time.stop()
  })
  await charger.connect()
  for (const statuses of [['in-use'], ['in-use', 'superseded']]) {
    const deadline = performance.now() + 20_000
    for (;;) {
      const response = await operate(server, 'POST', '/charge-points/SIM/certificates/renew', {})
      if (response.statusCode === 200 && response.json().result.status === 'Accepted') break
      assert.ok(performance.now() < deadline, response.body)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await isKnownAs(server, 'SIM', statuses)
  }
  const [{ subject } = {}] = await certificatesOf(server, '?chargePoint=SIM', () => true)
  assert.deepEqual(String(subject).split(', ').toSorted(), ['CN=SIM', `O=${OPERATOR}`])
})
