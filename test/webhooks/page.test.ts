import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { startBackend, temporaryDirectory } from '../app/support.js'
import { freePort } from '../support/own-postgres.js'
import { ROOT, SOURCE_ARGUMENTS } from '../support/root.js'
import { until } from '../support/wait.js'
import { addWebhook, ask, deliveriesOf, LOCAL, publish, untilDeliveries } from './support.js'

const PAGE = readFileSync(`${ROOT}docs/webhooks.md`, 'utf8')
/** A cold start compiles it, perhaps on a busy machine. */
const PATIENCE_MS = 60_000

/** Runs the receiver that the page shows. */
async function startReceiver(port: number, secret: string) {
  const file = join(await temporaryDirectory(), 'receiver.mts')
  writeFileSync(file, PAGE.split('```ts\n')[1]?.split('```')[0] ?? '')
  const child = spawn(process.execPath, [...SOURCE_ARGUMENTS, file], {
    env: { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: secret }
  })
  after(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const isOpen = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      ({ status }) => status === 401,
      () => false
    )
  while (!(await isOpen())) {
    assert.equal(child.exitCode, null, output)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return () => output.trim().split('\n')
}

describe('docs/webhooks.md', () => {
  it('shows a receiver that accepts signed events, each once, and nothing else', async () => {
    const server = await startBackend(LOCAL)
    const port = await freePort()
    const { id, secret } = await addWebhook(server, { url: `http://127.0.0.1:${port}/`, enabled: false })
    const lines = await startReceiver(port, secret)
    await ask(server, 'PATCH', `/${id}`, { enabled: true })
    publish(server, 'CP-1')
    const [delivery] = await untilDeliveries(server, id, ([first]) => first?.status === 'delivered')
    await until('it has taken it', () => lines().length === 1, PATIENCE_MS)
    assert.match(lines()[0] ?? '', /^disconnect CP-1 \{/)
    await ask(server, 'POST', `/${id}/deliveries/${delivery?.id}/resend`)
    await untilDeliveries(
      server,
      id,
      (items) => items.length === 2 && items.every(({ status }) => status === 'delivered')
    )
    await ask(server, 'POST', `/${id}/secret`)
    publish(server, 'CP-2')
    await until('it has taken the next one as well', () => lines().length === 2, PATIENCE_MS)
    assert.match(lines()[1] ?? '', /^disconnect CP-2 \{/)
    // With another secret alone it is somebody else's.
    await server.app.database.writer.write((trx) =>
      trx.updateTable('webhooks').set({ previous_secret: null }).execute()
    )
    assert.equal((await ask(server, 'POST', `/${id}/test`)).json().responseStatus, 401)
    assert.equal((await deliveriesOf(server, id)).length, 3)
  })
})
