import { type Static, Type } from '@sinclair/typebox'
import { IdentityParams, oneOf } from '../http/records.js'
import { textLike } from '../text-like.js'
import type { FallbackProof } from './fallback-proof.js'
import { type Form, stepDown, USUAL_FORM } from './forms.js'
import type { Lease } from './leases.js'

// The configuration of the load management of a site, as operators write it.

const current = (description: string, minimum = 0) =>
  Type.Number({ minimum, maximum: 10_000, description: `A. ${description}` })

export const CIRCUIT_ID = textLike(
  '^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$',
  'must be 1 to 64 lower-case letters, digits, dots, hyphens and underscores, and begin and end with a letter or digit'
)

/** Limits of a circuit. The lowest of those given holds. */
export const LIMITS = {
  A: Type.Optional(current('Of every phase')),
  L1: Type.Optional(current('Of this phase')),
  L2: Type.Optional(current('Of this phase')),
  L3: Type.Optional(current('Of this phase')),
  W: Type.Optional(Type.Number({ minimum: 0, maximum: 1e8, description: 'W. Of all phases together' }))
}
export const CircuitLimit = Type.Object(LIMITS, { additionalProperties: false, minProperties: 1 })
export type CircuitLimit = Static<typeof CircuitLimit>

const FOR_SOME_TIME = {
  ...LIMITS,
  ttl: Type.Integer({ minimum: 5, maximum: 86_400, description: 'Seconds that it holds; then `fallbackLimit` does' }),
  source: Type.String({ minLength: 1, maxLength: 100, description: 'Who sets it, e.g. EMS' })
}

/** A limit that an energy manager or an operator sets for some time. */
export const CircuitLimitBody = Type.Object(FOR_SOME_TIME, {
  ...{ additionalProperties: false, minProperties: 3 },
  examples: [{ L1: 80, L2: 80, L3: 63, ttl: 300, source: 'EMS' }]
})

/** Limits of several circuits. */
export const CircuitLimitsBody = Type.Object(
  {
    limits: Type.Array(
      Type.Object({ circuit: CIRCUIT_ID, ...FOR_SOME_TIME }, { additionalProperties: false, minProperties: 4 }),
      { minItems: 1, maxItems: 200 }
    )
  },
  {
    additionalProperties: false,
    examples: [{ limits: [{ circuit: 'main', L1: 80, L2: 80, L3: 63, ttl: 300, source: 'EMS' }] }]
  }
)

const HELD = { limit: CircuitLimit, source: Type.String(), expiresAt: Type.String({ format: 'date-time' }) }
const lowered = Type.Optional(
  Type.Boolean({ description: 'With `wait`: whether all that may be in force is within the limits now' })
)

export const CircuitLimitRecord = Type.Object({ ...HELD, lowered })
export type CircuitLimitRecord = Static<typeof CircuitLimitRecord>

export const CircuitLimitsRecord = Type.Object({
  limits: Type.Array(Type.Object({ circuit: Type.String(), ...HELD }), {
    description: 'Of the circuits that were named, as they are now'
  }),
  lowered
})

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const CLOCK = {
  ...textLike('^(?:[01]\\d|2[0-3]):[0-5]\\d$', 'must be a time of day such as 17:00'),
  examples: ['17:00']
}

const Window = Type.Object(
  {
    days: Type.Optional(
      Type.Array(oneOf(WEEKDAYS, 'On which the window begins. Default: every day'), { minItems: 1, maxItems: 7 })
    ),
    from: CLOCK,
    to: CLOCK,
    limit: CircuitLimit
  },
  { additionalProperties: false, description: 'In the time zone of the site. `to` before `from` is on the next day' }
)
export type Window = Static<typeof Window>

