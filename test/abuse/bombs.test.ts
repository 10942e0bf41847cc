import { testAbuse } from './abuse.js'
import { BOMBS } from './cases/bombs.js'

testAbuse(BOMBS, { scale: 1, over: ['TCP'] })
