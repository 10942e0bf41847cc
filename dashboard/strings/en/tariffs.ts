export const strings = {
  title: 'Tariffs',
  caption: 'Tariffs',
  add: 'Add',
  edit: 'Edit',
  remove: 'Remove',
  save: 'Save',
  addTitle: 'Add a tariff',
  editTitle: (id: string) => `Tariff ${id}`,
  id: 'Id',
  idHelp: '1 to 60 letters, digits and * - _ = : + | @ .',
  idMissing: 'Give the id first',
  actions: 'Actions',
  note: 'The most specific tariff applies. A transaction keeps the tariff that applied when it began. Prices are without tax.',
  none: 'No tariff yet',
  noneHelp:
    'Without a tariff transactions have no cost. A tariff for every charge point and every card is the default:',
  addDefault: 'Add a default tariff',
  removeTitle: (id: string) => `Remove tariff ${id}?`,
  removeBody: 'Transactions that have begun keep it. Later ones get the next tariff that fits, or none.',
  everyone: 'Every charge point, every card',
  columns: {
    id: 'Tariff',
    scope: 'For',
    kwh: 'Per kWh',
    hour: 'Per hour',
    session: 'Per session',
    tax: 'Tax',
    updated: 'Changed'
  }
}
