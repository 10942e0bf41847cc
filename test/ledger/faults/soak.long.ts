import { randomInt } from 'node:crypto'
import { numberOf } from '../../support/long.js'
import { FAULTS, testFaults } from './faults.js'

// Faults in random order, half of the time on each database.
const seconds = numberOf('seconds', 60)

testFaults({
  seed: numberOf('seed', randomInt(2 ** 31)),
  size: numberOf('chargers', 20),
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
