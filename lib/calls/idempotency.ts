import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { compiled } from '../database/compiled.js'
import { StorageError } from '../database/errors.js'
import type { IdempotencyKeysTable } from '../database/schema-operators.js'
import type { Commits } from '../events/commits.js'
import type { Scope } from '../events/scope.js'
import { keyReused, outcomeUnknown, stillRunning } from './errors.js'
import { newMessageId } from './message-id.js'

type Transaction = Pick<Scope, 'trx' | 'now'>

/** Milliseconds that the answer to a request is kept. */
export const KEPT_MS = 24 * 60 * 60 * 1000

/** A request with an Idempotency-Key. */
export interface RepeatableRequest {
  operator: string
  key: string
  fingerprint: string
  /** Message id of the call, or the first call, that the request makes. */
  messageId: string
  /** Id of the process that carries it out. */
  runId: string
}

/** The answer to a request. */
export interface KeptAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export type KeptRequest = Selectable<IdempotencyKeysTable>

/** Equal for requests that ask for the same. */
export function fingerprintOf(method: string, target: string, body: unknown): string {
  const hash = createHash('sha256').update(`${method} ${target}\n`)
  return hash.update(JSON.stringify(body ?? {})).digest('hex')
}

/** Attempts to claim a key that others release at the same time. */
const MAX_ATTEMPTS = 5

/** Saves the request, unless its key is taken: then it returns the request that has it. */
export async function claim({ trx, now }: Transaction, request: RepeatableRequest): Promise<KeptRequest | undefined> {
  const { operator, key, fingerprint, messageId, runId } = request
  const until = now - KEPT_MS
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const [claimed] = await insertKey(trx, { operator, key, fingerprint, messageId, runId, now, until })
    if (claimed !== undefined) return undefined
    const [kept] = await keyOf(trx, { operator, key })
    if (kept !== undefined) return kept
  }
  throw new StorageError('conflict')
}

type NewKey = RepeatableRequest & {
  now: number
  /** The latest time of a key that may be claimed again. */
  until: number
}

/** Replaces a key that has been kept for long enough. No row is returned if the key is taken. */
const insertKey = compiled((db, { operator, key, fingerprint, messageId, runId, now, until }: NewKey) => {
  const query = sql<{ id: number }>`
    insert into idempotency_keys (operator, idempotency_key, fingerprint, message_id, run_id, created_at)
    values (${operator}, ${key}, ${fingerprint}, ${messageId}, ${runId}, cast(${now} as bigint))
    on conflict (operator, idempotency_key) do update set fingerprint = excluded.fingerprint,
      message_id = excluded.message_id, run_id = excluded.run_id, created_at = excluded.created_at,
      status = null, headers = null, body = null
    where idempotency_keys.created_at <= cast(${until} as bigint)
    returning id`
  return { compile: () => query.compile(db) }
})

const keyOf = compiled((db, { operator, key }: Claimed) =>
  db.selectFrom('idempotency_keys').selectAll().where('operator', '=', operator).where('idempotency_key', '=', key)
)

type Claimed = Pick<RepeatableRequest, 'operator' | 'key'>

/** Saves the answer to the request. */
export async function keepAnswer({ trx }: Pick<Scope, 'trx'>, { operator, key }: Claimed, answer: KeptAnswer) {
  const { status, headers, body } = answer
  await updateKey(trx, { operator, key, status, headers: JSON.stringify(headers), body })
}

type AnsweredKey = Claimed & Pick<KeptAnswer, 'status' | 'body'> & { headers: string }

const updateKey = compiled((db, { operator, key, status, headers, body }: AnsweredKey) =>
  db
    .updateTable('idempotency_keys')
    .set({ status, headers, body })
    .where('operator', '=', operator)
    .where('idempotency_key', '=', key)
)

/** Frees the key of a request that had no effect. */
export async function release({ trx }: Pick<Scope, 'trx'>, { operator, key }: Claimed): Promise<void> {
  await trx.deleteFrom('idempotency_keys').where('operator', '=', operator).where('idempotency_key', '=', key).execute()
}

export interface IdempotentRequestsOptions {
  store: Pick<Commits, 'write'>
  /** Id of this process. */
  runId: string
  /** Whether the process with this id still serves the database. */
  isAlive(runId: string): Promise<boolean>
}

interface Running {
  fingerprint: string
  ended: Promise<void>
  end(): void
}

/**
 * Carries out requests with the same key of the same operator once, and gives all of them the same answer, also when
 * this process dies before it has answered.
 */
export class IdempotentRequests {
  readonly #options: IdempotentRequestsOptions
  /** Requests that this process carries out, by operator and key. */
  readonly #running = new Map<string, Running>()

  constructor(options: IdempotentRequestsOptions) {
    this.#options = options
  }

  /**
   * Begins a request: to be carried out, and ended with {@link end}, unless it was answered before.
   *
   * @throws `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENT_REQUEST_RUNNING`, `OCPP_ERR_OUTCOME_UNKNOWN`, StorageError
   */
  async begin({ operator, key, fingerprint }: Pick<RepeatableRequest, 'operator' | 'key' | 'fingerprint'>) {
    const name = nameOf({ operator, key })
    for (let first = this.#running.get(name); first !== undefined; first = this.#running.get(name)) {
      if (first.fingerprint !== fingerprint) throw keyReused()
      await first.ended
    }
    const running = this.#run(name, fingerprint)
    const request: RepeatableRequest = {
      operator,
      key,
      fingerprint,
      messageId: newMessageId(),
      runId: this.#options.runId
    }
    try {
      const answered = await this.#answered(request)
      if (answered === undefined) return { request }
      running.end()
      return { answered }
    } catch (error) {
      running.end()
      throw error
    }
  }

  /** Saves the answer to a request, or frees its key when it had no effect. Those that wait for it go on in any case. */
  async end(request: RepeatableRequest, answer: KeptAnswer): Promise<void> {
    try {
      await this.#options.store.write((trx) =>
        isFinal(answer.status) ? keepAnswer({ trx }, request, answer) : release({ trx }, request)
      )
    } finally {
      this.#running.get(nameOf(request))?.end()
    }
  }

  #run(name: string, fingerprint: string): Running {
    let end: () => void = () => undefined
    const ended = new Promise<void>((resolve) => {
      end = () => {
        this.#running.delete(name)
        resolve()
      }
    })
    const running = { fingerprint, ended, end }
    this.#running.set(name, running)
    return running
  }

  /** The earlier request with its answer; `undefined` when this one is the first. */
  async #answered(request: RepeatableRequest): Promise<KeptRequest | undefined> {
    const { store, runId, isAlive } = this.#options
    const kept = await store.write((trx) => claim({ trx, now: Date.now() }, request))
    if (kept === undefined) return undefined
    if (kept.fingerprint !== request.fingerprint) throw keyReused()
    if (kept.status !== null) return kept
    // A request of this process without an answer has ended, and its answer could not be saved.
    const isElsewhere = kept.run_id !== runId && (await isAlive(kept.run_id))
    throw isElsewhere ? stillRunning(kept.message_id) : outcomeUnknown(kept.message_id)
  }
}

function nameOf({ operator, key }: Claimed): string {
  return `${operator} ${key}`
}

/** Whether a request is not carried out again. One that was rejected before it had any effect is. */
function isFinal(status: number): boolean {
  return status < 400 || (status >= 500 && status !== 503)
}
