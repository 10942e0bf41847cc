// Run by end-of-process.test.ts: a charge point in the state that the first argument names, at the URL of the second.
// Nothing here ends the process: it has to end by itself.
import { createChargePoint } from 'fastify-ocpp/charge-point'

const [, , state, url = ''] = process.argv
const client = createChargePoint({
  url,
  identity: 'CP-1',
  protocols: ['ocpp1.6'],
  reconnect: { waitMinimum: 3_600_000 },
  delivery: { retryInterval: 3_600_000 },
  onRetry: () => void client.close()
})
client.on('ClearCache', () => new Promise(() => undefined))
const meterValue = [{ timestamp: '2026-01-01T00:00:00Z', sampledValue: [{ value: '1' }] }]
const meter = () => client.deliver('MeterValues', { connectorId: 1, meterValue })

if (state === 'made') meter().catch(() => undefined)
if (state === 'unreachable') await client.connect().catch(() => undefined)
if (state === 'closed') {
  await client.connect()
  const refused = new Promise((resolve) => client.events.on('call', resolve))
  meter().catch(() => undefined)
  await refused
  await client.close()
}
if (state === 'cut') {
  await client.connect()
  meter().catch(() => undefined)
  await client.cut({ reconnect: false })
}
// The back-off would be an hour; onRetry closes.
if (state === 'backing-off') {
  await client.connect()
  void client.cut()
}
console.log('reached the end')
