import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/** The test files whose path below the repository starts with one of `prefixes`, and ends so. */
export function findTests(root, prefixes, ending = /\.test\.ts$/) {
  return readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => prefixes.some((prefix) => path.startsWith(prefix)))
    .sort()
}
