import assert from 'node:assert/strict'
import { it } from 'node:test'
import { decodeJson } from '../../lib/http/json-body.js'

it('a body may be nested 64 deep, and no deeper', () => {
  const nested = (depth: number) => Buffer.from(`${'[{"a":'.repeat(depth / 2)}0${'}]'.repeat(depth / 2)}`)
  assert.equal(typeof decodeJson(nested(64)), 'string')
  assert.throws(() => decodeJson(nested(66)), /nested deeper than 64/)
  assert.throws(() => decodeJson(Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`)), /nested deeper than 64/)
  const beside = `[${Array(100).fill('{"a":[1]}').join()}, "${'['.repeat(100)}"]`
  assert.equal(decodeJson(Buffer.from(beside)), beside, 'neither members beside each other nor text count')
})
