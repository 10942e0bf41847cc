import type { Ocpp } from 'fastify-ocpp'
import { Counter, type Registry } from 'prom-client'
import type { ServerLimits } from '../limits/server.js'

/** Counts rejected, slowed down and closed connections by rule. The documentation lists the rules. */
export function observeLimits(registry: Registry, { events }: Ocpp, { reached }: ServerLimits): void {
  const registers = [registry]
  const labelNames = ['rule']
  const refused = new Counter({
    name: 'ocpp_upgrades_refused_total',
    help: 'WebSocket upgrades of chargers that were refused, by rule',
    labelNames,
    registers
  })
  const limited = new Counter({
    name: 'ocpp_limits_total',
    help: 'Connections that were paused or closed, by limit',
    labelNames,
    registers
  })
  const malformed = new Counter({
    name: 'ocpp_malformed_total',
    help: 'Messages that are no OCPP frame, by fault',
    labelNames,
    registers
  })
  events.on('refused', ({ rule }) => refused.inc({ rule }))
  events.on('limited', ({ rule }) => limited.inc({ rule }))
  events.on('malformed', ({ rule }) => malformed.inc({ rule }))
  new Counter({
    name: 'http_limits_total',
    help: 'Connections that were closed before their first request, by limit',
    labelNames,
    registers,
    collect() {
      this.reset()
      for (const [rule, count] of Object.entries(reached)) this.inc({ rule }, count)
    }
  })
}
