import { below, stepsOf } from './pointer.js'
import { type Field, isRecord } from './tree.js'
import { localText, utcText } from './zoned.js'

// The value of a form is the payload itself, so the fields and the JSON view always show the same thing. Every function is
// pure: a change returns a new payload.

/** The payload of a form without entries: only the parts that every valid payload has. */
export function initial(field: Field): unknown {
  if (field.kind === 'group') {
    const members: Record<string, unknown> = {}
    for (const inner of field.fields) {
      const value = inner.required ? initial(inner) : undefined
      if (value !== undefined) members[inner.name] = value
    }
    return members
  }
  if (field.kind === 'list') {
    const element = initial(field.item)
    // Only elements that have fields of their own: an empty text is no value.
    return element === undefined ? (field.minItems === 0 ? [] : undefined) : Array(field.minItems).fill(element)
  }
  if (field.kind === 'constant' && field.required) return field.value
  if (field.kind === 'versions' && field.versions[0] !== undefined) return initial(field.versions[0])
  return undefined
}

/** The value at a pointer. `undefined`: there is no such value. */
export function read(value: unknown, pointer: string): unknown {
  let found = value
  for (const step of stepsOf(pointer)) {
    if (Array.isArray(found)) found = found[Number(step)]
    else found = isRecord(found) && Object.hasOwn(found, step) ? found[step] : undefined
  }
  return found
}

/**
 * The payload with `entered` at the pointer. `undefined` takes the member away, and with it each optional object and list
 * in which nothing is left that somebody entered.
 */
export function write(field: Field, value: unknown, pointer: string, entered: unknown): unknown {
  return writeAt(field, value, stepsOf(pointer), entered)
}

function writeAt(field: Field, value: unknown, [step, ...rest]: string[], entered: unknown): unknown {
  if (step === undefined) return entered
  if (field.kind === 'versions') return writeAt(versionOf(field, value), value, [step, ...rest], entered)
  if (field.kind === 'list') {
    const elements = Array.isArray(value) ? [...value] : []
    const element = writeAt(field.item, elements[Number(step)] ?? initial(field.item), rest, entered)
    if (element === undefined) elements.splice(Number(step), 1)
    else elements[Number(step)] = element
    return elements.length === 0 && !field.required ? undefined : elements
  }
  const inner = field.kind === 'group' ? field.fields.find(({ name }) => name === step) : undefined
  const members: Record<string, unknown> = { ...(isRecord(value) ? value : (initial(field) as object | undefined)) }
  const before = members[step]
  // No field describes the members of free JSON.
  const described: Field = inner ?? { kind: 'json', name: step, required: false }
  const member = writeAt(described, before, rest, entered)
  if (member === undefined) delete members[step]
  else members[step] = member
  const isTaken = entered === undefined && !field.required && isEqual(members, initial(field))
  return isTaken ? undefined : members
}

function versionOf(field: Field & { kind: 'versions' }, value: unknown): Field {
  const fitting = field.versions.find((version) => fits(version, value))
  return fitting ?? field.versions[0] ?? { kind: 'json', name: field.name, required: field.required }
}

/** Whether the field has a place for each member of the value. */
export function fits(field: Field, value: unknown): boolean {
  if (field.kind !== 'group' || !isRecord(value)) return true
  const names = new Set([...field.fields.map(({ name }) => name), ...field.hidden])
  return Object.keys(value).every((name) => names.has(name))
}

/** The list with one more element. */
export function withElement(field: Field & { kind: 'list' }, elements: unknown): unknown[] {
  return [...(Array.isArray(elements) ? elements : []), initial(field.item) ?? emptyOf(field.item)]
}

/** The value of a new element of a list until something is entered. */
function emptyOf(field: Field): unknown {
  if (field.kind === 'boolean') return false
  return field.kind === 'json' ? null : ''
}

/** The list with the element at `index` moved by `by` places. */
export function withMoved(elements: readonly unknown[], index: number, by: number): unknown[] {
  const moved = [...elements]
  const [element] = moved.splice(index, 1)
  moved.splice(Math.max(0, index + by), 0, element)
  return moved
}

/** The text of a value in an input. A value of the wrong type is shown as JSON, so that nothing is hidden. */
export function textOf(field: Field, value: unknown, timeZone?: string): string {
  if (value === undefined) return ''
  if (field.kind === 'json' && parsed(value) !== value) return JSON.stringify(value, undefined, 2)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return JSON.stringify(value)
  return field.kind === 'date-time' ? (localText(value, timeZone) ?? value) : value
}

/**
 * The value of what was typed. Text that is no number, time or JSON stays text, for which the server's error names the
 * member. `undefined`: nothing is sent.
 */
export function parseText(field: Field, text: string, timeZone?: string): unknown {
  if (text === '') return undefined
  if (field.kind === 'number') return numberOf(text)
  if (field.kind === 'date-time') return utcText(text, timeZone) ?? text
  if (field.kind === 'json') return parsed(text)
  // The values of a choice may be numbers, too.
  if (field.kind === 'choice') return field.options.find((option) => String(option) === text) ?? text
  return text
}

function numberOf(text: string): number | string {
  const trimmed = text.trim()
  const value = Number(trimmed)
  return trimmed !== '' && Number.isFinite(value) ? value : text
}

/** Text that is no JSON stands for itself. */
function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined
  } catch {
    return text
  }
}

/** An error that the server reports of a member. */
export interface FieldError {
  pointer: string
  detail: string
}

export interface Places {
  /** By the pointer of the field that shows it. */
  byField: ReadonlyMap<string, readonly string[]>
  /** Errors that no field shows. */
  others: readonly FieldError[]
}

/** Brings each error to the field at its pointer, or else to the closest field above it. */
export function placeErrors(field: Field, value: unknown, errors: readonly FieldError[]): Places {
  const byField = new Map<string, string[]>()
  const others: FieldError[] = []
  for (const error of errors) {
    const pointer = closest(field, value, stepsOf(error.pointer))
    if (pointer === '') others.push(error)
    else byField.set(pointer, [...(byField.get(pointer) ?? []), error.detail])
  }
  return { byField, others }
}

function closest(field: Field, value: unknown, steps: readonly string[]): string {
  let at = ''
  let here: Field | undefined = field
  for (const step of steps) {
    if (here?.kind === 'versions') here = versionOf(here, value)
    if (here?.kind === 'group') here = here.fields.find(({ name }) => name === step)
    else if (here?.kind === 'list') here = /^\d+$/.test(step) ? here.item : undefined
    else here = undefined
    if (here === undefined) return at
    at = below(at, step)
  }
  return at
}

export function isEqual(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((element, index) => isEqual(element, other[index]))
  }
  if (isRecord(one) && isRecord(other)) {
    const names = Object.keys(one)
    return names.length === Object.keys(other).length && names.every((name) => isEqual(one[name], other[name]))
  }
  return Object.is(one, other)
}
