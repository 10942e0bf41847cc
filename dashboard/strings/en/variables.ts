export const strings = {
  caption: 'Settings of the charge point',
  search: 'Part of a name or value',
  filters: 'Filters',
  writable: 'Can be changed',
  none: 'The charge point has told no settings yet',
  noneHelp: 'Ask it for all of them: the answer appears here.',
  ask: 'Ask for all settings',
  set: 'Set',
  setTitle: (name: string) => `Set ${name}`,
  present: 'Present value',
  unknown: 'Unknown',
  next: 'New value',
  send: 'Send to the charge point',
  readonly: 'Read-only',
  range: (min: string, max: string) => `${min} to ${max}`,
  one: (values: string) => `One of ${values}`,
  columns: { name: 'Setting', value: 'Value', type: 'Type', told: 'Told', actions: 'Actions' }
}
