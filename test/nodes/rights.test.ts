import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openBus } from '../../lib/nodes/bus.js'
import { ConfigError } from '../../lib/settings/settings.js'
import { temporaryDirectory } from '../app/support.js'
import { freePort } from '../operate/proxy.js'
import { NatsServer, noNats } from './support.js'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Parameters<typeof openBus>[1]

describe('a node whose NATS user lacks rights', { skip: noNats }, () => {
  const cases = {
    publish: '{ publish: "other.>", subscribe: ">" }',
    subscribe: '{ publish: ">", subscribe: "other.>" }'
  }
  for (const [what, permissions] of Object.entries(cases)) {
    it(`does not start when it may not ${what}, and says which it needs`, async () => {
      const file = join(await temporaryDirectory(), 'nats.conf')
      await writeFile(file, `authorization { users: [{ user: node, password: right, permissions: ${permissions} }] }`)
      const nats = new NatsServer(await freePort(), ['-c', file])
      await nats.start()
      const settings = { NATS_URL: [`nats://node:right@127.0.0.1:${nats.port}`], NATS_SUBJECT_PREFIX: 'ocpp' }
      await assert.rejects(openBus(settings as Parameters<typeof openBus>[0], SILENT), (error: unknown) => {
        assert(error instanceof ConfigError)
        assert.match(error.message, /let the user publish and subscribe to ocpp\.>/)
        return true
      })
      await nats.stop()
    })
  }
})
