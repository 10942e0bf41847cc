import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Whether the tests run as compiled by `npm test`, below .test-build/, instead of from the sources through tsx. */
const isCompiled = import.meta.filename.endsWith('.js')

/** The top of the repository. */
export const ROOT = fileURLToPath(new URL(isCompiled ? '../../../' : '../../', import.meta.url))

/** What Node is given to run a TypeScript file of the repository, such as `server.ts`, the way the calling test runs. */
export function nodeArguments(file: string): string[] {
  if (isCompiled) return ['--enable-source-maps', join(ROOT, '.test-build', file.replace(/\.ts$/, '.js'))]
  return [...SOURCE_ARGUMENTS, join(ROOT, file)]
}

/** What Node is given to run TypeScript that is not compiled, wherever it lies, against the sources of the library. */
export const SOURCE_ARGUMENTS: readonly string[] = ['--import', import.meta.resolve('tsx'), '--conditions=source']
