import { type Query, queryText } from '../api/client.js'
import { PAGES, type PageName } from './pages.js'

type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Record<Name, string | number> & ParamsOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Record<Name, string | number>
    : Record<never, never>

/** The URL of a page. */
export function linkTo<Page extends PageName>(
  page: Page,
  params: ParamsOf<(typeof PAGES)[Page]>,
  query: Query = {}
): string {
  const values: Readonly<Record<string, string | number>> = params
  const path = PAGES[page].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
  return path + queryText(query)
}
