import { fromScaled, hasDecimals, toScaled } from './exact.js'

// The energy that signed values tell. They are read here, not verified. [S.A.F.E. e.V., Open Charge Metering Format 1.x]

/** A reading of the format. What is absent is as in the reading before. */
interface OcmfReading {
  /** B: begin; E, L, R, A, P: end, by several causes. */
  TX?: unknown
  RV?: unknown
  /** OBIS code of the register. */
  RI?: unknown
  /** Unit. */
  RU?: unknown
}

/** A signed value as it is handed out. */
interface Signed {
  data: string
  /** plain, base64 or hex. */
  encoding: string
}

interface Reading {
  isBegin: boolean
  isEnd: boolean
  meter: string
  register: string
  /** mWh. */
  amount: bigint
}

/** Decimals of a Wh. */
const WH_DIGITS = 3
const DIGITS: Readonly<Record<string, number>> = { kWh: 3 + WH_DIGITS, Wh: WH_DIGITS }
const ENDS = ['E', 'L', 'R', 'A', 'P']

/**
 * The energy between the start and the end, in Wh: of one register of one meter. `undefined` if these values, in their
 * order, do not tell it in the format OCMF.
 */
export function signedEnergy(values: readonly Signed[]): number | undefined {
  const readings = values.flatMap(readingsOf)
  const begin = readings.find(({ isBegin }) => isBegin) ?? readings[0]
  const end = readings.findLast(({ isEnd }) => isEnd) ?? readings.at(-1)
  if (begin === undefined || end === undefined || begin === end) return undefined
  if (begin.meter !== end.meter || begin.register !== end.register || end.amount < begin.amount) return undefined
  return fromScaled(end.amount - begin.amount, WH_DIGITS)
}

function readingsOf({ data, encoding }: Signed): Reading[] {
  const isText = encoding !== 'base64' && encoding !== 'hex'
  const text = isText ? data : Buffer.from(data, encoding).toString()
  const [format, payload = ''] = text.split('|')
  if (format !== 'OCMF') return []
  const { MS, RD } = parse(payload)
  if (!Array.isArray(RD)) return []
  let last: OcmfReading = {}
  return RD.flatMap((told: unknown) => {
    last = { ...last, ...(typeof told === 'object' ? told : {}) }
    return readingOf(last, String(MS ?? ''))
  })
}

function parse(payload: string): { MS?: unknown; RD?: unknown } {
  try {
    const told: unknown = JSON.parse(payload)
    return typeof told === 'object' && told !== null ? told : {}
  } catch {
    return {}
  }
}

/** More is no energy of a charge. */
const LARGEST = 1e12

function readingOf({ TX, RV, RI, RU }: OcmfReading, meter: string): Reading[] {
  const digits = DIGITS[String(RU)]
  const value = typeof RV === 'string' ? Number(RV) : RV
  if (digits === undefined || typeof value !== 'number' || !(value >= 0 && value < LARGEST)) return []
  if (!hasDecimals(value, digits)) return []
  const amount = toScaled(value, digits)
  return [{ isBegin: TX === 'B', isEnd: ENDS.includes(String(TX)), meter, register: String(RI ?? ''), amount }]
}
