import { count } from '../../ui/format.js'

interface Binding {
  purpose: string
  evseId: number
  source?: string
}

/** The source of a limit, by the purpose of its profile. Another purpose is shown as OCPP names it. */
const PURPOSES: Readonly<Record<string, string>> = {
  TxProfile: 'a limit of this transaction',
  TxDefaultProfile: 'the default for transactions',
  ChargePointMaxProfile: 'the maximum of the charge point',
  ChargingStationMaxProfile: 'the maximum of the charge point',
  ChargingStationExternalConstraints: 'a limit from outside',
  PriorityCharging: 'priority charging',
  LocalGeneration: 'local generation',
  EvSchedule: 'the plan of the car',
  HardwareMaximum: 'the hardware'
}

/** Why the charge point may use another value. Another reason is shown as the server names it. */
const REASONS: Readonly<Record<string, string>> = {
  'not-confirmed': 'the charge point may have the profile or not',
  'random-delays-unknown': 'only the charge point knows the random delay that it waits',
  'soc-unknown': 'nobody reports the state of charge',
  'time-zone-unknown': 'the time zone of the charge point is not known',
  'update-time-unknown': 'the limit may have expired',
  'decided-elsewhere': 'the car or an energy manager sets the value within these bounds',
  'ampere-on-dc': 'A of direct current is converted with the nominal voltage',
  'value-unknown': 'a limit is in force whose values nobody has told',
  'phase-conflict': 'profiles name different phases'
}

function namesOf(by: readonly Binding[]): string {
  const names = by.map(({ purpose, source }) => {
    const raw = source === undefined || source === 'CSO' ? purpose : `${purpose}, ${source}`
    return PURPOSES[purpose] === undefined ? raw : `${PURPOSES[purpose]} (${raw})`
  })
  return [...new Set(names)].join(' and ')
}

const by = (bindings: readonly Binding[]) => (bindings.length === 0 ? '' : ` by ${namesOf(bindings)}`)

export const limits = {
  limited: (power: string, bindings: readonly Binding[]) => `Limited to ${power}${by(bindings)}.`,
  setpoint: (power: string, bindings: readonly Binding[]) => `Set to ${power}${by(bindings)}.`,
  discharge: (power: string) => `May feed back up to ${power}.`,
  unlimited: 'No profile limits it.',
  unclear: 'What limits it is not known.',
  uncertain: (reasons: readonly string[]) =>
    `Not certain: ${reasons.map((reason) => REASONS[reason] ?? reason).join('; ')}.`,
  assumed: (phases: number | undefined, voltage: number | undefined) =>
    `Where A and W are converted, ${[
      ...(phases === undefined ? [] : [count(phases, 'phase')]),
      ...(voltage === undefined ? [] : [`${voltage} V`])
    ].join(' and ')} are assumed: nobody has told.`,
  asOf: (clock: string) => `As of ${clock}.`,
  notKnown: (why: string) => `What limits it is not known: ${why}.`
}
