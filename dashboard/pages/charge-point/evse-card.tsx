import { useState } from 'preact/hooks'
import type { PresentConnector, TransactionItem } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { byServerClock } from '../../store/charger-clock.js'
import { strings } from '../../strings/en/charge-point.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { formatEnergy, formatMoney, formatPercent, formatPower } from '../../ui/format.js'
import { StateLabel } from '../../ui/state.js'
import { Foreign } from '../../ui/text.js'
import { Age, Elapsed } from '../../ui/time.js'
import { placeName } from '../charge-points/places.js'
import { LimitDialog } from './limit-dialog.js'
import { LimitedBy } from './limited-by.js'
import { operationOf } from './operate.js'
import type { Target } from './page.js'
import type { PlaceReadings } from './phases.js'
import { PhaseBars } from './readings.js'
import { StartDialog } from './start-dialog.js'

interface CardProps {
  connector: PresentConnector
  isAway: boolean
  target: Target
  /** The figures that only the server knows. */
  receipt: TransactionItem | undefined
  readings: PlaceReadings | undefined
  /** How far the clock of the charge point is ahead. Milliseconds. */
  offset: number | undefined
}

type Open = 'start' | 'stop' | 'unlock' | 'limit' | undefined

/** One EVSE with its state and its actions. */
export function EvseCard({ connector, isAway, target, receipt, readings, offset }: CardProps) {
  const { calls } = useApp()
  const [open, setOpen] = useState<Open>()
  const place = placeName(connector)
  const { evseId, state, status, errorCode, info, since, transaction } = connector
  const close = () => setOpen(undefined)
  const run = (name: string, title: string, body: object = {}) => {
    calls
      .send(operationOf(target, { name, title, body: { evseId, ...body } }))
      .catch((error: unknown) => reportError(error))
  }
  const { reason } = target
  return (
    <article class="evse" data-away={isAway} aria-label={place}>
      <header>
        <h2>{place}</h2>
        <StateLabel state={state} isAway={isAway} />
        {status !== undefined && status !== state && <span class="muted">{status}</span>}
      </header>
      {errorCode !== undefined && (
        <p class="fault">
          <Foreign text={errorCode} limit={60} />
          {info !== undefined && <Foreign text={info} limit={120} />} <Age since={since} />
        </p>
      )}
      {transaction !== undefined && (
        <Figures transaction={transaction} receipt={receipt} isAway={isAway} offset={offset} />
      )}
      {transaction !== undefined && <PhaseBars readings={readings} />}
      {transaction !== undefined && evseId !== undefined && <LimitedBy identity={target.identity} evseId={evseId} />}
      <footer class="evse-actions">
        {transaction !== undefined && (
          <Action kind="danger" reason={reason} onClick={() => setOpen('stop')}>
            {strings.stop}
          </Action>
        )}
        <Action kind={transaction === undefined ? 'primary' : ''} reason={reason} onClick={() => setOpen('start')}>
          {strings.start}
        </Action>
        {transaction !== undefined && (
          <Action reason={reason} onClick={() => setOpen('limit')}>
            {strings.limit}
          </Action>
        )}
        <Action
          reason={reason}
          onClick={() => (transaction === undefined ? run('unlock', strings.unlockAt(place)) : setOpen('unlock'))}
        >
          {strings.unlock}
        </Action>
      </footer>
      {open === 'start' && <StartDialog target={target} evseId={evseId} place={place} onClose={close} />}
      {open === 'limit' && (
        <LimitDialog
          title={strings.limitAt(place)}
          onClose={close}
          onLimit={(limit) =>
            run('charging-limit', strings.limitAt(place), { limit, unit: 'W', purpose: 'transaction' })
          }
        />
      )}
      {(open === 'stop' || open === 'unlock') && (
        <Confirm
          title={open === 'stop' ? strings.stopAt(place) : strings.unlockAt(place)}
          action={strings[open]}
          onClose={close}
          onConfirm={() => run(open, open === 'stop' ? strings.stopAt(place) : strings.unlockAt(place))}
        >
          <Consequence transaction={transaction} />
        </Confirm>
      )}
    </article>
  )
}

type Transaction = NonNullable<PresentConnector['transaction']>

function Consequence({ transaction }: { transaction: Transaction | undefined }) {
  if (transaction === undefined) return <p>{strings.mayEnd}</p>
  return <p>{strings.endsOne(transaction.id, formatPower(transaction.powerW), formatEnergy(transaction.energyWh))}</p>
}

interface FiguresProps {
  transaction: Transaction
  receipt: TransactionItem | undefined
  isAway: boolean
  offset: number | undefined
}

function Figures({ transaction, receipt, isAway, offset }: FiguresProps) {
  const { id, startedAt, powerW, soc, at } = transaction
  const energyWh = receipt?.energyWh ?? transaction.energyWh
  return (
    <>
      <p class="figures">
        <strong class="figure">{formatPower(powerW)}</strong>
        <strong class="figure">{formatEnergy(energyWh)}</strong>
      </p>
      <p class="figures minor">
        {isAway ? (
          <span class="muted">{common.lastState(strings.time)}</span>
        ) : (
          <Elapsed since={byServerClock(startedAt, offset)} />
        )}
        {receipt?.cost !== undefined && <span>{formatMoney(receipt.cost, receipt.currency)}</span>}
        {soc !== undefined && <span>{formatPercent(soc)}</span>}
      </p>
      {soc !== undefined && <meter class="soc" min={0} max={100} value={soc} aria-label={strings.soc} />}
      <p class="muted">
        <a href={linkTo('transaction', { id })}>{strings.transaction(id)}</a>
        {receipt?.idToken !== undefined && (
          <>
            , <Foreign text={receipt.idToken} limit={40} />
          </>
        )}
        {at !== undefined && (
          <>
            , <Age since={byServerClock(at, offset)} ago />
          </>
        )}
      </p>
    </>
  )
}
