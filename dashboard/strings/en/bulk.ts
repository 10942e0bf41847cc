import { count, formatNumber } from '../../ui/format.js'

export const strings = {
  label: 'Selected charge points',
  selected: (number: number) => `${formatNumber(number)} selected`,
  selectAll: (number: number) => `Select all ${formatNumber(number)} that match`,
  clear: 'Clear',
  actions: {
    reset: 'Reset…',
    availability: 'Service…',
    'set-configuration': 'Settings…',
    'update-firmware': 'Firmware…',
    'upload-log': 'Log…',
    'send-local-list': 'Local list…'
  },
  anyCall: 'Any call…',
  title: (what: string, number: number) => `${what}: ${count(number, 'charge point')}`,
  chooseCall: 'Any OCPP call',
  version: 'Version',
  action: 'Call',
  choose: 'Choose…',
  otherVersions:
    'Charge points of other versions get the same payload; where their version does not allow it, it fails.',
  wait: 'Let it wait for charge points that are away',
  away: 'Charge points that are away fail at once.',
  mayEnd: 'This may end transactions that are under way.',
  type: (number: number) => `Type ${number} to confirm`,
  changed: (number: number) => `Now ${count(number, 'charge point')} match. Type the number again.`,
  send: 'Send'
}
