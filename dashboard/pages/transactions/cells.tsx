import type { Transaction } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { byServerClock } from '../../store/charger-clock.js'
import { strings } from '../../strings/en/transactions.js'
import { StateLabel } from '../../ui/state.js'
import { Foreign, Id } from '../../ui/text.js'
import { Elapsed } from '../../ui/time.js'

/** The place of a transaction: the charge point with its EVSE. */
export function Place({ transaction }: { transaction: Transaction }) {
  const { chargePoint, evseId, connectorId } = transaction
  const place = evseId ?? connectorId
  return (
    <span>
      <a href={linkTo('chargePoint', { identity: chargePoint })}>
        <Foreign text={chargePoint} />
      </a>
      {place !== undefined && <span class="muted"> {strings.place(place)}</span>}
    </span>
  )
}

/** The state of its connector, or its end. */
export function StateOf({ transaction, isAway = false }: { transaction: Transaction; isAway?: boolean }) {
  const { status, state, stopReason } = transaction
  if (status === 'open') {
    return state === undefined ? <span>{strings.open}</span> : <StateLabel state={state} isAway={isAway} />
  }
  return (
    <span>
      {strings.statuses[status] ?? status}
      {stopReason !== undefined && (
        <span class="muted">
          {' '}
          <Foreign text={stopReason} />
        </span>
      )}
    </span>
  )
}

/** How long it took, or takes until now. */
export function DurationOf({ transaction, offset }: { transaction: Transaction; offset?: number | undefined }) {
  const { startedAt, endedAt, status } = transaction
  if (status !== 'open' && endedAt === undefined) return <span class="muted">–</span>
  return <Elapsed since={endedAt === undefined ? byServerClock(startedAt, offset) : startedAt} until={endedAt} />
}

export function IdTokenLink({ idToken }: { idToken: string | undefined }) {
  if (idToken === undefined) return <span class="muted">–</span>
  return (
    <a href={linkTo('idToken', { idToken })}>
      <Id text={idToken} />
    </a>
  )
}