export const Circuit = Type.Object(
  {
    id: CIRCUIT_ID,
    parent: Type.Optional(CIRCUIT_ID),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    limit: CircuitLimit,
    fallbackLimit: Type.Optional({
      ...CircuitLimit,
      description: 'Holds after a dynamic limit has expired, and while a measurement is too old. Default: `limit`'
    }),
    voltage: Type.Optional(
      Type.Number({
        minimum: 50,
        maximum: 100_000,
        description:
          'V, between line and neutral. Default: that of the parent, else of the site. Another one than that of the parent: there is a transformer between them, and each current below counts on all phases above it'
      })
    ),
    margin: Type.Optional(current('Kept free on each phase. Default: 1')),
    unbalance: Type.Optional(
      Type.Number({
        minimum: 0.1,
        maximum: 10_000,
        description:
          'A. By how much the currents of the charge points below may differ between phases, e.g. 20 in Germany [VDE-AR-N 4100]. Default: no limit'
      })
    ),
    windows: Type.Optional(Type.Array(Window, { maxItems: 50 })),
    maxMeasurementAge: Type.Optional(Type.Integer({ minimum: 5, maximum: 86_400, description: 'Seconds. Default: 60' }))
  },
  { additionalProperties: false }
)
export type Circuit = Static<typeof Circuit>

/** Phases of the site at the phases L1, L2, L3 of the charge point. */
export const WIRINGS = [
  ...['L1L2L3', 'L2L3L1', 'L3L1L2', 'L1L3L2', 'L3L2L1', 'L2L1L3'],
  ...['L1', 'L2', 'L3', 'L1L2', 'L2L3', 'L3L1']
] as const

export const Assignment = Type.Object(
  {
    identity: IdentityParams.properties.identity,
    evseId: Type.Integer({ minimum: 1, maximum: 1000, description: 'EVSE; in OCPP 1.6 the connector' }),
    circuit: CIRCUIT_ID,
    wiring: Type.Optional(
      oneOf(WIRINGS, 'The phases of the site that it is wired to. Default: L1L2L3. Two phases: line to line')
    ),
    maximum: current('The most that the EVSE can supply on a phase', 6),
    minimum: Type.Optional(current('Below it a car does not charge. Default: 6', 6)),
    fallback: current(
      '0, or at least `minimum`. What the EVSE supplies while it hears nothing from the back-end, and the start of a transaction'
    ),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description: 'The highest first. Default: 0' })),
    mayPause: Type.Optional(
      Type.Boolean({
        description:
          'false: cars sleep after a pause here. They get their minimum before others, and are not paused in favour of them. Default: true'
      })
    ),
    unit: Type.Optional(
      oneOf(
        ['A', 'W'] as const,
        'In which limits are sent. Default: what the charge point takes, A if that is not known'
      )
    )
  },
  { additionalProperties: false }
)
export type Assignment = Static<typeof Assignment>

/** What the EVSEs of a charge point can have together. */
export const StationMaximum = Type.Object(
  {
    identity: IdentityParams.properties.identity,
    maximum: current('The most that the charge point can supply on a phase, all its EVSEs together', 6)
  },
  { additionalProperties: false }
)
export type StationMaximum = Static<typeof StationMaximum>
export const FAIRNESS = ['current', 'power'] as const

export const MODES = ['off', 'observe', 'control'] as const
export type Mode = (typeof MODES)[number]

const EXAMPLE = {
  mode: 'control',
  circuits: [{ id: 'main', limit: { A: 63 } }],
  evses: [
    { identity: 'SIM-0001', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 },
    { identity: 'SIM-0002', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }
  ]
}

