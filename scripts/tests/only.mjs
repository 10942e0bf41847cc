// Runs test files that are compiled already, with the Node that runs this: node scripts/tests/only.mjs test/rest/
import { findTests } from './files.mjs'
import { runTests } from './run.mjs'
import { root } from './steps.mjs'

const fault = await runTests(root, findTests(root, process.argv.slice(2)))
process.exit(fault === undefined ? 0 : 1)
