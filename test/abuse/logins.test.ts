import { testAbuse } from './abuse.js'
import { LOGINS } from './cases/logins.js'

testAbuse(LOGINS, { scale: 1, over: ['TCP'] })
