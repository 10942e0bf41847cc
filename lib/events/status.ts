import type { EventData } from './event.js'

type Status = Omit<EventData['status'], 'timestamp'> & { timestamp: number }

/** The data of the event for a StatusNotification. */
export function statusData({ timestamp, ...status }: Status): EventData['status'] {
  return { ...status, timestamp: new Date(timestamp).toISOString() }
}
