/**
 * Messages of a vendor in DataTransfer, in both directions. They are typed and checked like those of the standard.
 *
 *   npx tsx --conditions=source examples/vendor-data.ts
 */
import { type Static, Type } from '@sinclair/typebox'
import Fastify from 'fastify'
import fastifyOcpp from 'fastify-ocpp'

const VENDOR = 'com.example'

/** The charger asks for the price of some energy (in Wh). 1.6 carries the data as JSON in a text, 2.x as an object. */
const Quote = Type.Object({
  energy: Type.Integer({ minimum: 1 }),
  tariff: Type.Union([Type.Literal('day'), Type.Literal('night')])
})
type Quote = Static<typeof Quote>

const CENTS_PER_KWH = { day: 40, night: 25 }

function price({ energy, tariff }: Quote): { cents: number } {
  return { cents: Math.round((energy / 1000) * CENTS_PER_KWH[tariff]) }
}

const app = Fastify({ logger: true })

// Accepts every charger, also without a BootNotification: before acceptance, the library rejects vendor messages.
await app.register(fastifyOcpp, { authenticate: () => ({ accept: true, registration: 'Accepted' }) })

const { v16, v201 } = app.ocpp

v16.onDataTransfer({ vendorId: VENDOR, messageId: 'Quote', data: Quote }, ({ data }) => ({
  status: 'Accepted',
  data: price(data)
}))
v201.onDataTransfer({ vendorId: VENDOR, messageId: 'Quote', data: Quote }, ({ data }) => ({
  status: 'Accepted',
  data: price(data)
}))

// Handles the messages of all other vendors.
v16.on('DataTransfer', (request, { log }) => {
  log.info({ vendorId: request.vendorId }, 'unknown vendor')
  return { status: 'UnknownVendorId' }
})

// The other direction: sends a message to a charger of this vendor. In 1.6 the data is a text.
app.post<{ Params: { identity: string } }>('/charge-points/:identity/greeting', ({ params }) => {
  const data = JSON.stringify({ text: 'Welcome' })
  return v16.call(params.identity, 'DataTransfer', { vendorId: VENDOR, messageId: 'Greeting', data })
})

process.once('SIGTERM', () => app.close())
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
