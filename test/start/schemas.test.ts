import { test } from 'node:test'
import { compileAll } from '../../lib/http/compilers.js'
import { startBackend } from '../app/support.js'

// They are compiled when they are first used, and a mistake in one would be found by its first user.
test('the schemas of all routes can be compiled', async () => {
  await startBackend()
  compileAll()
})
