/** Path of the operator API. */
export const API = '/api/v1'

/** Whether a URL or a route is below the path of the operator API. */
export function isApi(url: string): boolean {
  return url.startsWith(`${API}/`)
}
