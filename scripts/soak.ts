import { parseArgs } from 'node:util'
import { FAULTS, testFaults } from '../test/ledger/faults/faults.js'

// npm run soak -- [--seconds 600] [--seed n] [--chargers 50]: a fleet charges while the server is killed and paused, its
// database cut, slowed and restarted, its disk filled, in random order, on each database; give the seed again to repeat
// a run.
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string' },
    chargers: { type: 'string', default: '50' }
  }
})
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
const seconds = Number(values.seconds)
const size = Number(values.chargers)
if (!Number.isInteger(seed) || !(seconds > 0) || !(size > 0)) throw new TypeError('all of them are positive numbers')

testFaults({
  seed,
  size,
  pause: 2000,
  *faults(scene) {
    const possible = FAULTS.filter(({ applies }) => applies(scene))
    const end = performance.now() + (seconds * 1000) / 2
    while (performance.now() < end) {
      const fault = possible[Math.floor(scene.random() * possible.length)]
      if (fault !== undefined) yield fault
    }
  }
})
