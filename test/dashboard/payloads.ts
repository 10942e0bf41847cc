import fc from 'fast-check'
import { below } from '../../dashboard/form/pointer.js'
import { type Field, isRecord, type Schema } from '../../dashboard/form/tree.js'
import { initial, parseText, textOf, withElement, write } from '../../dashboard/form/value.js'

/** Valid payloads of a schema, without empty texts and empty lists, which forms do not send. */
export function payloads(schema: Schema, root: Schema = schema): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') return payloads(definition(schema.$ref, root), root)
  if (Array.isArray(schema.allOf)) return payloads(schema.allOf[0] as Schema, root)
  if (Array.isArray(schema.anyOf)) return payloads(schema.anyOf[0] as Schema, root)
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'object':
      return objects(schema, root)
    case 'array': {
      const { minItems = 0, maxItems = 3, uniqueItems } = schema as { [keyword: string]: number }
      const lengths = { minLength: Math.max(1, minItems), maxLength: Math.max(minItems, Math.min(3, maxItems)) }
      const item = payloads(schema.items as Schema, root)
      return uniqueItems ? fc.uniqueArray(item, { ...lengths, comparator: 'SameValue' }) : fc.array(item, lengths)
    }
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number': {
      const { minimum = -1000, maximum = Math.max(minimum, 100_000) } = schema as { [keyword: string]: number }
      if (schema.type === 'integer') return fc.integer({ min: minimum, max: maximum })
      return fc.integer({ min: Math.ceil(minimum * 10), max: Math.floor(maximum * 10) }).map((tenths) => tenths / 10)
    }
    case 'string':
      return texts(schema)
    default:
      return fc.jsonValue().filter((value) => value !== '')
  }
}

function definition(reference: string, root: Schema): Schema {
  const found = reference
    .split('/')
    .slice(1)
    .reduce<unknown>((at, step) => (isRecord(at) ? at[step] : undefined), root)
  return found as Schema
}

function objects(schema: Schema, root: Schema): fc.Arbitrary<unknown> {
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  const shown = Object.entries(properties).filter(([name]) => name !== 'customData')
  const required = (schema.required ?? []) as string[]
  const members = Object.fromEntries(shown.map(([name, member]) => [name, payloads(member, root)]))
  return fc.record(members, { requiredKeys: required, noNullPrototype: true })
}

function texts({ format, pattern, minLength = 1, maxLength = 20 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 })
    return seconds.map((second) => new Date(second * 1000).toISOString().replace('.000Z', 'Z'))
  }
  if (format === 'uri') return fc.webUrl()
  const lengths = { minLength: Math.max(1, minLength as number), maxLength: Math.min(40, maxLength as number) }
  if (typeof pattern !== 'string') return fc.string(lengths)
  const matcher = new RegExp(pattern, 'u')
  if (/\(\?[=!<]/.test(pattern)) {
    const unit = fc.constantFrom(...'abcxyz0189')
    return fc.string({ ...lengths, unit }).filter((text) => matcher.test(text))
  }
  // A pattern says nothing of the length: several texts that match in a row match the patterns that we have, too.
  const part = fc.stringMatching(matcher).filter((text) => text !== '')
  const long = fc.array(part, { minLength: 1, maxLength: lengths.minLength }).map((parts) => parts.join(''))
  return long.filter(({ length }) => length >= lengths.minLength && length <= lengths.maxLength)
}

/** Types a payload into an empty form, one input after the other. Returns the payload of the form. */
export function typedIn(field: Field, payload: unknown, timeZone: string): unknown {
  let form = initial(field)
  const enter = (here: Field, value: unknown, pointer: string): void => {
    const put = (entered: unknown) => {
      form = write(field, form, pointer, entered)
    }
    if (value === undefined) return
    if (here.kind === 'group' && isRecord(value)) {
      if (Object.keys(value).length === 0) put({})
      for (const inner of here.fields) enter(inner, value[inner.name], below(pointer, inner.name))
    } else if (here.kind === 'list' && Array.isArray(value)) {
      let elements: unknown[] = []
      for (const _ of value) elements = withElement(here, elements)
      put(elements)
      value.forEach((element, index) => {
        enter(here.item, element, below(pointer, index))
      })
    } else if (here.kind === 'boolean' || here.kind === 'constant') put(value)
    else put(parseText(here, textOf(here, value, timeZone), timeZone))
  }
  enter(field, payload, '')
  return form
}
