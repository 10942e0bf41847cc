import { scan } from 'secure-json-parse'
import type { Deviation } from './deviations/names.js'
import type { ProtocolDefinition } from './protocol.js'

export const CALL = 2
export const CALLRESULT = 3
export const CALLERROR = 4
export const CALLRESULTERROR = 5
export const SEND = 6

/** Maximum length of a message id. [OCPP-J §4.1.4] */
export const MAX_MESSAGE_ID = 36
/** Maximum nesting of arrays and objects in a frame. The deepest valid frame has about 10 levels. */
export const MAX_DEPTH = 64
/** Maximum length of errorDescription. [OCPP-J §4.2.3] */
export const MAX_DESCRIPTION = 255

/** The accepted deviations that a frame has. */
interface Deviating {
  deviation?: Deviation
  /** Whether the message id is a number. `id` is its text, and the answer has it as a number again. */
  hasNumericId?: boolean
}

export type Frame =
  | ({ type: typeof CALL | typeof SEND; id: string; action: string; payload: unknown } & Deviating)
  | ({ type: typeof CALLRESULT; id: string; payload: unknown } & Deviating)
  | ({
      type: typeof CALLERROR | typeof CALLRESULTERROR
      id: string
      code: string
      description: string
      details: object
    } & Deviating)

/**
 * A text that is no valid frame. Without `answer` it is ignored. `reason` is for logs and contains none of the input.
 */
export interface FrameError {
  type: 0
  reason: string
  answer?: { id: string; code: string; hasNumericId?: boolean }
  /** The deviation that would have to be accepted for this text to be read. */
  suggestion?: Deviation
  deviation?: undefined
  /** Present if the text looks like the answer to a CALL and its id can be read. */
  answerTo?: { type: typeof CALLRESULT | typeof CALLERROR; id: string }
}

/** The message id of an answer to a message whose id could not be read. [2.x Part 4 §4.2.3] */
const UNREADABLE_ID = '-1'

/**
 * Parses one text message. Never throws. [OCPP-J §4.2]
 *
 * @param deviations the accepted deviations; those of payloads have no effect here
 */
export function parse(
  definition: ProtocolDefinition,
  text: string,
  deviations?: ReadonlySet<Deviation>
): Frame | FrameError {
  let message: unknown
  try {
    message = parseJson(text)
  } catch {
    return text.trim() === '' ? { type: 0, reason: 'empty message' } : readBroken(definition, text)
  }
  if (!Array.isArray(message)) return unreadable(definition, 'not a JSON array')
  const repaired = deviations === undefined ? undefined : repairFrame(message, text, deviations)
  const frame = read(definition, message, text)
  if (repaired === undefined) return frame.type === 0 ? withSuggestion(frame, message) : frame
  if (frame.type !== 0) return { ...frame, ...repaired }
  const { hasNumericId = false } = repaired
  return frame.answer === undefined ? frame : { ...frame, answer: { ...frame.answer, hasNumericId } }
}