export const LoadManagementBody = Type.Object(
  {
    mode: oneOf(MODES, 'off: nothing; observe: calculate and show, send nothing; control: limit the charge points'),
    voltage: Type.Optional(
      Type.Number({ minimum: 50, maximum: 1000, description: 'V, between line and neutral. Default: 230' })
    ),
    fairness: Type.Optional(
      oneOf(
        FAIRNESS,
        'What cars of the same urgency share alike: the current on each of their phases, or their power, of which a car on three phases has three times as much with the same current. Default: current'
      )
    ),
    lease: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: 86_400,
        description: 'Seconds after which a limit ends that is not renewed, and `fallback` applies. Default: 900'
      })
    ),
    raiseDelay: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3600, description: 'Seconds after a change before a raise. Default: 15' })
    ),
    dwell: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: 86_400,
        description: 'Seconds for which a car that charges is not paused in favour of another one. Default: 900'
      })
    ),
    settle: Type.Optional(
      Type.Integer({
        minimum: 5,
        maximum: 600,
        description: 'Seconds after which the current has followed a limit. Default: 10'
      })
    ),
    strict: Type.Optional(
      Type.Boolean({
        description:
          'Whether the maximum of an EVSE is reserved until a measured current has obeyed a limit once. Default: false'
      })
    ),
    stopDisobedient: Type.Optional(
      Type.Boolean({
        description:
          'Whether a transaction is stopped when its EVSE ignores its limits and a circuit was measured above its own for 30 seconds. Default: false'
      })
    ),
    circuits: Type.Array(Circuit, { maxItems: 200 }),
    evses: Type.Array(Assignment, { maxItems: 2000 }),
    stations: Type.Optional(
      Type.Array(StationMaximum, {
        maxItems: 1000,
        description: 'Charge points whose EVSEs cannot have their maximum at the same time. Default: none'
      })
    )
  },
  { additionalProperties: false, examples: [EXAMPLE] }
)
export type LoadManagementBody = Static<typeof LoadManagementBody>

/** The voltage of a circuit, and the circuits that are connected to it without a transformer in between. */
export interface Powered {
  /** V, between line and neutral. */
  voltage: number
  /** The id of the topmost one of those circuits. */
  area: string
}

/** An EVSE with its defaults. */
export interface PlantEvse extends Required<Assignment>, Powered {
  /** How it is limited. */
  form: Form
  /** How many forms there are to try. */
  forms: number
  /** Seconds until the current has followed a limit. */
  settle: number
  /** Whether it is never sent 0 A. */
  avoidsZero: boolean
  /** It is never sent 0 A, but its fallback is less than a car needs, as more does not fit. */
  isShort?: boolean
  /** The most profiles that are sent to it in 24 hours. */
  writesPerDay?: number
  /** Whether its limits end by themselves. Absent: its charge point has no trait that says it. */
  limitLease?: Lease
  /** Whether a fallback that was accepted is there. Absent: its charge point has no trait that says it. */
  limitFallback?: Exclude<FallbackProof, 'missing'>
}

/** How a charge point takes limits, besides their form. */
export type Habits = Partial<
  Pick<PlantEvse, 'settle' | 'avoidsZero' | 'mayPause' | 'writesPerDay' | 'limitLease' | 'limitFallback'>
>

/** A configuration with its defaults. */
export interface Plant extends Required<Omit<LoadManagementBody, 'circuits' | 'evses'>> {
  circuits: readonly (Circuit & Powered & { margin: number; maxMeasurementAge: number })[]
  evses: readonly PlantEvse[]
  timeZone: string
}

/** What holds where a configuration says nothing. Times are seconds. */
export const DEFAULTS = {
  voltage: 230,
  fairness: 'current' as const,
  lease: 900,
  raiseDelay: 15,
  dwell: 900,
  settle: 10,
  strict: false,
  stopDisobedient: false,
  stations: []
}

export function plantOf(body: LoadManagementBody, timeZone: string): Plant {
  const { settle = DEFAULTS.settle, voltage = DEFAULTS.voltage } = body
  const powered = poweredBy(body.circuits, pathsOf(body.circuits), voltage)
  const poweredAt = (circuit: string) => powered.get(circuit) ?? { voltage, area: circuit }
  return {
    ...DEFAULTS,
    ...body,
    timeZone,
    circuits: body.circuits.map((circuit) => ({
      ...{ margin: 1, maxMeasurementAge: 60 },
      ...circuit,
      ...poweredAt(circuit.id)
    })),
    evses: body.evses.map((evse) => {
      const { unit = USUAL_FORM.unit } = evse
      const form = { ...USUAL_FORM, unit }
      const usual = { wiring: 'L1L2L3', minimum: 6, priority: 0, mayPause: true } as const
      return { ...usual, ...evse, ...poweredAt(evse.circuit), unit, form, forms: 1, settle, avoidsZero: false }
    })
  }
}

