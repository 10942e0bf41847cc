/** The part of an OpenAPI 3.1 document that is read and written here. */
export interface Document {
  paths: Record<string, PathItem>
  components: { schemas: Schemas; responses?: Record<string, Response> }
  tags?: { name: string; description: string }[]
}

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete'
export const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const satisfies readonly Method[]

export type PathItem = Partial<Record<Method, Operation>>

export interface Operation {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  security?: Readonly<Record<string, readonly string[]>>[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, Response | Reference>
}

export interface Parameter {
  required?: boolean
  name: string
  in: string
  description?: string
  schema: Schema
  example?: unknown
}

export interface Response {
  description: string
  content?: Record<string, Media>
  headers?: Record<string, { description: string; schema: Schema }>
}

export interface Media {
  schema?: Schema
  example?: unknown
  examples?: Record<string, { value: unknown }>
}

export interface Reference {
  $ref: string
}

export type Schemas = Record<string, Schema>

/** A JSON Schema. */
export interface Schema {
  $ref?: string
  title?: string
  description?: string
  type?: string | readonly string[]
  format?: string
  pattern?: string
  /** The pattern in words. */
  'x-rule'?: string
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  examples?: readonly unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: readonly string[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}

/** Resolves a reference to a component of a document, or to a definition of a schema. */
export function resolve(schema: Schema, schemas: Schemas): Schema {
  const name = /^#\/(?:components\/schemas|\$defs)\/(.+)$/.exec(schema.$ref ?? '')?.[1]
  return name === undefined ? schema : (schemas[name] ?? {})
}

/** The last part of a reference. */
export function nameOf({ $ref }: Schema): string | undefined {
  return $ref?.split('/').at(-1)
}
