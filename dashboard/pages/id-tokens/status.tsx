import type { IdToken } from '../../api/records.js'
import { strings } from '../../strings/en/id-tokens.js'
import { useApp } from '../../ui/app-context.js'

/** The stored status, and whether the id token has expired since. */
export function StatusOf({ status, expiresAt }: Pick<IdToken, 'status' | 'expiresAt'>) {
  const { clock } = useApp()
  const isOver = status === 'Accepted' && expiresAt !== undefined && Date.parse(expiresAt) <= clock.now.peek()
  const shown = isOver ? strings.expired : status
  return (
    <span class="word" data-good={shown === 'Accepted'}>
      {shown}
    </span>
  )
}
