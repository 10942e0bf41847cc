import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { TRANSITIONS } from '../../src/charge-point/link.js'
import * as errors from '../../src/errors.js'
import { PROTOCOLS, spell } from '../../src/protocol.js'
import { ROOT } from '../support/root.js'
import { membersOf, pageFiles, readPage, tableOf, valuesOf } from './pages.js'

/** `[code, class, statusCode]` of each. `defineError` sets them on instances, which want arguments. */
const declared = Array.from(
  readFileSync(`${ROOT}src/errors.ts`, 'utf8').matchAll(
    /(?:const|class) (\w+) (?:=|extends) defineError\(\s*'(OCPP_ERR_\w+)',\s*[\s\S]*?,\s*(\d+)\s*\)/g
  ),
  ([, name = '', code = '', statusCode = '']) => [code, name, statusCode]
)

test('the page of errors has every OCPP_ERR_* with its class and statusCode', () => {
  const classes = Object.keys(errors).filter((name) => !name.endsWith('CallError'))
  assert.deepEqual(declared.map(([, name]) => name).toSorted(), classes.toSorted(), 'all were found')
  const documented = tableOf(readPage('errors'), 'code').map((row) => row.slice(0, 3))
  assert.deepEqual(documented.toSorted(), declared.toSorted())
})

test('the page of calls has the statusCode of every error it names', () => {
  const statusCodes = new Map(tableOf(readPage('errors'), 'code').map(([code, , status]) => [code, status]))
  for (const [error, status] of tableOf(readPage('calls'), 'error')) {
    if (error === 'CallError') assert.equal(status, String(new errors.CallError('GenericError').statusCode))
    else assert.equal(status, statusCodes.get(error), error)
  }
})

test('the page of errors spells the codes as each version does', () => {
  const page = readPage('errors').split('## Codes of each version')[1] ?? ''
  const rows = tableOf(page, 'code')
  for (const [code = '', in16, in2] of rows) {
    assert.equal(in16, spell(PROTOCOLS['ocpp1.6'], code))
    assert.equal(in2, spell(PROTOCOLS['ocpp2.0.1'], code))
    assert.equal(in2, spell(PROTOCOLS['ocpp2.1'], code))
  }
  const all = new Set(Object.values(PROTOCOLS).flatMap(({ codes }) => [...codes]))
  assert.deepEqual(
    rows.map(([code]) => code),
    [...all].toSorted()
  )
})

test('the page of the charge point has every state of its connection and the states that follow', () => {
  const documented = tableOf(readPage('charge-point'), 'state').map(([state, , next]) => [state, next?.split(', ')])
  assert.deepEqual(Object.fromEntries(documented), TRANSITIONS)
})

test('the page of events has every event with its fields', () => {
  const rows = tableOf(readPage('events'), 'event')
  assert.deepEqual(rows.map(([name]) => name).toSorted(), membersOf('types/events.ts', 'OcppEvents').toSorted())
  for (const [name = '', fields = ''] of rows) {
    const documented = fields.split(', ').map((field) => field.replace('()', ''))
    const members = membersOf('types/events.ts', `${name.replace(/^./, (letter) => letter.toUpperCase())}Event`)
    assert.deepEqual(documented.toSorted(), members.toSorted(), name)
  }
})

test('the page of events has every type of security event and every outcome of a call', () => {
  const types = tableOf(readPage('events'), 'security type').map(([type]) => type)
  assert.deepEqual(
    types.toSorted(),
    valuesOf('types/events.ts', 'interface SecurityEvent {\n  readonly type:').toSorted()
  )
  const outcomes = tableOf(readPage('events'), 'field').find(([field]) => field === 'outcome')?.[1]
  assert.deepEqual(outcomes?.split(', ').toSorted(), valuesOf('types/events.ts', 'type CallOutcome =').toSorted())
})

test('the page of connections has every reason of a disconnect', () => {
  const rows = tableOf(readPage('connections').split('## Limits and close codes')[1] ?? '', 'what')
  const reasons = new Set(rows.map((row) => row.at(-1)?.split(',')[0]))
  assert.deepEqual([...reasons].toSorted(), valuesOf('types/charge-point.ts', 'type DisconnectReason =').toSorted())
})

test('links from page to page lead somewhere', () => {
  for (const file of pageFiles()) {
    const page = file.replace('.md', '') as Parameters<typeof readPage>[0]
    for (const [link, target = page, anchor] of readPage(page).matchAll(/\]\((?:([\w-]+)\.md)?(?:#([\w-]+))?\)/g)) {
      assert.ok(pageFiles().includes(`${target}.md`), `${file}: ${link}`)
      if (anchor === undefined) continue
      const headings = readPage(target as typeof page).matchAll(/^#+ (.*)$/gm)
      assert.ok(Array.from(headings, ([, text]) => slug(String(text))).includes(anchor), `${file}: ${link}`)
    }
  }
})

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}
