import { Kind, Optional, type TSchema, Type } from '@sinclair/typebox'
import type { Deviation } from './names.js'

/** Members whose texts may be longer than in the standard, with their limits in characters. */
const LONG: readonly { deviation: Deviation; members: ReadonlySet<string>; maxLength: number }[] = [
  {
    deviation: 'long-serial-numbers',
    members: new Set([
      'chargePointSerialNumber',
      'chargeBoxSerialNumber',
      'meterSerialNumber',
      'serialNumber',
      'iccid',
      'imsi'
    ]),
    maxLength: 255
  },
  {
    deviation: 'long-names',
    members: new Set(['chargePointVendor', 'chargePointModel', 'vendorName', 'model', 'firmwareVersion', 'meterType']),
    maxLength: 255
  },
  {
    deviation: 'long-texts',
    members: new Set(['info', 'vendorErrorCode', 'techInfo', 'additionalInfo', 'techCode']),
    maxLength: 5000
  },
  {
    deviation: 'long-id-tags',
    members: new Set(['idTag', 'idToken', 'parentIdTag']),
    maxLength: 255
  }
]

const LENGTHENED = Symbol('lengthened')

/** The limit of the standard if the schema has a higher one, with the deviation that permits the higher one. */
export interface Lengthened {
  deviation: Deviation
  maxLength: number
}

export function lengthenedOf(schema: TSchema): Lengthened | undefined {
  return (schema as { [LENGTHENED]?: Lengthened })[LENGTHENED]
}

/** 1.6 messages whose reading may be missing; paths are `Message.member`. */
const READINGS = new Set(['StartTransactionRequest.meterStart', 'StopTransactionRequest.meterStop'])

/** Lists that may be empty when samples are dropped. */
const SAMPLES = /\.(?:meterValue|sampledValue)$/

export interface Accepted {
  readonly deviations: ReadonlySet<Deviation>
  /** Whether readings of meters may have decimals when `decimal-meter-readings` is accepted. */
  readonly keepDecimals: boolean
}

/** `part` as these deviations accept it; `undefined` when nothing differs. Optional parts stay optional. */
export function lenientPart(part: TSchema, path: string, accepted: Accepted): TSchema | undefined {
  if (READINGS.has(path)) return lenientReading(part, accepted)
  const { deviations } = accepted
  if (part[Kind] === 'Array') {
    return SAMPLES.test(path) && deviations.has('unknown-samples') ? { ...part, minItems: 0 } : undefined
  }
  if (part.maxLength === undefined) return undefined
  const member = path.slice(path.lastIndexOf('.') + 1)
  const rule = LONG.find(({ deviation, members }) => members.has(member) && deviations.has(deviation))
  if (rule === undefined || rule.maxLength <= part.maxLength) return undefined
  const lengthened: Lengthened = { deviation: rule.deviation, maxLength: part.maxLength }
  return { ...part, maxLength: rule.maxLength, [LENGTHENED]: lengthened }
}

function lenientReading(part: TSchema, { deviations, keepDecimals }: Accepted): TSchema | undefined {
  const isDecimal = keepDecimals && deviations.has('decimal-meter-readings')
  const reading = isDecimal ? Type.Number(WHOLE) : part
  if (deviations.has('missing-meter-readings')) return Optional(reading)
  return isDecimal ? reading : undefined
}

/** The range in which no digits before the point are lost. */
const WHOLE = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
