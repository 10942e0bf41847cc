// `npm test`: everything that must hold before a commit, quickest first; stops at the first failure.
// `npm test -- ledger`, or `npm test -- test/ledger/cost`: compiles, then runs only the test files whose path starts so.
import { compileTests } from './tests/compile.mjs'
import { findTests } from './tests/files.mjs'
import { runTests } from './tests/run.mjs'
import { check, fail, root, step } from './tests/steps.mjs'

const prefixes = process.argv.slice(2).map((prefix) => prefix.replace(/^(?!test\/|examples)/, 'test/'))
const tests = findTests(root, prefixes.length === 0 ? [''] : prefixes)
if (tests.length === 0) fail(`No test file starts with ${prefixes.join(' or ')}`)

await Promise.all([
  step('types, and the tests compiled', () => compileTests(root)),
  prefixes.length === 0 ? checkAll() : build()
])
await step(`${tests.length} test files`, () => runTests(root, tests))

async function checkAll() {
  await check('lint and format', 'biome', ['check', '--error-on-warnings', '.'])
  await check('generated files', 'node', ['--import=tsx', '--conditions=source', 'scripts/generate.ts', '--check'])
  await build()
}

function build() {
  return check('build', 'npm', ['run', '--silent', 'build'])
}
