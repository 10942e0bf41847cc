import { FAULTS, testFaults } from './faults.js'

// The short version: every fault once. `npm run soak` is the long one.
testFaults({
  seed: Number(process.env.LEDGER_SEED ?? 1),
  size: 10,
  faults: (scene) => FAULTS.filter(({ applies }) => applies(scene)),
  pause: 500
})
