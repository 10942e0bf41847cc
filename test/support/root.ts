import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Whether the tests run as compiled by `npm test`, below .test-build/, instead of from the sources through tsx. */
const isCompiled = import.meta.filename.endsWith('.js')

/** The root directory of the repository. */
export const ROOT = fileURLToPath(new URL(isCompiled ? '../../../' : '../../', import.meta.url))

/** What operators run, as `npm run build` bundles it: such a process starts in three quarters of the CPU time. */
const BUILT = ['server.ts', 'scripts/db.ts', 'scripts/tokens.ts']

/** Arguments for Node.js to run a file of the repository, such as `server.ts`: compiled, if the calling test is compiled. */
export function nodeArguments(file: string): string[] {
  if (isCompiled) return ['--enable-source-maps', join(ROOT, folderOf(file), file.replace(/\.ts$/, '.js'))]
  return [...SOURCE_ARGUMENTS, join(ROOT, file)]
}

/** `npm run mutate` changes the compiled files, not the bundle. */
function folderOf(file: string): string {
  return BUILT.includes(file) && process.env.TEST_MUTANTS !== '1' ? 'dist' : '.test-build'
}

/** Arguments for Node.js to run any uncompiled TypeScript file with the sources of the library. */
export const SOURCE_ARGUMENTS: readonly string[] = ['--import', import.meta.resolve('tsx'), '--conditions=source']
