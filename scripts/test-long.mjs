// `npm run test:long`: what takes too long for `npm test`. `npm run test:long -- --list` says what there is.
import { parseArgs } from 'node:util'
import { compileTests } from './tests/compile.mjs'
import { OPTIONS, SUITES } from './tests/long.mjs'
import { runTests } from './tests/run.mjs'
import { check, fail, root, step } from './tests/steps.mjs'

const USAGE = `npm run test:long -- [NAME...] [options]
  without a name: all of them

${SUITES.map(({ name, about }) => `  ${name.padEnd(11)} ${about}`).join('\n')}

${Object.entries(OPTIONS)
  .map(([name, about]) => `  --${name.padEnd(9)} ${about}`)
  .join('\n')}
`

const { names, options } = readCommand()
const wanted = SUITES.filter(({ name }) => names.length === 0 || names.includes(name))
await Promise.all([
  step('types, and the tests compiled', () => compileTests(root)),
  check('build', 'npm', ['run', '--silent', 'build'])
])
for (const { name, ...suite } of wanted) await step(name, () => run(suite))

async function run({ files, settings = {}, filesPerProcess = 1, concurrency, run: runSuite }) {
  if (runSuite !== undefined) return runSuite()
  Object.assign(process.env, settings, { TEST_OPTIONS: JSON.stringify(options) })
  const tests = files()
  const fault = tests.length === 0 ? 'it has no tests' : await runTests(root, tests, { filesPerProcess, concurrency })
  for (const setting of Object.keys(settings)) delete process.env[setting]
  return fault
}

function readCommand() {
  const known = Object.keys(OPTIONS).map((name) => [name, { type: 'string' }])
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...Object.fromEntries(known), list: { type: 'boolean' }, help: { type: 'boolean' } }
    })
    const { list, help, ...options } = values
    if (list || help) {
      console.log(USAGE)
      process.exit(0)
    }
    const unknown = positionals.filter((name) => !SUITES.some((suite) => suite.name === name))
    if (unknown.length > 0) throw new TypeError(`there is no ${unknown.join(', ')}`)
    return { names: positionals, options }
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`)
  }
}
