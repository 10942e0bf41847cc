// `npm run build`: compiles the library and the back-end in the working directory. The compiler skips what has not
// changed since the last build. Output whose source file was deleted is removed, because the back-end loads every file
// that it finds in dist/plugins and dist/routes.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

const PROJECTS = ['src', '.']
const OUTPUT = /(?:\.d\.ts|\.js)(?:\.map)?$/

for (const project of PROJECTS) removeStaleOutput(join(project, 'dist'), project)
process.exitCode = compile()

function compile() {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const { tsc } = JSON.parse(readFileSync(manifest, 'utf8')).bin
  const { status } = spawnSync(process.execPath, [join(dirname(manifest), tsc), '-b'], { stdio: 'inherit' })
  return status ?? 1
}

/** Deletes compiled files without a source file, and folders that are empty afterwards. */
function removeStaleOutput(dist, project) {
  if (!existsSync(dist)) return
  const entries = readdirSync(dist, { recursive: true, withFileTypes: true })
  const isStale = (path) => OUTPUT.test(path) && !existsSync(join(project, path.replace(OUTPUT, '.ts')))
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && isStale(relative(dist, path))) rmSync(path)
  }
  // The longest path first: a folder is empty only after the folders inside it are gone.
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name))
  for (const folder of folders.sort((a, b) => b.length - a.length)) {
    if (readdirSync(folder).length === 0) rmdirSync(folder)
  }
}
