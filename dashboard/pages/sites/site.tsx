import { useState } from 'preact/hooks'
import { Problem } from '../../api/problem.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/sites.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { Confirm } from '../../ui/dialog.js'
import { formatNumber } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { NotFound, similarTo } from '../../ui/not-found.js'
import { PageHead } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { type State, StateLabel } from '../../ui/state.js'
import { Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { EditSite, pathOf } from './edit.js'
import { Load } from './load.js'
import type { Site } from './site-record.js'

const INTERVAL_MS = 5_000

export default function SitePage({ params: { id = '' } }: PageProps) {
  const { session } = useApp()
  const [open, setOpen] = useState<'edit' | 'remove' | undefined>()
  const [problem, setProblem] = useState<Problem>()
  const query = useQuery<Site>(
    pathOf(id),
    { include: 'counts' },
    { live: { types: ['status', 'connect', 'disconnect'] }, reduce: () => 'reload', interval: INTERVAL_MS }
  )
  const site = query.data.value
  const mayWrite = session.may('sites:write') && site !== undefined
  return (
    <>
      <PageHead
        title={site?.name ?? id}
        heading={
          <>
            <bdi>{site?.name ?? id}</bdi>{' '}
            <span class="sub">
              {site !== undefined && site.name !== id && <Id text={id} />}
              <Copy text={id} />
            </span>
          </>
        }
        actions={
          mayWrite && (
            <>
              <button type="button" onClick={() => setOpen('edit')}>
                {strings.edit}
              </button>
              <button type="button" class="danger" onClick={() => setOpen('remove')}>
                {common.remove}
              </button>
            </>
          )
        }
      />
      {problem !== undefined && <ProblemNote problem={problem} />}
      <Loaded
        query={query}
        missing={
          <NotFound
            title={strings.unknown(id)}
            list="/sites"
            filters={similarTo(id)}
            linkOf={(similar: Site) => ({ text: similar.name, href: linkTo('site', { id: similar.id }) })}
            onRetry={query.reload}
          />
        }
      >
        {(data) => (
          <>
            <Details site={data} />
            <Load site={data} />
          </>
        )}
      </Loaded>
      {open === 'edit' && site !== undefined && (
        <EditSite
          site={site}
          onClose={(isChanged) => {
            setOpen(undefined)
            if (isChanged) query.reload()
          }}
        />
      )}
      {open === 'remove' && site !== undefined && (
        <RemoveSite site={site} onClose={() => setOpen(undefined)} onProblem={setProblem} />
      )}
    </>
  )
}

function Details({ site }: { site: Site }) {
  const { name, address, position, timeZone, notes, updatedAt, counts, id, withheld } = site
  return (
    <>
      <dl class="facts">
        {address !== undefined && (
          <>
            <dt>{strings.columns.address}</dt>
            <dd>
              <bdi>{address}</bdi>
            </dd>
          </>
        )}
        {position !== undefined && (
          <>
            <dt>{strings.map}</dt>
            <dd>
              <a href={mapOf(position)} rel="noreferrer" target="_blank" aria-label={strings.mapOf(name)}>
                {formatNumber(position.latitude, { maximumFractionDigits: 5 })},{' '}
                {formatNumber(position.longitude, { maximumFractionDigits: 5 })}
              </a>
            </dd>
          </>
        )}
        {timeZone !== undefined && (
          <>
            <dt>{strings.timeZone}</dt>
            <dd>{timeZone}</dd>
          </>
        )}
        {notes !== undefined && (
          <>
            <dt>{strings.notes}</dt>
            <dd>
              <bdi>{notes}</bdi>
            </dd>
          </>
        )}
        <dt>{strings.updated}</dt>
        <dd>
          <Time at={updatedAt} />
        </dd>
      </dl>
      {withheld !== undefined && <p class="muted">{common.missingScope(withheld[0])}</p>}
      {counts !== undefined && <Counts id={id} counts={counts} />}
    </>
  )
}

function Counts({ id, counts: { chargePoints, connectors } }: { id: string; counts: NonNullable<Site['counts']> }) {
  const states = Object.entries(connectors).filter(([, number]) => number > 0)
  return (
    <>
      <div class="actions">
        <a class="button" href={linkTo('chargePoints', {}, { site: id })}>
          {strings.showChargePoints(chargePoints.total)}
        </a>
        {chargePoints.total === 0 && <p class="muted">{strings.assign}</p>}
        {chargePoints.total > 0 && (
          <p>
            {formatNumber(chargePoints.connected)} {strings.connected}
            {chargePoints.neverConnected > 0 && (
              <>
                {', '}
                <a href={linkTo('chargePoints', {}, { site: id, neverConnected: true })}>
                  {formatNumber(chargePoints.neverConnected)} {strings.never}
                </a>
              </>
            )}
            {chargePoints.disabled > 0 && `, ${formatNumber(chargePoints.disabled)} ${strings.disabled}`}
          </p>
        )}
      </div>
      <h2 class="section">{strings.connectors}</h2>
      {states.length === 0 ? (
        <p class="muted">{strings.noConnectors}</p>
      ) : (
        <ul class="choices">
          {states.map(([state, number]) => (
            <li key={state}>
              <a class="chip" href={linkTo('chargePoints', {}, { site: id, state })}>
                {formatNumber(number)} <StateLabel state={state as State} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

interface RemoveProps {
  site: Site
  onClose: () => void
  onProblem: (problem: Problem) => void
}

function RemoveSite({ site, onClose, onProblem }: RemoveProps) {
  const { api, router } = useApp()
  async function remove(): Promise<void> {
    try {
      await api.send('DELETE', pathOf(site.id))
      router.go(linkTo('sites', {}))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      onProblem(error)
    }
  }
  return (
    <Confirm
      title={strings.removeTitle(site.name)}
      action={common.remove}
      typed={site.id}
      onConfirm={() => {
        remove().catch((error: unknown) => reportError(error))
      }}
      onClose={onClose}
    >
      <p>{strings.removeText(site.counts?.chargePoints.total ?? 0)}</p>
    </Confirm>
  )
}

function mapOf({ latitude, longitude }: NonNullable<Site['position']>): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`
}
