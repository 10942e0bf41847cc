import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { locate } from '../../dashboard/form/locate.js'

function at(text: string, pointer: string): string {
  const { start, end } = locate(text, pointer)
  return text.slice(start, end)
}

describe('locate()', () => {
  const text = JSON.stringify({ a: [{ 'b/c': 1, '~': '}"', e: {} }, []], d: null }, undefined, 2)

  it('finds the value at a pointer', () => {
    assert.equal(at(text, ''), text)
    assert.equal(at(text, '/a/0/b~1c'), '1')
    assert.equal(at(text, '/a/0/~0'), '"}\\""')
    assert.equal(at(text, '/a/1'), '[]')
    assert.equal(at(text, '/d'), 'null')
  })

  it('finds the closest value above a pointer that leads nowhere', () => {
    assert.equal(at(text, '/a/0/e/x'), '{}')
    assert.equal(at(text, '/a/7/x'), at(text, '/a'))
  })

  it('finds each value of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, indent) => {
        const written = JSON.stringify(value, undefined, indent)
        for (const [pointer, expected] of pointers(JSON.parse(written))) {
          assert.deepEqual(JSON.parse(at(written, pointer)), expected)
        }
      })
    )
  })
})

function pointers(value: unknown, here = ''): [string, unknown][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
  return [[here, value], ...inner.flatMap(([name, each]) => pointers(each, `${here}/${escaped(name)}`))]
}
