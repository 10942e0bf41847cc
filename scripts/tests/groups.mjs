/**
 * Divides test files into groups that share a process: at most so many files of one folder, which use the same parts of
 * the product. The largest groups come first, so that the last processes are short ones.
 */
export function divide(tests, filesPerProcess) {
  const folders = new Map()
  for (const test of tests) folders.set(folderOf(test), [...(folders.get(folderOf(test)) ?? []), test])
  const groups = [...folders].flatMap(([folder, files]) => {
    const count = Math.ceil(files.length / filesPerProcess)
    const name = folder.replace(/^test\//, '').replaceAll('/', '-')
    return Array.from({ length: count }, (_, index) => ({
      name: count === 1 ? name : `${name}-${index + 1}`,
      // Every count-th: what is slow stands together by name.
      files: files.filter((_file, position) => position % count === index)
    }))
  })
  return groups.sort((one, other) => other.files.length - one.files.length)
}

function folderOf(test) {
  return test.split('/').slice(0, -1).join('/')
}
