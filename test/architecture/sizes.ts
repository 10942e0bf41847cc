import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from '../support/root.js'

/** A file or function and its number of lines. */
export interface Size {
  /** `lib/ledger/cost.ts`, or for a function `lib/ledger/cost.ts priceOf`. */
  readonly name: string
  readonly lines: number
}

const IGNORED = /(^|\/)(node_modules|dist|\.test-build)\//
const GENERATED = /^\/\/ .*Generated .*do not edit/

/** The hand-written source files of these directories, and those beside package.json. */
export function handWritten(directories: readonly string[]): string[] {
  const below = directories.flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
  )
  return [...readdirSync(ROOT), ...below].filter(
    (file) => /\.(ts|mjs|js)$/.test(file) && !IGNORED.test(file) && !GENERATED.test(linesOf(file)[0] ?? '')
  )
}

export function fileSize(file: string): Size {
  return { name: file, lines: linesOf(file).length - 1 }
}

/** The functions of a file. Relies on the formatter: a body ends at the next `}` that is indented as its first line. */
export function functionSizes(file: string): Size[] {
  return functionsIn(linesOf(file)).map(({ name, lines }) => ({ name: `${file} ${name}`, lines }))
}

const FUNCTION = /^ *(?:export )?(?:default )?(?:async )?function\*? ?(\w*)/
const METHOD = /^ +(?:(?:static|async|get|set|override|private|public|protected) )*\*?(#?\w+)(?:<.*>)?\(/
const ARROW = /^ *(?:(?:export )?(?:const|let) (\w+)|(\w+)(?=[:(. ]))?.*=> \{$/
const STATEMENT = /^ *(?:\} ?)?(?:if|for|while|switch|catch|else|do|try|return|await|throw|new)\b/

export function functionsIn(lines: readonly string[]): Size[] {
  const sizes: Size[] = []
  for (const [start, line] of lines.entries()) {
    const name = nameOf(line, lines, start)
    if (name === undefined) continue
    const opening = lines.findIndex(
      (other, at) => at >= start && other.endsWith('{') && indentOf(other) === indentOf(line)
    )
    const end = lines.findIndex((other, at) => at > opening && opening !== -1 && closes(other, line))
    if (end !== -1) sizes.push({ name, lines: end - start + 1 })
  }
  return sizes
}

/** The name of the function that begins in this line; `undefined` if none does. */
function nameOf(line: string, lines: readonly string[], start: number): string | undefined {
  const named = FUNCTION.exec(line)
  if (named !== null) return named[1] || '(anonymous)'
  const arrow = ARROW.exec(line)
  if (arrow !== null) return arrow[1] ?? arrow[2] ?? '(anonymous)'
  if (STATEMENT.test(line)) return undefined
  const method = METHOD.exec(line)
  if (method === null) return undefined
  // The head of a method ends with `{` in this line, or its parameters begin in the next one. A call ends with `)`.
  if (line.endsWith('(')) return /^ *\)(?:: .+)? \{$/.test(nextAt(lines, start)) ? method[1] : undefined
  return /\)(?:: .+)? \{$/.test(line) ? method[1] : undefined
}

/** The next line with the same indentation. */
function nextAt(lines: readonly string[], start: number): string {
  const indent = indentOf(lines[start] ?? '')
  return lines.find((line, at) => at > start && line !== '' && indentOf(line) === indent) ?? ''
}

function closes(line: string, opening: string): boolean {
  return line.trimStart().startsWith('}') && indentOf(line) === indentOf(opening)
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function linesOf(file: string): string[] {
  return readFileSync(join(ROOT, file), 'utf8').split('\n')
}
