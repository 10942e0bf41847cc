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

/** How often files still do it. Each of these numbers may only become smaller. */
const NOT_YET: Readonly<Record<string, number>> = {
  'lib/certificates/issuance.ts': 2,
  'lib/operations/configuration.ts': 2,
  'lib/operations/local-list.ts': 2,
  'lib/operations/password.ts': 2,
  'lib/operations/renewal.ts': 1,
  'lib/settings/settings.ts': 1,
  'routes/api/v1/charge-points/index.ts': 1
}

test('src/protocol.ts is the only place that knows there are three versions', () => {
  const files = ['src', 'lib', 'plugins', 'routes'].flatMap(sourcesBelow).filter((file) => !MAY_KNOW.test(file))
  const counts = files.map((file) => [file, knowledgeIn(file)] as const)
  assert.deepEqual(
    counts.filter(([file, count]) => count > (NOT_YET[file] ?? 0)),
    []
  )
})

function knowledgeIn(file: string): number {
  return readFileSync(join(ROOT, file), 'utf8').match(KNOWS_VERSIONS)?.length ?? 0
}
