import type { Static, TObject, TProperties, TSchema } from '@sinclair/typebox'
import type { Protocol } from 'fastify-ocpp'
import type { ChargePointRow } from '../charge-points/rows.js'
import type { Reader } from '../events/scope.js'
import type { Traits } from '../traits/traits.js'
import type { Exchange } from './exchange.js'

/** The context of an operation. */
export interface Lookup {
  db: Reader
  chargePoint: ChargePointRow
  protocol: Protocol
  /** The traits that apply to the charge point. */
  traits: Traits
  /** A new object for each connection of the charge point. */
  connection: object
  now: number
  /** Returns a random id from 1 to 2^31 - 1. */
  nextId: () => number
  /** Hosts that files may come from and go to. `undefined`: any. */
  fileHosts: readonly string[] | undefined
  /** Languages of texts for drivers, the most usual first. */
  languages: readonly string[]
}

/** An operation in one version. */
export type OperationRow<R, F> = (request: R, facts: F) => Exchange

/** `interrupts`: may end a transaction or stop service. `destroys`: removes what the operator cannot bring back. */
export const DANGERS = ['none', 'interrupts', 'destroys'] as const
export type Danger = (typeof DANGERS)[number]

/** An operation for all versions. */
export interface Operation<B extends TObject = TObject, F = unknown> {
  summary: string
  description: string
  danger: Danger
  body: B
  /** Members of the answer besides status and calls. */
  details: TProperties
  /** Whether an accepted one is followed by the start of a transaction. */
  startsTransaction: boolean
  /** Whether it must not run twice at the same time for one charge point. */
  isExclusive: boolean
  /**
   * Whether the request can wait for a charge point that is away: it is a single call, it makes sense later, and the
   * stored data that it depends on does not change meanwhile.
   */
  isQueueable: (request: Static<B>) => boolean
  /** Loads the stored data that the operation needs. */
  facts: (lookup: Lookup, request: Static<B>) => Promise<F>
  rows: Readonly<Record<Protocol, OperationRow<Static<B>, F>>>
}

/** An operation of unknown request and data. */
export interface AnyOperation {
  summary: string
  description: string
  danger: Danger
  body: TSchema
  details: TProperties
  startsTransaction: boolean
  isExclusive: boolean
  isQueueable: (request: unknown) => boolean
  facts: (lookup: Lookup, request: unknown) => Promise<unknown>
  rows: Readonly<Record<Protocol, OperationRow<unknown, unknown>>>
}

interface Definition<B extends TObject, F>
  extends Omit<Operation<B, F>, 'rows' | 'danger' | 'details' | 'startsTransaction' | 'isExclusive' | 'isQueueable'> {
  /** Default: none. */
  danger?: Danger
  details?: TProperties
  startsTransaction?: boolean
  isExclusive?: boolean
  /** Default: never. */
  isQueueable?: (request: Static<B>) => boolean
  rows: { v16: OperationRow<Static<B>, F>; v2: OperationRow<Static<B>, F> }
}

function NEVER(): boolean {
  return false
}

/** Whether some request of the operation can wait for a charge point that is away. */
export function mayWait({ isQueueable }: AnyOperation): boolean {
  return isQueueable !== NEVER
}

const DEFAULTS = {
  danger: 'none',
  details: {},
  startsTransaction: false,
  isExclusive: false,
  isQueueable: NEVER
} as const

/** The same implementation for 2.0.1 and 2.1, which differ only in their schemas. */
export function operation<B extends TObject, F>({ rows: { v16, v2 }, ...rest }: Definition<B, F>): AnyOperation {
  const rows = { 'ocpp1.6': v16, 'ocpp2.0.1': v2, 'ocpp2.1': v2 }
  const whole: Operation<B, F> = { ...DEFAULTS, ...rest, rows }
  return whole as unknown as AnyOperation
}
