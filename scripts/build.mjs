// `npm run build`: checks the types of the library and the back-end in the working directory, compiles the library to
// src/dist, and bundles the back-end into dist and the dashboard into dist/dashboard. What has not changed since the last
// build is not written again. Output whose source file was deleted is removed.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { bundle, removeStaleOutput } from './bundle.mjs'
import { buildDashboard } from './dashboard.mjs'

const OUTPUT = /(?:\.d\.ts|\.js)(?:\.map)?$/

removeStaleOutput('src/dist', (path) => !OUTPUT.test(path) || existsSync(join('src', path.replace(OUTPUT, '.ts'))))
process.exitCode = compile()
if (process.exitCode === 0) await Promise.all([bundle(), buildDashboard()])

function compile() {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const { tsc } = JSON.parse(readFileSync(manifest, 'utf8')).bin
  const { status } = spawnSync(process.execPath, [join(dirname(manifest), tsc), '-b'], { stdio: 'inherit' })
  return status ?? 1
}
