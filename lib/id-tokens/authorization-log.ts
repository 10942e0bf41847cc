import { InsertShape, type ShapedRow } from '../database/shape.js'
import { fold } from '../events/scope.js'

/** The rows of the log, in the order of the answers. */
export const AUTHORIZATIONS = new InsertShape({
  table: 'authorizations',
  own: {
    charge_point_id: 'bigint',
    evse_id: 'bigint',
    token_key: 'text',
    id_token: 'text',
    type: 'text',
    status: 'text',
    reason: 'text',
    attempts: 'bigint',
    received_at: 'bigint'
  }
})

/** An answer to a charge point about an id token. */
export interface Authorization {
  chargePoint: string
  /** EVSE; the connector in 1.6. */
  evseId?: number
  idToken: string
  /** 2.x only. */
  type?: string
  /** In the answer. */
  status: string
  /** Reason of the decision. */
  reason: string
}

export interface AuthorizationLogOptions {
  /** Stores rows of {@link AUTHORIZATIONS}. */
  append(rows: readonly ShapedRow[]): Promise<void>
  chargePointId(identity: string): number | Promise<number>
  /** Called for each answer that is not a repetition. */
  onNews(authorization: Authorization): void
  /** Called with the number of answers that were not logged, and the error if there is one. */
  onDrop(count: number, error?: unknown): void
  /** Epoch milliseconds. Default: the clock of the system. */
  now?: () => number
}

interface Waiting extends Authorization {
  attempts: number
  at: number
}

/** Equal answers within this time are one row. Milliseconds. */
const DELAY_MS = 1_000
const MINUTE_MS = 60_000
/** Maximum number of rows of one charge point in a minute: a hostile one can make up any number of id tokens. */
const MAX_PER_MINUTE = 60
/** Maximum number of rows that wait to be stored. */
const MAX_WAITING = 10_000

/** Stores the decisions about id tokens, after they were sent. */
export class AuthorizationLog {
  readonly #options: AuthorizationLogOptions
  readonly #now: () => number
  #waiting = new Map<string, Waiting>()
  /** Number of rows of each charge point in this minute. */
  readonly #counts = new Map<string, number>()
  #minute = 0
  #timer: NodeJS.Timeout | undefined
  #writing = Promise.resolve()

  constructor(options: AuthorizationLogOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  note(authorization: Authorization): void {
    const { chargePoint, evseId, idToken, type, status, reason } = authorization
    const key = JSON.stringify([fold(chargePoint), evseId, fold(idToken), type, status, reason])
    const known = this.#waiting.get(key)
    if (known !== undefined) {
      known.attempts++
      return
    }
    if (!this.#mayAdd(fold(chargePoint))) {
      this.#options.onDrop(1)
      return
    }
    this.#waiting.set(key, { ...authorization, attempts: 1, at: this.#now() })
    this.#options.onNews(authorization)
    // Runs while there is something to write, at most once a second.
    this.#timer ??= setInterval(() => this.#flushSoon(), DELAY_MS)
  }

  /** Resolves when everything that was noted before is stored or dropped. */
  flush(): Promise<void> {
    this.#flushSoon()
    return this.#writing
  }

  #mayAdd(chargePoint: string): boolean {
    const minute = Math.floor(this.#now() / MINUTE_MS)
    if (minute !== this.#minute) this.#counts.clear()
    this.#minute = minute
    const count = (this.#counts.get(chargePoint) ?? 0) + 1
    this.#counts.set(chargePoint, count)
    return count <= MAX_PER_MINUTE && this.#waiting.size < MAX_WAITING
  }

  #flushSoon(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
  }

  async #write(): Promise<void> {
    const waiting = [...this.#waiting.values()]
    this.#waiting = new Map()
    if (waiting.length === 0) return
    try {
      await this.#options.append(await Promise.all(waiting.map((one) => this.#rowOf(one))))
    } catch (error) {
      this.#options.onDrop(waiting.length, error)
    }
  }

  async #rowOf({ chargePoint, evseId = 0, idToken, type = '', status, reason, attempts, at }: Waiting) {
    const id = await this.#options.chargePointId(chargePoint)
    return [id, evseId, fold(idToken), idToken, type, status, reason, attempts, at]
  }
}
