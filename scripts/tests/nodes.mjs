import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The oldest that package.json names, and those that get long-term support. */
const VERSIONS = ['20.19', '22', '24']
/** The back-end in a process of its own, which answers the founding BootNotification, and a folder of the library. */
const TESTS = ['test/app/process', 'test/rest/']

/** Runs some compiled tests with each version, whose program comes from npm. Returns what is wrong, or `undefined`. */
export function testNodes(root) {
  const directory = mkdtempSync(join(tmpdir(), 'nodes-'))
  try {
    const packages = VERSIONS.map(
      (version) => `node-${version}@npm:node-${process.platform}-${process.arch}@${version}`
    )
    const install = ['install', '--no-audit', '--no-fund', '--no-save', '--prefix', directory, ...packages]
    if (!succeeds('npm', install, root)) return 'they cannot be installed'
    return VERSIONS.find((version) => {
      const node = join(directory, 'node_modules', `node-${version}`, 'bin', 'node')
      console.log(`\n-- Node ${version}`)
      succeeds(node, ['--version'], root)
      return !succeeds(node, [join(root, 'scripts/tests/only.mjs'), ...TESTS], root)
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function succeeds(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: 'inherit' }).status === 0
}
