import fc from 'fast-check'
import type { CompositeInput } from 'fastify-ocpp/smart-charging'
import type { ChargingProfileType } from 'fastify-ocpp/v21'

const SECOND = 1000
const DAY = 86_400 * SECOND

/** Ordinary noon, and the nights in which the clocks of Berlin change at 01:00 UTC. */
const STARTS = ['2026-01-05T12:00:00.000Z', '2026-03-29T00:58:00.000Z', '2026-10-25T00:58:00.000Z']
const WINDOW = 240

interface Scope {
  version: CompositeInput['version']
  start: number
  /** Whether the whole charge point is asked for: then there are only plain limits. */
  isStation: boolean
  unit: 'A' | 'W' | undefined
}

type Installed = { evseId: number; profile: ChargingProfileType; randomDelays?: number[] }

const iso = (time: number) => new Date(time).toISOString()
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const near = (start: number) => fc.integer({ min: -300, max: 300 }).map((seconds) => start + seconds * SECOND)

/** Leaves out members that are undefined. */
function given<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}

function period({ version, isStation }: Scope, purpose: string, unit: 'A' | 'W') {
  const largest = unit === 'A' ? 40 : 25_000
  const is21 = version === '2.1' && !isStation
  const isTx = purpose === 'TxProfile'
  const limit = fc.integer({ min: 0, max: largest })
  const of21 = <T>(arbitrary: fc.Arbitrary<T>, when = true) =>
    is21 && when ? maybe(arbitrary) : fc.constant(undefined)
  const setpoint = fc.integer({ min: -largest, max: largest })
  const mayHaveSetpoint = isTx || purpose === 'ChargingStationExternalConstraints'
  return fc
    .record({
      limit: is21 ? fc.option(limit, { nil: undefined, freq: 5 }) : limit,
      limit_L2: of21(limit, isTx),
      limit_L3: of21(limit, isTx),
      dischargeLimit: of21(fc.integer({ min: -largest, max: 0 })),
      setpoint: of21(setpoint, mayHaveSetpoint),
      setpoint_L3: of21(setpoint, isTx),
      operationMode: of21(fc.constantFrom('CentralSetpoint' as const, 'ChargingOnly' as const)),
      numberPhases: fc.constantFrom(undefined, undefined, 1, 2, 3)
    })
    .map(given)
}

function profile(scope: Scope, id: number): fc.Arbitrary<Installed> {
  const { version, start } = scope
  const is21 = version === '2.1'
  const maximum = version === '1.6' ? 'ChargePointMaxProfile' : 'ChargingStationMaxProfile'
  const others = version === '1.6' ? [] : ['ChargingStationExternalConstraints']
  const purposes = ['TxDefaultProfile', 'TxProfile', 'TxProfile', maximum, ...others]
  return fc
    .record({
      purpose: fc.constantFrom(...purposes, ...(is21 ? ['PriorityCharging', 'LocalGeneration'] : [])),
      unit: scope.unit === undefined ? fc.constantFrom('A' as const, 'W' as const) : fc.constant(scope.unit)
    })
    .chain(({ purpose, unit }) => {
      const isOfStation = !['TxDefaultProfile', 'TxProfile', 'PriorityCharging'].includes(purpose)
      const kinds = ['Absolute', 'Recurring', ...(isOfStation ? [] : ['Relative']), ...(is21 ? ['Dynamic'] : [])]
      const places = purpose === 'TxProfile' ? [1, 2] : purpose === maximum ? [0] : [0, 1, 2]
      return fc
        .record({
          evseId: fc.constantFrom(...places),
          kind: fc.constantFrom(...kinds),
          recurrencyKind: fc.constantFrom('Daily', 'Weekly'),
          stackLevel: fc.integer({ min: 1, max: 4 }),
          validFrom: maybe(near(start)),
          validTo: maybe(near(start)),
          // Of EVSE 1 and 2, of no transaction that runs, of the one that was started with it.
          transactionId: fc.constantFrom(1, 2, 9, undefined),
          begin: near(start),
          rounds: fc.integer({ min: -1, max: 2 }),
          isLocal: is21 ? fc.boolean() : fc.constant(false),
          duration: maybe(fc.integer({ min: 1, max: 400 })),
          randomizedDelay: is21 ? maybe(fc.constant(60)) : fc.constant(undefined),
          randomDelays: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 5, maxLength: 5 }),
          maxOfflineDuration: is21 ? maybe(fc.integer({ min: 0, max: 120 })) : fc.constant(undefined),
          invalidAfterOfflineDuration: is21 ? fc.boolean() : fc.constant(undefined),
          limitAtSoC:
            is21 && !scope.isStation
              ? maybe(fc.record({ soc: fc.constantFrom(20, 80), limit: fc.integer({ min: 0, max: 20 }) }))
              : fc.constant(undefined),
          starts: fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { maxLength: 4 }),
          periods: fc.array(period(scope, purpose, unit), { minLength: 5, maxLength: 5 })
        })
        .map((drawn) => installedOf(scope, id, purpose, unit, drawn))
    })
}

