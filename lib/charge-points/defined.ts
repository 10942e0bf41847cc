import type { ChargePointAction, Protocol, ResponseOf } from 'fastify-ocpp'

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the members that are undefined. */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}

/** The actions of a version whose answer may be empty. */
export type Notification<P extends Protocol> = {
  [A in ChargePointAction<P>]: Record<never, never> extends ResponseOf<P, A> ? A : never
}[ChargePointAction<P>]
