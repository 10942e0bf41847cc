import { Kind, Optional, OptionalKind, type TSchema, Type } from '@sinclair/typebox'
import type { ProtocolDefinition } from './protocol.js'
import { dateTime, isDateTime } from './schema.js'
import type { Leniency, Protocol } from './types.js'

/**
 * The schemas state what the standard states. What a robust receiver accepts beyond it, and what a sender
 * holds itself to, is here: inbound payloads that fail are normalised and checked again; schemas of either
 * direction differ from the exact ones in a few listed places.
 */

type Edit = (schema: TSchema, path: string) => TSchema | undefined

/** Lists that the text of 1.6 gives at least one item and its schemas none: never sent empty. */
const NEVER_EMPTY_16 = /\.(?:meterValue|sampledValue|chargingSchedulePeriod)$/

/** 1.6 GetCompositeSchedule.conf: chargers answer limits with more than one decimal. */
const ANY_DECIMALS_16 = /^GetCompositeScheduleResponse\..*\.(?:limit|minChargingRate)$/

/** `schema` as it is applied to what comes in. The same object when nothing differs. */
export function inboundSchema(
  definition: ProtocolDefinition,
  message: string,
  schema: TSchema,
  leniency: Leniency
): TSchema {
  return edit(schema, message, (part, path) => {
    if (definition.protocol === 'ocpp1.6' && ANY_DECIMALS_16.test(path)) return Type.Number()
    return part[Kind] === 'Integer' ? withExactRange(part) : withFieldLength(part, path, leniency)
  })
}

/**
 * OCPP sets no bounds to an integer. One beyond 2^53 has already lost digits when JSON is parsed, so it is refused: a
 * wrong id or meter reading is worse than none. [RFC 8259 §6]
 */
function withExactRange(part: TSchema): TSchema {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = part
  return { ...part, minimum, maximum }
}

/** `schema` as it is applied to what goes out. The same object when nothing differs. */
export function outboundSchema(
  definition: ProtocolDefinition,
  message: string,
  schema: TSchema,
  leniency: Leniency
): TSchema {
  return edit(schema, message, (part, path) => {
    if (definition.protocol === 'ocpp1.6' && NEVER_EMPTY_16.test(path)) return { ...part, minItems: 1 }
    if (part.format === 'date-time' && Number.isFinite(definition.maxFractionDigits)) {
      return dateTime(definition.maxFractionDigits)
    }
    return withFieldLength(part, path, leniency)
  })
}

/** Whether a field length names a text that has a limit in some version. */
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

/** A copy of `schema` with the parts that `change` wants different; paths are `Message.member.member`. */
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
  return isEdited ? { ...schema, properties } : schema
}

/**
 * Brings the known deviations of real chargers into the form of the standard, in place: `null` for an absent
 * member, date-times of ISO 8601 that RFC 3339 does not know, and one of each version. Called for payloads
 * that failed only, so that nothing of a valid one is ever changed. Depth is that of the schema.
 */
export function normalise(protocol: Protocol, schema: TSchema, payload: unknown, leniency: Leniency): unknown {
  return normaliseValue({ protocol, leniency }, schema, payload)
}

interface Settings {
  protocol: Protocol
  leniency: Leniency
}

function normaliseValue(settings: Settings, schema: TSchema, value: unknown): unknown {
  switch (schema[Kind]) {
    case 'Object':
      return isRecord(value) ? normaliseObject(settings, schema, value) : value
    case 'Array':
      return normaliseArray(settings, schema, value)
    case 'OcppDateTime':
      return typeof value === 'string' ? normaliseDateTime(value) : value
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
  // 1.6 has no unit for a frequency: chargers write one of their own. [1.6 errata 3.86]
  if (settings.protocol === 'ocpp1.6' && value.measurand === 'Frequency' && isHertz(value.unit)) delete value.unit
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

/** Longest text that is looked at as a date-time. */
const MAX_DATE_TIME = 64
const ZONE = /(?:[Zz]|([+-]\d\d)(?::?(\d\d))?)?$/

/** Reads a missing zone as UTC, and `+02` and `+0200` as `+02:00`; what is no date-time stays as it is. */
function normaliseDateTime(text: string): string {
  if (text.length > MAX_DATE_TIME || !text.includes(':')) return text
  const zone = ZONE.exec(text)
  const clock = text.slice(0, zone?.index ?? text.length)
  const offset = zone?.[1] === undefined ? 'Z' : `${zone[1]}:${zone[2] ?? '00'}`
  const normalised = `${clock}${offset}`
  return isDateTime(normalised) ? normalised : text
}
