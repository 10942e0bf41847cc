import { testAbuseAtLength } from './abuse.js'
import { BOMBS } from './cases/bombs.js'

testAbuseAtLength(BOMBS)
