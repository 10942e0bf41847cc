export const tariffs = {
  title: (differ: number) => (differ === 0 ? 'Tariffs of the charge point' : 'Tariffs of the charge point differ'),
  caption: 'Tariffs that each EVSE should have, and has',
  evse: 'EVSE',
  at: (evseId: number) => (evseId === 0 ? 'All' : String(evseId)),
  wanted: 'Should have',
  later: (id: string) => `${id}, later`,
  reported: 'Has',
  ofDrivers: (id: string, drivers: number | undefined) =>
    drivers === undefined ? `${id}, of a driver` : `${id}, of ${drivers} ${drivers === 1 ? 'driver' : 'drivers'}`,
  answer: 'Last answer',
  state: 'State',
  drift: { none: 'As it should be', differs: 'Differs', unknown: 'Not known' },
  setAgain: 'Set the tariffs'
}
