import { CallError } from 'fastify-ocpp'
import type { Status, Step } from './exchange.js'

// Splits requests with many items, for chargers that accept few items per message.

/** The maximum that a charge point accepts in one message. `undefined`: unknown. */
export interface MessageLimits {
  items: number | undefined
  bytes?: number | undefined
}

/** Length of a message without its items. */
const FRAME_BYTES = 200

/**
 * Splits items into parts of at most the maximum number and length. A single item that is too long is a part of its
 * own.
 *
 * @param wire returns the sent form of an item
 */
export function split<T>(
  items: readonly T[],
  { items: most = items.length, bytes = Number.POSITIVE_INFINITY }: MessageLimits,
  wire: (item: T) => unknown = (item) => item
): T[][] {
  const parts: T[][] = []
  let part: T[] = []
  let length = FRAME_BYTES
  for (const item of items) {
    const more = Buffer.byteLength(JSON.stringify(wire(item))) + 1
    if (part.length > 0 && (part.length >= Math.max(1, most) || length + more > bytes)) {
      parts.push(part)
      part = []
      length = FRAME_BYTES
    }
    part.push(item)
    length += more
  }
  if (part.length > 0) parts.push(part)
  return parts
}

/** A number that the charge point reports. */
export function readLimit(value: string | undefined): number | undefined {
  const limit = Number(value)
  return Number.isInteger(limit) && limit > 0 ? limit : undefined
}

/** The outcome of one of several items. */
export type ItemStatus = Exclude<Status, 'partial' | 'scheduled'> | 'failed' | 'not-sent'

export interface ItemOutcome {
  status: ItemStatus
  reason?: string
}

/**
 * Sends the parts one after the other. A CALLERROR concerns its part only, so the other parts are still sent. After a
 * timeout no more parts are sent.
 *
 * @throws the error, if all parts failed
 */
export function* sendParts<T, R extends ItemOutcome>(
  parts: readonly (readonly T[])[],
  send: (part: readonly T[]) => Generator<Step, R[], unknown>,
  failed: (item: T, outcome: ItemOutcome) => R
): Generator<Step, R[], unknown> {
  const results: R[] = []
  let failure: unknown
  let answered = 0
  let isGone = false
  for (const part of parts) {
    if (isGone) {
      results.push(...part.map((item) => failed(item, { status: 'not-sent' })))
      continue
    }
    try {
      results.push(...(yield* send(part)))
      answered++
    } catch (error) {
      failure ??= error
      isGone = !(error instanceof CallError)
      const reason = error instanceof CallError ? error.code : (error as { code?: string }).code
      results.push(...part.map((item) => failed(item, { status: 'failed', ...(reason !== undefined && { reason }) })))
    }
  }
  if (answered === 0 && failure !== undefined) throw failure
  return results
}

/** The common outcome of several outcomes. */
export function summary(items: readonly ItemOutcome[]): Status {
  const statuses = new Set(items.map(({ status }) => status))
  const isDone = (status: ItemStatus) => status === 'accepted' || status === 'reboot-required'
  const done = [...statuses].filter(isDone)
  if (done.length < statuses.size) return done.length > 0 ? 'partial' : refusal([...statuses])
  return statuses.has('reboot-required') ? 'reboot-required' : 'accepted'
}

function refusal(statuses: readonly ItemStatus[]): Status {
  const [only] = statuses
  return statuses.length === 1 && (only === 'not-found' || only === 'not-supported') ? only : 'rejected'
}
