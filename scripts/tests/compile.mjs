import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute } from './steps.mjs'

/** Head of a compiled test file: imports and comments, from the first line on. */
const HEAD = /^(?:import .*;\n|\/\/.*\n|\/\*[\s\S]*?\*\/\n|\n)*/

/**
 * Type-checks everything and compiles it, tests and sources alike, to .test-build/, where the tests run without a
 * loader: a test file starts in a quarter of the time. Packages are those of the repository, but for the library, which
 * is the compiled one beside the tests. Returns what is wrong, or `undefined`.
 */
export async function compileTests(root) {
  const out = join(root, '.test-build')
  rmSync(out, { recursive: true, force: true })
  // With one checker each file is checked once: that takes two thirds of the CPU time, and `npm test` builds meanwhile.
  const options = ['--noEmit', 'false', '--outDir', out, '--sourceMap', '--checkers', '1']
  const fault = await execute('tsc', ['-p', 'test', ...options])
  if (fault !== undefined) return fault
  copyFixtures(root, out)
  linkLibrary(root, out)
  wrapTestFiles(out)
  return undefined
}

/** Certificates, scripts and the like: whatever is below test/ and is no TypeScript. */
function copyFixtures(root, out) {
  const isFixture = (path) => !/\.ts$|tsconfig\.json$/.test(path)
  cpSync(join(root, 'test'), join(out, 'test'), { recursive: true, filter: isFixture })
}

/** The compiled library under its package name. */
function linkLibrary(root, out) {
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n')
  const { exports, ...manifest } = JSON.parse(readFileSync(join(root, 'src/package.json'), 'utf8'))
  const compiled = Object.entries(exports).map(([name, entry]) => [
    name,
    entry.source?.replace(/\.ts$/, '.js') ?? entry
  ])
  writeFileSync(
    join(out, 'src/package.json'),
    JSON.stringify({ ...manifest, exports: Object.fromEntries(compiled) }, null, 2)
  )
  mkdirSync(join(out, 'node_modules'))
  symlinkSync('../src', join(out, 'node_modules/fastify-ocpp'))
}

/**
 * Makes the body of every test file a function, so that several files run in one process, each in a suite of its own
 * (group.mjs): Node attaches tests and hooks to the suite in which they are made. Lines keep their numbers.
 */
function wrapTestFiles(out) {
  for (const path of readdirSync(out, { recursive: true })) {
    if (!/\.(?:test|long)\.js$/.test(path)) continue
    const file = join(out, path)
    const code = readFileSync(file, 'utf8')
    const [head] = HEAD.exec(code)
    const map = code.lastIndexOf('//# sourceMappingURL=')
    const body = code.slice(head.length, map)
    writeFileSync(file, `${head}export default async function () { ${body}}\n${code.slice(map)}`)
  }
}
