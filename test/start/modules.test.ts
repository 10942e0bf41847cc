import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../app/support.js'
import { nodeArguments } from '../support/root.js'

/** Packages that take long to load, and that a back-end on SQLite without TLS needs later or never. */
const LATER = [
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  '@peculiar/asn1-ocsp',
  '@peculiar/asn1-schema',
  '@peculiar/asn1-x509',
  '@peculiar/x509',
  'ajv',
  'pg',
  'pino-pretty',
  'reflect-metadata'
]

test('the back-end listens before it has loaded what only some installations or requests need', async () => {
  const cwd = await temporaryDirectory()
  const { stdout } = await promisify(execFile)(process.execPath, nodeArguments('test/start/loaded.ts'), { cwd })
  const loaded: string[] = JSON.parse(stdout)
  assert.ok(loaded.includes('fastify'))
  assert.deepEqual(
    loaded.filter((name) => LATER.includes(name)),
    []
  )
})
