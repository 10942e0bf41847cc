import type { Kysely } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import type { DynamicLimit } from './limits.js'
import { circuitsOf } from './rows.js'

// Limits that energy managers set for some time.

/** The limit of one circuit. */
export interface CircuitLimitChange extends DynamicLimit {
  circuit: string
}

/** `unmanaged`: the load of the site is not managed. A number is the index of a limit of which the circuit is unknown. */
export type PutLimitsResult = 'set' | 'unmanaged' | number

/**
 * Sets limits of circuits of a site, all or none. Calls in this process take effect in their order, and no other change of the
 * site comes between a look at its circuits and the limits.
 */
export function putLimits(
  writer: Pick<Writer, 'write'>,
  siteId: string,
  limits: readonly CircuitLimitChange[]
): Promise<PutLimitsResult> {
  return writer.write(
    async (trx): Promise<PutLimitsResult> => {
      await hold(trx, 'site', siteId)
      const circuits = await circuitsOf(trx as Kysely<Schema>, siteId)
      if (circuits === undefined) return 'unmanaged'
      const unknown = limits.findIndex(({ circuit }) => circuits.every(({ id }) => id !== circuit))
      if (unknown >= 0) return unknown
      for (const { circuit, limit, source, expiresAt } of limits) {
        const values = { body: JSON.stringify(limit), source, set_at: Date.now(), expires_at: expiresAt }
        await trx
          .insertInto('circuit_limits')
          .values({ site_id: siteId, circuit_id: circuit, ...values })
          .onConflict((conflict) => conflict.columns(['site_id', 'circuit_id']).doUpdateSet(values))
          .execute()
      }
      return 'set'
    },
    { key: `limits ${siteId}` }
  )
}
