// `npm test`: everything that must hold before a commit, quickest first; stops at the first failure.
// `npm test -- ledger`, or `npm test -- test/ledger/cost`: compiles, then runs only the test files whose path starts so.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileTests } from './tests/compile.mjs'
import { runTests } from './tests/run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const prefixes = process.argv.slice(2).map((prefix) => prefix.replace(/^(?:test\/)?/, 'test/'))
const tests = findTests()

const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) }

if (prefixes.length === 0) {
  check('lint and format', 'biome', ['check', '--error-on-warnings', '.'])
  check('generated files', 'node', ['--import=tsx', '--conditions=source', 'scripts/generate.ts', '--check'])
}
check('build', 'npm', ['run', '--silent', 'build'])
await step('types, and the tests compiled', () => compileTests(root, env))
await step(`${tests.length} test files`, () => runTests(root, tests))

function findTests() {
  const found = readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => prefixes.length === 0 || prefixes.some((prefix) => path.startsWith(prefix)))
  if (found.length === 0) fail(`No test file starts with ${prefixes.join(' or ')}`)
  return found.sort()
}

function check(title, command, args) {
  return step(title, () => {
    const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env })
    return status === 0 ? undefined : (error?.message ?? signal ?? `exit code ${status}`)
  })
}

/** Runs a step, which returns what is wrong, if anything. */
function step(title, run) {
  console.log(`\n== ${title}`)
  const started = performance.now()
  const end = (fault) => {
    if (fault !== undefined) fail(`FAILED: ${title} (${fault})`)
    console.log(`== ${title}: passed in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
  const fault = run()
  return fault instanceof Promise ? fault.then(end) : end(fault)
}

function fail(message) {
  console.error(`\n${message}`)
  process.exit(1)
}
