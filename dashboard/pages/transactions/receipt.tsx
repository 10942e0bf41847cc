import { useState } from 'preact/hooks'
import { API } from '../../api/client.js'
import type { Correction, Transaction, TransactionCost } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { correctionSchema } from '../../generated/schemas.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/receipts.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { formatMoney } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'

interface SectionProps {
  transaction: Transaction
  /** `undefined`: it has none, and gets none by itself. */
  receipt: TransactionCost['receipt']
  onChanged: () => void
}

/** The receipt of a transaction, and its corrections. */
export function ReceiptSection({ transaction, receipt, onChanged }: SectionProps) {
  const { session } = useApp()
  const [isCorrecting, setCorrecting] = useState(false)
  const { id, status } = transaction
  const corrections = useQuery<{ items: Correction[] }>(`/transactions/${id}/corrections`)
  const reason = session.may('billing:write')
    ? status === 'open'
      ? strings.isOpen
      : undefined
    : common.noScope('billing:write')
  return (
    <section class="panel">
      <h2>{strings.receipt}</h2>
      <p>
        <State receipt={receipt} />
      </p>
      <div class="actions">
        <Action reason={reason} onClick={() => setCorrecting(true)}>
          {strings.correct}
        </Action>
        {receipt?.number !== undefined && (
          <a class="button" target="_blank" rel="noreferrer" href={`${API}/receipts/${receipt.number}`}>
            {strings.print}
          </a>
        )}
      </div>
      <Loaded query={corrections}>{({ items }) => <Corrections corrections={items} />}</Loaded>
      {isCorrecting && (
        <CorrectDialog
          id={id}
          onClose={() => setCorrecting(false)}
          onChanged={() => {
            corrections.reload()
            onChanged()
          }}
        />
      )}
    </section>
  )
}

function State({ receipt }: Pick<SectionProps, 'receipt'>) {
  const { states } = strings
  if (receipt === undefined) return <>{strings.noReceipt}</>
  const { status, reason = '', number } = receipt
  if (status === 'blocked') return <span data-severity="warning">{states.blocked(reason)}</span>
  return (
    <>
      {states[status]} {number !== undefined && <a href={linkTo('receipt', { number })}>{number}</a>}
    </>
  )
}

function Corrections({ corrections }: { corrections: readonly Correction[] }) {
  const { correction: titles } = strings
  if (corrections.length === 0) return null
  return (
    <details open>
      <summary>{strings.corrections(corrections.length)}</summary>
      <Table
        caption={strings.correctionsCaption}
        rows={corrections}
        keyOf={({ id }) => id}
        columns={[
          { id: 'at', title: titles.at, isHead: true, cell: ({ at }) => <Time at={at} /> },
          { id: 'operator', title: titles.operator, cell: ({ operator }) => operator },
          { id: 'reason', title: titles.reason, cell: ({ reason }) => <Foreign text={reason} limit={200} /> },
          { id: 'before', title: titles.before, isNumeric: true, cell: ({ before }) => billed(before) },
          { id: 'after', title: titles.after, isNumeric: true, cell: ({ after }) => billed(after) },
          {
            id: 'documents',
            title: titles.documents,
            cell: ({ creditNote, receipt }) =>
              [creditNote, receipt].map(
                (number) =>
                  number !== undefined && (
                    <span key={number}>
                      <a href={linkTo('receipt', { number })}>{number}</a>{' '}
                    </span>
                  )
              )
          }
        ]}
      />
    </details>
  )
}

function billed({ totalMinor, currency = 'EUR' }: Correction['before']): string {
  if (totalMinor === undefined) return strings.unknown
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits
  return formatMoney(totalMinor / 10 ** (digits ?? 2), currency)
}

interface CorrectDialogProps {
  id: number
  onClose: () => void
  onChanged: () => void
}

/** Asks for what is to be billed instead. */
function CorrectDialog({ id, onClose, onChanged }: CorrectDialogProps) {
  const { api } = useApp()
  return (
    <Dialog title={strings.correctTitle(id)} onClose={onClose} isWide>
      <p class="dialog-body">{strings.correctBody}</p>
      <SchemaForm
        schema={correctionSchema}
        submit={strings.correctAction}
        onCancel={onClose}
        onSubmit={async (value) => {
          await api.send('POST', `/transactions/${id}/corrections`, value)
          onClose()
          onChanged()
        }}
      />
    </Dialog>
  )
}
