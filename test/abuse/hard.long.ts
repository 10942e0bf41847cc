import { testAbuseAtLength } from './abuse.js'
import { HARD_MESSAGES } from './cases/floods.js'

testAbuseAtLength(HARD_MESSAGES)
