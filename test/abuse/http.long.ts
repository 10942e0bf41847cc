import { testAbuseAtLength } from './abuse.js'
import { HTTP } from './cases/http.js'

testAbuseAtLength(HTTP)
