import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** The client that a proxy speaks for: its address and those of the proxies between, the farthest first. */
export interface Forwarded {
  /** Addresses without ports. */
  readonly for: readonly string[]
  /** `https` or `http`. Absent if the proxy does not say. */
  readonly proto?: string
}

type IsTrusted = (address: string) => boolean

/** Parses X-Forwarded-For and X-Forwarded-Proto. Of the latter, the value of the nearest proxy counts. */
export function readXForwarded(headers: IncomingHttpHeaders): Forwarded {
  const addresses = listOf(headers['x-forwarded-for']).map(nodeAddress)
  const proto = listOf(headers['x-forwarded-proto']).at(-1)?.toLowerCase()
  return { for: addresses, ...(proto !== undefined && { proto }) }
}

/**
 * Parses `Forwarded`. The protocol is that of the client, which is the nearest hop that is no trusted proxy. [RFC 7239]
 */
export function readForwarded(header: string | undefined, isTrusted: IsTrusted): Forwarded {
  const elements = splitOutsideQuotes(header ?? '', ',').map(readElement)
  const hops = elements.map((element) => ({ address: nodeAddress(element.get('for') ?? ''), element }))
  const client = hops.findLast(({ address }) => !isTrusted(address)) ?? hops[0]
  const proto = client?.element.get('proto')?.toLowerCase()
  return { for: hops.map(({ address }) => address), ...(proto !== undefined && { proto }) }
}

function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** The parameters of one element, by their names in lower case. [RFC 7239 §4] */
function readElement(text: string): Map<string, string> {
  const pairs = splitOutsideQuotes(text, ';').map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals).trim().toLowerCase(), unquote(pair.slice(equals + 1).trim())] as const
  })
  return new Map(pairs)
}

function unquote(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1).replace(/\\(.)/g, '$1')
    : text
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\\' && isQuoted) at++
    else if (char === '"') isQuoted = !isQuoted
    else if (char === separator && !isQuoted) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  parts.push(text.slice(start))
  return parts.filter((part) => part.trim() !== '')
}

/** An address without its port, which some proxies add. A text such as `unknown` stays as it is. [RFC 7239 §6] */
function nodeAddress(node: string): string {
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(node)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(node)?.[1] ?? node
  return isIP(bare) === 0 ? 'unknown' : bare
}
