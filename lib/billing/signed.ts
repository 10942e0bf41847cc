import { Type } from '@sinclair/typebox'
import type { Reader } from '../events/scope.js'
import { displayedIdOf, type TransactionRow } from '../ledger/queries.js'
import { type StoredSignedValue, signedEdge, signedValuesOf } from '../ledger/signed-values.js'
import { XML_BEGIN, XML_END, xmlOf } from '../money/signed-value.js'

// Signed meter values as they are handed out: to the byte as the charge point sent them.

export const SignedValueRecord = Type.Object({
  timestamp: Type.String({ format: 'date-time', description: 'By the clock of the charge point' }),
  receivedAt: Type.String({ format: 'date-time' }),
  measurand: Type.String(),
  context: Type.Optional(Type.String({ description: 'E.g. Transaction.Begin' })),
  data: Type.String({ description: 'As the charge point sent it, to the byte' }),
  encoding: Type.String({ description: 'Of `data`: plain, base64 or hex' }),
  encodingMethod: Type.Optional(Type.String({ description: 'E.g. OCMF or EDL' })),
  signingMethod: Type.Optional(Type.String()),
  publicKey: Type.Optional(Type.String({ description: 'As the charge point sent it' }))
})

export function shownSignedValue({ id: _, context, ...value }: StoredSignedValue) {
  return { ...value, ...(context !== '' && { context }) }
}

const AT_ONCE = 100

/** All signed values of a transaction as XML, piece by piece. */
export async function* signedXml(db: Reader, row: TransactionRow): AsyncGenerator<string> {
  const transactionId = displayedIdOf(row)
  yield XML_BEGIN
  for (let behind = 0; ; ) {
    const values = await signedValuesOf(db, row, { behind, limit: AT_ONCE })
    if (values.length > 0) yield values.map((value) => xmlOf(value, { transactionId, context: value.context })).join('')
    if (values.length < AT_ONCE) break
    behind = values.at(-1)?.id ?? behind
  }
  yield XML_END
}

/** The first and the last signed value: those of the start and the end, where the charge point says which they are. */
export async function signedPair(db: Reader, row: TransactionRow) {
  const [first, last] = [await signedEdge(db, row, 'Transaction.Begin'), await signedEdge(db, row, 'Transaction.End')]
  const both = [first, last].filter((value) => value !== undefined)
  return (first?.id === last?.id ? both.slice(0, 1) : both).map(shownSignedValue)
}
