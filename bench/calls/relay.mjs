import { randomUUID } from 'node:crypto'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { BACKLOG } from '../servers/listen.mjs'
import { serve } from '../servers/serve.mjs'

// The least that does the same: an HTTP request becomes a frame, the frame that answers it becomes the response.
// Nothing is checked, nobody has to log in, nothing is stored.
const app = Fastify({ logger: false })
await app.register(websocket)

/** @type {Map<string, { socket: import('ws').WebSocket, waiting: Map<string, (result: unknown) => void> }>} */
const chargers = new Map()

app.get('/ocpp/:identity', { websocket: true }, (socket, request) => {
  const waiting = new Map()
  chargers.set(request.params.identity, { socket, waiting })
  socket.on('message', (data) => {
    const [type, id, payload] = JSON.parse(data.toString())
    if (type === 2) socket.send(`[3,"${id}",{"status":"Accepted","currentTime":"2026-01-01T00:00:00Z","interval":300}]`)
    else waiting.get(id)?.(payload)
  })
})

app.post('/api/v1/charge-points/:identity/calls/:action', async ({ params, body }) => {
  const { socket, waiting } = chargers.get(params.identity)
  const messageId = randomUUID()
  const result = await new Promise((resolve) => {
    waiting.set(messageId, resolve)
    socket.send(JSON.stringify([2, messageId, params.action, body]))
  })
  waiting.delete(messageId)
  return { messageId, action: params.action, result }
})

await app.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
serve(app.server.address().port)
