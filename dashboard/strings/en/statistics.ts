import { count } from '../../ui/format.js'

export const strings = {
  title: 'Statistics',
  caption: 'Sums of transactions that ended in the range',
  ended: 'Ended in this range',
  filters: 'Filters',
  csv: 'CSV',
  none: 'No transaction ended in this range',
  dated: (clock: string) => `as of ${clock}`,
  interval: 'Per',
  intervals: { hour: 'Hour', day: 'Day', week: 'Week', month: 'Month' },
  groupBy: 'By',
  groups: {
    chargePoint: 'Charge point',
    site: 'Site',
    idToken: 'Id token',
    groupId: 'Group of id tokens',
    tariff: 'Tariff'
  },
  chargePoint: 'Charge point',
  sums: {
    transactions: 'Transactions',
    energy: 'Energy',
    duration: 'Duration',
    cost: 'Cost',
    without: (number: number) => `${count(number, 'transaction')} without a known energy`
  },
  columns: {
    start: 'From',
    group: 'Group',
    transactions: 'Transactions',
    energy: 'Energy',
    duration: 'Duration',
    charging: 'Of it charging',
    cost: 'Cost'
  },
  noGroup: 'None'
}
