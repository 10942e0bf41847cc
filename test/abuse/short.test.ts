import { testAbuse } from './abuse.js'
import { FAMILIES } from './cases/index.js'

// One abuse of each family, and a fifth of it; `npm run test:long -- abuse` does the others.
const SHORT = { scale: 0.2, over: 'TCP' } as const

const families = FAMILIES.filter(({ over }) => over?.includes('TCP') ?? true)
const ordinary = families.filter(({ settings }) => settings === undefined)
testAbuse({ name: 'an abuse of each family', abuses: ordinary.flatMap(({ abuses }) => abuses.slice(0, 1)) }, SHORT)
for (const { abuses, ...family } of families.filter((family) => !ordinary.includes(family))) {
  testAbuse({ ...family, abuses: abuses.slice(0, 1) }, SHORT)
}
