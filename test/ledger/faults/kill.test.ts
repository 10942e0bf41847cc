import { FAULTS, testFaults } from './faults.js'

// One fault; `npm run test:long -- soak` is for all of them, and for PostgreSQL.
testFaults({
  seed: 1,
  size: 10,
  faults: () => FAULTS.filter(({ name }) => name === 'kill -9'),
  pause: 500,
  dialects: ['sqlite']
})
