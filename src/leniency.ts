import { Kind, Optional, OptionalKind, type TSchema, Type } from '@sinclair/typebox'
import { withZone } from './deviations/date-time.js'
import { lenientPart } from './deviations/schemas.js'
import type { ProtocolDefinition } from './protocol.js'
import { dateTime } from './schema.js'
import type { Leniency } from './types/validation.js'

/**
 * The schemas state what the standard states. This file says what a robust receiver accepts beyond that, and where a
 * sender is stricter: an inbound payload that fails its schema is normalised and checked again, and the schemas of
 * either direction differ from the exact ones in a few listed places.
 */

type Edit = (schema: TSchema, path: string) => TSchema | undefined

/** The schema that inbound payloads are checked with. The same object when nothing differs. */
export function inboundSchema(
  definition: ProtocolDefinition,
  message: string,
  schema: TSchema,
  leniency: Leniency
): TSchema {
  const { deviations = [], keepDecimals = false } = leniency
  const accepted = deviations.length === 0 ? undefined : { deviations: new Set(deviations), keepDecimals }
  return edit(schema, message, (part, path) => {
    if (definition.anyDecimals?.test(path)) return Type.Number()
    const lenient = accepted === undefined ? undefined : lenientPart(part, path, accepted)
    const whole = lenient ?? part
    const exact = whole[Kind] === 'Integer' ? withExactRange(whole) : withFieldLength(whole, path, leniency)
    return exact ?? lenient
  })
}

/**
 * OCPP sets no bounds to an integer. JSON.parse loses digits of an integer beyond 2^53, so such a message is rejected:
 * a wrong id or meter reading is worse than none. [RFC 8259 §6]
 */
function withExactRange(part: TSchema): TSchema {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = part
  return { ...part, minimum, maximum }
}

/** The schema that outbound payloads are checked with. The same object when nothing differs. */
export function outboundSchema(
  definition: ProtocolDefinition,
  message: string,
  schema: TSchema,
  leniency: Leniency
): TSchema {
  return edit(schema, message, (part, path) => {
    if (definition.neverEmpty?.test(path)) return { ...part, minItems: 1 }
    if (part.format === 'date-time' && Number.isFinite(definition.maxFractionDigits)) {
      return dateTime(definition.maxFractionDigits)
    }
    return withFieldLength(part, path, leniency)
  })
}

/** Whether `path`, a key of the option `fieldLengths`, names a text that has a limit in one of the versions. */
export function isFieldLength(protocols: readonly ProtocolDefinition[], path: string): boolean {
  return protocols.some(({ actions }) => {
    for (const [action, { request, response, messageType }] of actions) {
      if (hasLimit(request, messageType === 'SEND' ? action : `${action}Request`, path)) return true
      if (response !== undefined && hasLimit(response, `${action}Response`, path)) return true
    }
    return false
  })
}

function hasLimit(schema: TSchema, message: string, path: string): boolean {
  if (!path.startsWith(`${message}.`)) return false
  let isFound = false
  edit(schema, message, (part, at) => {
    isFound ||= at === path && part.maxLength !== undefined
    return undefined
  })
  return isFound
}

function withFieldLength(part: TSchema, path: string, leniency: Leniency): TSchema | undefined {
  const limits = leniency.fieldLengths
  if (part.maxLength === undefined || limits === undefined || !Object.hasOwn(limits, path)) return undefined
  return { ...part, maxLength: Math.max(part.maxLength, limits[path] ?? 0) }
}

/** A copy of `schema` in which `change` has replaced parts. It gets the path of each: `Message.member.member`. */
function edit(schema: TSchema, path: string, change: Edit): TSchema {
  const changed = change(schema, path)
  if (changed === undefined) return editParts(schema, path, change)
  return editParts(schema[OptionalKind] === undefined ? changed : Optional(changed), path, change)
}

function editParts(schema: TSchema, path: string, change: Edit): TSchema {
  if (schema[Kind] === 'Array') {
    const items = edit(schema.items, path, change)
    return items === schema.items ? schema : { ...schema, items }
  }
  if (schema[Kind] !== 'Object') return schema
  const properties: Record<string, TSchema> = {}
  let isEdited = false
  for (const [name, member] of Object.entries<TSchema>(schema.properties)) {
    const edited = edit(member, `${path}.${name}`, change)
    isEdited ||= edited !== member
    properties[name] = edited
  }
  if (!isEdited) return schema
  const required = schema.required?.filter((name: string) => properties[name]?.[OptionalKind] === undefined)
  return { ...schema, properties, ...(required !== undefined && { required }) }
}

/**
 * Brings known deviations of real chargers into the form of the standard, in place: `null` for an absent member, a
 * date-time of ISO 8601 that RFC 3339 does not know, a unit of frequency in 1.6, the correct spelling of "IdleTime" in
 * 2.1. Called only for payloads that failed, so that a valid payload is never changed. The recursion is as deep as the
 * schema.
 */
export function normalise(
  definition: ProtocolDefinition,
  schema: TSchema,
  payload: unknown,
  leniency: Leniency
): unknown {
  return normaliseValue({ definition, leniency }, schema, payload)
}

interface Settings {
  definition: ProtocolDefinition
  leniency: Leniency
}

function normaliseValue(settings: Settings, schema: TSchema, value: unknown): unknown {
  switch (schema[Kind]) {
    case 'Object':
      return isRecord(value) ? normaliseObject(settings, schema, value) : value
    case 'Array':
      return normaliseArray(settings, schema, value)
    case 'OcppDateTime':
      return typeof value === 'string' ? withZone(value, settings.leniency.timeZone) : value
    case 'OcppLiterals':
      // "IdleTIme" is the standard's spelling. [2.1 CostDimensionEnumType]
      return value === 'IdleTime' && schema.enum.includes('IdleTIme') ? 'IdleTIme' : value
    default:
      return settings.leniency.coerce ? coerce(schema, value) : value
  }
}

function normaliseObject(settings: Settings, schema: TSchema, value: Record<string, unknown>): unknown {
  const properties: Record<string, TSchema> = schema.properties
  for (const name of Object.keys(value)) {
    const member = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (member === undefined) {
      if (settings.leniency.dropUnknownMembers && schema.additionalProperties === false) delete value[name]
    } else if (value[name] === null && isOptional(schema, name)) {
      delete value[name]
    } else value[name] = normaliseValue(settings, member, value[name])
  }
  // 1.6 has no unit for a frequency, and charge points add one of their own. [1.6 errata 3.86]
  if (!settings.definition.hasFrequencyUnit && value.measurand === 'Frequency' && isHertz(value.unit)) delete value.unit
  return value
}

function normaliseArray(settings: Settings, schema: TSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      value[index] = normaliseValue(settings, schema.items, value[index])
    }
    return value
  }
  if (!settings.leniency.coerce || !isRecord(value)) return value
  return [normaliseValue(settings, schema.items, value)]
}

function isOptional(schema: TSchema, name: string): boolean {
  return !schema.required?.includes(name)
}

function isHertz(unit: unknown): boolean {
  return unit === 'Hertz' || unit === 'Hz'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function coerce(schema: TSchema, value: unknown): unknown {
  if (schema.type === 'string' && typeof value === 'number') return String(value)
  if ((schema.type === 'number' || schema.type === 'integer') && typeof value === 'string' && value.trim() !== '') {
    const number = Number(value)
    return Number.isFinite(number) ? number : value
  }
  return value
}
