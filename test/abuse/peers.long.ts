import { testAbuseAtLength } from './abuse.js'
import { PEERS } from './cases/peers.js'

testAbuseAtLength(PEERS)
