import type { ActionTable } from '../action-table.js'
import type { ValidationMode } from '../types/validation.js'

/** How one peer is treated: the options of the plugin, or what was said of this peer. */
export interface Treatment {
  readonly table: ActionTable
  /** Of the messages of the peer; `undefined` asks the `validation` option. */
  readonly validation: ValidationMode | undefined
  /** As in the settings of a connection; `undefined` is as there. */
  readonly pings: { readonly pingTicks: number; readonly cutTicks: number } | undefined
}
