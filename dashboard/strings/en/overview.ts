import { count, formatNumber } from '../../ui/format.js'

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
  acknowledge: 'Acknowledge',
  acknowledged: (who: string) => `Acknowledged by ${who}`,
  note: 'Note',
  withdraw: 'Withdraw',
  connected: (total: number) => `of ${formatNumber(total)} connected`,
  charging: 'charging',
  nowPower: 'now',
  today: 'today',
  sinceMidnight: 'Since midnight',
  open: 'open transactions',
  queued: 'calls wait',
  chargingNow: 'Charging now, by power',
  chargingNone: 'Nobody charges now.',
  events: 'What happens',
  eventsNone: 'Nothing has happened since this page was opened.',
  everything: 'Charge points',
  kinds: {
    'refused-messages': 'Messages refused'
  } as Readonly<Record<string, string>>,
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
