import fastifyWebsocket from '@fastify/websocket'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import Fastify from 'fastify'
import { BACKLOG } from './listen.mjs'
import { serve } from './serve.mjs'

// Server 5: what a reader of the documentation of @fastify/websocket writes by hand, with one compiled check.
const text = (maxLength) => Type.String({ maxLength })
const Boot = TypeCompiler.Compile(
  Type.Object(
    {
      chargePointVendor: text(20),
      chargePointModel: text(20),
      chargePointSerialNumber: Type.Optional(text(25)),
      chargeBoxSerialNumber: Type.Optional(text(25)),
      firmwareVersion: Type.Optional(text(50)),
      iccid: Type.Optional(text(20)),
      imsi: Type.Optional(text(20)),
      meterType: Type.Optional(text(25)),
      meterSerialNumber: Type.Optional(text(25))
    },
    { additionalProperties: false }
  )
)

const app = Fastify({ logger: false })
await app.register(fastifyWebsocket, { options: { handleProtocols: () => 'ocpp1.6' } })
app.get('/ocpp/:identity', { websocket: true }, (socket) => {
  socket.on('message', (data) => {
    const [, id, action, payload] = JSON.parse(data.toString())
    const isValid = action === 'BootNotification' && Boot.Check(payload)
    const answer = isValid
      ? [3, id, { status: 'Accepted', currentTime: new Date().toISOString(), interval: 300 }]
      : [4, id, 'FormationViolation', '', {}]
    socket.send(JSON.stringify(answer))
  })
})

await app.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
serve(app.server.address().port)
