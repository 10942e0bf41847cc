import type { Site } from './site.js'

// What is shared alike: the current of each car on its phases, or its power.

/** What an A of an EVSE counts where shares are compared, with an A on three phases of the voltage of the site as 1. */
export function worthOf(site: Site, key: string): number {
  const { fairness, voltage } = site.input.plant
  const evse = site.evses.get(key)
  if (fairness === 'current' || evse === undefined) return 1
  return (linesOf(site, key) * evse.voltage) / (3 * voltage)
}

/** The power of an A as that of so many lines. Who is limited in W is sent the power of one line; two lines are in series. */
function linesOf(site: Site, key: string): number {
  const { unit, wiring = '' } = site.evses.get(key) ?? {}
  if (unit === 'W') return 1
  return wiring.length === 4 ? Math.sqrt(3) : site.phases(key).length
}
