import { type Static, Type } from '@sinclair/typebox'
import { ProblemError } from '../../lib/problem-error.js'
import { textLike } from '../../lib/text-like.js'

export const ReceiptParams = Type.Object({
  number: textLike('^[A-Z0-9]{1,10}-[0-9]{4}-[0-9]{6,15}$', 'must be the number of a receipt, such as R-2026-000001', {
    examples: ['R-2026-000001']
  })
})
export type OneReceipt = { Params: Static<typeof ReceiptParams> }

export function unknownReceipt(number: string): ProblemError {
  return new ProblemError(404, 'UNKNOWN_RECEIPT', `no receipt ${number}`)
}
