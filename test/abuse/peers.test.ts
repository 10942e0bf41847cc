import { testAbuse } from './abuse.js'
import { PEERS } from './cases/peers.js'

testAbuse(PEERS, { scale: 1, over: ['TCP'] })
