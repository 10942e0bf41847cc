import { useState } from 'preact/hooks'
import { clockOffset, type Told, timesIn } from '../store/charger-clock.js'
import { useLive } from './use-query.js'

const KEPT = 5

/** How far the clock of a charge point is ahead, in milliseconds, by what is known and by its events. */
export function useChargerClock(identity: string | undefined, known: readonly Told[]): number | undefined {
  const [told, setTold] = useState<readonly Told[]>([])
  useLive(identity === undefined ? undefined : { chargePoints: [identity] }, {
    onEvent: (event) => {
      const times = timesIn(event)
      if (times.length > 0) setTold((before) => [...before, ...times].slice(-KEPT))
    }
  })
  return clockOffset([...known, ...told])
}
