import { testAbuse } from './abuse.js'
import { HARD_MESSAGES } from './cases/floods.js'

testAbuse(HARD_MESSAGES, { scale: 1, over: ['TCP'] })
