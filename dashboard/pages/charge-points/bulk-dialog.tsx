import { useMemo, useState } from 'preact/hooks'
import { newKey } from '../../api/client.js'
import { Problem } from '../../api/problem.js'
import type { ActionList, ActionSchema } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { requiredOf } from '../../form/required.js'
import type { Schema } from '../../form/tree.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/bulk.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { Loaded } from '../../ui/loaded.js'
import { useQuery } from '../../ui/use-query.js'
import type { ChargePointSelection, Targets } from './selection.js'

interface BulkDialogProps {
  /** Of the operation; `undefined`: a call that is chosen here. */
  name: string | undefined
  selection: Pick<ChargePointSelection, 'number' | 'targets' | 'protocols'>
  onClose: () => void
}

/** The form of an operation or call that goes to many charge points. */
export function BulkDialog({ name, selection, onClose }: BulkDialogProps) {
  const [protocol, setProtocol] = useState(selection.protocols[0] ?? 'ocpp1.6')
  const [action, setAction] = useState<string>()
  const list = useQuery<ActionList>('/actions', { protocol })
  const actions = list.data.value
  const known =
    name === undefined
      ? actions?.calls.find((call) => call.action === action)
      : actions?.operations.find((operation) => operation.name === name)
  const title = known?.title ?? strings.chooseCall
  return (
    <Dialog
      title={strings.title(name === undefined ? (action ?? title) : title, selection.number)}
      onClose={onClose}
      isWide
    >
      {name === undefined && (
        <ChooseCall {...{ protocol, setProtocol, action, setAction, actions }} protocols={selection.protocols} />
      )}
      {known !== undefined && (
        <BulkForm
          key={`${protocol} ${action}`}
          what={{
            isCall: name === undefined,
            name: name ?? action ?? '',
            danger: known.danger,
            queueable: 'queueable' in known ? known.queueable : true
          }}
          protocol={protocol}
          selection={selection}
          onClose={onClose}
        />
      )}
    </Dialog>
  )
}

interface ChooseCallProps {
  protocols: readonly string[]
  protocol: string
  setProtocol: (protocol: string) => void
  action: string | undefined
  setAction: (action: string | undefined) => void
  actions: ActionList | undefined
}

function ChooseCall({ protocols, protocol, setProtocol, action, setAction, actions }: ChooseCallProps) {
  return (
    <>
      {protocols.length > 1 && (
        <>
          <label class="field">
            <span>{strings.version}</span>
            <select
              value={protocol}
              onChange={({ currentTarget }) => {
                setProtocol(currentTarget.value)
                setAction(undefined)
              }}
            >
              {protocols.map((each) => (
                <option key={each} value={each}>
                  {each.replace('ocpp', '')}
                </option>
              ))}
            </select>
          </label>
          <p class="muted">{strings.otherVersions}</p>
        </>
      )}
      <label class="field">
        <span>{strings.action}</span>
        <select value={action ?? ''} onChange={({ currentTarget }) => setAction(currentTarget.value || undefined)}>
          <option value="">{strings.choose}</option>
          {(actions?.calls ?? []).map(({ action: each }) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
    </>
  )
}

interface What {
  isCall: boolean
  name: string
  danger: string
  queueable: boolean
}

interface BulkFormProps {
  what: What
  protocol: string
  selection: Pick<ChargePointSelection, 'number' | 'targets' | 'protocols'>
  onClose: () => void
}

function BulkForm({ what, protocol, selection, onClose }: BulkFormProps) {
  const { api, router } = useApp()
  const [number, setNumber] = useState(selection.number)
  const [typed, setTyped] = useState('')
  const [waits, setWaits] = useState(false)
  // A lost request is repeated with its key, so that nothing goes out twice.
  const key = useMemo(newKey, [])
  const query = useQuery<ActionSchema>(`/actions/${what.name}`, { protocol })
  const isSure = typed.trim() === String(number)

  async function submit(value: unknown): Promise<void> {
    const request = requestOf(what, value, selection.targets)
    const { path } = request
    const body = { ...request.body, ...(waits && { whenOffline: 'queue' }) }
    const { data: dry } = await api.send<{ total: number }>('POST', path, { ...body, dryRun: true })
    if (dry.total !== number) {
      setNumber(dry.total)
      setTyped('')
      throw new Problem(409, { code: 'SELECTION_CHANGED', detail: strings.changed(dry.total) })
    }
    const { data } = await api.send<{ bulkId: string }>('POST', path, body, { key, prefer: 'respond-async' })
    onClose()
    router.go(linkTo('bulkCall', { id: data.bulkId }))
  }

  return (
    <Loaded query={query}>
      {({ schema, example, description }) => (
        <>
          {description !== undefined && <p class="muted">{description}</p>}
          {what.danger === 'interrupts' && <p class="caution">{strings.mayEnd}</p>}
          <SchemaForm
            schema={schema as Schema}
            value={requiredOf(schema as Schema, example)}
            submit={strings.send}
            onSubmit={(value) => submit(value).catch(atTheForm)}
            onCancel={onClose}
            isRaw={what.isCall}
            disabledReason={isSure ? undefined : strings.type(number)}
          >
            {what.queueable ? (
              <label class="check">
                <input
                  type="checkbox"
                  checked={waits}
                  onChange={({ currentTarget }) => setWaits(currentTarget.checked)}
                />
                <span>{strings.wait}</span>
              </label>
            ) : (
              <p class="muted">{strings.away}</p>
            )}
            <label class="field">
              <span>{strings.type(number)}</span>
              <input
                value={typed}
                autocomplete="off"
                inputMode="numeric"
                onInput={({ currentTarget }) => setTyped(currentTarget.value)}
              />
            </label>
          </SchemaForm>
        </>
      )}
    </Loaded>
  )
}

function requestOf({ isCall, name }: What, value: unknown, targets: Targets) {
  return isCall
    ? { path: '/calls', body: { action: name, payload: value, ...targets } }
    : { path: `/operations/${encodeURIComponent(name)}`, body: { body: value, ...targets } }
}

/** The errors at the members of the form, which is a member of the body. */
function atTheForm(error: unknown): never {
  if (!(error instanceof Problem)) throw error
  const errors = error.errors.map(({ pointer = '', detail }) => ({
    pointer: pointer.replace(/^\/(?:body|payload)(?=\/|$)/, ''),
    detail
  }))
  throw new Problem(error.status, { ...error.body, errors }, error.retryAfter)
}
