import type { ComponentChildren } from 'preact'
import type { Query } from '../api/client.js'
import type { Page } from '../api/records.js'
import { strings } from '../strings/en.js'
import { Empty } from './empty.js'
import { Foreign } from './text.js'
import { useQuery } from './use-query.js'

/** Maximum number of similar items. */
const SHOWN = 5
/** Share of a name that a similar one has, too. */
const SHARE = 0.6

interface NotFoundProps<T> {
  /** Names what was looked for. */
  title: string
  /** The list of all items. */
  list: string
  /** Filters of the list, of which the first one with a match counts. */
  filters: readonly Query[]
  /** The name of an item, and the page that shows it. */
  linkOf: (item: T) => { text: string; href: string }
  onRetry: () => void
  children?: ComponentChildren
}

/** In place of something that the server does not know: what was looked for, and what has a similar name. */
export function NotFound<T>({ title, list, filters, linkOf, onRetry, children }: NotFoundProps<T>) {
  const [first = {}, second] = filters
  const one = useQuery<Page<T>>(list, { ...first, limit: SHOWN }).data.value
  const isNone = one?.items.length === 0
  const other = useQuery<Page<T>>(isNone && second !== undefined ? list : undefined, { ...second, limit: SHOWN }).data
  const items = (isNone ? other.value : one)?.items ?? []
  return (
    <Empty title={title}>
      {items.length > 0 && (
        <p>
          {strings.similar}{' '}
          {items.map(linkOf).map(({ text, href }) => (
            <span key={href}>
              <a href={href}>
                <Foreign text={text} limit={48} />
              </a>{' '}
            </span>
          ))}
        </p>
      )}
      <div class="actions">
        {children}
        <button type="button" onClick={onRetry}>
          {strings.tryAgain}
        </button>
      </div>
    </Empty>
  )
}

/** Filters for names that begin, or else end, like this one, which may be misspelt. */
export function similarTo(name: string): Query[] {
  const length = Math.max(2, Math.ceil(name.length * SHARE))
  return [{ q: name.slice(0, length) }, { q: name.slice(-length) }]
}
