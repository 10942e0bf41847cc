// `npm run mutate -- lib/ledger [--tests ledger] [--count 50] [--seed 1]`: puts one small fault after the other into the
// compiled files of a folder, runs the tests, and says which faults no test noticed.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { compileTests } from './tests/compile.mjs'
import { mutantsOf } from './tests/mutants.mjs'
import { prepare } from './tests/run.mjs'
import { check, env, fail, root, step } from './tests/steps.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tests: { type: 'string' },
    count: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' }
  }
})
const [folder] = positionals
if (folder === undefined) fail('npm run mutate -- FOLDER [--tests FOLDER] [--count 50] [--seed 1], e.g. lib/ledger')
const tests = (values.tests ?? basename(folder)).split(',').map((name) => `test/${name}/`)

await check('build', 'npm', ['run', '--silent', 'build'])
await step('types, and the tests compiled', () => compileTests(root, env))
await prepare()
let limit = 600_000
await step('the tests as they are', () => {
  const started = performance.now()
  const isNoticed = runTests()
  limit = Math.ceil(30_000 + 3 * (performance.now() - started))
  return isNoticed ? `see npm test -- ${tests.join(' ')}` : undefined
})

const mutants = sample(allMutants(), Number(values.count), Number(values.seed))
let noticed = 0
for (const { file, line, what, code } of mutants) {
  const original = readFileSync(file, 'utf8')
  writeFileSync(file, code)
  const isNoticed = runTests()
  writeFileSync(file, original)
  if (isNoticed) noticed++
  console.log(`${isNoticed ? 'noticed' : 'MISSED '} ${file.slice(join(root, '.test-build/').length)}:${line} ${what}`)
}
console.log(`\n${folder}: ${noticed} of ${mutants.length} noticed (${Math.round((100 * noticed) / mutants.length)} %)`)

/** Whether a test fails, or hangs. */
function runTests() {
  const args = [join(root, 'scripts/tests/only.mjs'), '--first-failure', ...tests]
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'ignore',
    timeout: limit,
    killSignal: 'SIGTERM'
  })
  return status !== 0
}

function allMutants() {
  const directory = join(root, '.test-build', folder)
  const files = readdirSync(directory, { recursive: true }).filter((path) => path.endsWith('.js'))
  return files.sort().flatMap((path) => {
    const file = join(directory, path)
    return mutantsOf(readFileSync(file, 'utf8')).map((mutant) => ({ file, ...mutant }))
  })
}

/** So many of them, the same for the same seed. */
function sample(mutants, count, seed) {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x80000000
  }
  return mutants
    .map((mutant) => ({ mutant, order: random() }))
    .sort((one, other) => one.order - other.order)
    .slice(0, count)
    .map(({ mutant }) => mutant)
}
