import type { Ocpp } from 'fastify-ocpp'
import { Counter, type Registry } from 'prom-client'
import type { ServerLimits } from '../limits/server.js'

/** Counts what is refused, slowed down or cut, by the rule; there are as many rules as the documentation names. */
export function observeLimits(registry: Registry, { events }: Ocpp, { reached }: ServerLimits): void {
  const registers = [registry]
  const labelNames = ['rule']
  const refused = new Counter({
    name: 'ocpp_upgrades_refused_total',
    help: 'WebSockets of chargers that were refused, by rule',
    labelNames,
    registers
  })
  const limited = new Counter({
    name: 'ocpp_limits_total',
    help: 'Connections that were paused or cut, by limit',
    labelNames,
    registers
  })
  const malformed = new Counter({
    name: 'ocpp_malformed_total',
    help: 'Messages that are no OCPP frame, by what is wrong with them',
    labelNames,
    registers
  })
  events.on('refused', ({ rule }) => refused.inc({ rule }))
  events.on('limited', ({ rule }) => limited.inc({ rule }))
  events.on('malformed', ({ rule }) => malformed.inc({ rule }))
  new Counter({
    name: 'http_limits_total',
    help: 'Connections that were closed before there was a request, by limit',
    labelNames,
    registers,
    collect() {
      this.reset()
      for (const [rule, count] of Object.entries(reached)) this.inc({ rule }, count)
    }
  })
}
