import type { PublishedEvent } from './event.js'

// The format of server-sent events. [HTML Living Standard §9.2] JSON has no line breaks, ids and types none either.

/** @param data as this reader may see it */
export function eventText({ id, type, chargePoint, at }: PublishedEvent, data: unknown): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ id, type, chargePoint, at, data })}\n\n`
}

/** Tells that events are missing between `lastEventId` and `oldest`, the first that is still there, if there is one. */
export function gapText(lastEventId: string, oldest: string | undefined): string {
  return `event: gap\ndata: ${JSON.stringify({ lastEventId, oldest: oldest ?? null })}\n\n`
}

/** @param milliseconds after which to come back when the connection is lost */
export function retryText(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`
}

/** Where to go on from, without an event. */
export function positionText(id: string): string {
  return `id: ${id}\n\n`
}

export const HEARTBEAT = ': heartbeat\n\n'
