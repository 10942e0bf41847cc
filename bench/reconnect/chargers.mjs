import { WebSocket } from 'ws'

/**
 * A part of the fleet, in a process of its own: argument 1 is the URL, 2 the first and 3 the last number, 4 the
 * password or nothing. Every charge point connects, boots, and comes back when it has lost its connection; it waits as
 * long as an answer of 429 or 503 says.
 */
const [url, from, to, password] = process.argv.slice(2)
const RETRY_MS = 1000
const BOOT = '[2,"boot","BootNotification",{"chargePointVendor":"Acme","chargePointModel":"One"}]'

let booted = 0
/** @type {Map<string, number>} */
let failures = new Map()
/** Of the connections that are counted; those before are not waited for any more. */
let round = 0
const expected = Number(to) - Number(from) + 1

/** @param {number} number */
function connect(number) {
  const identity = `CP-${number}`
  const headers = password === undefined ? {} : { authorization: `Basic ${btoa(`${identity}:${password}`)}` }
  const ws = new WebSocket(`${url}/${identity}`, 'ocpp1.6', {
    headers,
    perMessageDeflate: false,
    skipUTF8Validation: true
  })
  let wait = Math.random() * RETRY_MS
  const mine = round
  let isBooted = false
  ws.on('unexpected-response', (_request, response) => {
    failures.set(String(response.statusCode), (failures.get(String(response.statusCode)) ?? 0) + 1)
    wait = Math.max(wait, 1000 * Number(response.headers['retry-after'] ?? 1))
    response.resume()
    ws.terminate()
  })
  ws.on('open', () => ws.send(BOOT))
  ws.on('message', (text) => {
    if (isBooted || !String(text).startsWith('[3,"boot",{"status":"Accepted"')) return
    isBooted = true
    if (mine === round && ++booted === expected) process.send?.({ booted, failures: Object.fromEntries(failures) })
  })
  ws.on('error', (error) => {
    const reason = /** @type {NodeJS.ErrnoException} */ (error).code ?? error.message
    if (reason !== 'ECONNREFUSED') failures.set(reason, (failures.get(reason) ?? 0) + 1)
  })
  ws.on('close', () => setTimeout(connect, wait, number))
}

// The next round: those who are connected will be cut.
process.on('message', () => {
  round++
  booted = 0
  failures = new Map()
  process.send?.({ isReady: true })
})
process.on('disconnect', () => process.exit())

for (let number = Number(from); number <= Number(to); number++) connect(number)
