export const strings = {
  title: 'Availability',
  caption: 'For how long EVSEs were connected, up, faulted, out of service and occupied',
  definition:
    'Up: connected, and neither Faulted nor Unavailable. The shares are of the time since the charge point first connected; without data there is no figure.',
  none: 'Nothing is known of this range',
  next: 'Figures begin when a charge point first connects.',
  filters: 'Filters',
  dated: (clock: string) => `as of ${clock}`,
  interval: 'Per',
  intervals: { day: 'Day', week: 'Week', month: 'Month' },
  groupBy: 'By',
  groups: { chargePoint: 'Charge point', site: 'Site' },
  chargePoint: 'Charge point',
  site: 'Site',
  noSite: 'No site',
  evse: (identity: string, evseId: number) => `${identity}, EVSE ${evseId}`,
  columns: {
    start: 'From',
    group: 'EVSE',
    time: 'Time',
    up: 'Up',
    connected: 'Connected',
    faulted: 'Faulted',
    outOfService: 'Out of service',
    unknown: 'State not told',
    occupied: 'Occupied'
  },
  other: 'Energy and money',
  here: 'Availability'
}
