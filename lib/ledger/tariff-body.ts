import { documentOf } from '../money/canonical.js'
import { check, type Finding, type Findings } from '../money/check.js'
import { documentOfFlat } from '../money/flat.js'
import type { AppliesTo, TariffBody, TariffDocument } from '../money/tariff.js'
import { ProblemError } from '../problem-error.js'
import { type AnyTariffBody, FLAT_MEMBERS, type FlatTariffBody } from './tariff-records.js'

/** A tariff that was checked. */
export interface CheckedTariff {
  document: TariffDocument
  enabled: boolean
  appliesTo: AppliesTo
  priority: number
  warnings: Finding[]
}

/** Members that both forms have. */
const SHARED: readonly string[] = ['currency', 'description']

/** Whether the body has the short form. A body with the currency only is a free tariff. */
function isFlat(body: AnyTariffBody | FlatTariffBody): body is FlatTariffBody {
  const own = Object.keys(body).filter((name) => !SHARED.includes(name))
  return own.every((name) => FLAT_MEMBERS.includes(name)) && !Array.isArray(body.description)
}

/** The faults of a body in either form. */
export function findingsIn(body: AnyTariffBody): Findings {
  return isFlat(body) ? check(bodyOfFlat(body)) : findingsInLong(body)
}

function findingsInLong(body: AnyTariffBody): Findings {
  const errors = FLAT_MEMBERS.filter((name) => name in body).map((name) => ({
    pointer: `/${name}`,
    detail: 'belongs to the short form of a tariff: energy, fixedFee and the like take its place'
  }))
  if (typeof body.description === 'string') {
    errors.push({ pointer: '/description', detail: 'must be a list of texts' })
  }
  errors.push(...textErrors(body.description))
  return errors.length > 0 ? { errors, warnings: [] } : check(body as TariffBody)
}

const FORMATS = ['ASCII', 'HTML', 'URI', 'UTF8', 'QRCODE']

/** [2.1 MessageContentType] */
function textErrors(description: AnyTariffBody['description']): Finding[] {
  if (!Array.isArray(description)) return []
  return description.flatMap((one, index) => {
    const { format, content, language, ...others } = (typeof one === 'object' && one !== null ? one : {}) as Record<
      string,
      unknown
    >
    const isText = typeof content === 'string' && content.length > 0 && content.length <= 1024
    const isLanguage = language === undefined || (typeof language === 'string' && /^[A-Za-z-]{2,8}$/.test(language))
    const isRight = isText && isLanguage && FORMATS.includes(String(format)) && Object.keys(others).length === 0
    const detail = `must have content of 1 to 1024 characters, format (${FORMATS.join(', ')}) and, at most, language`
    return isRight ? [] : [{ pointer: `/description/${index}`, detail }]
  })
}

function bodyOfFlat(body: FlatTariffBody): TariffBody {
  const { chargePoint, groupId, currency, pricePerKwh = 0, pricePerHour = 0, pricePerSession = 0, tax = 0 } = body
  const { description } = body
  const flat = { currency, pricePerKwh, pricePerHour, pricePerSession, tax }
  return {
    ...documentOfFlat(description === undefined ? flat : { ...flat, description }),
    appliesTo: {
      ...(chargePoint !== undefined && { chargePoints: [chargePoint] }),
      ...(groupId !== undefined && { groupIds: [groupId] })
    }
  }
}

/**
 * @param at JSON pointer to the tariff in the body of the request
 * @throws `INVALID_TARIFF`
 */
export function checked(body: AnyTariffBody, at = ''): CheckedTariff {
  const { errors, warnings } = findingsIn(body)
  if (errors.length > 0)
    throw invalidTariff(errors.map(({ pointer, detail }) => ({ pointer: `${at}${pointer}`, detail })))
  const whole = isFlat(body) ? bodyOfFlat(body) : (body as TariffBody)
  const { enabled = true, appliesTo = {}, priority = 0 } = whole
  return { document: documentOf(whole), enabled, appliesTo, priority, warnings }
}

/** Problem details with a JSON pointer for each finding. */
export function invalidTariff(
  findings: readonly Finding[],
  { status = 422, code = 'INVALID_TARIFF', message = 'the tariff cannot be used' } = {}
): ProblemError {
  const validation = findings.map(({ pointer, detail }) => ({ instancePath: pointer, message: detail }))
  return Object.assign(new ProblemError(status, code, message), { validation, validationContext: 'body' })
}
