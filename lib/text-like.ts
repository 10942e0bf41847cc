import { type StringOptions, Type } from '@sinclair/typebox'

/** The keyword of a schema that says in words what its pattern asks for. Ajv has to be told that it exists. */
export const RULE = 'x-rule'

/** A text that matches a pattern. A client that sends anything else is told the rule, not the pattern. */
export function textLike(pattern: string, rule: string, options: StringOptions = {}) {
  return Type.String({ pattern, [RULE]: rule, ...options })
}
