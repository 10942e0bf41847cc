import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { findTests } from './files.mjs'
import { testNodes } from './nodes.mjs'
import { root } from './steps.mjs'

/** Files that run in the long suite only, and those with tests that do (test/support/long.ts). */
const LONG_FILE = /\.long\.ts$/
const ANY_FILE = /\.(?:test|long)\.ts$/
const LONG = { TEST_LONG: '1' }

/** Options of the tests of the long suite. */
export const OPTIONS = {
  seconds: 'fuzz, soak: how long, default 60; cluster: by how much the clocks of nodes differ, default 0',
  seed: 'fuzz, soak: repeats a run',
  chargers: 'soak: how many, default 20; cluster: how many in the rolling update, default 150',
  scale: 'abuse: so many times as long and as much; default 1',
  only: 'abuse: part of the name of a family; cluster: part of the name of a fault',
  over: 'abuse: TCP or TLS; default TCP'
}

/** Folders whose files of the long suite are in the suite `cluster`: leases run out in real time, which takes minutes. */
const CLUSTER = ['test/nodes/', 'test/load-management/']

/** Suites of `npm run test:long`. */
export const SUITES = [
  {
    name: 'databases',
    about: 'what npm test runs on SQLite only, on PostgreSQL',
    files: () =>
      findTests(root, ['test/']).filter((path) =>
        /\b(?:on(?:BothDatabases|BothBackends|SharedBackend)\(|ORDINARY_DATABASES\b)/.test(read(path))
      ),
    settings: { TEST_DATABASES: 'postgres' },
    filesPerProcess: 40
  },
  {
    name: 'processes',
    about: 'back-ends in processes of their own that start, are killed, wait for each other, and end',
    files: () => longTests(['app', 'calls', 'database', 'operate', 'tls', 'webhooks', 'limits', 'operators']),
    settings: LONG,
    filesPerProcess: 3
  },
  {
    name: 'vectors',
    about: 'every case of tables of which npm test takes some, and property tests with new seeds',
    files: () =>
      longTests([
        ...[
          'billing',
          'charge-point',
          'conformance',
          'engine',
          'ledger/',
          'load-management',
          'money',
          'openapi',
          'schemas',
          'sessions',
          'simulator'
        ]
      ]),
    settings: LONG,
    filesPerProcess: 3
  },
  {
    name: 'package',
    about:
      'the packed library in new projects, the README and the pages of docs/ word for word, and promises that float',
    files: () => longTests(['package', 'readme', 'docs', 'architecture']),
    settings: LONG
  },
  {
    name: 'abuse',
    about: 'every abuse that docs/security.md promises to survive',
    files: () => longTests(['abuse']),
    settings: LONG,
    // How long bystanders wait is measured, and each test has a process of its own to abuse.
    concurrency: availableParallelism()
  },
  {
    name: 'dashboard',
    about: 'the dashboard in Chromium: what operators do, what goes wrong, and whether all can use it',
    files: () => longTests(['dashboard']),
    settings: LONG
  },
  {
    name: 'fuzz',
    about: 'made-up input, to the library and to the back-end',
    files: () => findTests(root, ['test/fuzz/'], LONG_FILE),
    settings: LONG
  },
  {
    name: 'soak',
    about: 'a fleet charges while its server is killed, its database cut and its disk filled, in random order',
    files: () => findTests(root, ['test/ledger/faults/'], LONG_FILE),
    settings: LONG
  },
  {
    name: 'cluster',
    about:
      'three nodes on one PostgreSQL and NATS: each fault, and a rolling update, while a fleet charges; and sites whose back-end is killed',
    files: () => findTests(root, CLUSTER, LONG_FILE),
    settings: LONG
  },
  {
    name: 'nodes',
    about: 'a start, the founding exchange and a folder of tests on Node 20.19, 22 and 24',
    run: () => testNodes(root)
  }
]

function longTests(folders) {
  const prefixes = folders.map((folder) => `test/${folder}`)
  const isPart = (path) => LONG_FILE.test(path) || /\b(?:in|is)Long\b/.test(read(path))
  const isElsewhere = (path) =>
    path.includes('ledger/faults/') || (LONG_FILE.test(path) && CLUSTER.some((folder) => path.startsWith(folder)))
  return findTests(root, prefixes, ANY_FILE).filter((path) => isPart(path) && !isElsewhere(path))
}

function read(path) {
  return readFileSync(join(root, path), 'utf8')
}
