import type { Cost } from '../../api/records.js'

type Reason = Cost['unknown'][number]['reason']

/** Names of the parts of a cost. Others are shown as the server names them. */
const COMPONENTS: Readonly<Record<string, string>> = {
  fixed: 'Session',
  energy: 'Energy',
  chargingTime: 'Charging time',
  idleTime: 'Idle time',
  time: 'Time',
  reservationTime: 'Reservation time',
  reservationFixed: 'Reservation'
}

const STATES: Readonly<Record<string, string>> = {
  charging: 'charging',
  pausedByEv: 'paused by the car',
  pausedByEvse: 'paused by the charge point',
  connected: 'connected',
  gone: 'the car is gone'
}

export const cost = {
  component: (name: string) => COMPONENTS[name] ?? name,
  state: (name: string) => STATES[name] ?? name,
  reasons: {
    'no-start-register': 'there is no meter reading at the start',
    'no-stop-register': 'there is no meter reading at the end',
    'different-registers': 'start and end were read from different registers',
    'meter-went-backwards': 'the meter went backwards: it was replaced or reset',
    'no-duration': 'the start is not known, and so is the duration',
    'out-of-range': 'the amount is too large',
    'charge-point-failed': 'the charge point reported that it could not calculate it',
    'no-states': 'it is not known when the car charged and when it did not',
    'missing-events': 'events of the transaction are missing',
    'records-deleted': 'readings or states that a price depends on have been deleted, because they were old',
    'not-unplugged': 'the charge point has not reported that the car is unplugged, and idle time goes on until then',
    'no-clock': 'the clock of the charge point was not set',
    'no-time-zone': 'a price depends on local time, and the site has no time zone',
    'no-fact': 'a price depends on what is not known, such as the kind of the EVSE',
    'no-power': 'a price depends on power that was not measured',
    'no-current': 'a price depends on current that was not measured'
  } satisfies Readonly<Record<Reason, string>>,
  linesCaption: 'Parts of the cost',
  columns: {
    component: 'Part',
    net: 'Net',
    tax: 'Tax',
    total: 'Total',
    period: 'Period',
    quantity: 'Quantity',
    price: 'Price without tax',
    because: 'Because'
  },
  net: 'Net',
  tax: 'Tax',
  total: 'Total',
  atLeast: 'At least',
  unknown: 'Not known',
  waived: 'Nothing is charged: the transaction stays below the smallest one that costs something.',
  limited: {
    MinCost: 'The lowest cost of the tariff applies.',
    MaxCost: 'The highest cost of the tariff applies.'
  } as Readonly<Record<string, string>>,
  periods: (number: number) => `How it came about (${number})`,
  periodsCaption: 'Periods with the prices that applied, and why',
  always: 'always',
  running: 'So far: the transaction goes on.',
  billedBy: {
    us: 'Billed by the figures of this back-end.',
    station: 'Billed by the figures of the charge point.'
  } as Readonly<Record<string, string>>,
  tariff: (id: string, version: number | undefined) => (version === undefined ? id : `${id}, version ${version}`),
  from: 'from',
  station: 'The charge point calculated',
  difference: (amount: string, isMore: boolean) => `${amount} ${isMore ? 'more' : 'less'} than this back-end`,
  noDifference: 'the same, up to the smallest unit of the currency',
  revisions: (number: number) => `Figures since the end (${number})`,
  revisionsCaption: 'Figures since the end, latest first',
  at: 'Time',
  by: 'Calculated by',
  us: 'this back-end',
  theStation: 'the charge point'
}
