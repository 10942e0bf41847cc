import type { Field } from './tree.js'

export interface Suggestion {
  value: string
  /** Description of the value. */
  label?: string
}

/** Suggested values, by the name of the member, or by the names of its object and of the member: `evse/id`. */
export type Suggestions = Readonly<Record<string, readonly Suggestion[]>>

/** Values that all fields of one form share. */
export interface FormContext {
  /** Prefix of the ids of inputs; the pointer follows, so that two members with the same name never share a label. */
  prefix: string
  root: Field
  value: unknown
  errors: ReadonlyMap<string, readonly string[]>
  suggestions: Suggestions
  timeZone: string | undefined
  /** Whether labels are the names of the members, as in OCPP. */
  isRaw: boolean
  put: (pointer: string, entered: unknown) => void
}

export interface FieldProps<Kind extends Field = Field> {
  field: Kind
  pointer: string
  form: FormContext
}

/** What is suggested for a field. */
export function suggestionsFor({ field, pointer, form }: FieldProps): readonly Suggestion[] | undefined {
  const [name = '', parent] = pointer.split('/').reverse()
  return form.suggestions[`${parent}/${name}`] ?? form.suggestions[field.name]
}

/** Whether an error is shown at the pointer or below it. */
export function hasErrorBelow(form: FormContext, pointer: string): boolean {
  for (const at of form.errors.keys()) if (at === pointer || at.startsWith(`${pointer}/`)) return true
  return false
}
