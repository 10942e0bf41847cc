import { randomFillSync } from 'node:crypto'

const RANDOM_BYTES = 10
/** Random bytes of this many ids are drawn at a time. */
const IDS_A_DRAW = 128

const pool = Buffer.alloc(IDS_A_DRAW * RANDOM_BYTES)
let used = pool.length

/**
 * A UUID of version 7 [RFC 9562 §5.7]. Its first digits are the time: calls that are saved together stand side by side
 * in the index of message ids, where random ids would change a page of the database each.
 */
export function newMessageId(now = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const random = pool.toString('hex', used, used + RANDOM_BYTES)
  // 10xx: the variant of RFC 9562.
  const variant = ((pool[used + RANDOM_BYTES - 1] ?? 0) & 3) + 8
  used += RANDOM_BYTES
  const time = now.toString(16).padStart(12, '0')
  const [a, b, c] = [random.slice(0, 3), random.slice(3, 6), random.slice(6, 18)]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a}-${variant.toString(16)}${b}-${c}`
}
