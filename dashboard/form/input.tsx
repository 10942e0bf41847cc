import type { InputHTMLAttributes } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import { strings } from '../strings/en/form.js'
import { type FieldProps, suggestionsFor } from './context.js'
import { Errors } from './field.js'
import { PemFile } from './pickers/pem-file.js'
import type { BooleanField, ChoiceField, Field, TextField } from './tree.js'
import { parseText, read, textOf } from './value.js'
import { labelOf, plainText } from './words.js'

/** Choices of at most this many values are radios. */
const RADIOS = 4
/** Texts that may be longer have several lines. */
const LINE = 256

/** A field that one input, or a row of radios, shows. */
export function Input(props: FieldProps) {
  const { field } = props
  if (field.kind === 'boolean') return <TriState {...props} field={field} />
  if (field.kind === 'choice' && field.options.length <= RADIOS) return <Radios {...props} field={field} />
  if (field.kind === 'constant') return <Constant {...props} />
  return (
    <div class="field">
      <label for={idOf(props)}>
        {labelOf(field, props.form.isRaw)}
        {field.required && <span aria-hidden="true"> *</span>}
      </label>
      <Control {...props} />
      <EmptyText {...props} />
      <Hint {...props} />
      <Errors {...props} />
    </div>
  )
}

/** Nothing is entered: whether that is what shall be sent. */
function EmptyText({ field, pointer, form }: FieldProps) {
  const value = read(form.value, pointer)
  if (field.kind !== 'text' || !field.mayBeEmpty || (value !== undefined && value !== '')) return null
  return (
    <div class="radios">
      <label class="check">
        <input
          type="checkbox"
          checked={value === ''}
          onChange={({ currentTarget }) => form.put(pointer, currentTarget.checked ? '' : undefined)}
        />
        {strings.sendEmpty}
      </label>
    </div>
  )
}

function idOf({ form, pointer }: FieldProps): string {
  return form.prefix + pointer
}

function Hint(props: FieldProps) {
  const { field, form } = props
  const zone = form.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const parts = [
    field.description === undefined ? undefined : plainText(field.description),
    field.kind === 'date-time' ? strings.zone(zone) : undefined,
    field.assumed === undefined ? undefined : strings.assumed(String(field.assumed)),
    knownOf(props)
  ].filter((part) => part !== undefined)
  if (parts.length === 0) return null
  return (
    <p class="hint" id={`${idOf(props)}-hint`}>
      {parts.join('. ')}
    </p>
  )
}

/** Information about the entered value: the present value of a setting, the state of an EVSE. */
function knownOf(props: FieldProps): string | undefined {
  const entered = String(read(props.form.value, props.pointer) ?? '')
  const known = suggestionsFor(props)?.find(({ value }) => value === entered)
  return known?.label
}

function Control(props: FieldProps) {
  const { field, pointer, form } = props
  const value = textOf(field, read(form.value, pointer), form.timeZone)
  const [text, setText] = useState(value)
  // The JSON view, or another field, may have changed it. Before the next key: a later effect would undo what is typed meanwhile.
  useLayoutEffect(() => {
    setText((typed) => (same(field, { typed, value, zone: form.timeZone }) ? typed : value))
  }, [field, value, form.timeZone])
  const enter = (typed: string) => {
    setText(typed)
    form.put(pointer, parseText(field, typed, form.timeZone))
  }
  const shared = {
    id: idOf(props),
    value: text,
    required: field.required && read(form.value, pointer) !== '',
    'aria-invalid': form.errors.has(pointer),
    'aria-describedby': `${idOf(props)}-hint ${idOf(props)}-error`,
    onInput: ({ currentTarget }: { currentTarget: { value: string } }) => enter(currentTarget.value)
  } as const
  if (field.kind === 'choice') return <Select field={field} shared={shared} />
  if (
    field.kind === 'json' ||
    (field.kind === 'text' && (field.maxLength ?? 0) > LINE && field.pattern === undefined)
  ) {
    return (
      <>
        <textarea {...shared} rows={field.kind === 'json' ? 2 : 3} spellcheck={false} />
        {/certificate/i.test(field.name) && field.kind === 'text' && <PemFile onRead={enter} />}
      </>
    )
  }
  const known = suggestionsFor(props)
  // A text that the JSON view put in place of a number stays in sight.
  const isText = field.kind === 'number' && typeof read(form.value, pointer) === 'string'
  const attributes = {
    ...shared,
    ...(isText ? { type: 'text' } : rulesOf(field)),
    autocomplete: 'off',
    spellcheck: false,
    ...(known !== undefined && { list: `${shared.id}-known` })
  } as InputHTMLAttributes<HTMLInputElement>
  return (
    <>
      <input {...attributes} />
      {known !== undefined && (
        <datalist id={`${shared.id}-known`}>
          {known.map((one) => (
            <option key={one.value} value={one.value} label={one.label} />
          ))}
        </datalist>
      )}
    </>
  )
}

