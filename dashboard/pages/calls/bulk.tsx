import { useEffect, useState } from 'preact/hooks'
import { newKey } from '../../api/client.js'
import { Problem } from '../../api/problem.js'
import type { Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/bulk-calls.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { Chip, Filters } from '../../ui/filters.js'
import { formatNumber } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { ProblemNote } from '../../ui/problem.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { Payload } from './payload.js'
import { type Bulk, type BulkItem, pick } from './records.js'
import { isWhole } from './repeat.js'
import { type CallStatus, StatusWord } from './status.js'

const ROWS = 100
/** The calls that wait for their charge points tell nothing of their bulk. */
const EVERY_MS = 2_000
const PROGRESS = { types: ['bulk-call'] }
/** Statuses of calls that did not do what was wanted and are over. */
const FAILED: readonly CallStatus[] = ['error', 'timeout', 'failed', 'unknown', 'expired', 'cancelled']
const UNDER_WAY: readonly CallStatus[] = ['pending', 'sent']

export default function BulkCallPage({ params: { id = '' } }: PageProps) {
  const { router } = useApp()
  const [problem, setProblem] = useState<Problem>()
  const path = `/bulk-calls/${encodeURIComponent(id)}`
  const query = useQuery<Bulk>(
    path,
    {},
    {
      every: EVERY_MS,
      live: PROGRESS,
      reduce: (data, { data: told }) => ((told as { bulkId?: unknown }).bulkId === id ? 'reload' : data)
    }
  )
  const bulk = query.data.value
  const filter = pick(router.place.value.query, ['status', 'cursor'])
  const items = useQuery<Page<BulkItem>>(`${path}/items`, { ...filter, limit: ROWS })
  const counts = JSON.stringify(bulk?.counts)
  useEffect(items.reload, [counts])
  return (
    <>
      <PageHead
        title={bulk === undefined ? strings.title : strings.toMany(bulk.action)}
        note={bulk && strings.statuses[bulk.status]}
        actions={bulk && <Actions bulk={bulk} path={path} onProblem={setProblem} onChange={query.reload} />}
      />
      {problem !== undefined && <ProblemNote problem={problem} />}
      <Loaded query={query}>{(data) => <Progress bulk={data} />}</Loaded>
      <Loaded query={items}>
        {(page) => (
          <>
            <Table
              caption={strings.itemsCaption}
              rows={page.items}
              columns={COLUMNS}
              keyOf={({ identity }) => identity}
            />
            <Pager nextCursor={page.nextCursor} />
          </>
        )}
      </Loaded>
      {bulk?.request !== undefined && <Payload title={strings.request} value={bulk.request} />}
    </>
  )
}

function isOpen({ status }: Bulk): boolean {
  return status === 'running' || status === 'stopping'
}

function numberOf({ counts }: Bulk, statuses: readonly CallStatus[]): number {
  const byStatus: Readonly<Record<string, number>> = counts
  return statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0)
}

function Progress({ bulk }: { bulk: Bulk }) {
  const { total, counts, createdAt, operator, endedAt, withheld, status } = bulk
  const waiting = numberOf(bulk, ['queued'])
  const done = Object.values(counts as Record<string, number>).reduce((sum, number) => sum + number, 0)
  const isOver = done - waiting - numberOf(bulk, UNDER_WAY)
  return (
    <>
      {status === 'interrupted' && <p class="banner">{strings.interrupted}</p>}
      <p>
        <progress max={total} value={isOver} aria-label={strings.progress(isOver, total)} />{' '}
        {strings.progress(isOver, total)} · <bdi>{operator}</bdi> · <Time at={createdAt} />
        {endedAt !== undefined && (
          <>
            {' – '}
            <Time at={endedAt} />
          </>
        )}
      </p>
      {withheld !== undefined && <p class="muted">{strings.withheld(withheld)}</p>}
      <Filters label={strings.filters}>
        {(Object.entries(counts) as [CallStatus, number][]).map(([each, number]) => (
          <Chip key={each} name="status" value={each}>
            {strings.callStatuses[each]} {formatNumber(number)}
          </Chip>
        ))}
      </Filters>
    </>
  )
}

interface ActionsProps {
  bulk: Bulk
  path: string
  onProblem: (problem: Problem | undefined) => void
  onChange: () => void
}

