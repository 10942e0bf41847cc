import { count, formatNumber } from '../../ui/format.js'

const amperes = (value: number) => `${formatNumber(value, { maximumFractionDigits: 1 })} A`

export const load = {
  title: 'Load management',
  none: 'The power of this site is not shared by load management',
  noneHelp:
    'To begin, say how much each circuit carries and what each EVSE supplies at most. Load management then only observes: everything is calculated and shown, and nothing is sent until you switch to control.',
  configure: 'Configure',
  change: 'Change',
  remove: 'Remove',
  removeTitle: (site: string) => `Remove the load management of ${site}?`,
  removeBody: 'The circuits and EVSEs that were entered are lost. Nothing is sent to charge points.',
  setOffFirst: 'Set the mode to off first',
  mode: 'Mode',
  modes: {
    off: 'Off: nothing is calculated or sent',
    observe: 'Observe: everything is calculated and shown, nothing is sent',
    control: 'Control: the EVSEs are limited'
  },
  switchTo: { off: 'Switch off', observe: 'Only observe', control: 'Control' },
  consequence: {
    off: (evses: number) =>
      `The limits of this back-end are taken away from ${count(evses, 'EVSE')}, as far as they are connected. Nothing keeps the site within its limits any more: cars may take all that the EVSEs supply.`,
    observe: (evses: number) =>
      `No EVSE is limited: limits of this back-end are taken away from ${count(evses, 'EVSE')}, as far as they are connected. What would be sent is calculated and shown.`,
    control: (evses: number) =>
      `${count(evses, 'EVSE')} get a limit: cars may get less power, or pause. Charging profiles that others have set for these EVSEs are taken away, and do not come back.`
  },
  openNow: (number: number) =>
    number === 0
      ? 'No transaction is open at this site.'
      : `${count(number, 'transaction')} ${number === 1 ? 'is' : 'are'} open at this site.`,
  calculated: 'Calculated',
  notCalculated:
    'Nothing has been calculated yet. With several nodes, only the node that controls the site knows its state.',
  circuits: 'Circuits',
  circuitsCaption: 'Circuits with limit and load of each phase',
  circuit: 'Circuit',
  phase: 'Phase',
  limit: 'Limit',
  from: 'Limit comes from',
  origins: {
    static: 'the configuration',
    window: 'a window of time',
    dynamic: 'an energy manager or operator',
    fallback: 'the fallback limit'
  },
  reserved: 'EVSEs may take',
  allocated: 'Meant for EVSEs',
  other: 'Other load',
  margin: 'Kept free',
  headroom: 'Left',
  amperes,
  watts: (value: number) => `${formatNumber(value / 1_000, { maximumFractionDigits: 1 })} kW`,
  over: (circuit: string, phase: string, by: string) =>
    `${circuit}, ${phase}: ${by} more than the limit may be taken, whatever is sent.`,
  setLimit: 'Set limit',
  setLimitTitle: (circuit: string) => `Limit ${circuit} for some time`,
  setLimitHelp:
    'The lowest of this limit, the configured limit and the window holds. After the time the fallback limit does.',
  seconds: 'Seconds',
  present: (limit: string, source: string) => `Now ${limit}, set by ${source}, until`,
  takeBack: 'Take it back',
  lowered: 'The limit holds: all that may be in force is within it.',
  notLowered: 'The limit is set, but EVSEs may still take more: they have not accepted less yet.',
  isSet: 'The limit is set.',
  evses: 'EVSEs',
  evsesCaption: 'EVSEs with what each gets, and why',
  evse: 'EVSE',
  place: (identity: string, evseId: number) => `${identity}, EVSE ${evseId}`,
  gets: 'Gets',
  target: (value: string) => `meant: ${value}`,
  until: 'until',
  turn: 'can expect to charge at',
  measured: 'Measured',
  why: 'Why',
  away: 'away',
  measuredCounts: 'What was measured is reserved, because it is more.',
  transaction: (id: number) => `transaction ${id}`,
  noEvses: 'No EVSE is assigned to a circuit.',
  history: 'What was sent',
  historyCaption: 'Limits that were sent to EVSEs, newest first',
  historyNone: 'Nothing was sent in the last 30 days.',
  at: 'Answered',
  sent: 'Sent',
  kinds: { fallback: 'fallback', limit: 'limit' },
  outcome: 'Answer'
}
