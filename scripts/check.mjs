// `npm test`: everything that must hold before a commit, quickest first; stops at the first failure.
// `npm test -- test/engine` narrows the test files to those whose path starts so; the other checks run all the same.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const prefixes = process.argv.slice(2)
const tests = findTests()

/** Tests import the library from its sources, so that a stale build never passes for the present one. */
const tsx = ['--import=tsx', '--conditions=source']

const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) }

/** Milliseconds for one test file: a hanging socket fails its file instead of the whole run. */
const timeout = 180_000

check('lint and format', 'biome', ['check', '--error-on-warnings', '.'])
check('generated files', 'node', [...tsx, 'scripts/generate.ts', '--check'])
check('build', 'npm', ['run', '--silent', 'build'])
check('types', 'tsc', ['-p', 'test'])
check(`${tests.length} test files`, 'node', [
  ...tsx,
  '--test',
  '--test-reporter=spec',
  `--test-concurrency=${availableParallelism()}`,
  `--test-timeout=${timeout}`,
  ...tests
])

/** Node 20 takes no patterns after --test. */
function findTests() {
  const found = readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => prefixes.length === 0 || prefixes.some((prefix) => path.startsWith(prefix)))
  if (found.length === 0) fail(`No test file starts with ${prefixes.join(' or ')}`)
  return found.sort()
}

function check(title, command, args) {
  console.log(`\n== ${title}`)
  const started = performance.now()
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env })
  if (status !== 0) fail(`FAILED: ${title} (${error?.message ?? signal ?? `exit code ${status}`})`)
  console.log(`== ${title}: passed in ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

function fail(message) {
  console.error(`\n${message}`)
  process.exit(1)
}
