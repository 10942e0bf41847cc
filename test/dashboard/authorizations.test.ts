import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withAnswer } from '../../dashboard/store/authorizations.js'

const at = '2026-01-01T09:00:00.000Z'
const EMPTY = { items: [] }

function told(idToken: string, more: Record<string, unknown> = {}) {
  const data = { idToken, status: 'Invalid', reason: 'unknown', ...more }
  return { id: '1', type: 'authorization', chargePoint: 'CP-1', at, data }
}

describe('an answer about an id token', () => {
  it('is first in the list, and only once', () => {
    const list = withAnswer(EMPTY, told('CARD-1', { idTokenType: 'ISO14443' }), {})
    assert.deepEqual(list.items, [
      { idToken: 'CARD-1', type: 'ISO14443', status: 'Invalid', reason: 'unknown', at, chargePoint: 'CP-1' }
    ])
    const more = withAnswer(list, told('CARD-2'), {})
    assert.deepEqual(
      withAnswer(more, told('CARD-1'), {}).items.map(({ idToken }) => idToken),
      ['CARD-1', 'CARD-2']
    )
  })

  it('replaces an earlier one where each id token is listed once', () => {
    const list = withAnswer(EMPTY, { ...told('card-1'), at: '2026-01-01T08:00:00.000Z' }, { distinct: 'idToken' })
    assert.equal(withAnswer(list, told('CARD-1'), { distinct: 'idToken' }).items.length, 1)
    assert.equal(withAnswer(list, told('CARD-1'), {}).items.length, 2)
  })

  it('is left out of a list whose filter it does not match', () => {
    const known = told('CARD-1', { status: 'Accepted', reason: 'known' })
    for (const filter of [
      { known: 'false' },
      { chargePoint: 'CP-2' },
      { idToken: 'CARD-2' },
      { status: 'Blocked' },
      { to: at }
    ]) {
      assert.equal(withAnswer(EMPTY, known, filter), EMPTY, JSON.stringify(filter))
    }
    for (const filter of [{ known: 'true' }, { chargePoint: 'cp-1' }, { idToken: 'card-1' }, { status: 'Accepted' }]) {
      assert.equal(withAnswer(EMPTY, known, filter).items.length, 1, JSON.stringify(filter))
    }
  })
})
