import { testAbuseAtLength } from './abuse.js'
import { FRAMES } from './cases/frames.js'

testAbuseAtLength(FRAMES)
