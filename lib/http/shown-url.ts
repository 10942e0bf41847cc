/** A URL as the log has it: without the query, and without the secret of a link to a receipt, which is like a password. [V18] */
export function shownUrl(url: string): string {
  return url.replace(/\?.*/s, '').replace(/^(\/+receipt\/+).+/s, '$1[redacted]')
}
