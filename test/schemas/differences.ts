/** A place where our schemas deliberately differ from the published ones. */
export interface Difference {
  /** E.g. `1.6/StopTransactionRequest.json`. */
  file: string
  /** JSON pointer into the schema, after resolving references. */
  pointer: string
  reason: string
}

export const differences: Difference[] = []
