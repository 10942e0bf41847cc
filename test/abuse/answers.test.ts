import { testAbuse } from './abuse.js'
import { ANSWERS, UPGRADES } from './cases/answers.js'

for (const family of [UPGRADES, ANSWERS]) testAbuse(family, { scale: 1, over: ['TCP'] })
