import type { ColumnType } from 'kysely'

// The tables as both databases hold them. Times are epoch milliseconds: `…_at` is our clock, `timestamp` that of the
// charge point. Yes and no are 1 and 0. JSON is text. What is part of a unique key and may be absent is '' (text) or
// 0 (EVSE and connector), because NULL is never equal to NULL.

/** Nullable, and may be left out of an insert. */
export type Optional<T> = T | null
/** 0 is no, 1 is yes. */
export type Bit = 0 | 1
/** Has a default. */
export type Default<T> = ColumnType<T, T | undefined, T>
/** Set once. */
export type Fixed<T> = ColumnType<T, T, never>
/** Epoch milliseconds. */
export type Milliseconds = number
export type JsonText = string

export type Registration = 'Accepted' | 'Pending' | 'Rejected'
