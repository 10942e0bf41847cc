import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

const FOLDERS = ['test', 'examples']

/** The test files, of those whose names end so, whose path below the repository starts with one of `prefixes`. */
export function findTests(root, prefixes, ending = /\.test\.ts$/) {
  return FOLDERS.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => prefixes.some((prefix) => path.startsWith(prefix)))
    .sort()
}
