import { count } from '../../ui/format.js'

export const strings = {
  unknown: (id: string) => `There is no site ${id}.`,
  title: 'Sites',
  caption: 'Sites with what their charge points do',
  columns: {
    name: 'Name, id',
    address: 'Address',
    chargePoints: 'Charge points',
    charging: 'Charging',
    faulted: 'Faulted'
  },
  search: 'Part of a name, address or notes',
  filters: 'Filters',
  add: 'Add a site',
  edit: 'Edit',
  create: 'Create',
  none: 'One place? Then you need none',
  noneMore:
    'Sites group charge points of several places: lists, figures and statistics can be narrowed to one of them.',
  id: 'Id',
  idHint: '1 to 64 lower-case letters, digits, dots, hyphens and underscores. It cannot be changed later.',
  idIsTaken: 'There is a site with this id already.',
  connectedOf: (connected: number, total: number) => `${connected} of ${total}`,
  map: 'Map',
  mapOf: (name: string) => `${name} on a map (OpenStreetMap)`,
  timeZone: 'Time zone',
  notes: 'Notes',
  showChargePoints: (number: number) => `Show ${count(number, 'charge point')}`,
  assign: 'A charge point gets its site on its own page, under Edit.',
  connected: 'connected',
  never: 'never connected',
  disabled: 'may not connect',
  connectors: 'Connectors by state',
  noConnectors: 'No connector is known yet.',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: (number: number) => `${count(number, 'charge point')} stay, without a site.`,
  updated: 'Changed'
}
