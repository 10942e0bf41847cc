import { listen } from './listen.mjs'

// Server 2: what cannot be left out in JavaScript. Its Heartbeat carries a constant time: the plugin gets no
// credit for making one cheaply.
const EMPTY = {}
const BOOT = { status: 'Accepted', currentTime: '2026-01-01T00:00:00.000Z', interval: 300 }
const HEARTBEAT = { currentTime: '2026-01-01T00:00:00.000Z' }

await listen(function (data) {
  const [, id, action] = JSON.parse(data.toString())
  this.send(JSON.stringify([3, id, payload(action)]))
})

/** @param {string} action */
function payload(action) {
  if (action === 'Heartbeat') return HEARTBEAT
  return action === 'BootNotification' ? BOOT : EMPTY
}
