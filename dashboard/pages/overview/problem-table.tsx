import { useState } from 'preact/hooks'
import type { ProblemItem } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/overview.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Age } from '../../ui/time.js'
import { nextStepOf } from './next-step.js'

/** Problems with place, age and next step. */
export function ProblemTable({ items, onChange }: { items: readonly ProblemItem[]; onChange: () => void }) {
  const [chosen, setChosen] = useState<ProblemItem>()
  const columns: Column<ProblemItem>[] = [
    { id: 'severity', title: strings.columns.severity, cell: (item) => <Severity severity={item.severity} /> },
    { id: 'place', title: strings.columns.place, isHead: true, cell: (item) => <Place problem={item} /> },
    { id: 'detail', title: strings.columns.detail, cell: (item) => <Detail problem={item} /> },
    { id: 'since', title: strings.columns.since, cell: ({ since }) => <Age since={String(since)} /> },
    {
      id: 'next',
      title: strings.columns.next,
      cell: (item) => <Next problem={item} onAcknowledge={() => setChosen(item)} onChange={onChange} />
    }
  ]
  return (
    <>
      <Table
        caption={strings.caption}
        rows={items}
        columns={columns}
        keyOf={({ id }) => id}
        rowProps={({ severity, acknowledgement }) => ({
          'data-severity': severity,
          'data-acknowledged': acknowledgement !== undefined
        })}
      />
      {chosen !== undefined && (
        <Acknowledge
          problem={chosen}
          onClose={() => {
            setChosen(undefined)
            onChange()
          }}
        />
      )}
    </>
  )
}

/** The sign is another shape for each severity, so that it needs no colour. */
function Severity({ severity }: Pick<ProblemItem, 'severity'>) {
  return (
    <span class="state" data-severity={severity}>
      <svg viewBox="0 0 16 16" class="glyph" aria-hidden="true">
        {severity === 'critical' ? (
          <path d="M8 1.5 15 14H1zM8 6v4M8 11.5v1" />
        ) : (
          <path d="M8 3v7M8 12.5v.5" class="thick" />
        )}
      </svg>
      {strings.severities[severity]}
    </span>
  )
}

function Place({ problem }: { problem: ProblemItem }) {
  const { chargePoint, evseId, site } = problem
  if (chargePoint === undefined && site === undefined) return <span>{strings.server}</span>
  const href =
    chargePoint === undefined ? linkTo('site', { id: site ?? '' }) : linkTo('chargePoint', { identity: chargePoint })
  return (
    <>
      <a class="row-link" href={href}>
        <Foreign text={chargePoint ?? site ?? ''} />
      </a>
      {evseId !== undefined && <span class="sub">{strings.place(evseId)}</span>}
    </>
  )
}

/** A kind of a newer server has no words yet. */
function Detail({ problem: { kind, detail } }: { problem: ProblemItem }) {
  const words = strings.kinds[kind] ?? kind
  const isSaid = detail.startsWith(words)
  return (
    <>
      {!isSaid && <strong>{words}: </strong>}
      <Foreign text={detail} limit={240} />
    </>
  )
}

interface NextProps {
  problem: ProblemItem
  onAcknowledge: () => void
  onChange: () => void
}

function Next({ problem, onAcknowledge, onChange }: NextProps) {
  const { id, acknowledgement } = problem
  const step = nextStepOf(problem)
  const { api, session } = useApp()
  const reason = session.may('charge-points:write') ? undefined : common.noScope('charge-points:write')
  return (
    <span class="evse-actions">
      {step !== undefined && (
        <a class="button" href={step.href}>
          {step.text}
        </a>
      )}
      {acknowledgement === undefined ? (
        <Action reason={reason} onClick={onAcknowledge}>
          {strings.acknowledge}
        </Action>
      ) : (
        <>
          <span class="muted">{strings.acknowledged(acknowledgement.operator)}</span>
          <Action
            reason={reason}
            onClick={() => {
              api.send('DELETE', acknowledgementOf(id)).then(onChange, (error: unknown) => reportError(error))
            }}
          >
            {strings.withdraw}
          </Action>
        </>
      )}
    </span>
  )
}

function acknowledgementOf(id: string): string {
  return `/problems/${encodeURIComponent(id)}/acknowledgement`
}

function Acknowledge({ problem, onClose }: { problem: ProblemItem; onClose: () => void }) {
  const { api } = useApp()
  const [note, setNote] = useState('')
  return (
    <Dialog title={strings.acknowledge} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const body = note.trim() === '' ? {} : { note: note.trim() }
          api.send('PUT', acknowledgementOf(problem.id), body).then(onClose, (error: unknown) => reportError(error))
        }}
      >
        <p>
          <Foreign text={problem.detail} />
        </p>
        <label class="field">
          <span>{strings.note}</span>
          <input value={note} maxLength={1_000} onInput={({ currentTarget }) => setNote(currentTarget.value)} />
        </label>
        <footer class="dialog-foot">
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
          <button type="submit" class="primary">
            {strings.acknowledge}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
