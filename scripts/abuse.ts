import { after } from 'node:test'
import { parseArgs } from 'node:util'
import { type Row, testAbuse } from '../test/abuse/abuse.js'
import { FAMILIES } from '../test/abuse/cases/index.js'

// npm run abuse -- [--scale 10] [--only floods] [--over TCP]: every abuse of test/abuse, so many times as long and as
// much, and a table of what came of each; the exit code is 1 when one of them cost somebody else something.
const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    over: { type: 'string' }
  }
})
const scale = Number(values.scale)
const { over, only } = values
if (!(scale > 0)) throw new TypeError('--scale is a positive number')
if (over !== undefined && over !== 'TCP' && over !== 'TLS') throw new TypeError('--over is TCP or TLS')
const families = FAMILIES.filter(({ name }) => name.includes(only))
if (families.length === 0) throw new TypeError(`--only is part of: ${FAMILIES.map(({ name }) => name).join(', ')}`)

const rows: Row[] = []
for (const family of families) {
  testAbuse(family, { scale, ...(over !== undefined && { over: [over] }), report: (row) => rows.push(row) })
}
after(() => console.log(`\n${table(rows)}\n`))

/** In Markdown, so that it can be shown as it is. */
function table(rows: readonly Row[]): string {
  const lines = rows.map(({ family, name, came, wait, wall, before, peak, after, verdict }) =>
    [family, name, came, wait, wall, `${before} / ${peak} / ${after}`, verdict].map(cell).join(' | ')
  )
  const head = 'family | abuse | what came | bystander, ms | with the machine, ms | MiB before / peak / after | verdict'
  return [head, head.replace(/[^|]+/g, ' --- ').trim(), ...lines].map((line) => `| ${line} |`.trim()).join('\n')
}

function cell(value: string | number): string {
  return String(value).replaceAll('|', '\\|')
}
