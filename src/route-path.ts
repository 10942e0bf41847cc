/** The route of an endpoint: the segments of its path, those that begin with ":" stand for any. */
export type RoutePath = readonly string[]

/** `path` below the prefix of a scope. */
export function pathBelow(prefix: string, path: string): string {
  return prefix.endsWith('/') ? `${prefix.slice(0, -1)}${path}` : `${prefix}${path}`
}

export function segmentsOf(path: string): RoutePath {
  return path.split('/').filter((segment) => segment !== '')
}

/**
 * The URL without the slashes that chargers put in too much: `/ocpp//CP-1`, where the endpoint URL they were given ends
 * with one, and `/ocpp/CP-1/`. It stays as it is unless its segments are those of one of `routes`.
 */
export function withoutExtraSlashes(url: string, routes: readonly RoutePath[]): string {
  const query = url.indexOf('?')
  const end = query === -1 ? url.length : query
  const path = url.slice(0, end)
  if (!path.includes('//') && !path.endsWith('/')) return url
  const segments = segmentsOf(path)
  if (!routes.some((route) => isOf(route, segments))) return url
  return `/${segments.join('/')}${url.slice(end)}`
}

function isOf(route: RoutePath, segments: readonly string[]): boolean {
  return (
    route.length === segments.length && route.every((part, index) => part.startsWith(':') || part === segments[index])
  )
}
