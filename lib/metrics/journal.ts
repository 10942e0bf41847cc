import { Counter, Gauge, type Registry } from 'prom-client'

interface LogCounters {
  /** Frames that were not logged because the database was too slow. */
  readonly dropped: number
  /** Frames that wait to be logged. */
  readonly queued: number
}

/** Counts what the log of messages could not keep up with. */
export function observeJournal(registry: Registry, { counters }: { readonly counters: LogCounters }): void {
  const registers = [registry]
  new Counter({
    name: 'ocpp_log_dropped_total',
    help: 'OCPP messages that were not logged because the database was too slow',
    registers,
    collect() {
      this.reset()
      this.inc(counters.dropped)
    }
  })
  new Gauge({
    name: 'ocpp_log_queued',
    help: 'OCPP messages that wait to be logged',
    registers,
    collect() {
      this.set(counters.queued)
    }
  })
}
