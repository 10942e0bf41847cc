export const strings = {
  range: 'Range',
  always: 'All times',
  days: 'Some days',
  before: 'Month before',
  after: 'Month after',
  thisMonth: 'This month',
  from: 'From day',
  to: 'To day'
}
