import { testAbuse } from './abuse.js'
import { FLOODS_OF_MESSAGES } from './cases/floods.js'

testAbuse(FLOODS_OF_MESSAGES, { scale: 1, over: ['TCP'] })
