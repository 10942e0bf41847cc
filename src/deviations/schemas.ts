import { Kind, Optional, type TSchema } from '@sinclair/typebox'
import type { Deviation } from './names.js'

/** Members whose texts may be longer: their names, and the limit in characters. */
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

/** The limit of the standard, where the schema has a higher one, and the deviation that it is for. */
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

/** `part` as these deviations accept it; `undefined` when nothing differs. Optional parts stay optional. */
export function lenientPart(part: TSchema, path: string, deviations: ReadonlySet<Deviation>): TSchema | undefined {
  if (READINGS.has(path)) return deviations.has('missing-meter-readings') ? Optional(part) : undefined
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