interface Typed {
  typed: string
  value: string
  zone: string | undefined
}

/** Whether what is typed stands for the value already: `1.` is 1, and stays while it is typed. */
function same(field: Field, { typed, value, zone }: Typed): boolean {
  return typed === value || textOf(field, parseText(field, typed, zone), zone) === value
}

/** The rules that the browser checks. */
interface Rules {
  type: 'text' | 'url' | 'number' | 'datetime-local'
  step?: number | 'any'
  min?: number
  max?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  title?: string
}

function rulesOf(field: Field): Rules {
  if (field.kind === 'date-time') return { type: 'datetime-local', step: 1 }
  if (field.kind === 'number') {
    return {
      type: 'number',
      step: field.multipleOf ?? (field.whole ? 1 : 'any'),
      ...(field.minimum !== undefined && { min: field.minimum }),
      ...(field.maximum !== undefined && { max: field.maximum })
    }
  }
  return field.kind === 'text' ? textRules(field) : { type: 'text' }
}

function textRules({ format, pattern, rule, minLength, maxLength }: TextField): Rules {
  return {
    type: format === 'uri' ? 'url' : 'text',
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...(pattern !== undefined && isPattern(pattern) && { pattern }),
    ...(rule !== undefined && { title: rule })
  }
}

/** Browsers read patterns with the flag `v`, which forbids some that others allow. */
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'v') instanceof RegExp
  } catch {
    return false
  }
}

interface SelectProps {
  field: ChoiceField
  shared: { id: string; value: string; required: boolean }
}

function Select({ field, shared }: SelectProps) {
  return (
    <select {...shared}>
      <option value="">{field.required ? strings.choose : strings.notSent}</option>
      {field.options.map((option) => (
        <option key={String(option)} value={String(option)}>
          {String(option)}
        </option>
      ))}
    </select>
  )
}

interface Option {
  label: string
  value: unknown
}

function Radios(props: FieldProps<ChoiceField>) {
  const { field } = props
  return <RadioRow {...props} options={field.options.map((value) => ({ label: String(value), value }))} />
}

/** An optional boolean has three states: it may not be sent at all. */
function TriState(props: FieldProps<BooleanField>) {
  const options = [
    { label: strings.yes, value: true },
    { label: strings.no, value: false }
  ]
  return <RadioRow {...props} options={options} />
}

function RadioRow({ options, ...props }: FieldProps & { options: readonly Option[] }) {
  const { field, pointer, form } = props
  const present = read(form.value, pointer)
  const all = field.required ? options : [{ label: strings.notSent, value: undefined }, ...options]
  return (
    <fieldset class="field">
      <legend>
        {labelOf(field, form.isRaw)}
        {field.required && <span aria-hidden="true"> *</span>}
      </legend>
      <div class="radios">
        {all.map(({ label, value }, index) => (
          <label key={label} class="check">
            <input
              type="radio"
              name={idOf(props)}
              id={index === 0 ? idOf(props) : undefined}
              required={field.required}
              checked={present === value}
              aria-invalid={form.errors.has(pointer)}
              onChange={() => form.put(pointer, value)}
            />
            {label}
          </label>
        ))}
      </div>
      <Hint {...props} />
      <Errors {...props} />
    </fieldset>
  )
}

function Constant(props: FieldProps) {
  const { field, pointer, form } = props
  const value = field.kind === 'constant' ? field.value : undefined
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          id={idOf(props)}
          checked={read(form.value, pointer) !== undefined}
          onChange={({ currentTarget }) => form.put(pointer, currentTarget.checked ? value : undefined)}
        />
        {labelOf(field, form.isRaw)}: {String(value)}
      </label>
      <Hint {...props} />
      <Errors {...props} />
    </div>
  )
}
