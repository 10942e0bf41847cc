import { describe, it } from 'node:test'
import { addsUp, agreesWithSeconds, isStable, staysBelowMaximum } from './properties.js'

// 10 000 of each: properties.long.ts.

describe('any cost', () => {
  it('is that of an evaluator which walks through the seconds', () => agreesWithSeconds(8))
  it('adds up to the smallest unit of the currency', () => addsUp(100))
  it('does not depend on the order of messages', () => isStable(25))
  it('stays below its maximum', () => staysBelowMaximum(30))
})
