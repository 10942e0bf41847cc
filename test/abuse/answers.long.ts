import { testAbuseAtLength } from './abuse.js'
import { ANSWERS, UPGRADES } from './cases/answers.js'

testAbuseAtLength(UPGRADES)
testAbuseAtLength(ANSWERS)
