import { readdirSync, readFileSync } from 'node:fs'
import { ROOT } from '../support/root.js'

/** The pages whose snippets and tables these tests hold against the library. */
export const PAGES = [
  'authentication',
  'calls',
  'charge-point',
  'connections',
  'errors',
  'events',
  'handlers',
  'limits',
  'options',
  'smart-charging',
  'testing',
  'validation'
] as const

export type Page = (typeof PAGES)[number]

/** The text of a page of docs/. */
export function readPage(page: Page): string {
  return readFileSync(`${ROOT}docs/${page}.md`, 'utf8')
}

/** The file names in docs/. */
export function pageFiles(): string[] {
  return readdirSync(`${ROOT}docs`).filter((file) => file.endsWith('.md'))
}

export interface Snippet {
  page: Page
  /** Of the opening fence, from 1. */
  line: number
  code: string
  /** It stands on its own and is to be run, too: marked `<!-- snippet: run -->`. */
  isRun: boolean
}

const RUN = '<!-- snippet: run -->'

/** The TypeScript in a page. */
export function snippetsOf(page: Page, text: string = readPage(page)): Snippet[] {
  const lines = text.split('\n')
  return lines.flatMap((text, index) => {
    if (text !== '```ts') return []
    const end = lines.indexOf('```', index + 1)
    if (end === -1) throw new Error(`docs/${page}.md:${index + 1}: the fence is never closed`)
    const code = lines.slice(index + 1, end).join('\n')
    return [{ page, line: index + 1, code, isRun: lines[index - 1] === RUN }]
  })
}

/** The table whose first column is called `heading`: its rows as cells without back-ticks. */
export function tableOf(text: string, heading: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`))
  if (start === -1) throw new Error(`no table with a first column "${heading}"`)
  const rows: string[][] = []
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break
    rows.push(
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', ''))
    )
  }
  return rows
}

/** The members of an interface of the library, in the order of their declaration. */
export function membersOf(file: string, name: string): string[] {
  const source = readFileSync(`${ROOT}src/${file}`, 'utf8')
  const body = source.split(`export interface ${name} {\n`)[1]?.split('\n}')[0] ?? ''
  return Array.from(body.matchAll(/^ {2}(?:readonly )?(\w+)\??(?:\(\))?:/gm), ([, member]) => String(member))
}

/** The texts that `declaration` of a file of the library lists, e.g. those of a union. */
export function valuesOf(file: string, declaration: string): string[] {
  const source = readFileSync(`${ROOT}src/${file}`, 'utf8')
  const list = source.split(declaration)[1]?.split(/\n(?=\n|export| {2}readonly)/)[0] ?? ''
  return Array.from(list.replace(/\/\*\*.*\*\//g, '').matchAll(/'([\w-]+)'/g), ([, value]) => String(value))
}
