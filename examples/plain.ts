/**
 * A small CSMS for OCPP 1.6. It keeps transactions in memory, and has two HTTP routes for the operator.
 *
 *   npx tsx --conditions=source examples/plain.ts
 *   npx wscat -c ws://127.0.0.1:3000/ocpp/CP-1 -s ocpp1.6
 *   curl -X POST http://127.0.0.1:3000/charge-points/CP-1/reset
 */
import Fastify from 'fastify'
import fastifyOcpp, { currentTime } from 'fastify-ocpp'

interface Transaction {
  id: number
  identity: string
  idTag: string
  meterStart: number
  meterStop?: number
}

const transactions = new Map<number, Transaction>()
/** Transactions by the content of their start: a charger repeats a message that was not answered. */
const starts = new Map<string, Transaction>()

const app = Fastify({ logger: true })

// Accepts every charger without credentials. That is safe here, because the server listens on 127.0.0.1 only.
await app.register(fastifyOcpp, { protocols: ['ocpp1.6'], securityProfile: 0 })

const { v16 } = app.ocpp

v16.on('BootNotification', () => ({ status: 'Accepted', currentTime: currentTime(), interval: 300 }))
v16.on('Heartbeat', () => ({ currentTime: currentTime() }))
v16.on('Authorize', () => ({ idTagInfo: { status: 'Accepted' } }))
v16.on('MeterValues', () => ({}))

v16.on('StatusNotification', (request, { log }) => {
  log.info({ connector: request.connectorId, status: request.status }, 'status')
  return {}
})

v16.on('StartTransaction', ({ connectorId, idTag, meterStart, timestamp }, { chargePoint: { identity } }) => {
  const key = JSON.stringify([identity, connectorId, idTag, meterStart, timestamp])
  const transaction = starts.get(key) ?? { id: transactions.size + 1, identity, idTag, meterStart }
  starts.set(key, transaction)
  transactions.set(transaction.id, transaction)
  return { transactionId: transaction.id, idTagInfo: { status: 'Accepted' } }
})

v16.on('StopTransaction', ({ transactionId, meterStop }, { chargePoint, log }) => {
  const transaction = transactions.get(transactionId)
  // Unknown transactions are answered, too: otherwise the charger repeats the message for ever.
  if (transaction?.identity === chargePoint.identity) transaction.meterStop = meterStop
  else log.warn({ transactionId }, 'unknown transaction')
  return {}
})

v16.after('BootNotification', async (_request, _response, { chargePoint }) => {
  await chargePoint.call('TriggerMessage', { requestedMessage: 'StatusNotification' })
})

app.get('/transactions', () => [...transactions.values()])

// Fastify answers with the statusCode of the error: 409 not connected, 504 no answer, 502 CALLERROR.
app.post<{ Params: { identity: string } }>('/charge-points/:identity/reset', (request) => {
  return v16.call(request.params.identity, 'Reset', { type: 'Soft' }, { timeout: 10_000 })
})

process.once('SIGTERM', () => app.close())
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
