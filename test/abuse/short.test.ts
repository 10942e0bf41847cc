import { testAbuse } from './abuse.js'
import { FAMILIES } from './cases/index.js'

// One abuse of each family, half as long; `npm run test:long -- abuse` does the others.
for (const { abuses, ...family } of FAMILIES) {
  if (family.over?.includes('TCP') === false) continue
  testAbuse({ ...family, abuses: abuses.slice(0, 1) }, { scale: 0.5, over: 'TCP' })
}
