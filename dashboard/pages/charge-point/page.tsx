import { useState } from 'preact/hooks'
import type { About, ChargePoint, Page, PresentConnector, TransactionItem } from '../../api/records.js'
import type { Told } from '../../store/charger-clock.js'
import { strings } from '../../strings/en/charge-point.js'
import { useApp } from '../../ui/app-context.js'
import { ClockHint } from '../../ui/clock-hint.js'
import { Copy } from '../../ui/copy.js'
import { Empty } from '../../ui/empty.js'
import { Loaded } from '../../ui/loaded.js'
import { useChargerClock } from '../../ui/use-charger-clock.js'
import { useQuery } from '../../ui/use-query.js'
import { ProblemTable } from '../overview/problem-table.js'
import { useProblems } from '../overview/use-problems.js'
import type { PageProps } from '../table.js'
import { AnyCall } from './any-call.js'
import { DetailList } from './details.js'
import { EvseCard } from './evse-card.js'
import { ChargePointHead } from './head.js'
import { Manage } from './manage.js'
import { LatestReadings, useReadings } from './readings.js'
import { StationTariffsTable } from './tariffs.js'
import { useChargePoint } from './use-charge-point.js'

/** Milliseconds between readings of energy and cost, which only the server knows. */
const FIGURES_MS = 5_000

/** The present state of a charge point, with the operations for it and for each of its EVSEs. */
export default function ChargePointPage({ params: { identity = '' } }: PageProps) {
  const query = useChargePoint(identity)
  return (
    <>
      <ChargePointHead identity={identity} query={query} tab="chargePoint" />
      <Loaded query={query} missing={null}>
        {(chargePoint) => <Content chargePoint={chargePoint} onChange={query.reload} />}
      </Loaded>
    </>
  )
}

function Content({ chargePoint, onChange }: { chargePoint: ChargePoint; onChange: () => void }) {
  const {
    session,
    clock: { now }
  } = useApp()
  const [isQueueing, setQueueing] = useState(false)
  const { identity, connected, connectors = [] } = chargePoint
  const open = useQuery<Page<TransactionItem>>(
    session.may('transactions:read') ? '/transactions' : undefined,
    { chargePoint: identity, status: 'open' },
    { every: FIGURES_MS, live: { chargePoints: [identity], types: ['transaction'] } }
  )
  const readings = useReadings(identity)
  const clock = useChargerClock(identity, toldBy(connectors, open.data.value?.items ?? [], now.peek()))
  const neverConnected = chargePoint.lastConnectedAt === undefined && chargePoint.boot === undefined && !connected
  const mayCall = session.may('calls:write')
  const target: Target = {
    identity,
    reason: mayCall ? (connected ? undefined : strings.isAway) : strings.noScope('calls:write'),
    callReason: mayCall ? (connected || isQueueing ? undefined : strings.isAway) : strings.noScope('calls:write'),
    isQueueing: isQueueing && !connected,
    openTransactions: connectors.filter(({ transaction }) => transaction !== undefined).length
  }
  return (
    <>
      <ClockHint identity={identity} offset={clock} />
      {neverConnected && <GiveUrl identity={identity} />}
      {!connected && !neverConnected && mayCall && (
        <label class="check">
          <input
            type="checkbox"
            checked={isQueueing}
            onChange={({ currentTarget }) => setQueueing(currentTarget.checked)}
          />
          {strings.queueInstead}
        </label>
      )}
      <section aria-label={strings.evses} class="evses">
        {placesOf(connectors).map((connector) => (
          <EvseCard
            key={`${connector.evseId} ${connector.connectorId}`}
            connector={connector}
            isAway={!connected}
            target={target}
            offset={clock}
            readings={readings.find(({ evseId, connectorId }) => (evseId ?? connectorId) === connector.evseId)}
            receipt={open.data.value?.items.find(({ id }) => id === connector.transaction?.id)}
          />
        ))}
        {placesOf(connectors).length === 0 && !neverConnected && <Empty title={strings.none} />}
      </section>
      <ProblemsHere identity={identity} />
      <LatestReadings places={readings} />
      <StationTariffsTable target={target} />
      <AnyCall chargePoint={chargePoint} target={target} />
      <Manage chargePoint={chargePoint} target={target} onChange={onChange} />
      <DetailList chargePoint={chargePoint} />
    </>
  )
}

/** Times that show whether the clock of the charge point is right. One in the future is certainly wrong. */
function toldBy(
  connectors: readonly PresentConnector[],
  open: readonly TransactionItem[],
  now: number
): readonly Told[] {
  return [
    ...open.flatMap(({ startedAt, receivedAt, offline }) =>
      startedAt === undefined || offline ? [] : [{ told: startedAt, at: receivedAt }]
    ),
    ...connectors.flatMap(({ since }) =>
      since !== undefined && Date.parse(since) > now ? [{ told: since, at: now }] : []
    )
  ]
}

/** The problems of this charge point, with their next steps. */
function ProblemsHere({ identity }: { identity: string }) {
  const problems = useProblems({ chargePoint: identity })
  const items = problems.data.value?.items ?? []
  if (items.length === 0) return null
  return (
    <section class="section" aria-label={strings.problems}>
      <h2>{strings.problems}</h2>
      <ProblemTable items={items} onChange={problems.reload} />
    </section>
  )
}

/** The charge point of an operation, and whether the operation can be sent. */
export interface Target {
  identity: string
  /** Reason why no operation can be sent. `undefined`: operations can be sent. */
  reason: string | undefined
  /** The same of OCPP calls and of operations that can wait until the charge point is back. */
  callReason: string | undefined
  /** Whether what can wait does so until the charge point is back. */
  isQueueing: boolean
  openTransactions: number
}

/** The connectors that a car can be connected to. */
function placesOf(connectors: readonly PresentConnector[]): PresentConnector[] {
  return connectors.filter(({ evseId, connectorId }) => evseId !== undefined && connectorId !== 0)
}

function GiveUrl({ identity }: { identity: string }) {
  const about = useQuery<About>('/about')
  const urls = (about.data.value?.chargePointUrls ?? []).map((url) => url.replace('{identity}', identity))
  return (
    <Empty title={strings.neverConnected}>
      {urls.map((url) => (
        <p key={url} class="code-line">
          <code>{url}</code> <Copy text={url} />
        </p>
      ))}
    </Empty>
  )
}
