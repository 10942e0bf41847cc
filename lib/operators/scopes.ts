/** What a token may allow; to write is to read as well, and `admin` is everything. */
export const OPERATOR_SCOPES = [
  'charge-points:read',
  'charge-points:write',
  'calls:write',
  'transactions:read',
  'id-tokens:read',
  'id-tokens:write',
  'admin'
] as const
export type OperatorScope = (typeof OPERATOR_SCOPES)[number]

/** Whether the one who asks may do what needs the scope. */
export type May = (scope: OperatorScope) => boolean

/** Whoever a token stands for. */
export interface Operator {
  /** Of the token, as it is written down beside what it did. */
  readonly name: string
  readonly scopes: readonly OperatorScope[]
  /** Epoch milliseconds; absent when it holds for ever. */
  readonly expiresAt?: number
  /** Of its row; absent when the token is not in the database. */
  readonly tokenId?: number
}

/** Whether a token with these scopes may do what needs `scope`. */
export function allows(scopes: readonly OperatorScope[], scope: OperatorScope): boolean {
  const writing = scope.replace(/:read$/, ':write')
  return scopes.some((held) => held === 'admin' || held === scope || held === writing)
}
