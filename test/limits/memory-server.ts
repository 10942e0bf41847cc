import Fastify from 'fastify'
import fastifyOcpp from 'fastify-ocpp'
import { memoryUsage } from '../../src/limits/memory-watch.js'
import { answerBasics } from '../support/server.js'

/** A server with a small heap, which its parent fills and empties. */
const app = Fastify()
await app.register(fastifyOcpp, {
  authenticate: () => ({ accept: true, registration: 'Accepted' }),
  maxHeapUsage: 60,
  pingInterval: 100,
  slowReaderTimeout: 3_600_000
})
answerBasics(app)
app.ocpp.v21.on('DataTransfer', () => ({ status: 'Accepted', data: 'x'.repeat(50_000) }))
const tell = (...event: unknown[]) => process.send?.(event)
app.ocpp.events.on('refused', ({ rule }) => tell('refused', rule))
app.ocpp.events.on('limited', ({ rule, chargePoint }) => tell('limited', rule, chargePoint.identity))
app.ocpp.events.on('disconnect', ({ reason, chargePoint }) => tell('disconnect', reason, chargePoint.identity))

const held: number[][] = []
process.on('message', (wanted: number) => {
  held.length = 0
  // Without what the next collection would take away.
  for (globalThis.gc?.(); memoryUsage() < wanted; globalThis.gc?.()) {
    for (let count = 0; count < 50; count++) held.push(new Array<number>(8000).fill(1))
  }
  tell('holds', wanted)
})
process.on('disconnect', () => process.exit())

tell('listens', await app.listen({ port: 0, host: '127.0.0.1' }))
