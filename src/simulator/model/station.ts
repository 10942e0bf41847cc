import type { CompositeInput, CompositePeriod } from '../../smart-charging/index.js'
import { acceptedPower, type CurrentKind, charge, type Ev, MIN_POWER, powerUnder } from './ev.js'
import { type Allowance, allowanceAt, type Profile, type Question, type StationFacts } from './profiles.js'
import {
  countingProfiles,
  type Quirk,
  type Quirks,
  type Throttle,
  throttled,
  toldPeriods,
  toldProfiles,
  understood
} from './quirks.js'

/** Status of a connector in the words of 1.6, which has more of them than 2.x. [1.6 §4.9] */
export type Status =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted'

export interface IdToken {
  readonly idToken: string
  /** Type of 2.x, e.g. ISO14443. */
  readonly type: string
}

export interface Connector {
  readonly id: number
  /** The connectorId of 1.6: connectors are numbered consecutively over all EVSEs. */
  readonly number: number
  ev: Ev | undefined
  operative: boolean
  /** Error code of 1.6. */
  fault: string | undefined
  /** Whether the transaction has ended and the cable is still plugged in. */
  isFinishing: boolean
  /** The status that was reported last. */
  reported: string | undefined
}

export interface Transaction {
  /** UUID; the id of 2.x. */
  readonly id: string
  /** The transaction id that the CSMS assigned in 1.6. */
  csmsId: number | undefined
  readonly token: IdToken
  readonly groupId: string | undefined
  readonly connector: Connector
  readonly startedAt: number
  /** Wh */
  readonly meterStart: number
  readonly remoteStartId: number | undefined
  readonly reservationId: number | undefined
  /** `seqNo` of the next TransactionEvent of 2.x. */
  seqNo: number
  /** Milliseconds in which energy flowed. */
  chargingTime: number
  hasPriority: boolean
  reportedState: string | undefined
  /** Time of the next periodic sample. */
  nextSampleAt: number
  readonly throttle: Throttle
}

/** A driver is authorized, but the cable is not plugged in yet. */
export interface Authorization {
  readonly token: IdToken
  readonly groupId: string | undefined
  readonly cause: 'Local' | 'Remote'
  readonly remoteStartId: number | undefined
  /** TxProfile of a remote start. */
  readonly profile: Profile | undefined
}

