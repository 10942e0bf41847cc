import { describe, it } from 'node:test'
import { addsUp, agreesWithSeconds, isStable, staysBelowMaximum } from './properties.js'

describe('10 000 costs', () => {
  it('are those of an evaluator which walks through the seconds', () => agreesWithSeconds(2_000))
  it('add up to the smallest unit of the currency', () => addsUp(10_000))
  it('do not depend on the order of messages', () => isStable(10_000))
  it('stay below their maximum', () => staysBelowMaximum(10_000))
})
