import { numberOf } from '../../support/long.js'
import { FAULTS, testFaults } from './faults.js'

// Every fault once.
testFaults({
  seed: numberOf('seed', 1),
  size: 10,
  faults: (scene) => FAULTS.filter(({ applies }) => applies(scene)),
  pause: 500
})
