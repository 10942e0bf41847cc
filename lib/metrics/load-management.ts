import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { LoadWatch } from '../load-management/watch.js'

/** Limits and loads of the circuits that this process controls. */
export function observeLoadManagement(registry: Registry, watch: LoadWatch): void {
  const registers = [registry]
  new Gauge({
    name: 'site_circuit_load',
    help: 'Limit of a circuit, what its EVSEs may take, are meant to get and take, and other load: A of a phase, or W',
    labelNames: ['site', 'circuit', 'phase', 'kind'],
    registers,
    collect() {
      this.reset()
      for (const { site, circuit, phase, ...kinds } of watch.gauges()) {
        for (const [kind, value] of Object.entries(kinds)) {
          this.set({ site, circuit, phase, kind }, value)
        }
      }
    }
  })
  new Counter({
    name: 'site_profile_calls_total',
    help: 'Charging profiles that load management has sent, by outcome',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      for (const [outcome, count] of watch.outcomes) this.inc({ outcome }, count)
    }
  })
  new Counter({
    name: 'site_overload_seconds_total',
    help: 'Seconds for which more might be taken than a limit allows, over all circuits and phases',
    registers,
    collect() {
      this.reset()
      this.inc(watch.secondsAbove)
    }
  })
  observeSessions(registry, watch)
  const counts: [name: string, help: string, read: () => number][] = [
    [
      'site_exceeded_seconds_total',
      'Seconds for which measured currents were above a limit, over all circuits and phases',
      () => watch.secondsExceeded
    ],
    ['site_pauses_total', 'Transactions that had enough to charge and were made to wait', () => watch.pauses],
    ['site_late_renewals_total', 'Leases of limits that ended before they were renewed', () => watch.lateRenewals]
  ]
  for (const [name, help, read] of counts) {
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset()
        this.inc(read())
      }
    })
  }
}

/** Seconds. */
const REACTIONS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60]

function observeSessions(registry: Registry, watch: LoadWatch): void {
  const registers = [registry]
  new Gauge({
    name: 'site_waiting_transactions',
    help: 'Transactions that have less than a car needs to charge',
    labelNames: ['site'],
    registers,
    collect() {
      this.reset()
      for (const [site, count] of watch.waiting()) this.set({ site }, count)
    }
  })
  new Gauge({
    name: 'site_measurement_age_seconds',
    help: 'Seconds since the last measurement of a circuit',
    labelNames: ['site', 'circuit'],
    registers,
    collect() {
      this.reset()
      for (const { site, circuit, age } of watch.measurementAges()) this.set({ site, circuit }, age)
    }
  })
  const reactions = new Histogram({
    name: 'site_limit_reaction_seconds',
    help: 'Time from a limit of a circuit until all calls that lower EVSEs for it are accepted',
    buckets: REACTIONS,
    registers
  })
  watch.onReaction = (seconds) => reactions.observe(seconds)
}