interface Drawn {
  evseId: number
  kind: string
  recurrencyKind: string
  stackLevel: number
  validFrom: number | undefined
  validTo: number | undefined
  transactionId: number | undefined
  begin: number
  rounds: number
  isLocal: boolean
  duration: number | undefined
  randomizedDelay: number | undefined
  randomDelays: number[]
  maxOfflineDuration: number | undefined
  invalidAfterOfflineDuration: boolean | undefined
  limitAtSoC: { soc: number; limit: number } | undefined
  starts: number[]
  periods: object[]
}

function installedOf({ version, start }: Scope, id: number, purpose: string, unit: string, drawn: Drawn): Installed {
  const { kind, isLocal, starts } = drawn
  const offset = isLocal ? 3_600_000 : 0
  const begin = drawn.begin + offset - (kind === 'Recurring' ? drawn.rounds * DAY : 0)
  const schedule = given({
    startSchedule: kind === 'Absolute' || kind === 'Recurring' ? iso(begin) : undefined,
    useLocalTime: isLocal || undefined,
    duration: drawn.duration,
    randomizedDelay: drawn.randomizedDelay,
    limitAtSoC: drawn.limitAtSoC,
    chargingRateUnit: unit,
    chargingSchedulePeriod: [0, ...starts.toSorted((a, b) => a - b)].map((startPeriod, index) => ({
      startPeriod,
      ...drawn.periods[index]
    }))
  })
  const profile = given({
    ...(version === '1.6' ? { chargingProfileId: id } : { id }),
    stackLevel: drawn.stackLevel,
    chargingProfilePurpose: purpose,
    chargingProfileKind: kind,
    recurrencyKind: kind === 'Recurring' ? drawn.recurrencyKind : undefined,
    validFrom: drawn.validFrom === undefined ? undefined : iso(drawn.validFrom),
    validTo: drawn.validTo === undefined ? undefined : iso(drawn.validTo),
    transactionId: purpose === 'TxProfile' ? drawn.transactionId : undefined,
    dynUpdateTime: kind === 'Dynamic' ? iso(Math.min(drawn.begin, start)) : undefined,
    maxOfflineDuration: drawn.maxOfflineDuration,
    invalidAfterOfflineDuration: drawn.invalidAfterOfflineDuration,
    chargingSchedule: version === '1.6' ? schedule : [{ id, ...schedule }]
  })
  return { evseId: drawn.evseId, profile: profile as unknown as ChargingProfileType, randomDelays: drawn.randomDelays }
}

export interface Wish {
  /** Profiles and the request are of this unit. Default: any. */
  unit?: 'A' | 'W'
  /** Default: `true`. */
  hasTransaction?: boolean
}

/** The profiles and facts of a charge point with two EVSEs over some minutes. */
export function compositeInput({ unit, hasTransaction }: Wish = {}): fc.Arbitrary<CompositeInput> {
  return fc
    .record({
      version: fc.constantFrom('1.6' as const, '2.0.1' as const, '2.1' as const),
      start: fc.constantFrom(...STARTS).map(Date.parse),
      evseId: fc.constantFrom(1, 1, 1, 0),
      transactions: fc.constantFrom(...(hasTransaction ? [[1, 2]] : [[], [1], [1, 2]]))
    })
    .chain(({ version, start, evseId, transactions }) => {
      const scope = { version, start, isStation: evseId === 0, unit }
      const ids = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 6 })
      const evse = (id: number) =>
        fc.record({ phases: fc.constantFrom(1, 3, 3), maxCurrent: maybe(fc.constantFrom(16, 32)) }).map((wired) => ({
          id,
          voltage: 230,
          ...given(wired)
        }))
      return fc
        .record({
          evses: fc.tuple(evse(1), evse(2)),
          profiles: ids.chain((each) => fc.tuple(...each.map((id) => profile(scope, id)))),
          startedAt: fc.tuple(near(start), near(start)),
          priority: version === '2.1' ? fc.boolean() : fc.constant(false),
          soc: maybe(fc.constant(50)),
          offlineSince: maybe(near(start)),
          onlineSince: maybe(near(start)),
          unit: unit === undefined ? fc.constantFrom('A' as const, 'W' as const) : fc.constant(unit)
        })
        .map(({ evses, profiles, startedAt, priority, ...rest }) => ({
          version,
          evses,
          profiles,
          state: given({
            transactions: transactions.map((id) => ({
              id,
              evseId: id,
              // A transaction that runs has begun.
              startedAt: iso(Math.min(start, startedAt[id - 1] ?? start)),
              priority
            })),
            soc: rest.soc,
            offlineSince: rest.offlineSince === undefined ? undefined : iso(rest.offlineSince),
            onlineSince: rest.onlineSince === undefined ? undefined : iso(rest.onlineSince),
            timeZone: 'Europe/Berlin'
          }),
          request: { evseId, start: iso(start), duration: WINDOW, unit: rest.unit }
        })) as fc.Arbitrary<CompositeInput>
    })
}
