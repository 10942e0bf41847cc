import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../support/root.js'
import { sourcesBelow } from './imports.js'

/** A comparison with the name of a version, or a list of such names: knowledge that belongs to src/protocol.ts. */
const KNOWS_VERSIONS = /[!=]==? 'ocpp[\d.]+'|'ocpp[\d.]+' [!=]==?|\bcase 'ocpp[\d.]+'|\['ocpp[\d.]+', 'ocpp/g

/** src/protocol.ts defines the versions, and the folders of the versions are what it consists of. */
const MAY_KNOW = /^src\/(protocol\.ts|v(16|201|21)\/)/

test('src/protocol.ts is the only place that knows there are three versions', () => {
  const files = ['src', 'lib', 'plugins', 'routes'].flatMap(sourcesBelow).filter((file) => !MAY_KNOW.test(file))
  const knowing = files.filter((file) => knowledgeIn(file).length > 0)
  assert.deepEqual(knowing, [])
  // The patterns find what they look for.
  assert.ok(knowledgeIn('src/protocol.ts').length > 0)
})

test('handlers and the ledger take the version from the connection, and write no name of one', () => {
  const files = ['lib/ledger', 'plugins/csms'].flatMap(sourcesBelow)
  assert.ok(files.includes('lib/ledger/booking-16.ts'))
  const writing = files.filter((file) => /\bprotocol: 'ocpp/.test(readFileSync(join(ROOT, file), 'utf8')))
  assert.deepEqual(writing, [])
})

function knowledgeIn(file: string): string[] {
  return readFileSync(join(ROOT, file), 'utf8').match(KNOWS_VERSIONS) ?? []
}
