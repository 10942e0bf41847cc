import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CERTIFICATE } from '../conformance/certificates.js'
import { startServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { createCharger, PROTOCOLS, start, startCsms } from './support.js'

const HEXADECIMAL = '00112233445566778899aabbccddeeff00112233'

for (const [offered, sent] of [
  [['ocpp1.6'], Buffer.from(HEXADECIMAL, 'hex')],
  [['ocpp2.1', 'ocpp1.6'], Buffer.from(HEXADECIMAL)],
  [['ocpp2.0.1'], Buffer.from(HEXADECIMAL)]
] as const) {
  test(`a hexadecimal password goes out as its octets where only 1.6 is on offer: ${offered.join(', ')}`, async () => {
    const passwords: Buffer[] = []
    const server = await startServer({
      path: '/:identity',
      authenticate: ({ password }) => {
        passwords.push(Buffer.from(password ?? ''))
        return true
      }
    })
    const options = { protocols: offered, password: HEXADECIMAL, bootsItself: false }
    await createCharger(server, offered[0], options).charger.connect()
    assert.deepEqual(passwords, [sent])
  })
}

for (const protocol of PROTOCOLS) {
  test(`a certificate that the charger did not request is rejected, with a security event, in ${protocol}`, async () => {
    const csms = await startCsms()
    await start(createCharger(csms, protocol), csms)
    const answer = await csms.app.ocpp.call('SIM-1', 'CertificateSigned', { certificateChain: CERTIFICATE })
    assert.equal((answer as { status: string }).status, 'Rejected')
    await until('the security event', () => csms.of('SecurityEventNotification').length === 1)
    assert.match(String(csms.of('SecurityEventNotification')[0]?.type), /^InvalidCharg(ePoint|ingStation)Certificate$/)
  })
}
