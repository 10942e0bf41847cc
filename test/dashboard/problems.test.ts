import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nextStepOf } from '../../dashboard/pages/overview/next-step.js'
import { matchPath } from '../../dashboard/router/match.js'
import { strings } from '../../dashboard/strings/en/overview.js'
import { PROBLEM_KINDS } from '../../lib/problems/problem.js'

const PLACE = {
  id: 'x',
  severity: 'warning',
  since: '2026-11-30T10:00:00Z',
  detail: 'x',
  chargePoint: 'CP-1',
  evseId: 1,
  transaction: 7,
  messageId: 'm-1',
  idToken: 'CARD-1',
  webhook: 3,
  site: 'garage'
} as const

describe('each kind of problem', () => {
  for (const kind of PROBLEM_KINDS) {
    it(`${kind} has words, and a next step that is a page`, () => {
      assert.ok(strings.kinds[kind])
      const step = nextStepOf({ ...PLACE, kind })
      assert.ok(step?.text)
      const { pathname } = new URL(step.href, 'http://localhost')
      assert.ok(matchPath(pathname), step.href)
    })
  }

  it('leads to the charge point when a scope withholds the rest', () => {
    const { transaction: _, ...withheld } = PLACE
    assert.deepEqual(nextStepOf({ ...withheld, kind: 'cost-differs' }), { text: 'Look', href: '/charge-points/CP-1' })
  })
})
