// Runs test files that are compiled already, with the Node that runs this: node scripts/tests/only.mjs test/rest/
import { findTests } from './files.mjs'
import { runTests } from './run.mjs'
import { root } from './steps.mjs'

const FIRST_FAILURE = '--first-failure'
const args = process.argv.slice(2)
const prefixes = args.filter((arg) => arg !== FIRST_FAILURE)
const fault = await runTests(root, findTests(root, prefixes), { isOverAtFirstFailure: args.includes(FIRST_FAILURE) })
process.exit(fault === undefined ? 0 : 1)
