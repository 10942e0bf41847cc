import { PAGES, type PageName } from './pages.js'

export interface Match {
  page: PageName
  params: Readonly<Record<string, string>>
}

/** The page of a path; `undefined` if there is none. */
export function matchPath(path: string): Match | undefined {
  const given = path.split('/')
  for (const [page, pattern] of Object.entries(PAGES) as [PageName, string][]) {
    const params = matchSegments(pattern.split('/'), given)
    if (params !== undefined) return { page, params }
  }
  return undefined
}

function matchSegments(pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, wanted] of pattern.entries()) {
    const segment = given[index] ?? ''
    if (!wanted.startsWith(':')) {
      if (wanted !== segment) return undefined
      continue
    }
    const value = decode(segment)
    if (value === undefined || value === '') return undefined
    params[wanted.slice(1)] = value
  }
  return params
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
