import { fuzz } from './properties.js'

// The same inputs every time: `npm run test:long -- fuzz` is for new ones.
fuzz({ seed: 20_260_101, seconds: 2, runs: 25 })
