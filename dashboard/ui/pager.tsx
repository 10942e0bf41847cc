import { strings } from '../strings/en.js'
import { useApp } from './app-context.js'

/** Previous and next page of a list; the cursor is in the URL, and the browser's history leads back. */
export function Pager({ nextCursor }: { nextCursor: string | undefined }) {
  const { router } = useApp()
  const isFirst = !router.place.value.query.has('cursor')
  if (isFirst && nextCursor === undefined) return null
  return (
    <nav class="pager" aria-label={strings.pagesOfList}>
      {!isFirst && (
        <>
          <button type="button" onClick={() => router.setQuery({})}>
            {strings.firstPage}
          </button>
          <button type="button" onClick={() => history.back()}>
            {strings.previousPage}
          </button>
        </>
      )}
      {nextCursor !== undefined && (
        <button type="button" onClick={() => router.setQuery({ cursor: nextCursor })}>
          {strings.nextPage}
        </button>
      )}
    </nav>
  )
}
