import { Type } from '@sinclair/typebox'

/** A call that was made for an operation. */
export const MadeCallRecord = Type.Object({
  messageId: Type.String({ description: 'By which /calls/{messageId} finds it' }),
  action: Type.String(),
  result: Type.Optional(
    Type.Unknown({ description: "The charge point's own answer, without secrets", examples: [{ status: 'Accepted' }] })
  ),
  error: Type.Optional(
    Type.Object({ code: Type.String(), detail: Type.String() }, { description: 'Why there is no answer' })
  )
})
