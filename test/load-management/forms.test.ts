import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Choice, type Form, nextForm, USUAL_FORM } from '../../lib/load-management/forms.js'

const CHOICE: Choice = { base: USUAL_FORM, fixed: {}, needsId: true, isOnly: false, hasDynamic: false }

/** The forms of limits that are tried one after another. */
function limitForms(choice: Choice): Form[] {
  const { forms } = nextForm(choice, { fallback: 6 }, 6)
  return Array.from(
    { length: forms },
    (_, at) => nextForm(choice, { fallback: 6, rung: { kind: 'limit', at } }, 6).form
  )
}

test('a limit that is ignored is tried at the highest level, too, above a TxProfile of which nobody knows', () => {
  const levels = (choice: Choice) => limitForms(choice).map(({ stackLevel }) => stackLevel)
  assert.ok(levels({ ...CHOICE, highestLevel: 8 }).includes(8))
  assert.deepEqual(new Set(levels(CHOICE)), new Set([0]), 'it is not known')
  const fixed = { ...CHOICE, highestLevel: 8, fixed: { stackLevel: 2 } }
  assert.deepEqual(new Set(levels(fixed)), new Set([2]), 'an operator has decided')
})

test('the usual form of a limit comes first, and no form twice', () => {
  const forms = limitForms({ ...CHOICE, highestLevel: 8 })
  assert.deepEqual(forms[0], USUAL_FORM)
  assert.equal(new Set(forms.map((form) => JSON.stringify(form))).size, forms.length)
})
