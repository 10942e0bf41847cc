/** The preferences in a Prefer header. [RFC 7240] */
export interface Preferences {
  respondAsync: boolean
  /** Maximum time to wait for the answer. Seconds. */
  wait: number | undefined
}

const NONE: Preferences = { respondAsync: false, wait: undefined }

/** The first preference of a name counts; unknown preferences are ignored. [RFC 7240 §2] */
export function readPreferences(header: string | string[] | undefined): Preferences {
  if (header === undefined) return NONE
  const seen = new Map<string, string>()
  for (const preference of [header].flat().join(',').split(',')) {
    const [name = '', value = ''] = preference.split(';', 1).join('').split('=', 2)
    const key = name.trim().toLowerCase()
    if (!seen.has(key)) seen.set(key, value.trim().replace(/^"(.*)"$/, '$1'))
  }
  const wait = seen.get('wait') ?? ''
  return { respondAsync: seen.has('respond-async'), wait: /^\d{1,4}$/.test(wait) ? Number(wait) : undefined }
}
