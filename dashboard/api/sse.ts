/** A server-sent event. */
export interface SseEvent {
  type: string
  data: string
  id?: string
}

/** Parses server-sent events from text that arrives in pieces. [HTML §9.2.6] */
export function createSseParser(): {
  push(text: string): SseEvent[]
  /** The id of the last complete event or position. */
  lastId(): string | undefined
} {
  let rest = ''
  let data: string[] = []
  let type = ''
  let id: string | undefined
  let last: string | undefined

  function end(): SseEvent[] {
    if (id !== undefined) last = id
    const event =
      data.length === 0 ? [] : [{ type: type || 'message', data: data.join('\n'), ...(id !== undefined && { id }) }]
    data = []
    type = ''
    id = undefined
    return event
  }

  function read(line: string): SseEvent[] {
    if (line === '') return end()
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    else if (name === 'event') type = value
    else if (name === 'id') id = value
    return []
  }

  return {
    push(text) {
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      return lines.flatMap(read)
    },
    lastId: () => last
  }
}
