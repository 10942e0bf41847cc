import { testAbuse } from './abuse.js'
import { FRAMES } from './cases/frames.js'
import { TLS } from './cases/tls.js'

for (const family of [TLS, FRAMES]) testAbuse(family, { scale: 1, over: ['TLS'] })
