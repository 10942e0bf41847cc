import { visibleText } from './format.js'

/** Text of a charge point. Its direction does not affect the text beside it, and invisible characters are shown. */
export function Foreign({ text, limit }: { text: string; limit?: number }) {
  const shown = visibleText(text)
  const isLong = limit !== undefined && shown.length > limit
  return (
    <bdi class="foreign" {...(isLong && { title: shown.slice(0, 2_000) })}>
      {isLong ? `${shown.slice(0, limit)}…` : shown}
    </bdi>
  )
}

/** An id, in a font in which all characters differ. */
export function Id({ text }: { text: string }) {
  return <bdi class="mono">{visibleText(text)}</bdi>
}
