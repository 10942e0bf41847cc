import type { ChargePoint } from 'fastify-ocpp'
import { fold, type Reader } from '../events/scope.js'

export interface TariffReportsOptions {
  db: Reader
  chargePointId(identity: string): Promise<number>
  /** The charge points that are connected to this process. */
  connected(): readonly ChargePoint[]
  find(identity: string): ChargePoint | undefined
  /** Asks a charge point for its tariffs, if it calculates costs. */
  ask(live: ChargePoint): void
  onError(error: unknown): void
}

/** Time without another change, after which a charge point is asked. Milliseconds. */
const SETTLED_MS = 2_000
/** How old a report may be. Milliseconds. */
const MAX_AGE_MS = 86_400_000
const INTERVAL_MS = 3_600_000

/**
 * Asks charge points which tariffs they have: after a boot, after a change of their tariffs, and daily. A report that comes
 * meanwhile is as good.
 */
export class TariffReports {
  readonly #options: TariffReportsOptions
  /** By folded identity. */
  readonly #changed = new Map<string, NodeJS.Timeout>()
  readonly #timer: NodeJS.Timeout
  #isChecking = false

  constructor(options: TariffReportsOptions) {
    this.#options = options
    this.#timer = setInterval(() => {
      this.#check().catch(options.onError)
    }, INTERVAL_MS).unref()
  }

  booted(identity: string): void {
    const live = this.#options.find(identity)
    if (live !== undefined) this.#options.ask(live)
  }

  /** To be called when the charge point was told a tariff, or to remove one. */
  changed(identity: string): void {
    this.reported(identity)
    const timer = setTimeout(() => {
      this.#changed.delete(fold(identity))
      this.booted(identity)
    }, SETTLED_MS).unref()
    this.#changed.set(fold(identity), timer)
  }

  /** To be called when the charge point has reported its tariffs. */
  reported(identity: string): void {
    clearTimeout(this.#changed.get(fold(identity)))
    this.#changed.delete(fold(identity))
  }

  close(): void {
    clearInterval(this.#timer)
    for (const timer of this.#changed.values()) clearTimeout(timer)
    this.#changed.clear()
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return
    this.#isChecking = true
    try {
      for (const live of this.#options.connected()) if (await this.#isDue(live)) this.#options.ask(live)
    } finally {
      this.#isChecking = false
    }
  }

  async #isDue({ identity }: ChargePoint): Promise<boolean> {
    const { db, chargePointId } = this.#options
    const latest = await db
      .selectFrom('tariff_reports')
      .select('reported_at')
      .where('charge_point_id', '=', await chargePointId(identity))
      .where('evse_id', '=', 0)
      .executeTakeFirst()
    return latest === undefined || latest.reported_at < Date.now() - MAX_AGE_MS
  }
}
