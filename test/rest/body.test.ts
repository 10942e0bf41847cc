import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseBody } from '../../src/rest/body.js'

const SEED = 20161006

test('any JSON value is read as it is', () => {
  const texts = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value))
  const property = fc.property(texts, fc.boolean(), (text, isSpaced) => {
    fc.pre(!text.includes('__proto__') && !text.includes('"constructor"'))
    const value = JSON.parse(text)
    const body = isSpaced ? JSON.stringify(value, null, 1) : text
    assert.deepEqual(parseBody(Buffer.from(body)), value)
  })
  fc.assert(property, { seed: SEED, numRuns: 300 })
})

test('digits and brackets inside a text are neither numbers nor brackets', () => {
  const texts = ['['.repeat(100), '9007199254740993', '1e999', '\\" {[-1e999', '\\\\', '']
  for (const text of texts) {
    assert.deepEqual(parseBody(Buffer.from(`{"${text}":["${text}",{}]}`)), JSON.parse(`{"${text}":["${text}",{}]}`))
  }
})

test('any bytes are read, or refused with a status below 500', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    '1e9',
    '-',
    '9007199254740993',
    'null',
    '\u00e9'
  )
  const texts = fc.array(pieces, { maxLength: 30 }).map((list) => Buffer.from(list.join('')))
  const property = fc.property(
    fc.oneof(
      texts,
      fc.uint8Array().map((bytes) => Buffer.from(bytes))
    ),
    (bytes) => {
      try {
        parseBody(bytes)
      } catch (error) {
        assert.ok([400, 422].includes((error as { statusCode: number }).statusCode), String(error))
      }
    }
  )
  fc.assert(property, { seed: SEED, numRuns: 500 })
})
