import { fold } from '../events/scope.js'
import type { ChargingProfileCriteria } from './charging-profiles.js'

interface Report {
  criteria: ChargingProfileCriteria
  profileIds: Set<number>
}

/** Maximum number of awaited reports. Beyond it the oldest one is dropped, so that it deletes no profiles. */
const MAX_REPORTS = 1000

/** Reports of charging profiles, until their last part has come. What a whole report does not name is not there. [2.x K09] */
export class ProfileReports {
  readonly #reports = new Map<string, Report>()

  /** To be called when a charge point has accepted to report the profiles that match. */
  begin(identity: string, requestId: number, criteria: ChargingProfileCriteria): void {
    this.#reports.set(keyOf(identity, requestId), { criteria, profileIds: new Set() })
    const [oldest] = this.#reports.keys()
    if (this.#reports.size > MAX_REPORTS && oldest !== undefined) this.#reports.delete(oldest)
  }

  /** Adds a part. Returns the whole report after its last part, unless it is not known what was asked for. */
  add(
    identity: string,
    requestId: number,
    part: { profileIds: readonly number[]; isLast: boolean }
  ): Report | undefined {
    const key = keyOf(identity, requestId)
    const report = this.#reports.get(key)
    for (const id of part.profileIds) report?.profileIds.add(id)
    if (part.isLast) this.#reports.delete(key)
    return part.isLast ? report : undefined
  }
}

function keyOf(identity: string, requestId: number): string {
  return `${fold(identity)} ${requestId}`
}
