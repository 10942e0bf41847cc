import type { ChargePoint } from '../../api/records.js'
import type { LiveEvent } from '../../api/stream.js'
import { reduceChargePoint } from '../../store/charge-points.js'
import type { Query } from '../../store/query.js'
import { useQuery } from '../../ui/use-query.js'

/** The path of a charge point below the operator API. */
export function pathOf(identity: string, rest = ''): string {
  return `/charge-points/${encodeURIComponent(identity)}${rest}`
}

function reduce(chargePoint: ChargePoint, event: LiveEvent): ChargePoint | 'reload' {
  // A boot and a connection change more than their events contain.
  return event.type === 'boot' || event.type === 'connect' ? 'reload' : reduceChargePoint(chargePoint, event)
}

/** A charge point with its connectors, which follows its events. */
export function useChargePoint(identity: string) {
  return useQuery<ChargePoint>(
    pathOf(identity),
    { include: 'connectors' },
    { live: { chargePoints: [identity] }, reduce }
  )
}

/** Whether the server knows no such charge point; the head of the page then says so. */
export function isUnknown({ data, problem }: Query<ChargePoint>): boolean {
  return data.value === undefined && problem.value?.status === 404
}
