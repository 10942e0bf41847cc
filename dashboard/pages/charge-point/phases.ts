export interface Sample {
  measurand: string
  value?: number
  unit?: string
  phase?: string
  location?: string
}

/** The readings of one place at one time. */
export interface PlaceReadings {
  evseId?: number
  connectorId?: number
  timestamp: string
  samples: readonly Sample[]
}

export interface Phase {
  phase: string
  value: number
  /** What the charge point offers the car in this phase. */
  offered?: number
  unit: string
}

const NAMES = ['L1', 'L2', 'L3'] as const
/** What is measured in each phase, with what is offered in the same unit. The first one that is reported counts. */
const PAIRS = [
  ['Current.Import', 'Current.Offered'],
  ['Power.Active.Import', 'Power.Offered']
] as const

/** What flows in each phase. Empty: the charge point does not report phases. */
export function phasesOf(samples: readonly Sample[]): Phase[] {
  for (const [measurand, offer] of PAIRS) {
    const found = NAMES.flatMap((phase): Phase[] => {
      const sample = samples.find((one) => one.measurand === measurand && isOf(phase, one))
      if (sample?.value === undefined) return []
      const offered = offeredIn(samples, offer, phase)
      return [{ phase, value: sample.value, unit: sample.unit ?? 'A', ...(offered !== undefined && { offered }) }]
    })
    if (found.length > 0) return found
  }
  return []
}

/** `L1` and `L1-N` are the same phase; `L1-L2` is none. */
function isOf(phase: string, sample: Sample): boolean {
  return (sample.phase === phase || sample.phase === `${phase}-N`) && (sample.location ?? 'Outlet') === 'Outlet'
}

/** A current without a phase is offered in each of them; a power without a phase is that of all together. */
function offeredIn(samples: readonly Sample[], measurand: string, phase: string): number | undefined {
  const own = samples.find((one) => one.measurand === measurand && isOf(phase, one))
  if (own !== undefined) return own.value
  if (measurand !== 'Current.Offered') return undefined
  return samples.find((one) => one.measurand === measurand && one.phase === undefined)?.value
}
