import { type StringOptions, Type } from '@sinclair/typebox'

/** A keyword of schemas that describes their pattern in words. Ajv must be told that it exists. */
export const RULE = 'x-rule'

/** A text that matches a pattern. The error for any other value contains the rule and not the pattern. */
export function textLike(pattern: string, rule: string, options: StringOptions = {}) {
  return Type.String({ pattern, [RULE]: rule, ...options })
}
