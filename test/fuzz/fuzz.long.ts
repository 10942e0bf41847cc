import { randomInt } from 'node:crypto'
import { numberOf } from '../support/long.js'
import { fuzzBackend } from './backend.js'
import { fuzz } from './properties.js'

// New inputs every time. A third of the time each goes to the library, the back-end on SQLite and the back-end on
// PostgreSQL; the seed is in the names of the tests.
const seed = numberOf('seed', randomInt(2 ** 31))
const seconds = numberOf('seconds', 60) / 3

fuzz({ seed, seconds })
for (const dialect of ['sqlite', 'postgres'] as const) fuzzBackend({ seed, seconds, dialect })
