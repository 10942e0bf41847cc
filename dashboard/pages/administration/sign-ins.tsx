import { useState } from 'preact/hooks'
import type { BrowserSignIn, Page } from '../../api/records.js'
import { strings as all } from '../../strings/en/administration.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { Empty } from '../../ui/empty.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { ProblemNote } from '../../ui/problem.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Age, Time } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useQuery } from '../../ui/use-query.js'

const { signIns: strings } = all

export default function SignIns() {
  const { api, router } = useApp()
  const cursor = router.place.value.query.get('cursor') ?? undefined
  const list = useQuery<Page<BrowserSignIn>>('/sign-ins', { cursor }, { live: { types: ['change'] } })
  const [ended, setEnded] = useState<BrowserSignIn | undefined>(undefined)
  const command = useCommand()
  const actions: Column<BrowserSignIn> = {
    id: 'actions',
    title: all.actions,
    cell: (row) => (
      <button type="button" class="danger" onClick={() => setEnded(row)}>
        {strings.end}
      </button>
    )
  }
  return (
    <>
      <PageHead title={strings.title} />
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={strings.none} />
          ) : (
            <>
              <Table caption={strings.caption} rows={items} keyOf={({ id }) => id} columns={[...COLUMNS, actions]} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
      {ended !== undefined && (
        <Confirm
          title={strings.endTitle(ended.operator)}
          action={strings.end}
          onClose={() => setEnded(undefined)}
          onConfirm={() =>
            command.run(async () => {
              await api.send('DELETE', `/sign-ins/${ended.id}`)
              list.reload()
            })
          }
        >
          <p>{strings.endBody}</p>
        </Confirm>
      )}
    </>
  )
}

const { columns } = strings
const COLUMNS: readonly Column<BrowserSignIn>[] = [
  { id: 'operator', title: columns.operator, isHead: true, cell: ({ operator }) => <strong>{operator}</strong> },
  { id: 'from', title: columns.from, cell: ({ remoteAddress }) => remoteAddress && <Id text={remoteAddress} /> },
  {
    id: 'browser',
    title: columns.browser,
    cell: ({ userAgent }) => userAgent && <Foreign text={userAgent} limit={60} />
  },
  { id: 'created', title: columns.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { id: 'used', title: columns.used, cell: ({ lastUsedAt }) => <Age since={lastUsedAt} ago /> },
  { id: 'ends', title: columns.ends, cell: ({ expiresAt }) => <Time at={expiresAt} /> }
]
