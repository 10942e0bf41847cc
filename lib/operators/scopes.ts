/** The scopes of tokens. A write scope includes reading, and `admin` includes everything. */
export const OPERATOR_SCOPES = [
  'charge-points:read',
  'charge-points:write',
  'calls:write',
  'transactions:read',
  'transactions:write',
  'id-tokens:read',
  'id-tokens:write',
  'sites:read',
  'sites:write',
  'tariffs:write',
  'billing:read',
  'billing:write',
  'limits:write',
  'admin'
] as const
export type OperatorScope = (typeof OPERATOR_SCOPES)[number]

/** Whether the operator has a scope. */
export type May = (scope: OperatorScope) => boolean

/** The operator that a token belongs to. */
export interface Operator {
  /** The name of the token, as it stands in the audit log. */
  readonly name: string
  readonly scopes: readonly OperatorScope[]
  /** When the token or the sign-in ends, in epoch milliseconds. Absent if the token never expires. */
  readonly expiresAt?: number
  /** The id of its row. Absent if the token is not in the database. */
  readonly tokenId?: number
  /** The id of the sign-in, if the request came with its cookie. */
  readonly signInId?: number
}

/** Whether these scopes include `scope`. */
export function allows(scopes: readonly OperatorScope[], scope: OperatorScope): boolean {
  const writing = scope.replace(/:read$/, ':write')
  return scopes.some((held) => held === 'admin' || held === scope || held === writing)
}
