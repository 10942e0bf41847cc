// The chargers of the benchmark, in a process of their own.
import WebSocket from 'ws'

/** Chargers that connect at the same time. */
const AT_ONCE = 100

const COMMANDS = {
  async connect({ port, from, count }) {
    let next = from
    const work = async () => {
      while (next < from + count) await open(port, `BENCH-${next++}`)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }
}

/** Resolves after the first message, with which a connection to a node is confirmed. */
function open(port, identity) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ocpp/${identity}`, 'ocpp1.6', { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('open', () => socket.send('[2,"1","Heartbeat",{}]'))
    socket.on('message', (data) => {
      const [type, id] = JSON.parse(data)
      if (type === 2) socket.send(`[3,"${id}",{"status":"Accepted"}]`)
      else resolve()
    })
  })
}

process.on('message', async ({ id, name, options }) => {
  process.send({ id, result: await COMMANDS[name](options) })
})
process.on('disconnect', () => process.exit())
process.send({})
