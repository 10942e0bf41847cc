import { testAbuse } from './abuse.js'
import { HTTP } from './cases/http.js'

testAbuse(HTTP, { scale: 1, over: ['TCP'] })
