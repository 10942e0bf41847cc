import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clause, clauseIn, DEVIATION_RULES } from '../../scripts/check-charger/clauses.js'
import { RULES } from '../../scripts/check-charger/rules.js'
import { inBrackets } from '../../scripts/check-charger/text.js'

/** Sections of 2.x that were looked up: Part 4 as 1.6-J counts its own, use cases and requirements by their titles. */
const LOOKED_UP = [
  'Part 2 B01',
  'Part 2 B01, B02',
  'Part 2 B01, G02',
  'Part 2 B07',
  'Part 2 E01.FR.07',
  'Part 2 F06',
  'Part 2 G02',
  'Part 2, ReasonEnumType',
  'Part 2, SampledValueType',
  'Part 4 §3.1.1, RFC 3986 §2.4',
  'Part 4 §3.1.2, RFC 6455 §11.3.4',
  'Part 4 §4.1.1',
  'Part 4 §4.1.1, §4.2',
  'Part 4 §4.1.2, RFC 6455 §5',
  'Part 4 §4.1.4',
  'Part 4 §4.2',
  'Part 4 §4.2.3'
]

function clauses(): readonly Clause[] {
  const ofRules = Object.values(RULES).map(({ clause }) => clause as Clause)
  return [...ofRules, ...Object.values(DEVIATION_RULES).flatMap(({ clause }) => (clause === undefined ? [] : [clause]))]
}

test('a clause of 2.x is verified or absent', () => {
  const ofOcpp = clauses().flatMap(([, v2]) => (v2 === '' || v2.startsWith('RFC ') ? [] : [v2]))
  assert.deepEqual([...new Set(ofOcpp)].sort(), LOOKED_UP)
})

test('a clause names its document, and the version only where the document is of OCPP', () => {
  for (const clause of clauses()) {
    assert.match(clauseIn('ocpp2.0.1', clause), /^(?:|OCPP 2\.0\.1 Part [24].*\S|RFC \d.*\S)$/)
    assert.match(clauseIn('ocpp1.6', clause), /^(?:|OCPP(?:-J)? 1\.6 .*\S|RFC \d.*\S)$/)
  }
  assert.deepEqual([inBrackets(''), inBrackets('RFC 3339 §5.6')], ['', ' [RFC 3339 §5.6]'])
})
