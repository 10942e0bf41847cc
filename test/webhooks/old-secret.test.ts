import assert from 'node:assert/strict'
import { it } from 'node:test'
import { startBackend } from '../app/support.js'
import { openReceiver } from './receiver.js'
import { addWebhook, ask, LOCAL, publish } from './support.js'

it('a replaced secret signs in addition to the new one until it expires, and then no more', async () => {
  const server = await startBackend(LOCAL)
  const receiver = await openReceiver()
  const { id } = await addWebhook(server, { url: receiver.url })
  assert.equal((await ask(server, 'POST', `/${id}/secret`, {})).statusCode, 200)
  publish(server, 'A')
  await receiver.received(1)

  const { writer } = server.app.database
  await writer.write((trx) =>
    trx
      .updateTable('webhooks')
      .set({ previous_secret_until: Date.now() - 1 })
      .where('id', '=', id)
      .execute()
  )
  await server.app.webhooks.deliverer.sync()
  publish(server, 'A')
  const requests = await receiver.received(2)
  const signatures = requests.map(({ headers }) => String(headers['webhook-signature']).split(' ').length)
  assert.deepEqual(signatures, [2, 1])
  assert.equal((await ask(server, 'GET', `/${id}`)).json().previousSecretUntil, undefined)
})
