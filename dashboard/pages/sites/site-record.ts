import type { SiteRecord } from '../../api/records.js'

/** A site with `include=counts`; without the scope for charge points the counts are withheld. */
export type Site = SiteRecord & {
  counts?: {
    chargePoints: { total: number; connected: number; neverConnected: number; disabled: number; pending: number }
    connectors: Readonly<Record<string, number>>
  }
  withheld?: string[]
}
