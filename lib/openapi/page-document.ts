import type { Document, Media, Operation, Response, Schema } from './document.js'

/**
 * The document in OpenAPI 3.0, for the documentation page only. Swagger UI needs about 2 s on a fast processor to open
 * one operation of a large 3.1 document, and 0.3 s for the same document in 3.0. Only few keywords in the schemas are
 * missing in 3.0: `null` as a type, and `examples` instead of `example`.
 */
export function pageDocument(document: Document): object {
  const { info, components, paths, ...others } = structuredClone(document) as Document & { info: Info }
  // The identifier of a license exists in 3.1 only.
  const { license: { identifier, ...license } = {} } = info
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) rewriteOperation(operation)
  for (const response of Object.values(components.responses ?? {})) rewriteResponse(response)
  for (const schema of Object.values(components.schemas)) rewrite(schema)
  return { ...others, openapi: '3.0.3', info: { ...info, license }, components, paths }
}

interface Info {
  license?: { name?: string; identifier?: string }
}

function rewriteOperation({ parameters = [], requestBody, responses }: Operation): void {
  for (const { schema } of parameters) rewrite(schema)
  rewriteContent(requestBody?.content)
  for (const response of Object.values(responses)) if (!('$ref' in response)) rewriteResponse(response)
}

function rewriteResponse({ content, headers = {} }: Response): void {
  rewriteContent(content)
  for (const { schema } of Object.values(headers)) rewrite(schema)
}

function rewriteContent(content: Readonly<Record<string, Media>> = {}): void {
  for (const { schema } of Object.values(content)) if (schema !== undefined) rewrite(schema)
}

/** A schema of 3.0 has members that one of 3.1 does not have. */
type Schema30 = Schema & { nullable?: boolean; example?: unknown }

function rewrite(schema: Schema30): void {
  for (const part of partsOf(schema)) rewrite(part)
  if (schema.examples !== undefined) {
    schema.example = schema.examples[0]
    delete schema.examples
  }
  if (schema.const !== undefined) {
    schema.enum = [schema.const]
    delete schema.const
  }
  if (schema.anyOf?.some(isNull)) allowNull(schema, schema.anyOf)
  if (typeof schema.exclusiveMinimum === 'number') {
    Object.assign(schema, { minimum: schema.exclusiveMinimum, exclusiveMinimum: true })
  }
}

function partsOf({ properties = {}, items, anyOf = [], oneOf = [], allOf = [] }: Schema): Schema[] {
  return [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf, ...oneOf, ...allOf]
}

function isNull({ type }: Schema): boolean {
  return type === 'null'
}

function allowNull(schema: Schema30, choices: readonly Schema[]): void {
  const others = choices.filter((choice) => !isNull(choice))
  const [only] = others
  if (others.length === 1 && only?.$ref === undefined) {
    delete schema.anyOf
    Object.assign(schema, { ...only, ...schema })
  } else schema.anyOf = others
  schema.nullable = true
}
