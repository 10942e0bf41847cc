import { describe, it } from 'node:test'
import { isConvertedExactly } from './conversion.js'

describe('10 000 transactions of an earlier release', () => {
  it('cost the same to the cent', () => isConvertedExactly(10_000))
})
