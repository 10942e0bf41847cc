import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Deliverer } from '../webhooks/deliverer.js'

/** Counts deliveries to webhooks. */
export interface WebhookMetrics {
  attempted(outcome: string, seconds: number): void
  dropped(count: number): void
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function observeWebhooks(registry: Registry, deliverer: () => Deliverer): WebhookMetrics {
  const registers = [registry]
  const attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts to deliver an event to a webhook, by outcome',
    labelNames: ['outcome'],
    registers
  })
  const durations = new Histogram({
    name: 'webhook_attempt_duration_seconds',
    help: 'Duration of an attempt, from the DNS look-up to the answer',
    buckets: SECONDS,
    registers
  })
  const dropped = new Counter({
    name: 'webhook_dropped_total',
    help: 'Events that were dropped because too many waited for webhooks',
    registers
  })
  new Gauge({
    name: 'webhook_outbox_length',
    aggregator: 'max',
    help: 'Deliveries that wait or are running, of the webhooks that this process serves',
    registers,
    collect() {
      this.set(deliverer().backlog)
    }
  })
  new Gauge({
    name: 'webhook_outbox_oldest_age_seconds',
    aggregator: 'max',
    help: 'How long the oldest delivery has waited; 0 if none waits',
    registers,
    collect() {
      const { oldest } = deliverer()
      this.set(oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000))
    }
  })
  return {
    attempted(outcome, seconds) {
      attempts.inc({ outcome })
      durations.observe(seconds)
    },
    dropped: (count) => dropped.inc(count)
  }
}
