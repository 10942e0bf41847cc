import { describe, it } from 'node:test'
import { addsUp, agreesWithSeconds, isStable, staysBelowMaximum } from './properties.js'

describe('thousands of costs', () => {
  it('are those of an evaluator which walks through the seconds', () => agreesWithSeconds(200))
  it('add up to the smallest unit of the currency', () => addsUp(10_000))
  it('do not depend on the order of messages', () => isStable(3_000))
  it('stay below their maximum', () => staysBelowMaximum(3_000))
})
