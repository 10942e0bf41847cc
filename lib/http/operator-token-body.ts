import { type Static, Type } from '@sinclair/typebox'
import type { OperatorScope } from '../operators/scopes.js'
import { TOKEN_NAME, TOKEN_NAME_RULE } from '../operators/tokens.js'
import { textLike } from '../text-like.js'
import { ScopesRecord } from './records.js'

const Name = textLike(TOKEN_NAME, TOKEN_NAME_RULE, {
  description: '1 to 64 lower case letters, digits, `.`, `_` and `-`. The audit log shows this name'
})
/** The body of a request that creates an operator token. */
export const OperatorTokenBody = Type.Object(
  {
    name: Name,
    scopes: Type.Unsafe<OperatorScope[]>({ ...ScopesRecord, minItems: 1, uniqueItems: true }),
    expiresAt: Type.Optional(
      Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'Default: never' })
    )
  },
  {
    additionalProperties: false,
    examples: [{ name: 'billing', scopes: ['transactions:read'], expiresAt: '2099-12-31T23:59:59.000Z' }]
  }
)
export type OperatorTokenBody = Static<typeof OperatorTokenBody>
