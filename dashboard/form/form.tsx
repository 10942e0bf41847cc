import type { ComponentChildren } from 'preact'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { Problem } from '../api/problem.js'
import { strings } from '../strings/en/form.js'
import { strings as common } from '../strings/en.js'
import { useApp } from '../ui/app-context.js'
import { ProblemNote } from '../ui/problem.js'
import type { FormContext, Suggestions } from './context.js'
import { Root } from './field.js'
import { fieldsOf, type Schema } from './tree.js'
import { initial, placeErrors, write } from './value.js'

interface SchemaFormProps {
  schema: Schema
  /** Initial value of the form. Default: the parts that every valid value has. */
  value?: unknown
  submit: string
  /** Rejects with a {@link Problem}, which the form shows: each error at its field. */
  onSubmit: (value: unknown) => Promise<void>
  onCancel?: () => void
  suggestions?: Suggestions
  /** Whether labels are the names of the members, as in OCPP. Default: false. */
  isRaw?: boolean
  /** Reason why the form cannot be sent now. */
  disabledReason?: string | undefined
  children?: ComponentChildren
}

/** A form made from a JSON schema. Fields and JSON view edit the same value. */
export function SchemaForm(props: SchemaFormProps) {
  const { schema, submit, onSubmit, onCancel, suggestions = {}, isRaw = false, disabledReason, children } = props
  const { preferences } = useApp()
  const prefix = useId()
  const element = useRef<HTMLFormElement>(null)
  const field = useMemo(() => fieldsOf(schema), [schema])
  const [value, setValue] = useState<unknown>(() => props.value ?? initial(field) ?? {})
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [isBusy, setBusy] = useState(false)
  const [json, setJson] = useState<string | undefined>(undefined)
  const isJsonBroken = json !== undefined && parse(json) === undefined

  const { byField, others } = useMemo(
    () =>
      placeErrors(
        field,
        value,
        (problem?.errors ?? []).map(({ pointer = '', detail }) => ({ pointer, detail }))
      ),
    [field, problem]
  )
  useEffect(() => {
    if (byField.size > 0) focusFirst(element.current, prefix, [...byField.keys()])
  }, [byField, prefix])

  const form: FormContext = {
    prefix,
    root: field,
    value,
    errors: byField,
    suggestions,
    isRaw,
    timeZone: preferences.zone.value === 'UTC' ? 'UTC' : undefined,
    put: (pointer, entered) => setValue((before: unknown) => write(field, before, pointer, entered) ?? {})
  }

  async function send(): Promise<void> {
    setBusy(true)
    setProblem(undefined)
    try {
      await onSubmit(value)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <form
      ref={element}
      class="schema-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy && !isJsonBroken) send().catch((error: unknown) => reportError(error))
      }}
    >
      {json === undefined ? (
        <Root field={field} form={form} />
      ) : (
        <JsonView
          id={`${prefix}json`}
          text={json}
          isBroken={isJsonBroken}
          onInput={(text) => {
            setJson(text)
            const parsed = parse(text)
            if (parsed !== undefined) setValue(parsed.value)
          }}
        />
      )}
      {problem !== undefined && (byField.size === 0 || others.length > 0 || json !== undefined) && (
        <ProblemNote problem={problem} />
      )}
      {children}
      <footer class="form-foot">
        <button
          type="button"
          class="quiet"
          aria-pressed={json !== undefined}
          disabled={isJsonBroken}
          onClick={() => setJson(json === undefined ? JSON.stringify(value, undefined, 2) : undefined)}
        >
          {json === undefined ? strings.asJson : strings.asForm}
        </button>
        {onCancel !== undefined && (
          <button type="button" onClick={onCancel}>
            {common.cancel}
          </button>
        )}
        <button type="submit" class="primary" disabled={isBusy || isJsonBroken || disabledReason !== undefined}>
          {submit}
        </button>
        {disabledReason !== undefined && <p class="muted">{disabledReason}</p>}
      </footer>
    </form>
  )
}

interface JsonViewProps {
  id: string
  text: string
  isBroken: boolean
  onInput: (text: string) => void
}

function JsonView({ id, text, isBroken, onInput }: JsonViewProps) {
  return (
    <div class="field">
      <label for={id}>{strings.json}</label>
      <textarea
        id={id}
        rows={Math.min(30, Math.max(8, text.split('\n').length))}
        value={text}
        spellcheck={false}
        aria-invalid={isBroken}
        aria-describedby={`${id}-error`}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      {isBroken && (
        <p class="field-error" id={`${id}-error`}>
          {strings.notJson}
        </p>
      )}
    </div>
  )
}

/** `undefined`: the text is no JSON. */
function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** Focuses the first field in the page that has an error. */
function focusFirst(form: HTMLFormElement | null, prefix: string, pointers: readonly string[]): void {
  const marked = pointers.flatMap((pointer) => {
    const found =
      form?.querySelector<HTMLElement>(`[id="${CSS.escape(prefix + pointer)}"]`) ??
      form?.querySelector<HTMLElement>(`[data-error="${CSS.escape(pointer)}"]`)
    return found === null || found === undefined ? [] : [found]
  })
  const [first] = marked.sort((one, other) =>
    one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1
  )
  first?.focus()
}
