import type * as v16 from '../v16/index.js'
import type * as v21 from '../v21/index.js'
import type * as v201 from '../v201/index.js'

export type ChargingRateUnit = 'A' | 'W'

/** A date-time of RFC 3339, or milliseconds since the epoch. */
export type Time = string | number

/** The hardware of one EVSE; in 1.6, of one connector. */
export interface EvseFacts {
  /** From 1. In 1.6 the connectorId. */
  id: number
  /** Phases that are wired, 1 to 3. */
  phases: number
  /** Nominal voltage between a line and neutral, or of the DC output. */
  voltage: number
  /** A DC EVSE is limited in W only. Default: AC. */
  current?: 'AC' | 'DC'
  /** A per phase. Absent: not known. */
  maxCurrent?: number
  /** W. Absent: not known. */
  maxPower?: number
}

/** The schedule that an EV derived from ours, as in NotifyEVChargingSchedule. [2.x K15.FR.07] */
export interface EvSchedule {
  /** Start of the periods. */
  timeBase: Time
  chargingSchedule: v21.ChargingScheduleType | v201.ChargingScheduleType
}

/** A running transaction. A transaction that has ended is left out. */
export interface TransactionFacts {
  id: string | number
  evseId: number
  /** PowerPathClosed in 2.x, otherwise when charging or the transaction began. [2.x K01.FR.42] */
  startedAt: Time
  /** Whether priority charging is on. [2.1 K21] */
  priority?: boolean
  /** State of charge of the EV in percent. Absent: `state.soc`. */
  soc?: number
  evSchedule?: EvSchedule
}

export interface StateFacts {
  transactions?: readonly TransactionFacts[]
  /** When the charge point last lost its connection. */
  offlineSince?: Time
  /** When the charge point reconnected. Absent or before `offlineSince`: the charge point is offline. */
  onlineSince?: Time
  /** State of charge of EVs whose transaction has none. Percent. */
  soc?: number
  /** IANA name of the charge point's time zone, for schedules in local time. */
  timeZone?: string
  /** The source whose setpoint takes precedence if both give one. Default: External. [2.1 Q06] */
  setpointPriority?: 'CSMS' | 'External'
  /** W that the charge point itself takes of the limits of the whole charge point. */
  ownConsumption?: number
}

/** A profile that the charge point has accepted, or a limit that it has reported. */
export interface InstalledProfile<Profile> {
  /** 0 is the whole charge point. In 1.6 the connectorId. */
  evseId: number
  profile: Profile
  /** The ChargingLimitSource. Default: CSO, the CSMS. */
  source?: string
  /** Seconds by which the charge point delays the second and later periods. Absent: not known. [2.1 K01.FR.92] */
  randomDelays?: readonly number[]
  /** When the charge point accepted it. */
  acceptedAt?: Time
  /** `false` if it is unknown whether the charge point has the profile. Default: `true`. */
  confirmed?: boolean
}

export interface CompositeRequest {
  /** 0 is the whole charge point. In 1.6 the connectorId. */
  evseId: number
  start: Time
  /** Seconds. */
  duration: number
  unit: ChargingRateUnit
  /** Index of the schedule in effect, of up to three in a profile. Default: 0. [ISO 15118] */
  scheduleIndex?: number
  /** The calculation ends where the last one of so many periods begins. Default: that of `duration`. */
  maxPeriods?: number
}

interface Facts {
  evses: readonly EvseFacts[]
  state?: StateFacts
  request: CompositeRequest
}

/** The input of a composite schedule. Profiles are in the order in which the charge point accepted them. */
export type CompositeInput =
  | (Facts & { version: '1.6'; profiles: readonly InstalledProfile<v16.ChargingProfile>[] })
  | (Facts & { version: '2.0.1'; profiles: readonly InstalledProfile<v201.ChargingProfileType>[] })
  | (Facts & { version: '2.1'; profiles: readonly InstalledProfile<v21.ChargingProfileType>[] })

/** A profile, an EV's schedule or the hardware that decides a value. */
export interface Binding {
  /** A purpose of OCPP, or another source of limits. */
  purpose: string
  evseId: number
  /** Of the profile. */
  id?: number
  stackLevel?: number
  source?: string
}

/**
 * Why a value may be another one on the charge point:
 * - `not-confirmed`: the charge point may have a profile or not
 * - `random-delays-unknown`: the charge point draws delays; the lowest value that may apply is given
 *- `soc-unknown`: a limit depends on the state of charge, which is not reported
 * - `time-zone-unknown`: a schedule in local time, read as UTC
 * - `update-time-unknown`: a dynamic schedule that may have expired
 * - `decided-elsewhere`: the EV or an energy manager sets the value within these bounds
 * - `ampere-on-dc`: converted with the nominal voltage
 *- `value-unknown`: a limit is in effect whose values the charge point has not reported
 * - `phase-conflict`: profiles name different phases, so there is no value
 */
export type Uncertainty =
  | 'not-confirmed'
  | 'random-delays-unknown'
  | 'soc-unknown'
  | 'time-zone-unknown'
  | 'update-time-unknown'
  | 'decided-elsewhere'
  | 'ampere-on-dc'
  | 'value-unknown'
  | 'phase-conflict'

/**
 * One period. A is per phase and W is the total, except where `limitL2` is given: then each value is that of its phase.
 * Limits are rounded down to one decimal, `dischargeLimit` and setpoints towards zero.
 */
export interface CompositePeriod {
  /** Seconds after the start of the request. */
  start: number
  /** `null`: no profile limits. */
  limit: number | null
  limitL2?: number
  limitL3?: number
  /** 0 or negative. Absent: no profile lets the EV discharge. */
  dischargeLimit?: number
  dischargeLimitL2?: number
  dischargeLimitL3?: number
  setpoint?: number
  setpointL2?: number
  setpointL3?: number
  setpointReactive?: number
  setpointReactiveL2?: number
  setpointReactiveL3?: number
  /** Absent if no profile is in effect, and on DC. */
  numberPhases?: number
  phaseToUse?: number
  operationMode?: v21.OperationModeEnumType
  /** Below this the EV charges inefficiently. It raises no limit. */
  minChargingRate?: number
  /** The profiles and other sources that decide the values at some time of the period. */
  by: Binding[]
  uncertain?: Uncertainty[]
}

/**
 * The fault of the profiles:
 * - `Duplicate`: two profiles that exclude each other; the one accepted later counts [2.x K01.FR.06, K01.FR.39]
 * - `PhaseConflict`: profiles name different phases [2.1 K01.FR.141]
 * - `RelativeMaximum`: a maximum must not be Relative [2.x K01.FR.38]
 * - `V2X.05`: a setpoint outside of the limits of its own period
 * - `Truncated`: there are more periods than `periods`
 */
export type WarningCode = 'Duplicate' | 'PhaseConflict' | 'RelativeMaximum' | 'V2X.05' | 'Truncated'

export interface CompositeWarning {
  code: WarningCode
  message: string
  profileIds: number[]
}

export interface CompositeSchedule {
  status: 'Accepted' | 'Rejected'
  /** Reason of the rejection. */
  reason?: 'unknown-evse' | 'empty-window' | 'invalid-start'
  /** Seconds that the periods cover: the whole window, unless truncated. */
  duration: number
  /** In order, without gaps; neighbours differ. At most 1024. */
  periods: CompositePeriod[]
  warnings: CompositeWarning[]
}
