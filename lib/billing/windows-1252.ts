// The encoding that DATEV wants, which Node.js does not write.

/** The characters of the bytes 80 to 9F; a space stands for those without one. */
const HIGH = new Map(
  Array.from('€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ', (character, index) => [character, 0x80 + index] as const).filter(
    ([character]) => character !== ' '
  )
)

const UNKNOWN = '?'.charCodeAt(0)

/** Text in Windows-1252. Other characters become question marks. */
export function encodeWindows1252(text: string): Buffer {
  const bytes = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? UNKNOWN
    if (code < 0x80 || (code >= 0xa0 && code <= 0xff)) return code
    return HIGH.get(character) ?? UNKNOWN
  })
  return Buffer.from(bytes)
}
