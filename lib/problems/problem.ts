import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { TraitsRecord } from '../traits/traits.js'

/** The kinds of problems; more come with what they are about. */
export const PROBLEM_KINDS = ['refused-messages'] as const
export type ProblemKind = (typeof PROBLEM_KINDS)[number]
export const SEVERITIES = ['critical', 'warning'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Something that is wrong, as long as it is. */
export interface Problem {
  /** The same for as long as the problem lasts. */
  id: string
  kind: ProblemKind
  severity: Severity
  /** Epoch milliseconds. */
  since: number
  chargePoint?: string
  /** What is wrong, in a sentence. */
  detail: string
  /** The traits that would solve it, as the body of PUT /charge-points/{identity} takes them. */
  suggestedTraits?: Static<typeof TraitsRecord>
}

/** Where problems are found. Several sources make the list. */
export type ProblemSource = () => Promise<readonly Problem[]>

const moment = (description: string): TSchema => Type.String({ format: 'date-time', description })

export const AcknowledgementBody = Type.Object(
  {
    note: Type.Optional(Type.String({ maxLength: 1000 })),
    until: Type.Optional(moment('Until then it counts as acknowledged; left out: as long as it lasts'))
  },
  {
    additionalProperties: false,
    examples: [{ note: 'New firmware is ordered', until: '2099-01-01T00:00:00Z' }]
  }
)

export const ProblemRecord = Type.Object({
  id: Type.String(),
  kind: Type.Unsafe<ProblemKind>({ type: 'string', enum: [...PROBLEM_KINDS] }),
  severity: Type.Unsafe<Severity>({ type: 'string', enum: [...SEVERITIES] }),
  since: moment('When it began'),
  chargePoint: Type.Optional(Type.String()),
  detail: Type.String({ description: 'What is wrong, in a sentence' }),
  suggestedTraits: Type.Optional(TraitsRecord),
  acknowledgement: Type.Optional(
    Type.Object({
      operator: Type.String(),
      at: moment('When it was acknowledged'),
      note: Type.Optional(Type.String()),
      until: Type.Optional(moment('Until when'))
    })
  )
})
export type ProblemRecord = Static<typeof ProblemRecord>
