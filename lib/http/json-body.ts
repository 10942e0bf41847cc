import { ProblemError } from '../problem-error.js'

function refused(message: string): ProblemError {
  return new ProblemError(400, 'INVALID_JSON', message)
}

/** Maximum nesting. Deeper values could overflow the stack of recursive code. [CWE-674] */
const MAX_DEPTH = 64
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i
/** NUL as an escape sequence. The character itself is invalid in JSON. */
const NUL = /(?<!\\)(?:\\\\)*\\u0000/
const UTF_8 = new TextDecoder('utf-8', { fatal: true })

/**
 * JSON is always UTF-8. [RFC 8259 §8.1]
 *
 * @throws `UNSUPPORTED_CHARSET`
 */
export function demandUtf8(contentType: string | undefined): void {
  const charset = CHARSET.exec(contentType ?? '')?.[1]
  if (charset === undefined || /^utf-?8$/i.test(charset)) return
  throw new ProblemError(415, 'UNSUPPORTED_CHARSET', 'JSON has to be in UTF-8')
}

/** @throws `INVALID_JSON` */
export function decodeJson(bytes: Uint8Array): string {
  let text: string
  try {
    text = UTF_8.decode(bytes)
  } catch {
    throw refused('the body is not UTF-8')
  }
  if (text.trim() === '') throw refused('the body is empty, and the content type says that it is JSON')
  if (NUL.test(text)) throw refused('the body has a NUL in it')
  if (isTooDeep(text)) throw refused(`the body is nested deeper than ${MAX_DEPTH}`)
  return text
}

/** The error for a text that is no valid JSON. It contains none of the text. */
export function invalidJson(text: string): ProblemError {
  try {
    JSON.parse(text)
    return refused('the body has a member that would reach a prototype')
  } catch (error) {
    const position = /at position (\d+)/.exec((error as Error).message)?.[1]
    const place = position === undefined ? '' : ` at ${lineAndColumn(text, Number(position))}`
    return refused(`the body is not valid JSON${place}`)
  }
}

function lineAndColumn(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n')
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
}

function isTooDeep(json: string): boolean {
  let depth = 0
  for (let index = 0; index < json.length; index++) {
    const char = json[index]
    if (char === '"') index = endOfString(json, index)
    else if (char === '[' || char === '{') {
      if (++depth > MAX_DEPTH) return true
    } else if (char === ']' || char === '}') depth--
  }
  return false
}

function endOfString(json: string, start: number): number {
  let index = start + 1
  while (index < json.length && json[index] !== '"') index += json[index] === '\\' ? 2 : 1
  return index
}
