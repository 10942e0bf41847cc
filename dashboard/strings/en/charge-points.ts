import { count, formatNumber } from '../../ui/format.js'

export const strings = {
  title: 'Charge points',
  caption: 'Charge points with their states',
  ofTotal: (shown: number, total: number) =>
    total > 10_000
      ? `${formatNumber(shown)} of more than ${formatNumber(10_000)}`
      : `${formatNumber(shown)} of ${formatNumber(total)}`,
  columns: {
    name: 'Name, identity',
    evses: 'EVSEs',
    power: 'Power',
    site: 'Site',
    version: 'Version',
    model: 'Model',
    seen: 'Seen'
  },
  search: 'Part of a name, identity, vendor, model or serial number',
  filters: 'Filters',
  chips: {
    away: 'Away',
    neverConnected: 'Never connected',
    faulted: 'Faulted',
    charging: 'Charging',
    outOfService: 'Out of service'
  },
  site: 'Site',
  version: 'Version',
  vendor: 'Vendor',
  model: 'Model',
  firmwareVersion: 'Firmware',
  state: 'State',
  connectedNow: 'now',
  neverSeen: 'Never connected',
  add: 'Add',
  csv: 'CSV',
  fault: (place: string, code: string) => `${place}: ${code}`,
  evse: (id: number) => `EVSE ${id}`,
  connector: (id: number) => `Connector ${id}`,
  wholeChargePoint: 'Whole charge point',
  none: 'No charge point yet',
  howToBegin: 'Three steps to the first charge point:',
  steps: {
    give: 'Give the charge point this address. It ends with the identity of the charge point.',
    simulate: 'Or try it with a simulated charge point:',
    see: 'The charge point appears here by itself.'
  },
  refused: (number: number) => `${count(number, 'charge point')} refused: see why, and let it in`,
  letIn: 'Let it in',
  attempts: (number: number) => count(number, 'attempt')
}

/** Sentences of the dialog that creates a charge point. */
export const adding = {
  title: 'Add a charge point',
  identity: 'Identity',
  help: 'The charge point sends its identity as the end of the address.',
  password: 'Give it a password',
  done: (identity: string) => `${identity} may connect`,
  address: 'Address for the charge point',
  secret: 'Password, shown only now',
  close: 'I have noted it'
}

export const refused = {
  title: 'Refused charge points',
  caption: 'Charge points that were refused, the latest first',
  none: 'Nobody was refused since the server started.',
  columns: {
    identity: 'Identity',
    reason: 'Why',
    protocol: 'Offers',
    address: 'Address',
    attempts: 'Attempts',
    last: 'Last',
    next: 'Next step'
  },
  forget: 'Forget'
}