export interface Reservation {
  readonly id: number
  readonly token: IdToken
  readonly groupId: string | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export interface Evse {
  readonly id: number
  readonly connectors: readonly Connector[]
  /** Energy register. Wh. */
  meter: number
  /** Present power. W. */
  power: number
  transaction: Transaction | undefined
  authorization: Authorization | undefined
  reservation: Reservation | undefined
  operative: boolean
  /** Availability that takes effect when the transaction ends. */
  scheduledOperative: boolean | undefined
}

export interface Station {
  readonly kind: CurrentKind
  readonly phases: number
  readonly voltage: number
  /** Maximum power of one EVSE. W. */
  readonly maxPower: number
  readonly evses: readonly Evse[]
  profiles: Profile[]
  /** Profiles that were deleted or replaced since the last boot. */
  goneProfiles: Profile[]
  /** Whether no transaction charges until the next boot. */
  isStoppedForGood: boolean
  /** When a profile was accepted last. Milliseconds since the epoch. */
  profileAt: number
  quirks: Quirks
  /** The version that the charge point speaks. */
  version: CompositeInput['version']
  /** Milliseconds since the epoch. */
  offlineSince: number | undefined
  onlineSince: number | undefined
  operative: boolean
  /** The meters are up to date until this time. */
  updatedAt: number
}

export interface StationLayout {
  kind?: CurrentKind
  evses?: number
  connectors?: number
  quirks?: readonly Quirk[]
}

/** 22 kW on AC, 150 kW on DC. */
const HARDWARE = {
  AC: { phases: 3, voltage: 230, maxPower: 22_080 },
  DC: { phases: 1, voltage: 400, maxPower: 150_000 }
}

export function createStation(layout: StationLayout, now: number): Station {
  const { kind = 'AC', evses = 1, connectors = 1, quirks = [] } = layout
  const createEvse = (index: number): Evse => ({
    id: index + 1,
    connectors: Array.from({ length: connectors }, (_, place) => createConnector(place + 1, index * connectors)),
    meter: 1000 * (index + 1),
    power: 0,
    transaction: undefined,
    authorization: undefined,
    reservation: undefined,
    operative: true,
    scheduledOperative: undefined
  })
  return {
    kind,
    ...HARDWARE[kind],
    evses: Array.from({ length: evses }, (_, index) => createEvse(index)),
    profiles: [],
    goneProfiles: [],
    isStoppedForGood: false,
    profileAt: Number.NEGATIVE_INFINITY,
    quirks: new Set(quirks),
    version: '2.1',
    offlineSince: undefined,
    onlineSince: undefined,
    operative: true,
    updatedAt: now
  }
}

function createConnector(id: number, before: number): Connector {
  return {
    id,
    number: before + id,
    ev: undefined,
    operative: true,
    fault: undefined,
    isFinishing: false,
    reported: undefined
  }
}

/** The status of a connector. */
export function statusOf(station: Station, evse: Evse, connector: Connector): Status {
  if (connector.fault !== undefined) return 'Faulted'
  const transaction = evse.transaction
  if (transaction?.connector === connector) return chargingStatus(station, evse, transaction)
  if (!isOperative(station, evse, connector)) return 'Unavailable'
  if (connector.isFinishing) return 'Finishing'
  if (connector.ev !== undefined) return 'Preparing'
  // The other connectors of a busy EVSE cannot be used.
  if (evse.transaction !== undefined || plugged(evse) !== undefined) return 'Unavailable'
  if (evse.authorization !== undefined) return 'Preparing'
  return evse.reservation === undefined ? 'Available' : 'Reserved'
}

function chargingStatus(station: Station, evse: Evse, { connector }: Transaction): Status {
  if (evse.power > 0) return 'Charging'
  if (connector.ev === undefined || acceptedPower(connector.ev) === 0) return 'SuspendedEV'
  const { perPhase } = allowanceOf(station, evse, station.updatedAt)
  return perPhase < MIN_POWER ? 'SuspendedEVSE' : 'SuspendedEV'
}

export function isOperative(station: Station, evse: Evse, connector: Connector): boolean {
  return station.operative && evse.operative && connector.operative
}

/** Whether a connector is operative and not broken. */
export function isUsable(station: Station, evse: Evse, connector: Connector): boolean {
  return connector.fault === undefined && isOperative(station, evse, connector)
}

/** The connector of an EVSE that a vehicle is plugged into. */
export function plugged(evse: Evse): Connector | undefined {
  return evse.connectors.find(({ ev }) => ev !== undefined)
}

export function findTransaction(station: Station, is: (transaction: Transaction) => boolean): Evse | undefined {
  return station.evses.find(({ transaction }) => transaction !== undefined && is(transaction))
}

/** The EVSE and connector of a connector number of 1.6. */
export function connectorAt(station: Station, number: number): { evse: Evse; connector: Connector } | undefined {
  for (const evse of station.evses) {
    const connector = evse.connectors.find((candidate) => candidate.number === number)
    if (connector !== undefined) return { evse, connector }
  }
  return undefined
}

/** The present values on which the limits of the station depend. */
export function stationFacts(station: Station): StationFacts {
  const { kind, phases, voltage, maxPower, evses, version, offlineSince, onlineSince } = station
  return {
    version,
    profiles: understood(station.quirks, station.profiles),
    evses: evses.map(({ id }) => ({ id, phases, voltage, maxPower, current: kind })),
    state: {
      transactions: evses.flatMap(({ id, transaction }) =>
        transaction ? [transactionFacts(version, id, transaction)] : []
      ),
      ...(offlineSince !== undefined && { offlineSince }),
      ...(onlineSince !== undefined && { onlineSince })
    }
  }
}

/** What the composite schedule follows from that the charge point answers. */
export function toldFacts(station: Station): StationFacts {
  const facts = stationFacts(station)
  return { ...facts, profiles: toldProfiles(station.quirks, facts.profiles) }
}

/** The periods that the charge point answers. Where no profile limits, the hardware does. */
export function toldSchedule(station: Station, periods: readonly CompositePeriod[], { evseId, unit }: Question) {
  const { quirks, profiles, phases, voltage } = station
  const hardware = hardwareLimit(station, evseId, unit)
  return toldPeriods(quirks, periods, { unit, profiles, hardware, phases, voltage })
}

function transactionFacts(version: Station['version'], evseId: number, transaction: Transaction) {
  const { id, csmsId, startedAt, hasPriority: priority, connector } = transaction
  const soc = connector.ev && { soc: Math.round(connector.ev.soc * 100) }
  return { id: version === '1.6' ? (csmsId ?? id) : id, evseId, startedAt, priority, ...soc }
}

/** The maximum of the hardware of an EVSE, or of all for 0. */
function hardwareLimit({ evses, maxPower, voltage, phases }: Station, evseId: number, unit: 'A' | 'W'): number {
  const watts = maxPower * (evseId === 0 ? evses.length : 1)
  return unit === 'W' ? watts : watts / (voltage * phases)
}

/** The limits of the whole charge point, which the EVSEs share. */
const OF_STATION: readonly string[] = ['ChargePointMaxProfile', 'ChargingStationMaxProfile', 'LocalGeneration']

/** The power that an EVSE may supply. EVSEs that charge share the limit of the whole charge point equally. */
function allowanceOf(station: Station, evse: Evse, at: number): Allowance {
  const { maxPower, voltage, quirks } = station
  const hardware = { id: evse.id, phases: hardwareOf(station).phases, voltage, maxPower }
  const profiles = countingProfiles(quirks, understood(quirks, station.profiles), evse.transaction?.startedAt ?? at)
  if (profiles.length === 0) return hardwareOf(station)
  const facts = { ...stationFacts(station), profiles }
  const own = allowanceAt(facts, hardware, at)
  const charging = station.evses.filter(({ transaction }) => transaction !== undefined).length
  const shared = profiles.filter(({ evseId, purpose }) => evseId === 0 && OF_STATION.includes(purpose))
  const share =
    charging < 2 ? Infinity : allowanceAt({ ...facts, profiles: shared }, { ...hardware, id: 0 }, at).watts / charging
  const watts = Math.min(own.watts, share, maxPower)
  // The hardware cannot supply the power of three phases on one.
  return { ...own, watts, perPhase: Math.min(own.perPhase, share / own.phases, maxPower / hardware.phases) }
}

function hardwareOf({ kind, phases, maxPower }: Station): Allowance {
  const lines = kind === 'DC' ? 1 : phases
  return { watts: maxPower, perPhase: maxPower / lines, phases: lines }
}

/** Power limit of an EVSE, in W. */
export function limitOf(station: Station, evse: Evse, at: number): number {
  const { watts, perPhase, phases } = allowanceOf(station, evse, at)
  return Math.min(watts, perPhase * phases)
}

/** Longest step, in milliseconds, in which the power counts as constant. */
const STEP = 10_000
/** Maximum number of steps; a longer time is cut into longer steps. */
const MAX_STEPS = 20_000

/** Advances meters and batteries until `now`. */
export function advance(station: Station, now: number): void {
  const step = Math.max(STEP, (now - station.updatedAt) / MAX_STEPS)
  while (station.updatedAt < now) {
    const until = Math.min(now, station.updatedAt + step)
    for (const evse of station.evses) flow(evse, until - station.updatedAt)
    station.updatedAt = until
    for (const evse of station.evses) evse.power = powerOf(station, evse)
  }
}

/** Advances until `now` and recalculates the power after a change. */
export function settle(station: Station, now: number): void {
  advance(station, now)
  for (const evse of station.evses) evse.power = powerOf(station, evse)
}

function flow(evse: Evse, milliseconds: number): void {
  const { transaction, power } = evse
  const ev = transaction?.connector.ev
  if (transaction === undefined || ev === undefined || power === 0) return
  evse.meter += charge(ev, power, milliseconds)
  transaction.chargingTime += milliseconds
}

function powerOf(station: Station, evse: Evse): number {
  const { connector, throttle, startedAt = 0 } = evse.transaction ?? {}
  if (throttle === undefined || connector?.ev === undefined || connector.fault !== undefined) return 0
  const now = station.updatedAt
  const allowed = allowanceOf(station, evse, now)
  const { watts, perPhase, phases } = throttled(station.quirks, allowed, {
    ...{ throttle, now, startedAt, acceptedAt: station.profileAt, voltage: station.voltage },
    ...{ kept: station, car: connector.ev },
    hardware: hardwareOf(station)
  })
  if (station.kind === 'DC') return powerUnder(connector.ev, watts)
  const used = Math.min(phases, connector.ev.phases)
  // The pilot signal cannot signal less than 6 A. [IEC 61851-1]
  return perPhase < MIN_POWER ? 0 : powerUnder(connector.ev, perPhase * used)
}
