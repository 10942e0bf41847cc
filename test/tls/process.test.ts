import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, it } from 'node:test'
import { connect } from 'node:tls'
import { startProcess } from '../app/process.js'
import { connectCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { until, within } from '../support/wait.js'
import { authority, Files, serverEc, serverRsa, withTls } from './support.js'

const START_TIMEOUT_MS = 60_000

async function shown(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: authority.cert })
  after(() => socket.destroy())
  await within('the TLS handshake', once(socket, 'secureConnect'))
  return socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType ?? ''
}

describe('the started back-end', () => {
  it('logs where it listens with TLS, and loads new certificates on SIGHUP without closing connections', async () => {
    const files = await Files.create()
    const backend = await startProcess({ TLS_PORT: '0', ...(await files.writeServer(serverEc)) })
    const url = await backend.url()
    const banner = backend.output()
    const secure = /^ +(wss:\/\/127\.0\.0\.1:(\d+))\/ocpp\/<identity>$/m.exec(banner)
    assert.match(banner, /^ +https:\/\/127\.0\.0\.1:\d+\/api\/v1$/m)
    assert.ok(secure?.[1], banner)
    const port = Number(secure[2])
    const chargers = [
      await connectCharger(secure[1], 'CP-1', { ...withTls(), boot: true }),
      await connectCharger(url.replace('http', 'ws'), 'CP-2', { boot: true })
    ]
    assert.equal(await shown(port), 'ec')
    await files.writeServer(serverRsa)
    backend.kill('SIGHUP')
    await until('the new one is in force', () => backend.output().includes('reloaded the TLS files'), 30_000)
    assert.equal(await shown(port), 'rsa')
    for (const charger of chargers) assert.equal((await charger.roundTrip()).type, 3)
    backend.kill('SIGTERM')
    for (const charger of chargers) assert.equal((await charger.closed).code, 1012)
    assert.equal(await backend.exited(), 0)
  })

  it('does not start with a key that does not belong to its certificate, and names the file', inLong, async () => {
    const files = await Files.create()
    const TLS_CERT = await files.write('server.pem', serverEc.cert)
    const TLS_KEY = await files.write('server.key', serverRsa.key)
    const backend = await startProcess({ TLS_PORT: '0', TLS_CERT, TLS_KEY })
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /Cannot start: TLS_KEY: \S+server\.key does not belong to \S+server\.pem\n/)
  })

  it('does not start on a TLS port that is in use, and names the port', inLong, async () => {
    const files = await Files.create()
    const first = await startProcess()
    const { port } = new URL(await first.url())
    const backend = await startProcess({ TLS_PORT: port, ...(await files.writeServer(serverEc)) })
    assert.equal(await within('its end', backend.exited(), START_TIMEOUT_MS), 1)
    assert.match(backend.output(), new RegExp(`Cannot start: TLS_PORT ${port} on 127\\.0\\.0\\.1 is in use`))
  })
})
