import { useState } from 'preact/hooks'
import type { OperatorToken, Page } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { operatorTokenSchema } from '../../generated/schemas.js'
import { strings as all } from '../../strings/en/administration.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm, Dialog } from '../../ui/dialog.js'
import { Empty } from '../../ui/empty.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { ProblemNote } from '../../ui/problem.js'
import { SecretDialog } from '../../ui/secret-dialog.js'
import { type Column, Table } from '../../ui/table.js'
import { Age, Time } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useQuery } from '../../ui/use-query.js'

const { tokens: strings } = all

type Created = OperatorToken & { token: string }

export default function OperatorTokens() {
  const { api, router } = useApp()
  const cursor = router.place.value.query.get('cursor') ?? undefined
  const list = useQuery<Page<OperatorToken>>('/operator-tokens', { cursor }, { live: { types: ['change'] } })
  const [isAdding, setAdding] = useState(false)
  const [created, setCreated] = useState<Created | undefined>(undefined)
  const [revoked, setRevoked] = useState<string | undefined>(undefined)
  const command = useCommand()
  const revoke = (name: string) =>
    command.run(async () => {
      await api.send('DELETE', `/operator-tokens/${encodeURIComponent(name)}`)
      list.reload()
    })
  const actions: Column<OperatorToken> = {
    id: 'actions',
    title: all.actions,
    cell: ({ name }) => (
      <button type="button" class="danger" onClick={() => setRevoked(name)}>
        {strings.revoke}
      </button>
    )
  }
  return (
    <>
      <PageHead
        title={strings.title}
        actions={
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            {strings.add}
          </button>
        }
      />
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={strings.none}>
              <p>{strings.noneHelp}</p>
            </Empty>
          ) : (
            <>
              <Table
                caption={strings.caption}
                rows={items}
                keyOf={({ name }) => name}
                columns={[...COLUMNS, actions]}
              />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
      {isAdding && (
        <Dialog title={strings.addTitle} onClose={() => setAdding(false)}>
          <SchemaForm
            schema={operatorTokenSchema}
            submit={strings.add}
            onCancel={() => setAdding(false)}
            onSubmit={async (value) => {
              const { data } = await api.send<Created>('POST', '/operator-tokens', value)
              setAdding(false)
              setCreated(data)
              list.reload()
            }}
          />
        </Dialog>
      )}
      {created !== undefined && (
        <SecretDialog
          title={strings.created(created.name)}
          secret={created.token}
          onClose={() => setCreated(undefined)}
        />
      )}
      {revoked !== undefined && (
        <Confirm
          title={strings.revokeTitle(revoked)}
          action={strings.revoke}
          typed={revoked}
          onClose={() => setRevoked(undefined)}
          onConfirm={() => revoke(revoked)}
        >
          <p>{strings.revokeBody}</p>
        </Confirm>
      )}
    </>
  )
}

const { columns } = strings
const COLUMNS: readonly Column<OperatorToken>[] = [
  { id: 'name', title: columns.name, isHead: true, cell: ({ name }) => <strong>{name}</strong> },
  { id: 'scopes', title: columns.scopes, cell: ({ scopes }) => scopes.join(', ') },
  { id: 'created', title: columns.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    id: 'expires',
    title: columns.expires,
    cell: ({ expiresAt }) => (expiresAt === undefined ? all.never : <Time at={expiresAt} />)
  },
  {
    id: 'used',
    title: columns.used,
    cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? all.never : <Age since={lastUsedAt} ago />)
  }
]
