import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { settings } from '../../lib/settings/settings.js'
import { ROOT } from '../support/root.js'

const PAGE = readFileSync(`${ROOT}docs/operating.md`, 'utf8')

it('docs/operating.md has every setting with its default', () => {
  const rows = [...PAGE.matchAll(/^\| `([A-Z_]+)` \| (.*?) \|/gm)].map(([, name = '', value = '']) => ({ name, value }))
  assert.deepEqual(
    rows.map(({ name }) => name),
    Object.keys(settings)
  )
  for (const { name, value } of rows) {
    const { default: fallback } = settings[name as keyof typeof settings]
    if (fallback !== undefined) assert.equal(value, String(fallback) === '' ? 'none' : `\`${fallback}\``, name)
  }
})
