import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { KNOWN_MODELS } from '../../lib/traits/known-models.js'
import { TRAIT_NAMES } from '../../lib/traits/traits.js'
import { ROOT } from '../support/root.js'

const page = readFileSync(`${ROOT}docs/charger-models.md`, 'utf8')

function code(value: unknown): string {
  return `\`${Array.isArray(value) ? value.join(', ') : String(value)}\``
}

test('every trait is in the docs, with its values and its effect', () => {
  const table = page.slice(page.indexOf('| trait | values |'), page.indexOf('## Which traits apply'))
  const documented = [...table.matchAll(/^\| `(\w+)` \| \S.* \| \S.* \|$/gm)].map(([, name]) => name)
  assert.deepEqual(documented, TRAIT_NAMES)
})

test('every model that comes with the product is in the docs, as it is', () => {
  const table = page.slice(page.indexOf('| name | match |'))
  const documented = table.split('\n').filter((line) => line.startsWith('| `'))
  const wanted = KNOWN_MODELS.map(({ name, match, traits, isEnabled, note }) => {
    const matched = Object.entries(match).map(([member, value]) => `${member} ${code(value)}`)
    const given = Object.entries(traits).map(([trait, value]) => `${code(trait)} ${code(value)}`)
    return `| ${code(name)} | ${matched.join(', ')} | ${given.join(', ')} | ${isEnabled ? 'yes' : 'no'} | ${note} |`
  })
  assert.deepEqual(documented, wanted)
})
