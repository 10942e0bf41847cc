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
  process.send({ ...slowest, job: job(), closed, isMeasured })
  slowest = blank()
}

/** Milliseconds of a processor for some JSON: slower where the machine is slower, or shares its processors. */
function job() {
  const text = JSON.stringify(Array.from({ length: 12_000 }, () => ({ timestamp: '2026-01-01T00:00:00Z', value: '1' })))
  const { user, system } = process.cpuUsage()
  for (let time = 0; time < 5; time++) JSON.stringify(JSON.parse(text))
  const used = process.cpuUsage({ user, system })
  return (used.user + used.system) / 1000 / 5
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
