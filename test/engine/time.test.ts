import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTime } from '../../src/time.js'

const NEW_YEAR = Date.UTC(2017, 0, 1)

describe('a date-time', () => {
  for (const [text, expected] of [
    ['2017-01-01T00:00:00Z', NEW_YEAR],
    ['2017-01-01T00:00:00.25Z', NEW_YEAR + 250],
    ['2017-01-01T00:00:00.123456789Z', NEW_YEAR + 123],
    ['2017-01-01t00:00:00z', NEW_YEAR],
    ['2017-01-01 00:00:00Z', NEW_YEAR],
    ['2017-01-01T01:30:00+01:30', NEW_YEAR],
    ['2017-01-01T01:30:00+0130', NEW_YEAR],
    ['2016-12-31T23:00:00-01', NEW_YEAR],
    ['2017-01-01T00:00Z', NEW_YEAR],
    // Without a zone it is UTC, wherever the server is.
    ['2017-01-01T00:00:00', NEW_YEAR],
    ['2016-12-31T23:59:60Z', NEW_YEAR],
    ['2016-12-31T23:59:60.5Z', NEW_YEAR + 500],
    ['2017-01-01T00:59:60+01:00', NEW_YEAR],
    ['0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z')]
  ] as const) {
    it(`${text} is a moment`, () => assert.equal(parseTime(text), expected))
  }

  for (const text of [
    '',
    'yesterday',
    '2017-01-01',
    '2017-13-01T00:00:00Z',
    '2017-01-01T00:00:61Z',
    '2017-01-01T25:00:00Z'
  ]) {
    it(`"${text}" is none`, () => assert.equal(parseTime(text), undefined))
  }
})
