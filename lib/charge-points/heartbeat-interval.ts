import { createHash } from 'node:crypto'

const MAX_JITTER = 0.05

/**
 * Seconds between Heartbeats: up to 5 % more or less for each charge point, always the same for the same one, so
 * that a fleet that was restarted together does not send them all at once.
 */
export function heartbeatInterval(identity: string, seconds: number): number {
  const [first = 0, second = 0] = createHash('sha256').update(identity.toLowerCase()).digest()
  const share = (first * 256 + second) / 65_535
  return Math.max(1, Math.round(seconds * (1 + (2 * share - 1) * MAX_JITTER)))
}
