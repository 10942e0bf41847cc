import { testAbuseAtLength } from './abuse.js'
import { LOGINS } from './cases/logins.js'

testAbuseAtLength(LOGINS)
