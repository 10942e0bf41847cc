import { storedText } from '../database/parameters.js'
import { type Change, chunks, lastOfEach } from '../events/scope.js'
import { isSecret } from './device-model.js'

/** A configuration key of 1.6. */
export interface ConfigurationKey {
  key: string
  value?: string
  readonly?: boolean
}

/** Configuration keys as the charge point reported them. [1.6 §5.8] */
export function saveConfiguration(keys: readonly ConfigurationKey[]): Change {
  return async ({ trx, chargePointId, now }) => {
    for (const part of chunks(lastOfEach(keys, ({ key }) => storedText(key)))) {
      await trx
        .insertInto('configuration_keys')
        .values(
          part.map(({ key, value, readonly }) => ({
            charge_point_id: chargePointId,
            key,
            value: isSecret(key) ? null : (value ?? null),
            readonly: readonly === true ? (1 as const) : (0 as const),
            updated_at: now
          }))
        )
        .onConflict((conflict) =>
          conflict.columns(['charge_point_id', 'key']).doUpdateSet((of) => ({
            value: of.ref('excluded.value'),
            readonly: of.ref('excluded.readonly'),
            updated_at: of.ref('excluded.updated_at')
          }))
        )
        .execute()
    }
  }
}

/** Configuration keys that the charge point does not know. */
export function deleteConfiguration(keys: readonly string[]): Change {
  return async ({ trx, chargePointId }) => {
    for (const part of chunks(keys)) {
      await trx
        .deleteFrom('configuration_keys')
        .where('charge_point_id', '=', chargePointId)
        .where('key', 'in', part)
        .execute()
    }
  }
}
