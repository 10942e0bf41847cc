import type { EventType, PublishedEvent } from './event.js'

// The format of server-sent events. [HTML Living Standard §9.2] JSON contains no line breaks, nor do ids and types.

/** @param data the event with the values that this reader may see */
export function eventText({ id, type, chargePoint, at }: PublishedEvent, data: unknown): string {
  const shown = { id, type, ...(chargePoint !== '' && { chargePoint }), at, data }
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(shown)}\n\n`
}

/** The event that {@link eventText} has written. */
export function shownIn(text: string): ShownEvent {
  return JSON.parse(text.slice(text.indexOf('data: ') + 'data: '.length)) as ShownEvent
}

/** An event as readers see it. */
export interface ShownEvent {
  id: string
  type: EventType
  chargePoint?: string
  at: string
  data: unknown
}

/**
 * Reports that events are missing between `lastEventId` and `oldest`, the first event that is still available, if any.
 */
export function gapText(lastEventId: string, oldest: string | undefined): string {
  return `event: gap\ndata: ${JSON.stringify({ lastEventId, oldest: oldest ?? null })}\n\n`
}

/** @param milliseconds after which the reader reconnects when the connection is lost */
export function retryText(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`
}

/** The position to continue from, without an event. */
export function positionText(id: string): string {
  return `id: ${id}\n\n`
}

export const HEARTBEAT = ': heartbeat\n\n'
