export type Cell = string | number | boolean | undefined

/** Beginnings of texts that a spreadsheet would run as a formula. [OWASP "CSV Injection"] */
const FORMULA = /^[=+\-@\t\r]/

/** Rows of named cells as CSV with a header line. [RFC 4180] */
export function toCsv<C extends string>(
  columns: readonly C[],
  rows: readonly Readonly<Partial<Record<C, Cell>>>[]
): string {
  return [toLine(columns), ...rows.map((row) => lineOfCsv(columns, row))].join('')
}

/** One row as CSV, without a header line. */
export function lineOfCsv<C extends string>(columns: readonly C[], row: Readonly<Partial<Record<C, Cell>>>): string {
  return toLine(columns.map((column) => row[column]))
}

function toLine(cells: readonly Cell[]): string {
  return `${cells.map(toField).join(',')}\r\n`
}

function toField(cell: Cell): string {
  if (cell === undefined) return ''
  if (typeof cell !== 'string') return String(cell)
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function wantsCsv(accept: string | undefined): boolean {
  return prefers(accept, 'text/csv')
}

/** Whether the Accept header prefers this type: it names it, with at least the quality of JSON. [RFC 9110 §12.5.1] */
export function prefers(accept: string | undefined, type: string): boolean {
  const wanted = quality(accept, type)
  return wanted > 0 && wanted >= quality(accept, 'application/json')
}

function quality(accept: string | undefined, type: string): number {
  for (const range of (accept ?? '').split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (name !== type) continue
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    return q === undefined ? 1 : Number(q.slice(2)) || 0
  }
  return 0
}
