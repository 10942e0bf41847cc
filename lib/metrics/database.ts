import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Database } from '../database/service.js'
import type { WriterCounters } from '../database/writer.js'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20]
const JOBS = [1, 2, 5, 10, 20, 50, 100, 200]

const COUNTERS = {
  jobs: 'Writes that have ended',
  failedJobs: 'Writes that failed',
  overloaded: 'Writes that were refused because too many waited',
  commits: 'Transactions that were committed',
  rollbacks: 'Transactions that were rolled back',
  retries: 'Transactions that were repeated because of a conflict'
} as const satisfies Partial<Record<keyof WriterCounters, string>>

/** Counts writes and their transactions. */
export function observeDatabase(registry: Registry, database: Database): void {
  const registers = [registry]
  const { counters } = database.writer
  new Gauge({
    name: 'database_ready',
    aggregator: 'min',
    help: '1 if the database answers and has the schema of this version, otherwise 0',
    registers,
    collect() {
      this.set(database.isReady() ? 1 : 0)
    }
  })
  new Gauge({
    name: 'database_queued_writes',
    help: 'Writes that wait or are running',
    registers,
    collect() {
      this.set(counters.queued)
    }
  })
  for (const [name, help] of Object.entries(COUNTERS) as [keyof typeof COUNTERS, string][]) {
    new Counter({
      name: `database_writer_${name === 'failedJobs' ? 'failed_jobs' : name}_total`,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(counters[name])
      }
    })
  }
  observeBatches(registers, database)
}

function observeBatches(registers: Registry[], database: Database): void {
  const durations = new Histogram({
    name: 'database_commit_duration_seconds',
    help: 'Time from the start of a transaction to its commit',
    buckets: SECONDS,
    registers
  })
  const waits = new Histogram({
    name: 'database_commit_wait_seconds',
    help: 'Time that the oldest write of a transaction waited for its start',
    buckets: SECONDS,
    registers
  })
  const sizes = new Histogram({
    name: 'database_commit_jobs',
    help: 'Writes that share one transaction',
    buckets: JOBS,
    registers
  })
  database.onBatch(({ jobs, duration, waited }) => {
    durations.observe(duration / 1000)
    waits.observe(waited / 1000)
    sizes.observe(jobs)
  })
}
