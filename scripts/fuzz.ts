import { parseArgs } from 'node:util'
import { fuzzBackend } from '../test/fuzz/backend.js'
import { fuzz } from '../test/fuzz/properties.js'

// npm run fuzz -- [--seconds 300] [--seed n]: the seed is in the names of the tests; give it again to repeat a run. A
// third of the time each goes to the library, the back-end on SQLite and the back-end on PostgreSQL.
const { values } = parseArgs({ options: { seed: { type: 'string' }, seconds: { type: 'string', default: '300' } } })
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
const seconds = Number(values.seconds)
if (!Number.isInteger(seed) || !(seconds > 0)) throw new TypeError('--seed is an integer, --seconds a positive number')
console.log(`fuzzing for ${seconds} s with --seed ${seed}`)
fuzz({ seed, seconds: seconds / 3 })
for (const dialect of ['sqlite', 'postgres'] as const) fuzzBackend({ seed, seconds: seconds / 3, dialect })
