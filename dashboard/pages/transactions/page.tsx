import { useMemo } from 'preact/hooks'
import { apiUrl } from '../../api/client.js'
import type { ChargePoint, TransactionItem, TransactionWithEvents } from '../../api/records.js'
import type { LiveEvent } from '../../api/stream.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/transactions.js'
import { useApp } from '../../ui/app-context.js'
import { ClockHint } from '../../ui/clock-hint.js'
import { Copy } from '../../ui/copy.js'
import { Facts, Figures } from '../../ui/facts.js'
import { formatClock, formatEnergy, formatMoney, formatPercent, formatPower } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { NotFound } from '../../ui/not-found.js'
import { PageHead } from '../../ui/page.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useChargerClock } from '../../ui/use-charger-clock.js'
import { useQuery } from '../../ui/use-query.js'
import { LimitedBy } from '../charge-point/limited-by.js'
import type { PageProps } from '../table.js'
import { Actions } from './actions.js'
import { DurationOf, IdTokenLink, Place, StateOf } from './cells.js'
import { CostSection } from './cost-section.js'
import { CurveSection } from './curve-section.js'
import { Events } from './events.js'
import { markersOf } from './markers.js'

/** Milliseconds between two readings of figures that events only announce. */
const READ_MS = 2_000

export default function TransactionPage({ params }: PageProps) {
  const { live } = useApp()
  const id = params.id ?? ''
  const one = useQuery<TransactionWithEvents>(
    `/transactions/${encodeURIComponent(id)}`,
    {},
    {
      interval: READ_MS,
      live: { types: ['transaction', 'meter-values'] },
      reduce: (data, event) => reduce(data, event)
    }
  )
  const chargePoint = useQuery<ChargePoint>(
    one.data.value && `/charge-points/${encodeURIComponent(one.data.value.chargePoint)}`,
    {},
    { live: { types: ['connect', 'disconnect'] } }
  )
  const open = one.data.value?.status === 'open' ? one.data.value : undefined
  const clock = useChargerClock(
    open?.chargePoint,
    (open?.events ?? []).flatMap(({ timestamp, receivedAt, offline }) =>
      offline ? [] : [{ told: timestamp, at: receivedAt }]
    )
  )
  const events = one.data.value?.events
  const markers = useMemo(() => markersOf(events ?? []), [events])
  const isAway = chargePoint.data.value?.connected === false
  return (
    <>
      <PageHead
        title={strings.one(id)}
        heading={
          <>
            {strings.one(id)} <Copy text={id} />
          </>
        }
        note={one.data.value && <StateOf transaction={one.data.value} isAway={isAway} />}
        actions={
          <a class="button" href={apiUrl(`/transactions/${id}/meter-values`, { format: 'csv' })} download>
            {strings.csv}
          </a>
        }
      />
      <Loaded
        query={one}
        missing={
          <NotFound
            title={strings.unknown(id)}
            list="/transactions"
            // A charge point has another id for the same transaction.
            filters={[{ transactionId: id }]}
            linkOf={(named: TransactionItem) => ({
              text: `${named.id}, ${named.chargePoint}`,
              href: linkTo('transaction', { id: named.id })
            })}
            onRetry={one.reload}
          />
        }
      >
        {(transaction) => (
          <>
            {isAway && transaction.status === 'open' && (
              <p class="banner">{strings.away(formatClock(live.heardAt.value ?? Date.now()))}</p>
            )}
            <ClockHint identity={transaction.chargePoint} offset={clock} />
            <MainFigures transaction={transaction} isAway={isAway} offset={clock} />
            <Limit transaction={transaction} />
            <Actions transaction={transaction} isAway={isAway} onChanged={one.reload} />
            <CurveSection transaction={transaction} markers={markers} />
            <section class="panel">
              <h2>{strings.details}</h2>
              <Details transaction={transaction} />
            </section>
            <CostSection transaction={transaction} />
            <Events events={transaction.events} />
          </>
        )}
      </Loaded>
    </>
  )
}

/** Applies an event. The figures that follow from it are read from the server. */
function reduce(data: TransactionWithEvents, { chargePoint, data: told }: LiveEvent): TransactionWithEvents | 'reload' {
  const { id, transactionId } = told as { id?: number; transactionId?: string }
  if (chargePoint !== data.chargePoint) return data
  const isOfIt = id === undefined ? transactionId === data.transactionId : id === data.id
  return isOfIt ? 'reload' : data
}

interface Props {
  transaction: TransactionWithEvents
}

/** What limits the power of an open transaction. */
function Limit({ transaction: { status, chargePoint, evseId, connectorId } }: Props) {
  const place = evseId ?? connectorId
  return status === 'open' && place !== undefined ? <LimitedBy identity={chargePoint} evseId={place} /> : null
}

function MainFigures({ transaction, isAway, offset }: Props & { isAway: boolean; offset: number | undefined }) {
  const { status, powerW, energyWh, cost, currency, soc } = transaction
  const isOpen = status === 'open'
  const { figures } = strings
  return (
    <div data-away={isAway && isOpen}>
      <Figures
        facts={[
          ...(isOpen ? ([[figures.power, formatPower(powerW)]] as const) : []),
          [figures.energy, formatEnergy(energyWh)],
          [figures.duration, <DurationOf key="duration" transaction={transaction} offset={offset} />],
          [figures.cost, formatMoney(cost, currency)],
          ...(soc === undefined ? [] : ([[figures.soc, formatPercent(soc)]] as const))
        ]}
      />
    </div>
  )
}

function Details({ transaction }: Props) {
  const { facts } = strings
  const { startedAt, endedAt, stopReason, stopIdToken, closedReason, meterStart, meterStop, tariffId } = transaction
  const { chargingDuration, transactionId, protocol, missingSeqNos, offline, remoteStartId, reservationId } =
    transaction
  const meter = [meterStart, meterStop].map((value) => formatEnergy(value)).join(' → ')
  return (
    <Facts
      facts={[
        [facts.chargePoint, <Place key="place" transaction={transaction} />],
        [facts.idToken, <IdTokenLink key="token" idToken={transaction.idToken} />],
        [facts.started, <Time key="started" at={startedAt} exact />],
        [facts.ended, endedAt && <Time at={endedAt} exact />],
        [facts.stopReason, stopReason && <Foreign text={stopReason} />],
        [facts.closedReason, closedReason],
        [facts.stoppedBy, stopIdToken && <Id text={stopIdToken} />],
        [facts.meter, meterStart !== undefined || meterStop !== undefined ? meter : undefined],
        [facts.charging, chargingDuration === undefined ? undefined : `${chargingDuration} s`],
        [facts.tariff, tariffId && <a href={linkTo('tariffs', {})}>{tariffId}</a>],
        [facts.remoteStart, remoteStartId],
        [facts.reservation, reservationId],
        [facts.missing, missingSeqNos?.map((range) => range.map((number) => number ?? '…').join('–')).join(', ')],
        [facts.offline, offline ? strings.someOffline : undefined],
        [facts.transactionId, <Id key="id" text={transactionId} />],
        [facts.version, protocol.replace('ocpp', '')]
      ]}
    />
  )
}
