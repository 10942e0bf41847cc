import { Counter, Gauge, type Registry } from 'prom-client'

interface LogCounters {
  /** Messages that were not logged because the database was too slow. */
  readonly dropped: number
  /** Messages that wait to be written to the log. */
  readonly queued: number
}

/** Metrics of the log of OCPP messages. */
export function observeMessageLog(registry: Registry, counters: LogCounters): void {
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
    help: 'OCPP messages that wait to be written to the log',
    registers,
    collect() {
      this.set(counters.queued)
    }
  })
}
