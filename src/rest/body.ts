import { parse } from 'secure-json-parse'
import { MAX_DEPTH } from '../frame.js'
import { InvalidBodyError, InvalidJsonError } from './errors.js'

/**
 * Reads the payload of a CALL from the body; an empty body is `{}`. The charge point receives exactly what was sent: a
 * body whose values would change on the way is refused.
 *
 * @throws `OCPP_ERR_INVALID_JSON`, `OCPP_ERR_INVALID_BODY`
 */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return {}
  const { text, value } = read(bytes)
  checkUnaltered(text)
  return value
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true })

function read(bytes: Buffer): { text: string; value: unknown } {
  try {
    const text = UTF_8.decode(bytes)
    // Members that would reach a prototype are refused, as Fastify does. [CWE-1321]
    return { text, value: parse(text) }
  } catch (cause) {
    const error = new InvalidJsonError()
    error.cause = cause
    throw error
  }
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Refuses numbers that `JSON.parse` rounds [RFC 8259 §6] and nesting too deep for a frame [CWE-674]. */
function checkUnaltered(json: string): void {
  let depth = 0
  for (let index = 0; index < json.length; index++) {
    const char = json[index]
    if (char === '"') index = endOfString(json, index)
    else if (char === '[' || char === '{') {
      if (++depth > MAX_DEPTH) throw new InvalidBodyError(`the body is nested deeper than ${MAX_DEPTH}`)
    } else if (char === ']' || char === '}') depth--
    else if (char === '-' || isDigit(char)) {
      NUMBER.lastIndex = index
      const number = NUMBER.exec(json)?.[0] ?? ''
      if (!isExact(number)) throw new InvalidBodyError(`the number at character ${index} is too large to be exact`)
      index += Math.max(0, number.length - 1)
    }
  }
}

function endOfString(json: string, start: number): number {
  let index = start + 1
  while (index < json.length && json[index] !== '"') index += json[index] === '\\' ? 2 : 1
  return index
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9'
}

/** Whether a number keeps its value when it is parsed and written again. Fractions count as exact. */
function isExact(number: string): boolean {
  const value = Number(number)
  if (!Number.isFinite(value)) return false
  if (Number.isSafeInteger(value) || /[.eE]/.test(number)) return true
  return String(value) === number || BigInt(value) === BigInt(number)
}
