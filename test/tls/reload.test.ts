import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { connect } from 'node:tls'
import { Authority, type Issued } from '../support/authority.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { until, within } from '../support/wait.js'
import {
  authority,
  issueClient,
  OPERATOR,
  PASSWORD,
  provision,
  serverEc,
  startTls,
  type TlsBackend,
  withTls
} from './support.js'

/** The server certificate that a handshake sees now, by its serial number. */
async function shown({ securePort }: TlsBackend): Promise<string> {
  const socket = connect({ port: securePort, host: '127.0.0.1', ca: authority.cert })
  after(() => socket.destroy())
  await within('the TLS handshake', once(socket, 'secureConnect'))
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber.toLowerCase().replace(/^0+/, '')
}

const numberOf = ({ serialNumber }: Issued) => serialNumber.toLowerCase().replace(/^0+/, '')

describe('a new server certificate', () => {
  it('is used for new connections, and existing connections stay', async () => {
    const server = await startTls({}, [serverEc])
    await provision(server, 'CP-1', { password: PASSWORD })
    const login = { ...withTls(), password: PASSWORD }
    const charger = await connectCharger(server.secureUrl, 'CP-1', { ...login, boot: true })
    assert.equal(await shown(server), numberOf(serverEc))

    const next = await authority.issueServer()
    await server.files.writeServer(next)
    assert.equal(await server.app.tlsMaterial.reload(), 'changed')
    assert.equal(await shown(server), numberOf(next))
    assert.equal((await charger.roundTrip()).type, 3)
    assert.equal(await server.app.tlsMaterial.reload(), 'same')
  })

  it('can have a key of another type', async () => {
    const server = await startTls({}, [serverEc])
    const next = await authority.issueServer({ kind: 'rsa' })
    await server.files.writeServer(next)
    assert.equal(await server.app.tlsMaterial.reload(), 'changed')
    assert.equal(await shown(server), numberOf(next))
  })

  it('counts only once its key is there, too', async () => {
    const server = await startTls({}, [serverEc])
    const next = await authority.issueServer()
    await server.files.write('server-0.pem', next.chain)
    assert.equal(await server.app.tlsMaterial.reload(), 'failed')
    assert.equal(await shown(server), numberOf(serverEc))
    await server.files.write('server-0.key', next.key)
    assert.equal(await server.app.tlsMaterial.reload(), 'changed')
    assert.equal(await shown(server), numberOf(next))
  })

  for (const [what, text] of Object.entries({
    'is empty': '',
    'is cut off': serverEc.chain.slice(0, 300),
    'is no certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  })) {
    it(`changes nothing if it ${what}`, async () => {
      const server = await startTls({}, [serverEc])
      await server.files.write('server-0.pem', text)
      assert.equal(await server.app.tlsMaterial.reload(), 'failed')
      assert.equal(await shown(server), numberOf(serverEc))
    })
  }

  it('is found without a signal, also when it replaces the file', async () => {
    const server = await startTls({}, [serverEc])
    const next = await authority.issueServer()
    const to = join(server.files.directory, 'server-0')
    await copyFile(await server.files.write('next.pem', next.chain), `${to}.pem`)
    await copyFile(await server.files.write('next.key', next.key), `${to}.key`)
    const { certificates } = server.app.tlsMaterial.current
    await until('the new one is found', () => server.app.tlsMaterial.current.certificates !== certificates, 60_000)
    assert.equal(await shown(server), numberOf(next))
  })
})

describe('a new list of authorities', () => {
  it('accepts charge points of a new one, and no longer those of a removed one', async () => {
    const server = await startTls()
    const newcomer = await Authority.create({ O: OPERATOR, CN: 'Next CA' })
    const [before, next] = [
      await issueClient('SN-1'),
      await newcomer.issue({ O: OPERATOR, CN: 'SN-1', usage: 'client' })
    ]
    await provision(server, 'CP-1', { serialNumber: 'SN-1' })
    assert.equal((await refusedCharger(server.secureUrl, 'CP-1', withTls(next))).status, 403)

    await server.files.write('ca.pem', `${authority.cert}\n${newcomer.cert}\n`)
    assert.equal(await server.app.tlsMaterial.reload(), 'changed')
    for (const client of [before, next]) await connectCharger(server.secureUrl, 'CP-1', withTls(client))

    await server.files.write('ca.pem', newcomer.cert)
    assert.equal(await server.app.tlsMaterial.reload(), 'changed')
    assert.equal((await refusedCharger(server.secureUrl, 'CP-1', withTls(before))).status, 403)
    await connectCharger(server.secureUrl, 'CP-1', withTls(next))
  })
})
