import type { Static, TObject, TProperties, TSchema } from '@sinclair/typebox'
import type { Protocol } from 'fastify-ocpp'
import type { ChargePointRow } from '../charge-points/rows.js'
import type { Reader } from '../events/scope.js'
import type { Exchange } from './exchange.js'

/** Where an operation finds what it has to know. */
export interface Lookup {
  db: Reader
  chargePoint: ChargePointRow
  protocol: Protocol
  /** Another one after each time the charge point connects. */
  connection: object
  now: number
  /** A random id: 1 to 2^31 - 1. */
  nextId: () => number
  /** Where files may come from and go to; undefined is anywhere. */
  fileHosts: readonly string[] | undefined
}

/** One operation in the words of one version. */
export type OperationRow<R, F> = (request: R, facts: F) => Exchange

/** One operation for all versions. */
export interface Operation<B extends TObject = TObject, F = unknown> {
  summary: string
  description: string
  body: B
  /** What it answers beside status and calls. */
  details: TProperties
  /** Two of it for one charge point are not done at once. */
  isExclusive: boolean
  /** What of the database its rows have to know. */
  facts: (lookup: Lookup, request: Static<B>) => Promise<F>
  rows: Readonly<Record<Protocol, OperationRow<Static<B>, F>>>
}

/** Any operation, of whose request and facts nothing is known. */
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

/** An operation that is the same in 2.0.1 and 2.1, but for what their schemas allow. */
export function operation<B extends TObject, F>({ rows: { v16, v2 }, ...rest }: Definition<B, F>): AnyOperation {
  const rows = { 'ocpp1.6': v16, 'ocpp2.0.1': v2, 'ocpp2.1': v2 }
  const whole: Operation<B, F> = { details: {}, isExclusive: false, ...rest, rows }
  return whole as unknown as AnyOperation
}
