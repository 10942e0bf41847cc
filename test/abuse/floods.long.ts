import { testAbuseAtLength } from './abuse.js'
import { FLOODS_OF_MESSAGES } from './cases/floods.js'

testAbuseAtLength(FLOODS_OF_MESSAGES)
