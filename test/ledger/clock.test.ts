import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import {
  beginningOf,
  DAY_MS,
  isAfter,
  OLDEST_CLOCK,
  timeOf,
  timeOfRow,
  untimedEvidence
} from '../../lib/ledger/clock.js'
import { migrated, onBothDatabases } from '../database/support.js'
import { HOUR, NINE } from './support.js'

const YEAR_1 = Date.UTC(2000, 0, 1) - 1999 * 365.2425 * DAY_MS

/** A time that a charge point says at nine, and what it counts as. */
const TIMES = [
  ['the present', NINE, NINE],
  ['an hour ago', NINE - HOUR, NINE - HOUR],
  ['a day ahead', NINE + DAY_MS, NINE + DAY_MS],
  ['more than a day ahead', NINE + DAY_MS + 1, NINE],
  ['when there was OCPP 1.6', OLDEST_CLOCK, OLDEST_CLOCK],
  ['before there was OCPP 1.6', OLDEST_CLOCK - 1, NINE],
  ['1970', 0, NINE],
  ['the year 1', YEAR_1, NINE]
] as const

describe('the time for which a timestamp is taken', () => {
  for (const [what, timestamp, time] of TIMES) {
    it(`is ${timestamp === time ? 'what was said' : 'that of its receipt'}: ${what}`, () => {
      assert.equal(timeOf({ timestamp, receivedAt: NINE }), time)
    })
  }

  it('is not later than its receipt when it is the start of something', () => {
    assert.equal(beginningOf({ timestamp: NINE + HOUR, receivedAt: NINE }), NINE)
    assert.equal(beginningOf({ timestamp: NINE - HOUR, receivedAt: NINE }), NINE - HOUR)
  })
})

onBothDatabases('the time for which the timestamp of a row is taken', (dialect) => {
  it('is the same in SQL', async () => {
    const { db } = await migrated(dialect)
    for (const [what, timestamp, time] of TIMES) {
      const row = sql`(select cast(${sql.lit(Math.round(timestamp))} as bigint) as timestamp, cast(${sql.lit(NINE)} as bigint) as received_at) as moment`
      const { rows } = await sql<{ time: number }>`select ${timeOfRow()} as time from ${row}`.execute(db)
      assert.equal(Number(rows[0]?.time), time, what)
    }
  })
})

describe('evidence without a timestamp', () => {
  const sign = (behind: number) => ({ timestamp: NINE - behind, receivedAt: NINE })

  it('has the time of its receipt, as long as the clock of the charge point may be right', () => {
    for (const behind of [0, HOUR, DAY_MS])
      assert.equal(untimedEvidence(sign(behind), NINE + HOUR).timestamp, NINE + HOUR)
    assert.equal(untimedEvidence(undefined, NINE).timestamp, NINE)
  })

  it('has the time by the clock of the charge point when that clock is wrong', () => {
    for (const behind of [-HOUR, DAY_MS + 1]) {
      assert.equal(untimedEvidence(sign(behind), NINE + HOUR).timestamp, NINE + HOUR - behind)
    }
  })
})

describe('a moment is after evidence', () => {
  const evidence = { timestamp: NINE + 4 * HOUR, receivedAt: NINE }
  const CASES = [
    ['by the same clock', NINE + 5 * HOUR, NINE + HOUR, true],
    ['by a clock that was set right', NINE + HOUR, NINE + HOUR, true],
    ['by no clock', 0, NINE + 5 * HOUR, true],
    ['not when it was earlier by the same clock', NINE + 3 * HOUR, NINE + HOUR, false],
    ['not when it was earlier by both', NINE - HOUR, NINE + HOUR, false],
    ['not in the same moment', NINE + 4 * HOUR, NINE + HOUR, false]
  ] as const
  for (const [what, timestamp, receivedAt, expected] of CASES) {
    it(what, () => assert.equal(isAfter({ timestamp, receivedAt }, evidence), expected))
  }
})
