import type { StationTariffs } from '../../api/records.js'
import { tariffs as strings } from '../../strings/en/station-tariffs.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { useQuery } from '../../ui/use-query.js'
import { operationOf } from './operate.js'
import type { Target } from './page.js'
import { pathOf } from './use-charge-point.js'

/** Milliseconds between two reads: an operator may change a tariff at any time. */
const READ_MS = 60_000
const INTERVAL_MS = 2_000

type Place = StationTariffs['items'][number]

/** The tariffs that the charge point should have, and those that it has. Nothing if it takes none. */
export function StationTariffsTable({ target }: { target: Target }) {
  const { calls, session } = useApp()
  const { identity } = target
  const query = useQuery<StationTariffs>(
    session.may('calls:write') ? pathOf(identity, '/tariffs') : undefined,
    {},
    { every: READ_MS, interval: INTERVAL_MS, live: { chargePoints: [identity], types: ['call', 'boot'] } }
  )
  const { takes, items = [] } = query.data.value ?? {}
  if (takes === undefined || takes === 'nothing') return null
  const differ = items.filter(({ drift }) => drift === 'differs').length
  const setAgain = () => {
    calls.send(operationOf(target, { name: 'set-tariffs', title: strings.setAgain, body: {} })).catch(reportError)
  }
  return (
    <details class="section" open={differ > 0}>
      <summary>
        <h2>{strings.title(differ)}</h2>
      </summary>
      <Table
        caption={strings.caption}
        rows={items}
        keyOf={({ evseId }) => String(evseId)}
        columns={[
          { id: 'evse', title: strings.evse, isHead: true, cell: ({ evseId }) => strings.at(evseId) },
          { id: 'wanted', title: strings.wanted, cell: (place) => <Lines texts={wantedOf(place)} /> },
          { id: 'reported', title: strings.reported, cell: (place) => <Lines texts={reportedOf(place)} /> },
          {
            id: 'answer',
            title: strings.answer,
            cell: ({ answers }) => answers.map(({ status }) => status).join(', ')
          },
          {
            id: 'drift',
            title: strings.state,
            cell: ({ drift, reason }) => (
              <>
                {strings.drift[drift]}
                {reason !== undefined && (
                  <small class="muted">
                    <Foreign text={reason} limit={200} />
                  </small>
                )}
              </>
            )
          }
        ]}
      />
      <Action reason={target.reason} onClick={setAgain}>
        {strings.setAgain}
      </Action>
    </details>
  )
}

function wantedOf({ wanted, next }: Place): string[] {
  return [
    ...(wanted === undefined ? [] : [wanted.text ?? wanted.ocppTariffId]),
    ...(next === undefined ? [] : [strings.later(next.ocppTariffId)]),
    ...[...(wanted?.problems ?? []), ...(next?.problems ?? [])]
  ]
}

function reportedOf({ reported = [] }: Place): string[] {
  return reported.map(({ kind, ocppTariffId = '', text, drivers }) => {
    if (kind === 'text') return text ?? ''
    return kind === 'driver' ? strings.ofDrivers(ocppTariffId, drivers) : ocppTariffId
  })
}

function Lines({ texts }: { texts: readonly string[] }) {
  return (
    <>
      {texts.map((text) => (
        <div key={text}>
          <Foreign text={text} limit={120} />
        </div>
      ))}
    </>
  )
}
