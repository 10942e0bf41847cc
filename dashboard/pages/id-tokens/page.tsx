import { useState } from 'preact/hooks'
import type { IdToken } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/id-tokens.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { Confirm } from '../../ui/dialog.js'
import { Facts } from '../../ui/facts.js'
import { Loaded } from '../../ui/loaded.js'
import { NotFound, similarTo } from '../../ui/not-found.js'
import { PageHead } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { EditDialog } from './edit-dialog.js'
import { StatusOf } from './status.js'
import { LatestTransactions } from './transactions.js'

export default function IdTokenPage({ params }: PageProps) {
  const { session } = useApp()
  const idToken = params.idToken ?? ''
  const one = useQuery<IdToken>(`/id-tokens/${encodeURIComponent(idToken)}`)
  const isUnknown = one.problem.value?.status === 404
  const [isAdding, setAdding] = useState(false)
  return (
    <>
      <PageHead
        title={strings.one(idToken)}
        heading={
          <>
            <Id text={idToken} /> <Copy text={idToken} />
          </>
        }
        note={one.data.value && <StatusOf {...one.data.value} />}
      />
      {isUnknown ? (
        <NotFound
          title={strings.unknown(idToken)}
          list="/id-tokens"
          filters={similarTo(idToken)}
          linkOf={(similar: IdToken) => ({
            text: similar.idToken,
            href: linkTo('idToken', { idToken: similar.idToken })
          })}
          onRetry={one.reload}
        >
          {session.may('id-tokens:write') && (
            <button type="button" class="primary" onClick={() => setAdding(true)}>
              {strings.addOne(idToken)}
            </button>
          )}
        </NotFound>
      ) : (
        <Loaded query={one}>{(known) => <Known known={known} reload={one.reload} />}</Loaded>
      )}
      {isAdding && <EditDialog seen={{ idToken }} onClose={() => setAdding(false)} onSaved={one.reload} />}
      {session.may('transactions:read') && <LatestTransactions idToken={idToken} />}
    </>
  )
}

function Known({ known, reload }: { known: IdToken; reload: () => void }) {
  const { api, router, session } = useApp()
  const [open, setOpen] = useState<'edit' | 'remove' | undefined>(undefined)
  const command = useCommand()
  const path = `/id-tokens/${encodeURIComponent(known.idToken)}`
  const isBlocked = known.status === 'Blocked'
  const close = () => setOpen(undefined)
  const toggle = () =>
    command.run(async () => {
      await api.send('PUT', path, { status: isBlocked ? 'Accepted' : 'Blocked' })
      reload()
    })
  const remove = () =>
    command.run(async () => {
      await api.send('DELETE', path)
      router.go('/id-tokens')
    })
  return (
    <>
      {session.may('id-tokens:write') && (
        <div class="actions">
          <button type="button" disabled={command.isBusy} onClick={toggle}>
            {isBlocked ? strings.unblock : strings.block}
          </button>
          <button type="button" onClick={() => setOpen('edit')}>
            {strings.edit}
          </button>
          <button type="button" class="danger" onClick={() => setOpen('remove')}>
            {strings.remove}
          </button>
        </div>
      )}
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      <section class="panel">
        <Facts
          facts={[
            [strings.columns.type, known.type],
            [strings.columns.group, known.groupId && <Foreign text={known.groupId} />],
            [strings.master, known.masterGroup ? strings.yes : undefined],
            [strings.columns.expires, known.expiresAt === undefined ? strings.never : <Time at={known.expiresAt} />],
            [strings.language, known.language],
            [strings.columns.notes, known.notes],
            [strings.created, <Time key="created" at={known.createdAt} />],
            [strings.columns.updated, <Time key="updated" at={known.updatedAt} />]
          ]}
        />
      </section>
      {open === 'edit' && <EditDialog known={known} onClose={close} onSaved={reload} />}
      {open === 'remove' && (
        <Confirm
          title={strings.removeTitle(known.idToken)}
          action={strings.remove}
          typed={known.idToken}
          onClose={close}
          onConfirm={remove}
        >
          <p>{strings.removeBody}</p>
        </Confirm>
      )}
    </>
  )
}
