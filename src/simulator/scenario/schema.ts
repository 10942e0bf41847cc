import { type Static, type TObject, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { ALL_PROTOCOLS } from '../../protocol.js'
import { literals } from '../../schema.js'
import { QUIRK_NAMES } from '../model/quirks.js'

const evse = Type.Optional(Type.Integer({ minimum: 1 }))
const token = Type.Optional(Type.String({ minLength: 1, maxLength: 255 }))
const seconds = Type.Number({ minimum: 0 })
/** Timeout of a step. Real seconds. */
const timeout = Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 86_400 }))
const payload = Type.Record(Type.String(), Type.Unknown())

function step<const P extends Parameters<typeof Type.Object>[0]>(properties: P) {
  return Type.Object({ ...properties, comment: Type.Optional(Type.String()), timeout }, { additionalProperties: false })
}

/** The steps of a scenario. */
export const STEPS = {
  connect: step({
    do: Type.Literal('connect'),
    expect: Type.Optional(literals('connected', 'refused', 'unreachable'))
  }),
  boot: step({ do: Type.Literal('boot'), expect: Type.Optional(literals('Accepted', 'Pending', 'Rejected')) }),
  plug: step({
    do: Type.Literal('plug'),
    evse,
    connector: evse,
    soc: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    capacity: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    maxPower: Type.Optional(Type.Number({ exclusiveMinimum: 0 }))
  }),
  unplug: step({ do: Type.Literal('unplug'), evse }),
  swipe: step({
    do: Type.Literal('swipe'),
    evse,
    token,
    type: Type.Optional(Type.String()),
    expect: Type.Optional(Type.String())
  }),
  start: step({ do: Type.Literal('start'), evse, token }),
  stop: step({ do: Type.Literal('stop'), evse }),
  wait: step({ do: Type.Literal('wait'), seconds }),
  expect: step({
    do: Type.Literal('expect'),
    evse,
    status: Type.Optional(Type.String()),
    transaction: Type.Optional(Type.Boolean()),
    minPower: Type.Optional(Type.Number()),
    maxPower: Type.Optional(Type.Number()),
    minEnergy: Type.Optional(Type.Number()),
    undelivered: Type.Optional(Type.Integer({ minimum: 0 })),
    request: Type.Optional(Type.String()),
    problems: Type.Optional(Type.Integer({ minimum: 0 }))
  }),
  call: step({
    do: Type.Literal('call'),
    action: Type.String({ minLength: 1 }),
    payload: Type.Optional(payload),
    answer: Type.Optional(payload),
    error: Type.Optional(Type.String())
  }),
  fault: step({ do: Type.Literal('fault'), evse, code: Type.Optional(Type.String()) }),
  repair: step({ do: Type.Literal('repair'), evse }),
  offline: step({ do: Type.Literal('offline') }),
  online: step({ do: Type.Literal('online') }),
  reset: step({ do: Type.Literal('reset') }),
  disconnect: step({ do: Type.Literal('disconnect') })
} as const

export type StepName = keyof typeof STEPS
export type StepOf<N extends StepName> = Static<(typeof STEPS)[N]>
export type Step = { [N in StepName]: StepOf<N> }[StepName]

const Head = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    name: Type.String({ minLength: 1 }),
    description: Type.Optional(Type.String()),
    charger: Type.Optional(
      Type.Object(
        {
          identity: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
          protocol: Type.Optional(literals(...ALL_PROTOCOLS)),
          kind: Type.Optional(literals('AC', 'DC')),
          evses: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
          connectors: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
          quirks: Type.Optional(Type.Array(literals(...QUIRK_NAMES)))
        },
        { additionalProperties: false }
      )
    ),
    speed: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100_000 })),
    timeout,
    steps: Type.Array(Type.Unknown(), { minItems: 1 })
  },
  { additionalProperties: false }
)

export interface Scenario extends Omit<Static<typeof Head>, 'steps'> {
  steps: Step[]
}

/** A scenario is invalid; the message has the step and a JSON pointer. */
export class ScenarioError extends Error {}

/** Checks a scenario. @throws ScenarioError */
export function checkScenario(value: unknown): Scenario {
  refuse(Head, value, '', 'the scenario')
  const { steps, ...head } = value as Static<typeof Head>
  for (const [index, candidate] of steps.entries()) checkStep(candidate, index)
  return { ...head, steps: steps as Step[] }
}

function checkStep(candidate: unknown, index: number): void {
  const name = (candidate as { do?: unknown } | null)?.do
  const pointer = `/steps/${index}`
  if (typeof name !== 'string' || !Object.hasOwn(STEPS, name)) {
    const known = Object.keys(STEPS).join(', ')
    throw new ScenarioError(`step ${index + 1}, ${pointer}/do: must be one of ${known}`)
  }
  refuse(STEPS[name as StepName], candidate, pointer, `step ${index + 1} (${name})`)
}

function refuse(schema: TObject, value: unknown, pointer: string, what: string): void {
  const error = Value.Errors(schema, value).First()
  if (error === undefined) return
  const allowed: unknown = error.schema.enum
  const message = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : error.message
  throw new ScenarioError(`${what}, ${pointer}${error.path || ''}: ${message}`)
}
