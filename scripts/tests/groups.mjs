import { SECONDS } from './seconds.mjs'

/** A process costs two seconds before its first test, and compiles anew what it uses; more makes the end of a run uneven. */
const SECONDS_PER_PROCESS = 96

/**
 * Divides test files into groups that share a process: neighbours, which use the same parts of the product. The longest
 * groups come first, so that the last processes are short ones.
 *
 * @param most files of one process
 */
export function divide(tests, most) {
  const groups = []
  let group
  for (const file of [...tests].sort()) {
    const seconds = secondsOf(file)
    if (group === undefined || group.files.length === most || group.seconds + seconds > SECONDS_PER_PROCESS) {
      group = { name: `${groups.length + 1}-${folderOf(file)}`, files: [], seconds: 0 }
      groups.push(group)
    }
    group.files.push(file)
    group.seconds += seconds
  }
  return groups.sort((one, other) => other.seconds - one.seconds)
}

function secondsOf(file) {
  return SECONDS[file] ?? SECONDS.others
}

function folderOf(test) {
  return test
    .replace(/^test\//, '')
    .split('/')
    .slice(0, -1)
    .join('-')
}
