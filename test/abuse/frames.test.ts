import { testAbuse } from './abuse.js'
import { FRAMES } from './cases/frames.js'

testAbuse(FRAMES, { scale: 1, over: ['TCP'] })
