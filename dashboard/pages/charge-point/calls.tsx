import { CallList } from '../calls/call-list.js'
import type { PageProps } from '../table.js'
import { ChargePointHead } from './head.js'
import { isUnknown, useChargePoint } from './use-charge-point.js'

/** The calls of one charge point. */
export default function ChargePointCalls({ params: { identity = '' } }: PageProps) {
  const query = useChargePoint(identity)
  return (
    <>
      <ChargePointHead identity={identity} query={query} tab="chargePointCalls" />
      {!isUnknown(query) && <CallList chargePoint={identity} />}
    </>
  )
}
