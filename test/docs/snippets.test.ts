import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { inLong, isLong } from '../support/long.js'
import { ROOT } from '../support/root.js'
import { PAGES, type Snippet, snippetsOf } from './pages.js'

const run = promisify(execFile)

/** What the snippets may use without saying where it comes from. */
const PRELUDE = `
import type { FastifyInstance } from 'fastify'
import type { StartTransactionRequest } from 'fastify-ocpp/v16'
import { ROOT } from '../support/root.js'
declare global {
  const app: FastifyInstance
  const store: { startTransaction(identity: string, request: StartTransactionRequest): Promise<number | undefined> }
}
`

const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.base.json'),
  compilerOptions: {
    noEmit: true,
    declaration: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    customConditions: ['source'],
    typeRoots: [join(ROOT, 'node_modules/@types')]
  },
  include: ['*.ts']
}

/** A directory with one file for each snippet, in which the packages of this repository are found. */
function project(snippets: Snippet[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'ocpp-snippets-'))
  after(() => rmSync(directory, { recursive: true }))
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  writeFileSync(join(directory, 'prelude.d.ts'), PRELUDE)
  for (const snippet of snippets) writeFileSync(join(directory, fileOf(snippet)), moduleOf(snippet))
  return directory
}

function fileOf({ page, line }: Snippet): string {
  return `${page}-${line}.ts`
}

/** As many empty lines before it as in the page, so that errors name the right one. */
function moduleOf({ line, code }: Snippet): string {
  return `${'\n'.repeat(line)}${code}\nexport {}\n`
}

/** What the compiler complains about. */
async function complaints(directory: string): Promise<string> {
  try {
    await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', directory, '--pretty', 'false'], { cwd: directory })
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

const snippets = PAGES.flatMap((page) => snippetsOf(page))

test('every page has a snippet', () => {
  const pages = new Set(snippets.map(({ page }) => page))
  assert.deepEqual([...pages], [...PAGES])
})

test('the snippets of all pages compile', { ...inLong, timeout: 60_000 }, async () => {
  assert.equal(await complaints(project(snippets)), '')
})

test('a snippet with a mistake is found, with page and line', { ...inLong, timeout: 60_000 }, async () => {
  const text = '# Page\n\n```ts\n\napp.ocpp.v16.on("Reset", () => ({}))\n```\n'
  assert.match(await complaints(project(snippetsOf('handlers', text))), /^handlers-3\.ts\(5,\d+\): error TS/m)
})

for (const snippet of snippets.filter(({ isRun }) => isRun).slice(0, isLong ? undefined : 0)) {
  test(`the snippet in docs/${snippet.page}.md, line ${snippet.line}, runs`, { timeout: 60_000 }, async () => {
    // A test runner inside must not think that it talks to this one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const directory = project([snippet])
    const args = ['--conditions=source', '--import', 'tsx', fileOf(snippet)]
    const { stdout } = await run(process.execPath, args, { cwd: directory, env, timeout: 50_000 })
    for (const promised of promisedOutput(snippet)) assert.ok(stdout.includes(promised), `${promised} in ${stdout}`)
  })
}

/** The comments that say what `console.log` prints: behind it or in the next line. */
function promisedOutput({ code }: Snippet): string[] {
  return Array.from(code.matchAll(/console\.log\(.*\)\s*\/\/ (.*)$/gm), ([, output]) => String(output))
}
