import type { ComponentChildren } from 'preact'
import type { PresentConnector } from '../api/records.js'
import { strings } from '../strings/en.js'

export type State = PresentConnector['state']

/** Shapes that distinguish the states without colour. */
const SHAPES: Readonly<Record<State, ComponentChildren>> = {
  Available: <circle cx="8" cy="8" r="5.5" />,
  Preparing: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="solid" />
    </>
  ),
  Charging: <path d="M9 1 3.5 9H7l-1 6 6-8.5H8z" class="solid" />,
  SuspendedEV: <path d="M5.5 3v10M10.5 3v10" class="thick" />,
  SuspendedEVSE: <path d="M5.5 3v10M10.5 3v10" class="thick" />,
  Finishing: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="m5.5 8 2 2 3.5-4" />
    </>
  ),
  Reserved: <path d="m8 2 6 6-6 6-6-6z" />,
  Unavailable: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="m4.2 4.2 7.6 7.6" />
    </>
  ),
  Faulted: (
    <>
      <path d="M8 1.5 15 14H1z" />
      <path d="M8 6v4M8 11.5v1" />
    </>
  ),
  Unknown: <path d="M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M8 12v1" />
}

interface StateGlyphProps {
  state: State
  /** Whether the charge point is away, so that this is its last state. */
  isAway?: boolean
  /** Where: `EVSE 1`. */
  place?: string
}

/** The sign of a state, with its name for screen readers. */
export function StateGlyph({ state, isAway = false, place }: StateGlyphProps) {
  const name = isAway ? strings.lastState(strings.states[state]) : strings.states[state]
  const label = place === undefined ? name : `${place}: ${name}`
  return (
    <svg viewBox="0 0 16 16" class="glyph" data-state={state} data-away={isAway} role="img" aria-label={label}>
      <title>{label}</title>
      {SHAPES[state]}
    </svg>
  )
}

/** The sign of a state with its name. */
export function StateLabel({ state, isAway = false }: StateGlyphProps) {
  return (
    <span class="state" data-state={state} data-away={isAway}>
      <svg viewBox="0 0 16 16" class="glyph" data-state={state} data-away={isAway} aria-hidden="true">
        {SHAPES[state]}
      </svg>
      {strings.states[state]}
    </span>
  )
}
