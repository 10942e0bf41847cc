import type { ActionTable } from '../action-table.js'
import type { ValidationMode } from '../types/validation.js'

/** How one peer is treated: by the options of the plugin, or by its traits. */
export interface Treatment {
  readonly table: ActionTable
  /** Validation of the peer's messages; `undefined` asks the `validation` option. */
  readonly validation: ValidationMode | undefined
  /** Intervals of liveness checks; `undefined` means those of the connection's settings. */
  readonly pings: { readonly pingTicks: number; readonly cutTicks: number } | undefined
}
