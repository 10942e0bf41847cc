import { testAbuseAtLength } from './abuse.js'
import { FRAMES } from './cases/frames.js'
import { TLS } from './cases/tls.js'

for (const family of [TLS, FRAMES]) testAbuseAtLength(family, 'TLS')
