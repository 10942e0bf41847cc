import type { Protocol } from 'fastify-ocpp'
import type { OcppCall } from '../../lib/load-management/profiles.js'
import { acceptedPower, charge, type Ev } from '../../src/simulator/model/ev.js'
import { evOf, type Visit, VOLTAGE } from './visits.js'

// A charge point with one EVSE, reduced to what decides its current. It knows profiles and no reservations.

/** A car follows a lower limit so many seconds later. [IEC 61851-1] */
const FOLLOW = 4
const PROTOCOLS = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const satisfies readonly Protocol[]

interface Schedule {
  chargingSchedulePeriod: { limit: number }[]
  duration?: number
}

interface Profile {
  chargingProfilePurpose: string
  transactionId?: string | number
  chargingSchedule: Schedule | Schedule[]
}

export interface Faults {
  ignoresLimits?: boolean
  /** Answers each profile with Rejected. */
  refuses?: boolean
  /** Seconds until it answers. Default: 1 */
  answersAfter?: number
}

/** A car that charges, and what became of it. */
export interface Stay {
  visit: Visit
  transactionId: string
  ev: Ev
  /** Wh. */
  delivered: number
  /** Times at which it began to charge. Seconds. */
  starts: number[]
  /** Times at which it was paused. Seconds. */
  pauses: number[]
  profile?: { amperes: number; until: number }
  /** Limits of the last seconds. */
  recent: number[]
}

export class SmallCharger {
  readonly protocol: Protocol
  readonly faults: Faults
  isConnected = true
  fallback: number | undefined
  stay: Stay | undefined
  /** A on each phase that the car uses. */
  current = 0

  constructor(index: number, faults: Faults = {}) {
    this.protocol = PROTOCOLS[index % PROTOCOLS.length] ?? 'ocpp1.6'
    this.faults = faults
  }

  arrive(visit: Visit, transactionId: string): void {
    this.stay = { visit, transactionId, ev: evOf(visit), delivered: 0, starts: [], pauses: [], recent: [] }
  }

  /** A SetChargingProfile arrives. */
  take({ payload }: OcppCall): 'accepted' | 'rejected' {
    const { csChargingProfiles, chargingProfile } = payload as {
      csChargingProfiles?: Profile
      chargingProfile?: Profile
    }
    if (this.faults.refuses === true) return 'rejected'
    const profile = csChargingProfiles ?? chargingProfile
    const [schedule] = [profile?.chargingSchedule ?? []].flat()
    const amperes = schedule?.chargingSchedulePeriod[0]?.limit
    if (profile === undefined || schedule === undefined || amperes === undefined) return 'rejected'
    if (profile.chargingProfilePurpose === 'TxDefaultProfile') {
      this.fallback = amperes
      return 'accepted'
    }
    if (this.stay === undefined || String(profile.transactionId) !== this.stay.transactionId) return 'rejected'
    this.stay.profile = { amperes, until: this.stay.visit.from + (schedule.duration ?? Infinity) }
    return 'accepted'
  }

  /** One second passes. */
  pass(second: number, maximum: number): void {
    const { stay } = this
    this.current = 0
    if (stay === undefined) return
    const { ev, visit } = stay
    stay.recent = [...stay.recent, this.#limitAt(second, maximum)].slice(-FOLLOW)
    const limit = Math.max(...stay.recent)
    const wanted = acceptedPower(ev) / VOLTAGE / visit.phases
    this.current = limit < 6 ? 0 : Math.min(limit, wanted)
    const isCharging = this.current > 0
    const was = stay.starts.length > stay.pauses.length
    if (isCharging && !was) stay.starts.push(second)
    if (!isCharging && was) stay.pauses.push(second)
    stay.delivered += charge(ev, this.current * visit.phases * VOLTAGE, 1000)
  }

  #limitAt(second: number, maximum: number): number {
    return this.faults.ignoresLimits ? maximum : this.limitAt(second, maximum)
  }

  /** A that its profiles allow. */
  limitAt(second: number, maximum: number): number {
    const { profile } = this.stay ?? {}
    return Math.min(
      maximum,
      profile !== undefined && profile.until > second ? profile.amperes : (this.fallback ?? maximum)
    )
  }
}
