import type { Static } from '@sinclair/typebox'
import type { BulkItemRecord, BulkRecord, BulkSummary } from '../../../lib/calls/bulk-records.js'

export type BulkListed = Static<typeof BulkSummary>
export type Bulk = Static<typeof BulkRecord> & { withheld?: string[] }
export type BulkItem = Static<typeof BulkItemRecord>

/** The parameters of a page that are parameters of its list. */
export function pick(query: URLSearchParams, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, query.get(name) ?? '']] : [])))
}
