import { randomInt } from 'node:crypto'
import { numberOf } from '../support/long.js'
import { fuzzBackend } from './backend.js'
import { fuzz } from './properties.js'

// New inputs every time. A fifth of the time each goes to the library, and to the back-end on SQLite
// and on PostgreSQL, strict and with OCPP_VALIDATION=warn; the seed is in the names of the tests.
const seed = numberOf('seed', randomInt(2 ** 31))
const seconds = numberOf('seconds', 60) / 5

fuzz({ seed, seconds })
for (const dialect of ['sqlite', 'postgres'] as const) {
  for (const validation of ['strict', 'warn'] as const) fuzzBackend({ seed, seconds, dialect, validation })
}