/** Maximum length of the start of a message: its type, and an id of 36 escaped characters. */
const MAX_HEAD = 256
const NUMERIC_HEAD = /^\s*\[\s*\d\s*,\s*(-?\d[\d.eE+-]{0,35})\s*,/

function withSuggestion(error: FrameError, message: unknown[]): FrameError {
  const length = LENGTHS.get(message[0] as number)
  if (length === undefined || message.length < length) return error
  if (typeof message[1] === 'number') return { ...error, suggestion: 'numeric-message-ids' }
  return message.length > length ? { ...error, suggestion: 'extra-elements' } : error
}

/** Number of elements of each message type. */
const LENGTHS = new Map([
  [CALL, 4],
  [CALLRESULT, 3]
])

/** Changes a message into the standard form, in place. Returns the deviations it had, or `undefined`. */
function repairFrame(message: unknown[], text: string, deviations: ReadonlySet<Deviation>): Deviating | undefined {
  let repaired: Deviating | undefined
  const length = LENGTHS.get(message[0] as number)
  if (length !== undefined && message.length > length && deviations.has('extra-elements')) {
    message.length = length
    repaired = { deviation: 'extra-elements' }
  }
  if (typeof message[1] === 'number' && deviations.has('numeric-message-ids')) {
    // Taken from the text, because a number above 2^53 has lost digits.
    const literal = NUMERIC_HEAD.exec(text.slice(0, MAX_HEAD))?.[1]
    if (literal === undefined) return repaired
    message[1] = literal
    repaired = { deviation: 'numeric-message-ids', hasNumericId: true }
  }
  return repaired
}

function read(definition: ProtocolDefinition, message: unknown[], text: string): Frame | FrameError {
  switch (message[0]) {
    case CALL:
      return readCall(definition, message, isTooDeep(text))
    case CALLRESULT:
      return readResult(message, isTooDeep(text))
    case CALLERROR:
      return readError(CALLERROR, message, isTooDeep(text))
    case CALLRESULTERROR:
      if (definition.hasSend) return readError(CALLRESULTERROR, message, isTooDeep(text))
      break
    case SEND:
      if (definition.hasSend) return readSend(message, isTooDeep(text))
  }
  if (typeof message[0] !== 'number') return unreadable(definition, 'message type is not a number')
  if (!definition.answersUnknownType) return { type: 0, reason: 'unknown message type' }
  const id = isMessageId(message[1]) ? message[1] : UNREADABLE_ID
  return { type: 0, reason: 'unknown message type', answer: { id, code: 'MessageTypeNotSupported' } }
}

const HEAD = /^\s*\[\s*([234])\s*,\s*("(?:[^"\\]|\\.)*")/

/** A text that is not valid JSON, often because it is truncated. Its type and id may still be readable. */
function readBroken(definition: ProtocolDefinition, text: string): FrameError {
  const error = unreadable(definition, 'not valid JSON')
  const [, type, literal] = HEAD.exec(text.slice(0, MAX_HEAD)) ?? []
  const id = literal === undefined ? undefined : readId(literal)
  if (id === undefined) return error
  if (type === '3' || type === '4') return { ...error, answerTo: { type: type === '3' ? CALLRESULT : CALLERROR, id } }
  return definition.answersBrokenCall ? { ...error, answer: { id, code: definition.frameError } } : error
}

function readId(literal: string): string | undefined {
  try {
    const id: unknown = JSON.parse(literal)
    return isMessageId(id) ? id : undefined
  } catch {
    return undefined
  }
}

function readCall(definition: ProtocolDefinition, message: unknown[], tooDeep: boolean): Frame | FrameError {
  const [, id, action, payload] = message
  if (typeof id !== 'string') return unreadable(definition, 'message id is not a string')
  if (id.length > MAX_MESSAGE_ID) {
    const reason = 'message id is longer than 36 characters'
    return { type: 0, reason, answer: { id: UNREADABLE_ID, code: definition.frameError } }
  }
  const wrong = (reason: string, code: string = definition.frameError): FrameError => {
    return { type: 0, reason, answer: { id, code } }
  }
  if (message.length !== 4) return wrong('a CALL has 4 elements')
  if (typeof action !== 'string') return wrong('action is not a string')
  if (tooDeep) return wrong(`nested deeper than ${MAX_DEPTH}`, definition.formatViolation)
  return { type: CALL, id, action, payload }
}

// A SEND, a CALLRESULT and a CALLERROR are never answered with a CALLERROR. [OCPP-J §4.2.4]
function readSend(message: unknown[], tooDeep: boolean): Frame | FrameError {
  const [, id, action, payload] = message
  if (message.length !== 4 || !isMessageId(id) || typeof action !== 'string' || tooDeep) {
    return { type: 0, reason: 'malformed SEND' }
  }
  return { type: SEND, id, action, payload }
}

function readResult(message: unknown[], tooDeep: boolean): Frame | FrameError {
  const [, id, payload] = message
  if (message.length !== 3 || !isMessageId(id) || tooDeep) return malformedAnswer(CALLRESULT, id)
  return { type: CALLRESULT, id, payload }
}

// Real chargers leave out the description or the details. That the call has failed is what matters.
function readError(type: typeof CALLERROR | typeof CALLRESULTERROR, message: unknown[], tooDeep: boolean) {
  const [, id, code, description, details] = message
  if (!isMessageId(id) || tooDeep) {
    return type === CALLERROR ? malformedAnswer(type, id) : ({ type: 0, reason: 'malformed CALLRESULTERROR' } as const)
  }
  return {
    type,
    id,
    code: typeof code === 'string' ? code.slice(0, MAX_DESCRIPTION) : 'GenericError',
    description: typeof description === 'string' ? description.slice(0, MAX_DESCRIPTION) : '',
    details: typeof details === 'object' && details !== null ? details : {}
  } satisfies Frame
}

function malformedAnswer(type: typeof CALLRESULT | typeof CALLERROR, id: unknown): FrameError {
  const reason = type === CALLRESULT ? 'malformed CALLRESULT' : 'malformed CALLERROR'
  return isMessageId(id) ? { type: 0, reason, answerTo: { type, id } } : { type: 0, reason }
}

function isMessageId(id: unknown): id is string {
  return typeof id === 'string' && id.length <= MAX_MESSAGE_ID
}

function unreadable(definition: ProtocolDefinition, reason: string): FrameError {
  if (!definition.answersUnreadableId) return { type: 0, reason }
  return { type: 0, reason, answer: { id: UNREADABLE_ID, code: definition.frameError } }
}

/** The parts of a CALL, a SEND or a CALLRESULT before its payload. `action` is that of the CALL. */
export interface Head {
  readonly type: typeof CALL | typeof CALLRESULT | typeof SEND
  readonly id: string
  readonly action: string
}

/** @param asked the action of our CALL with the same id, if there is one */
export function headOf(frame: Frame, asked: string | undefined): Head | undefined {
  const { type, id } = frame
  if (type === CALL || type === SEND) return { type, id, action: frame.action }
  return type === CALLRESULT && asked !== undefined ? { type, id, action: asked } : undefined
}

/**
 * The text of the payload in the text of a frame that was read as `head`. `undefined` if the frame is written in an
 * unusual way, e.g. with escapes in its id.
 */
export function payloadText(text: string, { type, id, action }: Head): string | undefined {
  const elements = type === CALLRESULT ? [`"${id}"`] : [`"${id}"`, `"${action}"`]
  let at = after(text, after(text, 0, '['), String(type))
  for (const element of elements) at = after(text, after(text, at, ','), element)
  at = after(text, at, ',')
  return at === -1 || text.includes('\\') ? undefined : text.slice(at, text.lastIndexOf(']'))
}

/** The position after `part`, which may follow spaces; -1 if it does not stand there. */
function after(text: string, from: number, part: string): number {
  let at = from
  while (at !== -1 && text[at] === ' ') at++
  return at !== -1 && text.startsWith(part, at) ? at + part.length : -1
}

const REMOVE = { protoAction: 'remove', constructorAction: 'remove' } as const

// Members named __proto__ or constructor.prototype are dropped (CWE-1321). An escape could hide either name. Only texts
// that contain one of the names or an escape are searched, which is rare.
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  const isSuspect = text.includes('proto') || text.includes('\\')
  if (isSuspect && typeof value === 'object' && value !== null) scan(value, REMOVE)
  return value
}

