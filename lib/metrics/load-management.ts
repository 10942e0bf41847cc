import { Counter, Gauge, type Registry } from 'prom-client'
import type { LoadWatch } from '../load-management/watch.js'

/** Limits and loads of the circuits that this process controls. */
export function observeLoadManagement(registry: Registry, watch: LoadWatch): void {
  const registers = [registry]
  new Gauge({
    name: 'site_circuit_load',
    help: 'Limit of a circuit, what its EVSEs may take, and other load: A of a phase, or W',
    labelNames: ['site', 'circuit', 'phase', 'kind'],
    registers,
    collect() {
      this.reset()
      for (const { site, circuit, phase, limit, reserved, other } of watch.gauges()) {
        for (const [kind, value] of Object.entries({ limit, reserved, other })) {
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
}
