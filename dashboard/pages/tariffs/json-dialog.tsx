import { useRef, useState } from 'preact/hooks'
import { Problem } from '../../api/problem.js'
import type { Finding } from '../../api/records.js'
import { locate } from '../../form/locate.js'
import { strings } from '../../strings/en/tariffs.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { ProblemNote } from '../../ui/problem.js'
import { useCommand } from '../../ui/use-command.js'

interface JsonDialogProps {
  id: string
  body: object
  onClose: () => void
  onSaved: () => void
}

interface Findings {
  errors: Finding[]
  warnings: Finding[]
}

const NOTHING: Findings = { errors: [], warnings: [] }

/** Edits a tariff with conditions as JSON. What the server finds is listed, and marked in the text. */
export function JsonDialog({ id, body, onClose, onSaved }: JsonDialogProps) {
  const { api } = useApp()
  const area = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState(() => JSON.stringify(body, undefined, 2))
  const [found, setFound] = useState<Findings & { isChecked?: boolean }>(NOTHING)
  const command = useCommand()
  const parsed = parse(text)

  function mark(pointer: string): void {
    const { start, end } = locate(text, pointer)
    area.current?.focus()
    area.current?.setSelectionRange(start, end)
  }

  /** Shows the faults of a refused request like those of a check. */
  async function ask(act: (value: unknown) => Promise<void>): Promise<void> {
    try {
      await act(parsed?.value)
    } catch (error) {
      if (!(error instanceof Problem) || error.errors.length === 0) throw error
      const errors = error.errors.map(({ pointer = '', detail }) => ({ pointer, detail }))
      setFound({ errors, warnings: [] })
      mark(errors[0]?.pointer ?? '')
    }
  }

  const check = async (value: unknown) => {
    const { data } = await api.send<Findings>('POST', '/tariffs/check', value)
    setFound({ ...data, isChecked: true })
    const first = data.errors[0] ?? data.warnings[0]
    if (first !== undefined) mark(first.pointer)
  }
  const save = async (value: unknown) => {
    await api.send('PUT', `/tariffs/${encodeURIComponent(id)}`, value)
    onClose()
    onSaved()
  }
  const isOff = parsed === undefined || command.isBusy
  return (
    <Dialog title={strings.editTitle(id)} onClose={onClose} isWide>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isOff) command.run(() => ask(save))
        }}
      >
        <label class="field">
          <span>{strings.json}</span>
          <textarea
            ref={area}
            rows={Math.min(26, Math.max(12, text.split('\n').length))}
            value={text}
            spellcheck={false}
            aria-invalid={parsed === undefined || found.errors.length > 0}
            aria-describedby="tariff-findings"
            onInput={({ currentTarget }) => {
              setText(currentTarget.value)
              setFound(NOTHING)
            }}
          />
        </label>
        <div id="tariff-findings" role="status">
          {parsed === undefined && <p class="field-error">{strings.notJson}</p>}
          {found.isChecked && found.errors.length + found.warnings.length === 0 && <p>{strings.fine}</p>}
          <FindingList title={strings.errors} findings={found.errors} onMark={mark} isOff={parsed === undefined} />
          <FindingList title={strings.warnings} findings={found.warnings} onMark={mark} isOff={parsed === undefined} />
        </div>
        {command.problem !== undefined && <ProblemNote problem={command.problem} />}
        <footer class="dialog-foot">
          <button type="button" disabled={isOff} onClick={() => command.run(() => ask(check))}>
            {strings.check}
          </button>
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
          <button type="submit" class="primary" disabled={isOff}>
            {strings.save}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

interface FindingListProps {
  title: string
  findings: readonly Finding[]
  onMark: (pointer: string) => void
  isOff: boolean
}

function FindingList({ title, findings, onMark, isOff }: FindingListProps) {
  if (findings.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <ul class="plain">
        {findings.map(({ pointer, detail }) => (
          <li key={`${pointer} ${detail}`}>
            <button type="button" class="quiet" disabled={isOff} onClick={() => onMark(pointer)}>
              <code>{pointer === '' ? '/' : pointer}</code>
            </button>{' '}
            {detail}
          </li>
        ))}
      </ul>
    </>
  )
}

/** `undefined`: the text is no JSON object. */
function parse(text: string): { value: object } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { value } : undefined
  } catch {
    return undefined
  }
}
