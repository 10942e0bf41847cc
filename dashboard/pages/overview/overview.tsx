import type { Page, Summary, TransactionItem } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/overview.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { formatClock, formatEnergy, formatMoney, formatNumber, formatPercent, formatPower } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Foreign } from '../../ui/text.js'
import { useQuery } from '../../ui/use-query.js'
import { FirstSteps } from '../charge-points/first-steps.js'
import { LatestEvents } from './latest-events.js'
import { ProblemTable } from './problem-table.js'
import { useProblems } from './use-problems.js'

const SHOWN = 20
const SUMMARY_MS = 15_000
const CHARGING = 10

/** The problems, then the figures, then the latest events. */
export default function Overview() {
  const from = startOfDay()
  const summary = useQuery<Summary>(
    '/summary',
    { from },
    { every: SUMMARY_MS, live: { types: ['connect', 'disconnect'] } }
  )
  return (
    <>
      <PageHead title={strings.title} />
      <Loaded query={summary}>
        {(data) =>
          data.chargePoints.total === 0 ? (
            <FirstSteps />
          ) : (
            <>
              <ProblemList />
              <Figures summary={data} />
              <div class="columns">
                {data.transactions !== undefined && <ChargingNow />}
                <LatestEvents />
              </div>
            </>
          )
        }
      </Loaded>
    </>
  )
}

/** Midnight in the zone of the browser. */
function startOfDay(): string {
  const now = new Date()
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString()
}

function ProblemList() {
  const { preferences } = useApp()
  const problems = useProblems()
  return (
    <section aria-label={strings.problemsTitle}>
      <Loaded query={problems}>
        {({ at, items }) => {
          const critical = items.filter(({ severity }) => severity === 'critical').length
          const clock = strings.checked(formatClock(Date.parse(at), preferences.zone.value))
          if (items.length === 0)
            return (
              <p class="all-clear">
                {strings.allClear}, {clock}
              </p>
            )
          return (
            <>
              <h2>
                {strings.headline(critical, items.length - critical)} <span class="muted small">{clock}</span>
              </h2>
              <ProblemTable items={items.slice(0, SHOWN)} onChange={problems.reload} />
              {items.length > SHOWN && <a href="/problems">{strings.all(items.length)}</a>}
            </>
          )
        }}
      </Loaded>
    </section>
  )
}

function Figures({ summary }: { summary: Summary }) {
  const { chargePoints, connectors, transactions, powerW, energyWh, cost = [], calls } = summary
  const { Charging: charging = 0 } = connectors as Readonly<Record<string, number>>
  return (
    <ul class="tiles">
      <Tile
        href={linkTo('chargePoints', {}, { connected: true })}
        value={formatNumber(chargePoints.connected)}
        label={strings.connected(chargePoints.total)}
      />
      {chargePoints.neverConnected > 0 && (
        <Tile
          href={linkTo('chargePoints', {}, { neverConnected: true })}
          value={formatNumber(chargePoints.neverConnected)}
          label={strings.neverConnected}
        />
      )}
      <Tile
        href={linkTo('chargePoints', {}, { state: 'Charging' })}
        value={formatNumber(charging)}
        label={strings.charging}
      />
      {powerW !== undefined && <Tile value={formatPower(powerW)} label={strings.nowPower} />}
      {transactions !== undefined && (
        <Tile
          href={linkTo('transactions', {}, { status: 'open' })}
          value={formatNumber(transactions.open)}
          label={strings.open}
        />
      )}
      {energyWh !== undefined && <Tile value={formatEnergy(energyWh)} label={strings.today} />}
      {cost.map(({ currency, amount }) => (
        <Tile key={currency} value={formatMoney(amount, currency)} label={strings.today} />
      ))}
      {calls.queued > 0 && (
        <Tile
          href={linkTo('calls', {}, { status: 'queued' })}
          value={formatNumber(calls.queued)}
          label={strings.queued}
        />
      )}
    </ul>
  )
}

function Tile({ href, value, label }: { href?: string; value: string; label: string }) {
  const inside = (
    <>
      <strong class="figure">{value}</strong> <span>{label}</span>
    </>
  )
  return (
    <li>
      {href === undefined ? (
        <span class="tile">{inside}</span>
      ) : (
        <a class="tile" href={href}>
          {inside}
        </a>
      )}
    </li>
  )
}

type Charging = TransactionItem & { powerW?: number; soc?: number }

function ChargingNow() {
  const list = useQuery<Page<Charging>>(
    '/transactions',
    { status: 'open', limit: 100 },
    { every: SUMMARY_MS, live: { types: ['transaction'] }, interval: 5_000 }
  )
  return (
    <section aria-label={strings.chargingNow}>
      <h2>{strings.chargingNow}</h2>
      <Loaded query={list}>
        {({ items }) => {
          const shown = [...items].sort((one, other) => (other.powerW ?? -1) - (one.powerW ?? -1)).slice(0, CHARGING)
          if (shown.length === 0) return <Empty title={strings.chargingNone} />
          return (
            <ul class="rows use">
              {shown.map(({ id, chargePoint, connectorId, evseId = connectorId, powerW, energyWh, soc }) => (
                <li key={id}>
                  <a href={linkTo('transaction', { id })}>
                    <Foreign text={chargePoint} limit={40} />
                    {evseId !== undefined && ` / ${evseId}`}
                  </a>
                  <span class="number">{formatPower(powerW)}</span>
                  <span class="number">{formatEnergy(energyWh)}</span>
                  {soc !== undefined && <span class="number">{formatPercent(soc)}</span>}
                </li>
              ))}
            </ul>
          )
        }}
      </Loaded>
    </section>
  )
}
