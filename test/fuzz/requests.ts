import { type Document, METHODS, type Operation } from '../../lib/openapi/document.js'
import { mutated, textOf, treeOf } from './json-tree.js'
import { pick, type Random, upTo } from './random.js'

/** A request of an operator. */
export interface OperatorRequest {
  method: string
  path: string
  /** As it is sent, which need not be JSON. */
  body?: string
}

/** They answer for as long as anybody listens, or send to addresses outside. */
const LEFT_OUT = /^(?!\/api\/v1\/)|\/events$|\/webhooks/
/** What would end what the other parts of the run need. */
const ENDING = /^(?:put|delete) .*\/charge-points\/\{identity\}/
const MAX_CHANGES = 3
const MAX_BODY = 100_000

const TEXTS = [
  ...['', ' ', '0', '-1', '1', '1e400', '99999999999999999999', 'null', 'true', '[]', '{}', '%', '%00', '..', '../..'],
  ...['\u0000', 'a\u0000b', '\ufffd', '\u{1f50c}', '__proto__', 'constructor', 'toString', "'; drop table calls; --"],
  ...['2026-01-01T00:00:00Z', '2016-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:60-23:59', 'yesterday'],
  'x'.repeat(300)
]

/** One request to each operation of the document, right and wrong. */
export function* anyRequests(document: Document, identities: readonly string[], random: Random) {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method]
      if (operation === undefined || LEFT_OUT.test(path)) continue
      const isEnding = ENDING.test(`${method} ${path}`)
      yield anyRequest({ path, method, operation }, isEnding ? [] : identities, random)
    }
  }
}

function anyRequest(
  { path, method, operation }: { path: string; method: string; operation: Operation },
  identities: readonly string[],
  random: Random
): OperatorRequest {
  const place = random() < 0.7 && identities.length > 0 ? pick(random, identities) : pick(random, TEXTS)
  const url = path.replace(/\{\w+\}/g, encodeURIComponent(place) || '%20') + anyQuery(operation, random)
  const body = operation.requestBody === undefined ? undefined : anyBody(operation, random)
  return { method: method.toUpperCase(), path: url, ...(body !== undefined && { body }) }
}

function anyQuery({ parameters = [] }: Operation, random: Random): string {
  const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name)
  const given = names.filter(() => random() < 0.3).map((name) => `${name}=${encodeURIComponent(pick(random, TEXTS))}`)
  return given.length === 0 ? '' : `?${given.join('&')}`
}

function anyBody({ requestBody }: Operation, random: Random): string {
  const content = requestBody?.content?.['application/json']
  const example = content?.example ?? Object.values(content?.examples ?? {})[0]?.value ?? {}
  const tree = treeOf(example)
  const text = textOf(mutated(tree, upTo(random, MAX_CHANGES), random))
  if (text.length > MAX_BODY) return textOf(tree)
  return random() < 0.1 ? text.slice(0, upTo(random, text.length)) : text
}
