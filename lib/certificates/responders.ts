/**
 * Whether requests may be sent to an address that a charge point or a certificate names. It must begin with an address
 * that the operator allows, by whole path segments, and have no query or credentials. [CWE-918]
 */
export function isAllowed(url: string, allowed: readonly string[]): boolean {
  const wanted = parse(url)
  if (wanted === undefined || wanted.username !== '' || wanted.password !== '') return false
  if (wanted.search !== '' || wanted.hash !== '') return false
  return allowed.some((text) => {
    const rule = parse(text)
    if (rule?.origin !== wanted.origin) return false
    const path = rule.pathname.replace(/\/+$/, '')
    return wanted.pathname === path || wanted.pathname.startsWith(`${path}/`)
  })
}

function parse(url: string): URL | undefined {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined
  return new URL(url)
}
