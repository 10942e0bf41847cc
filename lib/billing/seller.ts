import type { Config } from '../settings/settings.js'

/** The seller of the energy, as it stands on receipts. */
export interface Seller {
  name: string
  address: string
  taxId?: string
}

/** How receipts are issued. */
export interface ReceiptPolicy {
  seller: Seller
  /** The year of a number, and the day of a receipt, are those of this IANA time zone. */
  timeZone: string
  /** The beginning of each number. */
  series: string
  /** How long no message may have come about a transaction. Milliseconds. */
  finalAfter: number
}

type Settings = Pick<
  Config,
  'SELLER_NAME' | 'SELLER_ADDRESS' | 'SELLER_TAX_ID' | 'SELLER_TIME_ZONE' | 'RECEIPT_SERIES' | 'FINAL_AFTER'
>

/** `undefined` without a seller: nothing is issued then. */
export function receiptPolicyOf(settings: Settings): ReceiptPolicy | undefined {
  const { SELLER_NAME: name, SELLER_ADDRESS: address, SELLER_TAX_ID: taxId } = settings
  if (name === undefined || address === undefined) return undefined
  return {
    seller: { name, address, ...(taxId !== undefined && { taxId }) },
    timeZone: settings.SELLER_TIME_ZONE,
    series: settings.RECEIPT_SERIES,
    finalAfter: settings.FINAL_AFTER * 1000
  }
}
