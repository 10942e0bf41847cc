import type { Language } from '../languages.js'
import { languageOf } from '../money/words.js'

/** More than any browser sends. */
const MAX_RANGES = 20

/** The language of an Accept-Language header that is wanted most, among those of prices. [RFC 9110 §12.5.4] */
export function acceptedLanguage(header: string | undefined): Language | undefined {
  const ranges = (header ?? '').split(',', MAX_RANGES).map((range) => {
    const [tag = '', quality] = range.trim().split(/\s*;\s*q=/)
    return { language: languageOf(tag), quality: quality === undefined ? 1 : Number(quality) || 0 }
  })
  const known = ranges.filter(({ language, quality }) => language !== undefined && quality > 0)
  return known.sort((a, b) => b.quality - a.quality)[0]?.language
}
