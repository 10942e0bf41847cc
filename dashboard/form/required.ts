import type { Schema } from './tree.js'

/** The members of an example that a request must have. The others are not what an operator has asked for. */
export function requiredOf({ required, properties }: Schema, example: unknown): unknown {
  if (properties === undefined || typeof example !== 'object' || example === null) return example
  return Object.fromEntries(
    Object.entries(example).filter(([name]) => Array.isArray(required) && required.includes(name))
  )
}
