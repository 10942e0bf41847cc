/** Prefixes that no other software uses for environment variables. */
const OWN_PREFIX = /^(?:OCPP|OCSP|TLS|TRUSTED|RETENTION|OFFLINE_CALLS|ID_TOKENS|FILE_TRANSFER)_/
/** Variables that Kubernetes and Docker set for a service called `ocpp`: OCPP_SERVICE_HOST, OCPP_PORT_3000_TCP_ADDR. */
const SERVICE_LINK = /_(?:SERVICE_(?:HOST|PORT)|PORT_\d+_(?:TCP|UDP))(?:_|$)/
/** The value that they set for OCPP_PORT. */
const LINK_URL = /^(?:tcp|udp):\/\//

/**
 * Names in an environment that are probably misspelt settings: they have the prefix of a setting, or differ from a
 * setting by a few characters. Other variables are ignored.
 */
export function misspelt(
  env: Readonly<Record<string, string | undefined>>,
  settings: readonly string[]
): { name: string; meant: string | undefined }[] {
  const known = new Set(settings)
  return Object.entries(env).flatMap(([name, value = '']) => {
    if (known.has(name) || SERVICE_LINK.test(name) || LINK_URL.test(value)) return []
    const meant = nearest(name, settings)
    return meant === undefined && !OWN_PREFIX.test(name) ? [] : [{ name, meant }]
  })
}

/** The setting with the most similar name. */
function nearest(name: string, settings: readonly string[]): string | undefined {
  // Shells and proxies use variables in lower case, but a setting in lower case is a mistake.
  const written = name.toUpperCase().replaceAll('-', '_')
  let best: { setting: string; edits: number } | undefined
  for (const setting of settings) {
    const most = tolerance(setting)
    if (Math.abs(setting.length - written.length) > most) continue
    const edits = distance(written, setting)
    if (edits <= most && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) best = { setting, edits }
  }
  return best?.setting
}

/**
 * Maximum number of edits that count as a typing error. Short names allow fewer, because they soon become another word.
 */
function tolerance({ length }: string): number {
  if (length <= 8) return 1
  return length < 16 ? 2 : 3
}

/**
 * Insertions, deletions, substitutions and transpositions that turn one text into the other. (Optimal string alignment)
 */
function distance(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      const at = (line: readonly number[], index: number) => line[index] ?? Number.POSITIVE_INFINITY
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY
        )
      )
    }
    before = last
    last = current
  }
  return last[other.length] ?? Number.POSITIVE_INFINITY
}
