import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { strings } from '../strings/en/form.js'
import { type FieldProps, hasErrorBelow } from './context.js'
import { Input } from './input.js'
import { below } from './pointer.js'
import type { Field, GroupField, ListField } from './tree.js'
import { fits, read, withElement } from './value.js'
import { isPlain, labelOf, plainText } from './words.js'

/** Maximum number of optional members that are shown without a fold. */
const FEW = 6

/** A field of any kind. */
export function FieldView(props: FieldProps) {
  const { field, pointer, form } = props
  if (field.kind === 'group') return <Group {...props} field={field} />
  if (field.kind === 'list') return <List {...props} field={field} />
  if (field.kind === 'versions') {
    const value = read(form.value, pointer)
    const version = field.versions.find((one) => fits(one, value)) ?? field.versions[0]
    return version === undefined ? null : <FieldView field={version} pointer={pointer} form={form} />
  }
  return <Input {...props} />
}

/** The members of an object: required ones first, the rest under More. */
export function Members({ field, pointer, form }: FieldProps<GroupField>) {
  const required = field.fields.filter((inner) => inner.required)
  const optional = field.fields.filter((inner) => !inner.required)
  const isShort = optional.length <= FEW && optional.every(isPlain)
  const view = (inner: Field) => (
    <FieldView key={inner.name} field={inner} pointer={below(pointer, inner.name)} form={form} />
  )
  const given = optional.some(({ name }) => read(form.value, below(pointer, name)) !== undefined)
  const isOpen =
    given || required.length === 0 || optional.some(({ name }) => hasErrorBelow(form, below(pointer, name)))
  return (
    <>
      {required.map(view)}
      {isShort && optional.map(view)}
      {!isShort && optional.length > 0 && (
        <Fold title={strings.more(optional.length)} isOpen={isOpen}>
          {() => optional.map(view)}
        </Fold>
      )}
    </>
  )
}

function Group({ field, pointer, form }: FieldProps<GroupField>) {
  const label = labelOf(field, form.isRaw)
  const errors = <Errors pointer={pointer} form={form} />
  const members = () => (
    <>
      {field.description !== undefined && <p class="hint">{plainText(field.description)}</p>}
      {errors}
      <Members field={field} pointer={pointer} form={form} />
    </>
  )
  if (field.required) {
    return (
      <fieldset class="group">
        <legend>{label}</legend>
        {members()}
      </fieldset>
    )
  }
  const isOpen = read(form.value, pointer) !== undefined || hasErrorBelow(form, pointer)
  return (
    <Fold title={label} isOpen={isOpen} isGroup>
      {members}
    </Fold>
  )
}

interface FoldProps {
  title: string
  isOpen: boolean
  isGroup?: boolean
  children: () => ComponentChildren
}

/** Its content is made when it is first opened: the largest requests have thousands of members. */
function Fold({ title, isOpen, isGroup = false, children }: FoldProps) {
  const [wasOpened, setOpened] = useState(false)
  const isShown = isOpen || wasOpened
  return (
    <details
      class={isGroup ? 'group' : 'fold'}
      open={isShown}
      onToggle={({ currentTarget }) => setOpened(currentTarget.open)}
    >
      <summary>{title}</summary>
      {isShown && children()}
    </details>
  )
}

function List(props: FieldProps<ListField>) {
  const { field, pointer, form } = props
  if (field.item.kind === 'choice' && field.unique) return <Choices {...props} />
  const label = labelOf(field, form.isRaw)
  const found = read(form.value, pointer)
  const elements: unknown[] = Array.isArray(found) ? found : []
  const mayGrow = field.maxItems === undefined || elements.length < field.maxItems
  return (
    <fieldset class="group">
      <legend>
        {label}
        {(field.required || field.minItems > 0) && elements.length === 0 && <span aria-hidden="true"> *</span>}
      </legend>
      {field.description !== undefined && <p class="hint">{plainText(field.description)}</p>}
      <Errors pointer={pointer} form={form} />
      {elements.map((_, index) => {
        const at = below(pointer, index)
        return (
          <div class="element" key={at}>
            <div class="element-body">
              {field.item.kind === 'group' ? (
                <fieldset>
                  <legend>{strings.element(label, index + 1)}</legend>
                  <Errors pointer={at} form={form} />
                  <Members field={field.item} pointer={at} form={form} />
                </fieldset>
              ) : (
                <FieldView
                  field={{ ...field.item, name: strings.element(label, index + 1) }}
                  pointer={at}
                  form={form}
                />
              )}
            </div>
            <button
              type="button"
              class="quiet"
              aria-label={strings.removeElement(label, index + 1)}
              onClick={() => form.put(at, undefined)}
            >
              ✕
            </button>
          </div>
        )
      })}
      {mayGrow && (
        <button type="button" onClick={() => form.put(pointer, withElement(field, found))}>
          {strings.add(label)}
        </button>
      )}
    </fieldset>
  )
}

/** A list of different values from a choice: a box for each. */
function Choices({ field, pointer, form }: FieldProps<ListField>) {
  const found = read(form.value, pointer)
  const chosen: unknown[] = Array.isArray(found) ? found : []
  const options = field.item.kind === 'choice' ? field.item.options : []
  const toggle = (option: unknown) => {
    const next = options.filter((each) => (each === option) !== chosen.includes(each))
    form.put(pointer, next.length === 0 ? undefined : next)
  }
  return (
    <fieldset class="group">
      <legend>{labelOf(field, form.isRaw)}</legend>
      {field.description !== undefined && <p class="hint">{plainText(field.description)}</p>}
      <Errors pointer={pointer} form={form} />
      <div class="radios">
        {options.map((option) => (
          <label key={String(option)} class="check">
            <input type="checkbox" checked={chosen.includes(option)} onChange={() => toggle(option)} />
            {String(option)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** The server's errors of a field. */
export function Errors({ pointer, form }: Omit<FieldProps, 'field'>) {
  const details = form.errors.get(pointer)
  if (details === undefined) return null
  return (
    <p class="field-error" id={`${form.prefix}${pointer}-error`} tabIndex={-1} data-error={pointer}>
      {details.join('; ')}
    </p>
  )
}

/** The members of the whole form. */
export function Root({ field, form }: Omit<FieldProps, 'pointer'>) {
  if (field.kind === 'group') return <Members field={field} pointer="" form={form} />
  return <FieldView field={field} pointer="" form={form} />
}
