import { createHash } from 'node:crypto'
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { TraitsRecord } from '../traits/traits.js'

/** The kinds of problems. */
export const PROBLEM_KINDS = [
  'refused-messages',
  'connector-faulted',
  'away',
  'transaction-silent',
  'transaction-incomplete',
  'cost-differs',
  'limit-exceeded',
  'tariff-refused',
  'tariff-drift',
  'receipt-blocked',
  'receipt-outdated',
  'receipt-not-signed',
  'receipt-unpaid',
  'call-unknown',
  'call-expiring',
  'firmware-failed',
  'log-failed',
  'certificate-expiring',
  'webhook-failing',
  'id-token-refused',
  'charge-point-refused',
  'log-dropping',
  'writes-queueing',
  'site-overload',
  'limits-ignored'
] as const
export type ProblemKind = (typeof PROBLEM_KINDS)[number]
export const SEVERITIES = ['critical', 'warning'] as const
export type Severity = (typeof SEVERITIES)[number]

/** A problem that lasts. */
export interface Problem {
  /** Does not change while the problem lasts. */
  id: string
  kind: ProblemKind
  severity: Severity
  /** Epoch milliseconds. */
  since: number
  chargePoint?: string
  evseId?: number
  connectorId?: number
  /** Our id of the transaction. */
  transaction?: number
  /** Of the call. */
  messageId?: string
  /** The whole id token. */
  idToken?: string
  /** Id of the webhook. */
  webhook?: number
  /** Id of the site whose load is managed. */
  site?: string
  /** Description of the problem in one sentence. */
  detail: string
  /** The traits that would solve it, as the body of PUT /charge-points/{identity} takes them. */
  suggestedTraits?: Static<typeof TraitsRecord>
  /** Whether it was a problem before this process started, which only finds it again. It was published then. */
  isOld?: boolean
}

/** A source of problems. The list joins all sources. */
export type ProblemSource = () => Promise<readonly Problem[]>

/** The place of a row. In 1.6 the EVSE id is the connector id. A row of the whole charge point has no place. */
export function placeOf({ evse_id, connector_id }: { evse_id: number; connector_id: number }) {
  const evseId = evse_id || connector_id
  return { ...(evseId > 0 && { evseId }), ...(connector_id > 0 && { connectorId: connector_id }) }
}

/** Part of an id of a problem: its form allows few characters, and an id must not show an id token. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

const moment = (description: string): TSchema => Type.String({ format: 'date-time', description })

export const AcknowledgementBody = Type.Object(
  {
    note: Type.Optional(Type.String({ maxLength: 1000 })),
    until: Type.Optional(moment('When the acknowledgement ends. Default: with the problem'))
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
  since: moment('When the problem began'),
  chargePoint: Type.Optional(Type.String()),
  evseId: Type.Optional(Type.Integer({ description: 'EVSE; in OCPP 1.6 the connector' })),
  connectorId: Type.Optional(Type.Integer()),
  transaction: Type.Optional(
    Type.Integer({ description: '`id` of the transaction. Needs the scope transactions:read' })
  ),
  messageId: Type.Optional(Type.String({ description: 'Of the call, in /calls/{messageId}' })),
  idToken: Type.Optional(Type.String({ description: 'Needs the scope id-tokens:read' })),
  webhook: Type.Optional(Type.Integer({ description: '`id` of the webhook' })),
  site: Type.Optional(Type.String({ description: '`id` of the site, of problems of its load management' })),
  detail: Type.String({ description: 'Description of the problem in one sentence' }),
  suggestedTraits: Type.Optional(TraitsRecord),
  acknowledgement: Type.Optional(
    Type.Object({
      operator: Type.String(),
      at: moment('When it was acknowledged'),
      note: Type.Optional(Type.String()),
      until: Type.Optional(moment('When the acknowledgement ends. Absent: with the problem'))
    })
  )
})
export type ProblemRecord = Static<typeof ProblemRecord>
