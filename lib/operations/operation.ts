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
}

/** An operation in one version. */
export type OperationRow<R, F> = (request: R, facts: F) => Exchange

/** An operation for all versions. */
export interface Operation<B extends TObject = TObject, F = unknown> {
  summary: string
  description: string
  body: B
  /** Members of the answer besides status and calls. */
  details: TProperties
  /** Whether it must not run twice at the same time for one charge point. */
  isExclusive: boolean
  /** Loads the stored data that the operation needs. */
  facts: (lookup: Lookup, request: Static<B>) => Promise<F>
  rows: Readonly<Record<Protocol, OperationRow<Static<B>, F>>>
}

/** An operation of unknown request and data. */
export interface AnyOperation {
  summary: string
  description: string
  body: TSchema
  details: TProperties
  isExclusive: boolean
  facts: (lookup: Lookup, request: unknown) => Promise<unknown>
  rows: Readonly<Record<Protocol, OperationRow<unknown, unknown>>>
}

interface Definition<B extends TObject, F> extends Omit<Operation<B, F>, 'rows' | 'details' | 'isExclusive'> {
  details?: TProperties
  isExclusive?: boolean
  rows: { v16: OperationRow<Static<B>, F>; v2: OperationRow<Static<B>, F> }
}

/** The same implementation for 2.0.1 and 2.1, which differ only in their schemas. */
export function operation<B extends TObject, F>({ rows: { v16, v2 }, ...rest }: Definition<B, F>): AnyOperation {
  const rows = { 'ocpp1.6': v16, 'ocpp2.0.1': v2, 'ocpp2.1': v2 }
  const whole: Operation<B, F> = { details: {}, isExclusive: false, ...rest, rows }
  return whole as unknown as AnyOperation
}
