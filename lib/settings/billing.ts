import { FormatRegistry, Type } from '@sinclair/typebox'
import { isTimeZone } from '../time-zone.js'

const TIME_ZONE = 'backend-time-zone'
FormatRegistry.Set(TIME_ZONE, isTimeZone)

/** Who sells the energy, and how receipts are issued. */
export const billingSettings = {
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
  FINAL_AFTER: Type.Integer({ default: 600, minimum: 0, maximum: 604_800, unit: 'seconds' })
} as const
