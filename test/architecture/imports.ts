import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from '../support/root.js'

export interface Import {
  /** Path of the importing file from the root, without extension: `src/v16/types`. */
  from: string
  /** The same for a file of the repository, else the specifier: `src/schema`, `node:crypto`, `fastify`. */
  to: string
  /** Erased by the compiler. */
  typeOnly: boolean
}

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm

/** Every import of these TypeScript files. */
export function importsOf(files: string[]): Import[] {
  return files.flatMap((file) => {
    const from = withoutExtension(file)
    return [...readFileSync(join(ROOT, file), 'utf8').matchAll(STATEMENT)].map(([, type, fixed, dynamic]) => ({
      from,
      to: target(from, fixed ?? dynamic ?? ''),
      typeOnly: type !== undefined
    }))
  })
}

/** The TypeScript files below a directory, by their paths from the root. */
export function sourcesBelow(directory: string): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !/\/(dist|node_modules)\//.test(file))
}

/** The TypeScript files beside package.json. */
export function sourcesAtRoot(): string[] {
  return readdirSync(ROOT).filter((name) => name.endsWith('.ts'))
}

export function withoutExtension(file: string): string {
  return file.replace(/\.(js|ts)$/, '')
}

function target(from: string, specifier: string): string {
  return specifier.startsWith('.') ? withoutExtension(join(from, '..', specifier)) : specifier
}

/** The package of a specifier: `@sinclair/typebox/compiler` is of `@sinclair/typebox`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** The packages that a package.json says are there at run time. */
export function runtimePackages(directory: string): Set<string> {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8'))
  return new Set(Object.keys({ ...dependencies, ...peerDependencies }))
}
