import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileAll, compileWhenUsed } from '../../lib/http/compilers.js'

interface Validator {
  (data: unknown): boolean
  errors?: unknown
}

function countingCompilers() {
  const compiled: unknown[] = []
  const compile = compileWhenUsed(() => () => ({ schema }: { schema: object }): Validator => {
    if ('broken' in schema) throw new TypeError('this schema is broken')
    compiled.push(schema)
    const validator: Validator = (data) => {
      validator.errors = data === 'right' ? null : [{ message: 'wrong' }]
      return data === 'right'
    }
    return validator
  })
  return { compiled, compile: compile({}, {}) }
}

test('a schema is compiled when it is first used, and once for all routes that have it', () => {
  const { compiled, compile } = countingCompilers()
  const [one, other] = [compile({ schema: { type: 'string' } }), compile({ schema: { type: 'string' } })]
  assert.deepEqual(compiled, [])
  assert.equal(one('right'), true)
  assert.equal(other('right'), true)
  assert.deepEqual(compiled, [{ type: 'string' }])
})

test('the errors of a validator are those of its last call', () => {
  const { compile } = countingCompilers()
  const validator = compile({ schema: {} })
  assert.equal(validator('wrong'), false)
  assert.deepEqual(validator.errors, [{ message: 'wrong' }])
  assert.equal(validator('right'), true)
  assert.equal(validator.errors, null)
})

test('compiling everything finds a schema that cannot be compiled', () => {
  const { compiled, compile } = countingCompilers()
  const good = compile({ schema: { good: true } })
  const broken = compile({ schema: { broken: true } })
  assert.throws(compileAll, /this schema is broken/)
  assert.throws(() => broken('right'), /this schema is broken/)
  assert.equal(good('right'), true)
  assert.equal(compiled.length, 1)
})