export const PHASES = ['L1', 'L2', 'L3'] as const
export type Phase = (typeof PHASES)[number]

/** The phases of the site that carry the current of an EVSE. */
export function phasesOf({ wiring }: Pick<Required<Assignment>, 'wiring'>): Phase[] {
  return PHASES.filter((phase) => wiring.includes(phase))
}

/**
 * The A below which a car does not charge. A charge point that is limited in W may put all of it on one phase: what is
 * sent for x A is x A on one phase, and a car needs its minimum on all of them.
 */
export function leastOf(evse: Pick<PlantEvse, 'unit' | 'wiring' | 'minimum' | 'maximum'> | undefined): number {
  if (evse === undefined) return 0
  const phases = evse.unit === 'W' ? phasesOf(evse).length : 1
  return Math.min(evse.minimum * phases, evse.maximum)
}

/** An EVSE that is limited in this form. One that avoids 0 A keeps its configured fallback, also if that is too little for a car. */
export function inForm(evse: PlantEvse, { form, forms }: Pick<PlantEvse, 'form' | 'forms'>): PlantEvse {
  const formed = { ...evse, unit: form.unit, form, forms, fallback: stepDown(evse.fallback, form) }
  // In W, the configured fallback may be too little for a car on several phases.
  return formed.fallback >= leastOf(formed) || evse.avoidsZero ? formed : { ...formed, fallback: 0 }
}

/** The W that are at most so many A on any phase. The hardware keeps the maximum on each phase itself. */
export function wattsOf(evse: Plant['evses'][number], amperes: number, voltage: number): number {
  return Math.floor(voltage * (amperes < evse.maximum ? amperes : amperes * phasesOf(evse).length))
}

/** The name of an EVSE within a site. */
export function keyOf({ identity, evseId }: Pick<Assignment, 'identity' | 'evseId'>): string {
  return `${identity.toLowerCase()} ${evseId}`
}

/** A circuit and those above it. */
export function pathOf(circuits: readonly Pick<Circuit, 'id' | 'parent'>[], id: string): string[] {
  return pathsOf(circuits).get(id) ?? [id]
}

/** Each circuit with those above it, by id; one that leads back to itself ends before it is there again. */
export function pathsOf(circuits: readonly Pick<Circuit, 'id' | 'parent'>[]): Map<string, string[]> {
  const parents = new Map(circuits.map(({ id, parent }) => [id, parent]))
  return new Map(
    circuits.map(({ id }) => {
      const path = new Set<string>()
      for (let next: string | undefined = id; next !== undefined && !path.has(next); next = parents.get(next))
        path.add(next)
      return [id, [...path]]
    })
  )
}

/** By id of the circuit. A circuit without a voltage has that of its parent, and one without parent that of the site. */
function poweredBy(
  circuits: readonly Pick<Circuit, 'id' | 'voltage'>[],
  paths: ReadonlyMap<string, readonly string[]>,
  siteVoltage: number
): Map<string, Powered> {
  const own = new Map(circuits.map(({ id, voltage }) => [id, voltage]))
  const voltageOf = (path: readonly string[]) => {
    return path.map((id) => own.get(id)).find((voltage) => voltage !== undefined) ?? siteVoltage
  }
  return new Map(
    circuits.map(({ id }) => {
      const path = paths.get(id) ?? [id]
      const voltage = voltageOf(path)
      const end = path.findIndex((_, index) => voltageOf(path.slice(index)) !== voltage)
      return [id, { voltage, area: path.at(end < 0 ? -1 : end - 1) ?? id }]
    })
  )
}
