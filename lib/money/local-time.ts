import { Calendar, type Offset } from '../calendar.js'
import { firstIndex, split } from './exact.js'
import { DAYS } from './tariff.js'

const DAY_MS = 86_400_000

/** Two of these have every transaction in them. */
const BLOCK_MS = 366 * DAY_MS

/** The offsets of a zone for a time in which most transactions are. There are a few hundred time zones. */
const known = new Map<string, { from: number; to: number; offsets: readonly Offset[] }>()

/** Finding offsets takes longer than pricing a transaction. */
function offsetsOf(zone: string, from: number, to: number): readonly Offset[] {
  const block = known.get(zone)
  if (block !== undefined && from >= block.from && to <= block.to) return block.offsets
  const begin = split(from, BLOCK_MS).count * BLOCK_MS
  if (to > begin + 2 * BLOCK_MS) return new Calendar(zone).offsets(from, to)
  const found = { from: begin, to: begin + 2 * BLOCK_MS }
  const offsets = new Calendar(zone).offsets(found.from, found.to)
  known.set(zone, { ...found, offsets })
  return offsets
}

/** The wall clock of a site during a transaction. In the night in which summer time ends, times come twice. */
export class LocalTime {
  readonly #from: number
  readonly #offsets: readonly Offset[]

  constructor(zone: string, from: number, to: number) {
    this.#from = from
    this.#offsets = offsetsOf(zone, from, to)
  }

  at(time: number) {
    const index = firstIndex(this.#offsets.length, (one) => (this.#offsets[one]?.from ?? 0) > time) - 1
    const local = time + (this.#offsets[index]?.ahead ?? 0)
    const { count, rest } = split(local, DAY_MS)
    // 1970-01-01 was a Thursday.
    const day = DAYS[split(count + 4, 7).rest] ?? ''
    return { time: rest, day, date: new Date(count * DAY_MS).toISOString().slice(0, 10) }
  }

  /** When the clock shows one of these times of day, in milliseconds since midnight, and when it is set. */
  edges(times: readonly number[], to: number): number[] {
    return this.#offsets.flatMap(({ from: set, ahead }, index) => {
      const from = Math.max(set, this.#from)
      const next = this.#offsets[index + 1]?.from ?? to
      const until = Math.min(next, to)
      if (until <= from) return []
      const midnight = from - split(from + ahead, DAY_MS).rest
      const found = [from]
      for (let day = midnight; day < until; day += DAY_MS) {
        for (const time of times) if (day + time > from && day + time < until) found.push(day + time)
      }
      return found
    })
  }
}
