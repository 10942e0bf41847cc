import { FormatRegistry, Type } from '@sinclair/typebox'
import { isTimeZone } from '../time-zone.js'

const TIME_ZONE = 'backend-time-zone'
FormatRegistry.Set(TIME_ZONE, isTimeZone)

/** Pages that anybody may open. */
const PUBLIC_PAGES = ['receipts', 'prices'] as const

/** Who sells the energy, how receipts are issued, and what drivers may see. */
export const billingSettings = {
  PUBLIC_PAGES: Type.Array(Type.Union(PUBLIC_PAGES.map((page) => Type.Literal(page))), {
    default: [],
    uniqueItems: true,
    rule: `some of ${PUBLIC_PAGES.join(',')}, each once`
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s?#]{1,200}$',
      rule: 'http://… or https://… of at most 200 characters, without ? and #',
      otherwise: 'required with PUBLIC_PAGES=receipts'
    })
  ),
  PUBLIC_RATE_LIMIT: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 1_000_000,
    unit: 'requests a minute from one address'
  }),
  SELLER_NAME: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, rule: 'at most 200 characters', otherwise: 'no receipts are issued' })
  ),
  SELLER_ADDRESS: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      rule: 'at most 500 characters',
      otherwise: 'required with SELLER_NAME'
    })
  ),
  SELLER_TAX_ID: Type.Optional(
    Type.String({ minLength: 1, maxLength: 50, rule: 'at most 50 characters', otherwise: 'not on receipts' })
  ),
  SELLER_TIME_ZONE: Type.String({
    default: 'UTC',
    format: TIME_ZONE,
    rule: 'an IANA time zone such as Europe/Berlin'
  }),
  RECEIPT_SERIES: Type.String({
    default: 'R',
    pattern: '^[A-Z0-9]{1,10}$',
    rule: '1 to 10 capital letters and digits'
  }),
  FINAL_AFTER: Type.Integer({ default: 600, minimum: 0, maximum: 604_800, unit: 'seconds' }),
  DATEV_CONSULTANT: Type.Optional(
    Type.Integer({ minimum: 1001, maximum: 9_999_999, unit: 'Beraternummer', otherwise: 'no exports for DATEV' })
  ),
  DATEV_CLIENT: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 99_999,
      unit: 'Mandantennummer',
      otherwise: 'required with DATEV_CONSULTANT'
    })
  ),
  DATEV_DEBTOR: Type.Optional(
    Type.String({
      pattern: '^\\d{4,9}$',
      rule: 'an account of 4 to 9 digits',
      otherwise: 'required with DATEV_CONSULTANT'
    })
  ),
  DATEV_REVENUE: Type.Optional(
    Type.Array(Type.String({ pattern: '^\\d{1,2}(?:\\.\\d{1,2})?=\\d{4,8}(?::\\d{1,4})?$' }), {
      minItems: 1,
      rule: 'accounts by tax rate such as 19=8400,7=8300,0=8200, each with a tax key behind a colon if it needs one',
      otherwise: 'required with DATEV_CONSULTANT'
    })
  ),
  DATEV_COST_CENTRE: Type.Optional(
    Type.String({ pattern: '^[\\w $%&*+\\-/.]{1,36}$', rule: '1 to 36 characters', otherwise: 'none' })
  ),
  DATEV_ACCOUNT_LENGTH: Type.Integer({ default: 4, minimum: 4, maximum: 8, unit: 'digits of an account' }),
  DATEV_YEAR_MONTH: Type.Integer({ default: 1, minimum: 1, maximum: 12, unit: 'month in which the fiscal year begins' })
} as const

/** Settings that may be absent. */
export type OpenBilling =
  | 'PUBLIC_URL'
  | 'SELLER_NAME'
  | 'SELLER_ADDRESS'
  | 'SELLER_TAX_ID'
  | 'DATEV_CONSULTANT'
  | 'DATEV_CLIENT'
  | 'DATEV_DEBTOR'
  | 'DATEV_REVENUE'
  | 'DATEV_COST_CENTRE'
