import type { Charger } from './charger.js'
import { plugged } from './model/station.js'
import { between } from './random.js'
import { swipe } from './sessions/authorization.js'
import { plug, unplug } from './sessions/cable.js'
import { RefusedByCharger } from './sessions/evse.js'

const SECOND = 1000

/** Shortest and longest time of each act of a driver, in simulated seconds. */
const TIMES = {
  away: [10, 180],
  swipe: [2, 10],
  charge: [120, 1800],
  unplug: [5, 30]
} as const

/** Simulates drivers who arrive, charge for a while and leave, at each EVSE one after the other. */
export function drive(charger: Charger): void {
  for (const evse of charger.station.evses) next(charger, evse.id, 'away')
}

type Act = keyof typeof TIMES

const ACTS: Readonly<Record<Act, { followedBy: Act; run(charger: Charger, evseId: number): void }>> = {
  away: {
    followedBy: 'swipe',
    run: (charger, evseId) => plug(charger, evseId, 1, { soc: between(charger.random, 0.1, 0.7) })
  },
  swipe: { followedBy: 'charge', run: present },
  charge: { followedBy: 'unplug', run: present },
  unplug: { followedBy: 'away', run: (charger, evseId) => unplug(charger, evseId) }
}

function next(charger: Charger, evseId: number, act: Act): void {
  const [low, high] = TIMES[act]
  charger.time.after(between(charger.random, low, high) * SECOND, () => {
    const { run, followedBy } = ACTS[act]
    const isDone = attempt(charger, () => run(charger, evseId))
    next(charger, evseId, isDone ? followedBy : 'away')
  })
}

/** Runs an act. A driver whom the charger refuses unplugs and leaves. */
function attempt(charger: Charger, run: () => void): boolean {
  if (charger.isRebooting) return false
  try {
    run()
    return true
  } catch (error) {
    if (!(error instanceof RefusedByCharger)) throw error
    for (const evse of charger.station.evses) {
      if (evse.transaction === undefined && plugged(evse) !== undefined) unplug(charger, evse.id)
    }
    return false
  }
}

function present(charger: Charger, evseId: number): void {
  // Each charger has its own card, so that no card is used at two chargers at once.
  const token = { idToken: charger.identity.slice(0, 20), type: 'ISO14443' }
  charger.background(swipe(charger, token, evseId))
}
