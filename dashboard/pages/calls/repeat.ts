/** Members of requests that the server shortens, and the text that replaces hidden values. */
const SHORTENED = new Set(['idtag', 'parentidtag', 'idtoken'])
const HIDDEN = '[redacted]'

/** Whether a request is shown as it was sent, so that it can be sent again. */
export function isWhole(request: unknown): boolean {
  if (typeof request === 'string') return !request.includes(HIDDEN)
  if (typeof request !== 'object' || request === null) return true
  return Object.entries(request).every(([name, value]) => {
    const isShortened = SHORTENED.has(name.toLowerCase()) && typeof value === 'string'
    return !isShortened && isWhole(value)
  })
}
