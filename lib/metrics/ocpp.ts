import type { CallFailure, Direction, Ocpp } from 'fastify-ocpp'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { actionLabel, codeLabel } from './labels.js'

/** Buckets in seconds. A charge point times out after about 30 s. */
const ANSWER_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25]
/** Buckets in seconds, for calls to charge points, which take longer. */
const CALL_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60]

/** Counts connections and messages. No label contains the identity of a charge point. */
export function observeOcpp(registry: Registry, ocpp: Ocpp): void {
  observeConnections(registry, ocpp)
  observeFrames(registry, ocpp)
  observeAnswers(registry, ocpp)
  observeCalls(registry, ocpp)
  observeTrouble(registry, ocpp)
}

function observeConnections(registry: Registry, { chargePoints, events, protocols }: Ocpp): void {
  const registers = [registry]
  new Gauge({
    name: 'ocpp_connections',
    help: 'Connected charge points',
    labelNames: ['protocol'],
    registers,
    collect() {
      for (const protocol of protocols) this.set({ protocol }, 0)
      for (const { protocol } of chargePoints) this.inc({ protocol })
    }
  })
  const connects = new Counter({
    name: 'ocpp_connects_total',
    help: 'Accepted connections',
    labelNames: ['protocol'],
    registers
  })
  const disconnects = new Counter({
    name: 'ocpp_disconnects_total',
    help: 'Closed connections, by reason',
    labelNames: ['reason'],
    registers
  })
  events.on('connect', ({ chargePoint: { protocol } }) => connects.inc({ protocol }))
  events.on('disconnect', ({ reason }) => disconnects.inc({ reason }))
}

/** Runs for every frame, so it only adds numbers. The counters are set when the metrics are read. */
function observeFrames(registry: Registry, { events }: Ocpp): void {
  const frames = { inbound: 0, outbound: 0 }
  new Counter({
    name: 'ocpp_frames_total',
    help: 'OCPP messages of any type',
    labelNames: ['direction'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [direction, count] of Object.entries(frames)) this.inc({ direction }, count)
    }
  })
  events.on('frame', ({ direction }) => {
    frames[direction]++
  })
}

function observeAnswers(registry: Registry, { events }: Ocpp): void {
  const registers = [registry]
  const errors = new Counter({
    name: 'ocpp_call_errors_total',
    help: 'CALLERRORs that we received (inbound) and sent (outbound), by code',
    labelNames: ['direction', 'code'],
    registers
  })
  const answers = new Histogram({
    name: 'ocpp_answer_duration_seconds',
    help: 'Time from a CALL of a charge point to our answer, including the time in the queue',
    labelNames: ['action'],
    buckets: ANSWER_BUCKETS,
    registers
  })
  const byAction = new Map<string, { observe(seconds: number): void }>()
  function observerOf(action: string) {
    const label = actionLabel(action)
    const observer = byAction.get(label) ?? answers.labels(label)
    byAction.set(label, observer)
    return observer
  }
  const failed = (direction: Direction, error: CallFailure | undefined) => {
    if (error !== undefined) errors.inc({ direction, code: codeLabel(error.code) })
  }
  events.on('handled', ({ action, messageType, error, duration }) => {
    if (messageType === 'SEND') return
    observerOf(action).observe(duration / 1000)
    failed('outbound', error)
  })
  events.on('malformed', ({ error }) => failed('outbound', error))
  events.on('call', ({ outcome, error }) => {
    if (outcome === 'callerror') failed('inbound', error)
  })
}

function observeCalls(registry: Registry, { chargePoints, events }: Ocpp): void {
  const registers = [registry]
  const calls = new Counter({
    name: 'ocpp_calls_total',
    help: 'Our CALLs that have ended, by outcome',
    labelNames: ['action', 'outcome'],
    registers
  })
  const durations = new Histogram({
    name: 'ocpp_call_duration_seconds',
    help: 'Time from the request of one of our CALLs to its end, including the time in the queue',
    labelNames: ['action'],
    buckets: CALL_BUCKETS,
    registers
  })
  /** Finding the labels of a metric takes longer than counting. */
  const ends = new Map<string, { count: { inc(): void }; duration: { observe(seconds: number): void } }>()
  events.on('call', ({ action, outcome, duration }) => {
    const label = actionLabel(action)
    const key = `${label} ${outcome}`
    const end = ends.get(key) ?? { count: calls.labels(label, outcome), duration: durations.labels(label) }
    ends.set(key, end)
    end.count.inc()
    end.duration.observe(duration / 1000)
  })
  new Gauge({
    name: 'ocpp_pending_calls',
    help: 'Our CALLs that wait or are outstanding',
    registers,
    collect() {
      let pending = 0
      for (const { pendingCalls } of chargePoints) pending += pendingCalls
      this.set(pending)
    }
  })
}

function observeTrouble(registry: Registry, { events }: Ocpp): void {
  const registers = [registry]
  const violations = new Counter({
    name: 'ocpp_violations_total',
    help: 'Messages that break the standard, by the deviation that was corrected or the code of the CALLERROR',
    labelNames: ['direction', 'action', 'rule', 'delivered'],
    registers
  })
  const security = new Counter({
    name: 'ocpp_security_events_total',
    help: 'Refused logins, take-overs and other security events',
    labelNames: ['type'],
    registers
  })
  events.on('violation', ({ direction, action, violation, deviation, delivered }) => {
    const rule = deviation ?? codeLabel(violation.code)
    violations.inc({ direction, action: actionLabel(action), rule, delivered: String(delivered) })
  })
  events.on('security', ({ type }) => security.inc({ type }))
  new Counter({
    name: 'ocpp_listener_failures_total',
    help: 'Errors and rejected promises of listeners of OCPP events, by event',
    labelNames: ['event'],
    registers,
    collect() {
      this.reset()
      for (const [event, count] of events.failures) this.inc({ event }, count)
    }
  })
}
