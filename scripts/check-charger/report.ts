import { type Protocol, type ToldIdentity, versionInfo } from 'fastify-ocpp'
import type { CallOutcome } from './calls.js'
import type { Checker, Refused } from './checker.js'
import type { Finding } from './findings.js'
import type { Subject } from './subject.js'

/** Traits as `PUT /charge-points/{identity}` and `PUT /charger-models/{name}` take them. */
export interface NeededTraits {
  validation?: 'warn'
  leniency?: string[]
  pings?: 'off'
  callsAfterConnect?: 'boot'
  timeZone?: string
}

export interface Check {
  check: string
  /** `not seen`: nothing could be judged. */
  result: 'passed' | 'failed' | 'not seen'
  detail?: string
}

export interface SubjectReport {
  identity: string
  protocol: Protocol
  told: ToldIdentity
  connections: number
  disconnects: Subject['disconnects']
  /** Messages by action. */
  messages: Record<string, number>
  /** Messages that a charge point sends in its life and that were not seen. */
  notSeen: string[]
  calls: CallOutcome[]
  checks: Check[]
  findings: Finding[]
  traits: NeededTraits
  /** Bodies for the API of the back-end. */
  put: {
    chargePoint: { traits: NeededTraits }
    chargerModel?: { match: Record<string, string>; traits: NeededTraits; note: string }
  }
  /** Remarks about the traits. */
  notes: string[]
}

export interface Report {
  startedAt: string
  /** Seconds. */
  duration: number
  chargePoints: SubjectReport[]
  refused: Refused[]
  /** Whether nothing but notes was found. */
  isClean: boolean
}

export function reportOf(checker: Checker, now: number): Report {
  const chargePoints = [...checker.subjects.values()].map((subject) => reportOn(subject))
  const hasViolations = chargePoints.some(({ findings }) => findings.some(({ level }) => level === 'violation'))
  return {
    startedAt: new Date(checker.startedAt).toISOString(),
    duration: (now - checker.startedAt) / 1000,
    chargePoints,
    refused: checker.refused,
    isClean: !hasViolations && checker.refused.length === 0
  }
}

const COMMON = ['BootNotification', 'StatusNotification', 'Heartbeat', 'Authorize', 'MeterValues']
const TRANSACTIONS_1 = ['StartTransaction', 'StopTransaction']
const TRANSACTIONS_2 = [
  'TransactionEvent Started',
  'TransactionEvent Updated',
  'TransactionEvent Ended',
  'NotifyReport'
]

function reportOn(subject: Subject): SubjectReport {
  const { identity, protocol, watch, connections, disconnects, calls } = subject
  const { traits, notes } = needsOf(subject)
  const { hasTransactionEvents } = versionInfo(protocol)
  const expected = [...COMMON, ...(hasTransactionEvents ? TRANSACTIONS_2 : TRANSACTIONS_1)]
  const { vendor, model } = watch.told
  const match = { ...(vendor !== undefined && { vendor }), ...(model !== undefined && { model }) }
  const note = `As found by check-charger${watch.told.firmwareVersion ? ` with firmware ${watch.told.firmwareVersion}` : ''}`
  return {
    identity,
    protocol,
    told: watch.told,
    connections,
    disconnects,
    messages: Object.fromEntries(watch.seen),
    notSeen: expected.filter((action) => !watch.seen.has(action)),
    calls,
    checks: checksOf(subject),
    findings: subject.findings.list(),
    traits,
    put: {
      chargePoint: { traits },
      ...(vendor !== undefined && { chargerModel: { match, traits, note } })
    },
    notes
  }
}

function needsOf({ deviations, needsWarn, answersPings, waitsForBoot, watch }: Subject) {
  const traits: NeededTraits = {}
  const notes: string[] = []
  if (deviations.size > 0) traits.leniency = [...deviations].sort()
  if (needsWarn) {
    traits.validation = 'warn'
    notes.push('validation warn: no named deviation covers everything that was found, see the findings "schema"')
  }
  if (answersPings === false) {
    traits.pings = 'off'
    notes.push('pings off: the back-end then notices a broken connection only when a heartbeat stays away')
  }
  if (waitsForBoot) traits.callsAfterConnect = 'boot'
  if (deviations.has('missing-timestamps')) {
    notes.push('missing-timestamps: a transaction without a time cannot be told from its own retry')
  }
  const zone = zoneOf(watch.zoneless)
  if (zone !== undefined) {
    traits.timeZone = zone
    notes.push(`timeZone ${zone}: as its times without a zone differ from ours; better name the zone of its place`)
  }
  return { traits, notes }
}

const HOUR_MS = 3_600_000

/** The fixed zone that times without a zone are in, when they agree; `undefined` for UTC. */
function zoneOf(differences: readonly number[]): string | undefined {
  const hours = new Set(differences.map((difference) => Math.round(difference / HOUR_MS)))
  const [first = 0] = hours
  const isNear = differences.every((difference) => Math.abs(difference - first * HOUR_MS) < HOUR_MS / 6)
  if (hours.size !== 1 || first === 0 || !isNear || Math.abs(first) > 12) return undefined
  // The signs of these names are reversed: Etc/GMT-2 is two hours ahead of UTC.
  return `Etc/GMT${first > 0 ? '-' : '+'}${Math.abs(first)}`
}

/** Rules of one check; it fails when one of them is found. */
const CHECKS: readonly { check: string; rules: readonly string[]; needs?: string }[] = [
  { check: 'messages match their schemas', rules: ['schema', 'deviation', 'always-corrected', 'no-time-zone'] },
  { check: 'frames are well-formed', rules: ['malformed-frame', 'broken-websocket'] },
  { check: 'only known actions', rules: ['unknown-action'] },
  { check: 'boots before everything else', rules: ['before-boot'], needs: 'BootNotification' },
  { check: 'message ids are unique', rules: ['repeated-message-id'] },
  { check: 'one CALL at a time', rules: ['one-call-at-a-time'] },
  { check: 'times are right', rules: ['clock-not-set', 'clock-ahead', 'clock-behind'] },
  { check: 'obeys the heartbeat interval', rules: ['heartbeat-late', 'heartbeat-often'], needs: 'Heartbeat' },
  { check: 'transactions are consistent', rules: ['sequence-gap', 'unknown-transaction', 'meter-backwards'] }
]

function checksOf(subject: Subject): Check[] {
  const { findings, watch, calls, answersPings } = subject
  const checks = CHECKS.map(({ check, rules, needs }): Check => {
    const found = rules.filter((rule) => findings.has(rule))
    if (found.length > 0) return { check, result: 'failed', detail: found.join(', ') }
    const isSeen = needs === undefined ? watch.seen.size > 0 : watch.seen.has(needs)
    return { check, result: isSeen ? 'passed' : 'not seen' }
  })
  const unanswered = calls.filter(({ outcome }) => outcome === 'timeout' || outcome === 'invalid answer')
  checks.push({
    check: 'answers our calls',
    result: calls.length === 0 ? 'not seen' : unanswered.length === 0 ? 'passed' : 'failed',
    ...(unanswered.length > 0 && { detail: unanswered.map(({ call }) => call).join(', ') })
  })
  const result = answersPings === undefined ? 'not seen' : answersPings ? 'passed' : 'failed'
  checks.push({ check: 'answers pings', result })
  return checks
}
