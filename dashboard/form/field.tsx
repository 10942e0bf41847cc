import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { strings } from '../strings/en/form.js'
import { type FieldProps, hasErrorBelow } from './context.js'
import { Input } from './input.js'
import { Period, ScheduleNote } from './pickers/schedule.js'
import { below } from './pointer.js'
import { periodMembers, withPeriod } from './schedule.js'
import type { Field, GroupField, ListField } from './tree.js'
import { fits, read, withElement } from './value.js'
import { isPlain, labelOf, plainText } from './words.js'

/** Maximum number of optional members that are shown without a fold. */
const FEW = 6
/** What something is entered in. */
const ENTRIES = 'input, select, textarea'

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
  const view = (inner: Field) => <Member key={inner.name} field={inner} pointer={pointer} form={form} />
  return (
    <>
      {required.map(view)}
      {isShort && optional.map(view)}
      {!isShort && optional.length > 0 && (
        <More fields={optional} pointer={pointer} form={form} isOpen={required.length === 0} />
      )}
    </>
  )
}

/** A member of the object at `pointer`. */
export function Member({ field, pointer, form }: FieldProps) {
  return <FieldView field={field} pointer={below(pointer, field.name)} form={form} />
}

interface MoreProps extends Omit<FieldProps, 'field'> {
  fields: readonly Field[]
  isOpen?: boolean
}

/** Members of the object at `pointer`, folded until one of them has a value or an error. */
export function More({ fields, pointer, form, isOpen = false }: MoreProps) {
  const places = fields.map(({ name }) => below(pointer, name))
  const isUsed = places.some((place) => read(form.value, place) !== undefined || hasErrorBelow(form, place))
  return (
    <Fold title={strings.more(fields.length)} isOpen={isOpen || isUsed}>
      {() => fields.map((field) => <Member key={field.name} field={field} pointer={pointer} form={form} />)}
    </Fold>
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
  const members = periodMembers(field.item)
  const add = (button: HTMLElement) => {
    form.put(pointer, members === undefined ? withElement(field, found) : withPeriod(members, found))
    // The new element stands before the button.
    requestAnimationFrame(() => button.previousElementSibling?.querySelector<HTMLElement>(ENTRIES)?.focus())
  }
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
        return <Element key={at} field={field} pointer={at} form={form} name={strings.element(label, index + 1)} />
      })}
      {mayGrow && (
        <button type="button" onClick={({ currentTarget }) => add(currentTarget)}>
          {strings.add(label)}
        </button>
      )}
      {members !== undefined && <ScheduleNote members={members} pointer={pointer} form={form} />}
    </fieldset>
  )
}

/** One element of a list, and the button that removes it. */
function Element({ field: { item }, pointer, form, name }: FieldProps<ListField> & { name: string }) {
  const members = periodMembers(item)
  return (
    <div class="element">
      <div class="element-body">
        {item.kind === 'group' ? (
          <fieldset>
            <legend>{name}</legend>
            <Errors pointer={pointer} form={form} />
            {members === undefined ? (
              <Members field={item} pointer={pointer} form={form} />
            ) : (
              <Period members={members} pointer={pointer} form={form} />
            )}
          </fieldset>
        ) : (
          <FieldView field={{ ...item, name }} pointer={pointer} form={form} />
        )}
      </div>
      <button
        type="button"
        class="quiet"
        aria-label={strings.remove(name)}
        onClick={() => form.put(pointer, undefined)}
      >
        ✕
      </button>
    </div>
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
