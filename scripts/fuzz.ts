import { parseArgs } from 'node:util'
import { fuzz } from '../test/fuzz/properties.js'

// npm run fuzz -- [--seconds 300] [--seed n]: the seed is in the names of the tests; give it again to repeat a run.
const { values } = parseArgs({ options: { seed: { type: 'string' }, seconds: { type: 'string', default: '300' } } })
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
const seconds = Number(values.seconds)
if (!Number.isInteger(seed) || !(seconds > 0)) throw new TypeError('--seed is an integer, --seconds a positive number')
console.log(`fuzzing for ${seconds} s with --seed ${seed}`)
fuzz({ seed, seconds })