function Actions({ bulk, path, onProblem, onChange }: ActionsProps) {
  const { api, router, session } = useApp()
  const [asked, setAsked] = useState<'stop' | 'repeat'>()
  const failed = numberOf(bulk, FAILED)
  const unsent = numberOf(bulk, ['pending', 'queued'])
  if (!session.may('calls:write')) return null

  function attempt(work: () => Promise<void>): void {
    onProblem(undefined)
    work().catch((error: unknown) => {
      if (error instanceof Problem) onProblem(error)
      else reportError(error)
    })
  }

  async function stop(): Promise<void> {
    await api.send('DELETE', path).finally(onChange)
  }

  async function repeat(): Promise<void> {
    const identities = await failedOf(path, (url, query) => api.get<Page<BulkItem>>(url, { query }))
    const isCall = bulk.kind === 'call'
    const again = isCall ? '/calls' : `/operations/${bulk.action}`
    const body = isCall
      ? { action: bulk.action, payload: bulk.request, identities }
      : { body: bulk.request, identities }
    const options = { key: newKey(), prefer: 'respond-async' }
    const { data } = await api.send<{ bulkId: string }>('POST', again, body, options)
    router.go(linkTo('bulkCall', { id: data.bulkId }))
  }

  return (
    <>
      {unsent > 0 && bulk.status !== 'stopping' && (
        <button type="button" class="danger" onClick={() => setAsked('stop')}>
          {strings.stop}
        </button>
      )}
      {!isOpen(bulk) && failed > 0 && <RepeatButton bulk={bulk} failed={failed} onClick={() => setAsked('repeat')} />}
      {asked === 'stop' && (
        <Confirm
          title={strings.stopTitle}
          action={strings.stopAction}
          onConfirm={() => attempt(stop)}
          onClose={() => setAsked(undefined)}
        >
          <p>{strings.stopText(unsent)}</p>
        </Confirm>
      )}
      {asked === 'repeat' && (
        <Confirm
          title={strings.repeatTitle}
          action={strings.repeat(failed)}
          typed={String(failed)}
          onConfirm={() => attempt(repeat)}
          onClose={() => setAsked(undefined)}
        >
          <p>{strings.repeatText(bulk.action, failed)}</p>
        </Confirm>
      )}
    </>
  )
}

function RepeatButton({ bulk, failed, onClick }: { bulk: Bulk; failed: number; onClick: () => void }) {
  const isShown = bulk.withheld === undefined && isWhole(bulk.request)
  if (!isShown) return <span class="muted">{strings.hiddenParts}</span>
  return (
    <button type="button" onClick={onClick}>
      {strings.repeat(failed)}
    </button>
  )
}

/** The charge points whose calls have failed, read page by page. */
async function failedOf(
  path: string,
  read: (url: string, query: Readonly<Record<string, string | number>>) => Promise<Page<BulkItem>>
): Promise<string[]> {
  const identities: string[] = []
  for (const status of FAILED) {
    let cursor: string | undefined
    do {
      const page = await read(`${path}/items`, { status, limit: 1_000, ...(cursor !== undefined && { cursor }) })
      identities.push(...page.items.map(({ identity }) => identity))
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
  return identities
}

function wordOf({ result, outcome, problem }: BulkItem): string | undefined {
  const { status } = (outcome ?? result ?? {}) as { status?: unknown }
  if (typeof status === 'string') return status
  const { code, detail } = (problem ?? {}) as { code?: unknown; detail?: unknown }
  return typeof detail === 'string' ? detail : typeof code === 'string' ? code : undefined
}

const COLUMNS: readonly Column<BulkItem>[] = [
  {
    id: 'chargePoint',
    title: strings.columns.chargePoint,
    isHead: true,
    cell: ({ identity }) => (
      <a class="row-link" href={linkTo('chargePoint', { identity })}>
        <Foreign text={identity} limit={48} />
      </a>
    )
  },
  {
    id: 'status',
    title: strings.columns.status,
    cell: ({ status, messageId }) =>
      messageId === undefined ? (
        <StatusWord status={status} />
      ) : (
        <a href={linkTo('call', { messageId })}>
          <StatusWord status={status} />
        </a>
      )
  },
  {
    id: 'message',
    title: strings.columns.answer,
    cell: (item) => {
      const word = wordOf(item)
      return word !== undefined && <Foreign text={word} limit={120} />
    }
  }
]
