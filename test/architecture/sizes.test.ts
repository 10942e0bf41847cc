import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileSize, functionSizes, functionsIn, handWritten, type Size } from './sizes.js'

const MAX_FILE = 450
const MAX_PLUGIN = 120
const MAX_FUNCTION = 60

/** Files that are tables: long, and read entry by entry. */
const TABLES: readonly RegExp[] = [
  // The schemas of the standard, one entry for each message or datatype.
  /^src\/v(16|201|21)\/(messages|types)\.ts$/,
  // The cases that are sent to each operation, and those of each functional block of the standard.
  /^test\/operations\/cases\.ts$/,
  /^test\/conformance\/.+\.test\.ts$/
]

const code = handWritten(['src', 'lib', 'plugins', 'routes', 'scripts', 'bench'])
const tests = handWritten(['test'])

test(`no file in plugins/ has more than ${MAX_PLUGIN} lines, apart from the handlers in plugins/csms/`, () => {
  const files = code.filter((file) => /^plugins\/[^/]+\.ts$/.test(file))
  assert.ok(files.includes('plugins/operators.ts'))
  assert.deepEqual(tooLong(files.map(fileSize), MAX_PLUGIN), [])
})

test(`no hand-written file has more than ${MAX_FILE} lines, except tables`, () => {
  const files = [...new Set([...code, ...tests])].filter((file) => !TABLES.some((table) => table.test(file)))
  assert.ok(files.includes('src/plugin.ts') && !files.includes('src/v16/interfaces.ts'))
  assert.deepEqual(tooLong(files.map(fileSize), MAX_FILE), [])
})

test(`no function has more than ${MAX_FUNCTION} lines`, () => {
  assert.deepEqual(tooLong(code.flatMap(functionSizes), MAX_FUNCTION), [])
})

test('functions, methods and arrow functions are measured from their first line to their last one', () => {
  const source = `
export async function plugin(app: App): Promise<void> {
  app.get('/', async (request) => {
    return request.id
  })
}

class Queue {
  constructor(
    limit: number
  ) {
    this.limit = limit
  }

  async #next<T>(one: T): Promise<T> {
    call(one)
    if (one) {
      return one
    }
  }
}

const double = (value: number) => {
  return value * 2
}
`
  assert.deepEqual(functionsIn(source.split('\n')), [
    { name: 'plugin', lines: 5 },
    { name: 'app', lines: 3 },
    { name: 'constructor', lines: 5 },
    { name: '#next', lines: 6 },
    { name: 'double', lines: 3 }
  ])
})

function tooLong(sizes: readonly Size[], limit: number): Size[] {
  return sizes.filter(({ lines }) => lines > limit)
}
