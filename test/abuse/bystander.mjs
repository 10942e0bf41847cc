// An ordinary charger, in a process of its own so that it is not as busy as the attacker. It sends one Heartbeat after
// the other and tells its parent how long the slowest one took since it was asked last.
import { readFileSync } from 'node:fs'
import WebSocket from 'ws'

const { url, headers, pid, pause, ca } = JSON.parse(process.argv[2])
const ws = new WebSocket(url, ['ocpp1.6'], { headers, ca })
let isMeasured = true
let slowest = blank()
let sentAt
let machineAt
let sent = 0
let closed
let isAsked = false

function blank() {
  return { wait: 0, own: 0, answers: 0 }
}

/**
 * Milliseconds that the main threads of the server and of this process were ready to run and got no processor: the
 * machine is to blame for those, or the attacker, who has a machine of its own elsewhere.
 */
function machine() {
  return [pid, 'self'].reduce((sum, id) => sum + stolen(id), 0)
}

function stolen(id) {
  try {
    return Number(readFileSync(`/proc/${id}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    isMeasured = false
    return 0
  }
}

function note() {
  const wait = performance.now() - sentAt
  const own = wait - (machine() - machineAt)
  if (own > slowest.own) slowest = { ...slowest, wait, own }
}

function beat() {
  machineAt = machine()
  sentAt = performance.now()
  ws.send(`[2,"${sent++}","Heartbeat",{}]`)
}

function tell() {
  isAsked = false
  process.send({ ...slowest, closed, isMeasured })
  slowest = blank()
}

ws.on('error', (error) => process.send({ error: error.message }))
ws.on('close', (code) => {
  closed = code
  if (isAsked) tell()
})
ws.on('open', () => {
  ws.send('[2,"boot","BootNotification",{"chargePointVendor":"Acme","chargePointModel":"One"}]')
})
ws.on('message', (text) => {
  const [type, id] = JSON.parse(text)
  if (type !== 3) return
  if (id === 'boot') {
    process.send({ ready: true })
    beat()
    return
  }
  note()
  slowest.answers++
  // Not before there is an answer: what still waits counts as well.
  if (isAsked) tell()
  setTimeout(beat, pause)
})
process.on('message', () => {
  isAsked = true
  if (closed !== undefined) tell()
})
process.on('disconnect', () => process.exit())
