// `npm run mutate -- lib/ledger [--tests ledger,app/calls] [--count 50] [--seed 1]`: puts one small fault after the other
// into the compiled files of a folder, runs the tests, and says which faults no test noticed.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { compileTests } from './tests/compile.mjs'
import { findTests } from './tests/files.mjs'
import { mutantsOf } from './tests/mutants.mjs'
import { prepare } from './tests/run.mjs'
import { check, fail, root, step } from './tests/steps.mjs'

/** Extra time of a run compared with the one without a fault, because the machine may be busy. */
const PATIENCE = { times: 2, ms: 15_000 }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tests: { type: 'string' },
    count: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    // Of the sample: those in these lines of compiled files, for example lib/ledger/cost.js:80,lib/ledger/cost.js:91.
    at: { type: 'string' },
    // Takes .test-build/ as it is.
    compiled: { type: 'boolean', default: false }
  }
})
const [folder] = positionals
if (folder === undefined) fail('npm run mutate -- FOLDER [--tests FOLDER] [--count 50] [--seed 1], e.g. lib/ledger')
const prefixes = (values.tests ?? basename(folder)).split(',').map((name) => `test/${name}`)
const compiled = join(root, '.test-build')
if (!values.compiled) {
  await check('build', 'npm', ['run', '--silent', 'build'])
  await step('types, and the tests compiled', () => compileTests(root))
}
const tests = findTests(root, prefixes).filter((test) => existsSync(compiledOf(test)))
if (tests.length === 0) fail(`No test file starts with ${prefixes.join(' or ')}`)
await prepare(root)
// Processes that tests start run the files with the fault, too.
process.env.TEST_MUTANTS = '1'
let limit = 600_000
await step('the tests as they are', () => {
  const started = performance.now()
  const outcome = run(tests)
  limit = Math.ceil(PATIENCE.ms + PATIENCE.times * (performance.now() - started))
  return outcome === 'missed' ? undefined : `${outcome}: see npm test -- ${prefixes.join(' ')}`
})

const places = values.at?.split(',')
const mutants = sample(allMutants(), Number(values.count), Number(values.seed)).filter(
  ({ path, line }) => places?.includes(`${path}:${line}`) ?? true
)
const counts = { noticed: 0, hung: 0, missed: 0 }
for (const { path, line, what, code } of mutants) {
  const outcome = tryMutant(join(compiled, path), code)
  // Lets a signal end this process, which runs the tests synchronously.
  await setImmediate()
  counts[outcome]++
  console.log(`${outcome.padEnd(7)} ${path}:${line} ${what}`)
}
const noticed = counts.noticed + counts.hung
console.log(
  `\n${folder}: ${noticed} of ${mutants.length} noticed (${Math.round((100 * noticed) / mutants.length)} %),` +
    ` of these ${counts.hung} only because the tests did not end`
)

/** Runs the tests that import the file first: they are the likeliest to notice. */
function tryMutant(file, code) {
  const original = readFileSync(file, 'utf8')
  const restore = () => writeFileSync(file, original)
  process.once('exit', restore)
  writeFileSync(file, code)
  const imports = tests.filter((test) => importsFile(test, file))
  const others = tests.filter((test) => !imports.includes(test))
  let outcome = 'missed'
  for (const files of [imports, others]) {
    if (outcome === 'missed' && files.length > 0) outcome = run(files)
  }
  restore()
  process.removeListener('exit', restore)
  return outcome
}

function importsFile(test, file) {
  const path = compiledOf(test)
  const name = relative(join(path, '..'), file)
  return readFileSync(path, 'utf8').includes(`'${name}'`)
}

function compiledOf(test) {
  return join(compiled, test.replace(/\.ts$/, '.js'))
}

/** Whether a test fails (`noticed`), or does not end (`hung`). */
function run(files) {
  const args = [join(root, 'scripts/tests/only.mjs'), '--first-failure', ...files]
  const { status, error } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'ignore',
    timeout: limit,
    killSignal: 'SIGTERM'
  })
  if (error?.code === 'ETIMEDOUT') return 'hung'
  return status === 0 ? 'missed' : 'noticed'
}

function allMutants() {
  const paths = readdirSync(join(compiled, folder), { recursive: true }).filter((path) => path.endsWith('.js'))
  return paths.sort().flatMap((name) => {
    const path = join(folder, name)
    return mutantsOf(readFileSync(join(compiled, path), 'utf8')).map((mutant) => ({ path, ...mutant }))
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
