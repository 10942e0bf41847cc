import type { Ajv2020 as Ajv, ValidateFunction } from 'ajv/dist/2020.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type Document, METHODS, type Operation, type Schema } from '../../lib/openapi/document.js'
import { startBackend } from '../app/support.js'
import type { TestServer } from '../support/server.js'

/** The document as a client gets it. */
export async function readDocument({ app }: TestServer): Promise<{ document: Document; text: string }> {
  const { body, statusCode } = await app.inject('/openapi.json')
  if (statusCode !== 200) throw new Error(`/openapi.json answered ${statusCode}`)
  return { document: JSON.parse(body), text: body }
}

export async function startDocumented(settings: Record<string, string> = {}) {
  const server = await startBackend(settings)
  return { server, ...(await readDocument(server)) }
}

export interface DocumentedOperation {
  path: string
  method: (typeof METHODS)[number]
  operation: Operation
}

export function operationsOf({ paths }: Document): DocumentedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation === undefined ? [] : [{ path, method, operation }]
    })
  )
}

const judges = new Map<string, Judge>()

/** The judge of a document, the same one for all apps that have the same. */
export function judgeOf({ document, text }: { document: Document; text: string }): Judge {
  const judge = judges.get(text) ?? new Judge(document)
  judges.set(text, judge)
  return judge
}

/** Why values are not as their schemas in the document say; undefined when they are. */
export class Judge {
  readonly #ajv: Ajv
  readonly #document: Document
  /** By schema: to compile takes much longer than to validate. */
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(document: Document) {
    this.#document = document
    this.#ajv = new Ajv2020({ strict: false, validateFormats: true })
    addFormats.default(this.#ajv)
    this.#ajv.addSchema({ $id: 'document', components: document.components }, 'document')
  }

  fault(schema: Schema, value: unknown): string | undefined {
    const validate = this.#validatorOf(schema)
    if (validate(value)) return undefined
    return `${this.#ajv.errorsText(validate.errors)} in ${JSON.stringify(value)?.slice(0, 500)}`
  }

  #validatorOf(schema: Schema): ValidateFunction {
    const local = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')
    const validate = this.#validators.get(local) ?? this.#ajv.compile(JSON.parse(local))
    this.#validators.set(local, validate)
    return validate
  }

  /** Holds an answer against what an operation says of it. */
  faultOfAnswer({ responses }: Operation, { statusCode, headers, body }: Answer): string | undefined {
    const named = responses[statusCode]
    if (named === undefined) return `${statusCode} is not documented: ${body.slice(0, 500)}`
    const response = '$ref' in named ? this.#document.components.responses?.[named.$ref.split('/').at(-1) ?? ''] : named
    const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
    if (response?.content === undefined) return body === '' ? undefined : `a body with ${statusCode}: ${body}`
    const media = response.content[type]
    if (media === undefined) return `${statusCode} with ${type} is not documented`
    if (!type.endsWith('json')) return undefined
    const texts = type.endsWith('ndjson')
      ? body
          .trim()
          .split('\n')
          .filter((line) => line !== '')
      : [body]
    return texts.map((text) => this.fault(media.schema ?? {}, JSON.parse(text))).find((fault) => fault !== undefined)
  }
}

export interface Answer {
  statusCode: number
  headers: Record<string, unknown>
  body: string
}
