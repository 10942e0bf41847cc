import type { ProblemItem } from '../../api/records.js'
import { count, formatNumber } from '../../ui/format.js'

/** A text for every kind of problem that the server knows. */
type Words = Readonly<Record<ProblemItem['kind'], string>>

export const strings = {
  title: 'Overview',
  problemsTitle: 'Problems',
  checked: (clock: string) => `checked ${clock}`,
  allClear: 'All clear',
  headline: (critical: number, warning: number) =>
    [
      ...(critical > 0 ? [`${formatNumber(critical)} critical`] : []),
      ...(warning > 0 ? [count(warning, 'warning')] : [])
    ].join(', '),
  all: (number: number) => `All ${formatNumber(number)}`,
  caption: 'Problems, critical ones first',
  columns: { severity: 'Severity', place: 'Place', detail: 'What is wrong', since: 'For', next: 'Next step' },
  severities: { critical: 'Critical', warning: 'Warning' },
  look: 'Look',
  server: 'The server',
  acknowledge: 'Acknowledge',
  acknowledged: (who: string) => `Acknowledged by ${who}`,
  note: 'Note',
  withdraw: 'Withdraw',
  connected: (total: number) => `of ${formatNumber(total)} connected`,
  neverConnected: 'never connected',
  charging: 'charging',
  nowPower: 'now',
  today: 'today',
  open: 'open transactions',
  queued: 'calls wait',
  chargingNow: 'Charging now, by power',
  chargingNone: 'Nobody charges now.',
  events: 'What happens',
  eventsNone: 'Nothing has happened since this page was opened.',
  place: (evseId: number) => `EVSE ${evseId}`,
  kinds: {
    'refused-messages': 'Messages are refused',
    'connector-faulted': 'Faulted',
    away: 'Away',
    'transaction-silent': 'No meter values',
    'transaction-incomplete': 'Events are missing',
    'cost-differs': 'Costs differ',
    'receipt-blocked': 'No receipt',
    'receipt-outdated': 'Receipt outdated',
    'receipt-not-signed': 'Other signed energy',
    'call-unknown': 'Outcome unknown',
    'call-expiring': 'Call will expire',
    'firmware-failed': 'Firmware failed',
    'log-failed': 'Log failed',
    'certificate-expiring': 'Certificate expires',
    'webhook-failing': 'Webhook fails',
    'id-token-refused': 'Card refused',
    'charge-point-refused': 'Charge point refused',
    'log-dropping': 'Message log has gaps',
    'writes-queueing': 'Database is slow',
    'site-overload': 'Site overloaded',
    'limits-ignored': 'Limit ignored'
  } satisfies Words,
  next: {
    'refused-messages': 'See the messages',
    'connector-faulted': 'Look at it',
    away: 'See its connections',
    'transaction-silent': 'Open the transaction',
    'transaction-incomplete': 'Open the transaction',
    'cost-differs': 'Compare the costs',
    'receipt-blocked': 'Open the transaction',
    'receipt-outdated': 'Open the transaction',
    'receipt-not-signed': 'Open the transaction',
    'call-unknown': 'Open the call',
    'call-expiring': 'Open the call',
    'firmware-failed': 'See its calls',
    'log-failed': 'See its calls',
    'certificate-expiring': 'See its certificates',
    'webhook-failing': 'See its deliveries',
    'id-token-refused': 'See who was refused',
    'charge-point-refused': 'See why, or let it in',
    'log-dropping': 'See the server',
    'writes-queueing': 'See the server',
    'site-overload': 'See the load of the site',
    'limits-ignored': 'See the load of the site'
  } satisfies Words,
  told: {
    connect: 'connected',
    disconnect: 'disconnected',
    boot: 'booted',
    problem: (detail: string) => detail,
    transaction: (type: string, id: number | undefined) =>
      `transaction ${id ?? ''} ${type.toLowerCase()}`.replace('  ', ' '),
    status: (place: string, status: string) => `${place}: ${status}`,
    call: (action: string, outcome: string) => `${action}: ${outcome}`,
    security: (type: string) => `security: ${type}`,
    other: (type: string) => type
  },
  noneMatches: 'No problem matches these filters.'
}
