import { createHash } from 'node:crypto'

// Pages for drivers: to read and to print, without scripts.

const STYLE = `body{font:14px/1.45 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#111}
h1{font-size:1.4rem;margin:1.5rem 0 .5rem}table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{text-align:left;padding:.25rem .5rem .25rem 0;border-bottom:1px solid #ccc;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;padding-right:0;padding-left:.5rem}
tr.sum td{font-weight:600}hr{margin:2rem 0;border:0;border-top:1px solid #ccc;break-after:page}pre{white-space:pre-wrap;word-break:break-all;font-size:.8rem}h2{font-size:1.1rem}address{font-style:normal;white-space:pre-line}small{color:#555}
@media print{body{margin:0}}`

/** The policy of the page: nothing is loaded, nothing runs, and only its own style applies. [CSP Level 3] */
export const PAGE_CSP = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`

export interface Page {
  title: string
  /** HTML. */
  body: string
  /** Tag of RFC 5646. Default: en. */
  language?: string
  /** Whether search engines may list the page. Default: false. */
  isListed?: boolean
}

export function page({ title, body, language = 'en', isListed = false }: Page): string {
  const robots = isListed ? '' : '<meta name="robots" content="noindex">'
  return `<!doctype html>
<html lang="${escaped(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
${robots}<title>${escaped(title)}</title><style>${STYLE}</style></head><body>
${body}
</body></html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

/** Text as HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