/**
 * Whether `text`, which is valid JSON, nests deeper than {@link MAX_DEPTH}. Recursive code must never get such a value
 * (CWE-674). Only texts with that many brackets are read character by character, which is rare.
 */
export function isTooDeep(text: string): boolean {
  if (!hasMoreThan(text, '[', '{', MAX_DEPTH)) return false
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (inString) {
      if (char === '\\') index++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '[' || char === '{') {
      if (++depth > MAX_DEPTH) return true
    } else if (char === ']' || char === '}') depth--
  }
  return false
}

function hasMoreThan(text: string, first: string, second: string, limit: number): boolean {
  return count(text, first, limit) + count(text, second, limit) > limit
}

function count(text: string, char: string, limit: number): number {
  let found = 0
  for (let index = text.indexOf(char); index !== -1 && found <= limit; index = text.indexOf(char, index + 1)) found++
  return found
}

/** `[2,"id","action",payload]` */
export function call(id: string, action: string, payload: unknown): string {
  return `[2,${JSON.stringify(id)},"${action}",${stringify(payload)}]`
}

/** `[3,"id",payload]`, or `[3,id,payload]` for a charge point with numeric message ids. */
export function callResult(id: string, payload: unknown, isNumeric = false): string {
  return `[3,${isNumeric ? id : JSON.stringify(id)},${stringify(payload)}]`
}

/** `[4,"id","code","description",details]`. The description is cut to 255 characters. */
export function callError(
  id: string,
  code: string,
  description: string,
  details: object = {},
  isNumeric = false
): string {
  return `[4,${errorTail(isNumeric ? id : JSON.stringify(id), code, description, details)}`
}

/** `[5,"id","code","description",details]` of 2.1. */
export function callResultError(id: string, code: string, description: string): string {
  return `[5,${errorTail(JSON.stringify(id), code, description, {})}`
}

/** `[6,"id","action",payload]` of 2.1. */
export function send(id: string, action: string, payload: unknown): string {
  return `[6,${JSON.stringify(id)},"${action}",${stringify(payload)}]`
}

function errorTail(id: string, code: string, description: string, details: object): string {
  return `${id},"${code}",${JSON.stringify(cutDescription(description))},${stringify(details)}]`
}

/** The description in the form that is sent. */
export function cutDescription(description: string): string {
  return description.length > MAX_DESCRIPTION ? description.slice(0, MAX_DESCRIPTION) : description
}

// Most answers are `{}`, so this text is made only once.
function stringify(payload: unknown): string {
  for (const _ in payload as object) return JSON.stringify(payload)
  return '{}'
}
