import { useState } from 'preact/hooks'
import type { ChargePoint, Page } from '../../api/records.js'
import { strings } from '../../strings/en/id-tokens.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { useQuery } from '../../ui/use-query.js'
import { BulkDialog } from '../charge-points/bulk-dialog.js'

const CONNECTED = { connected: true }

/** Sends the id tokens to the local lists of all charge points that are connected. */
export function PushList() {
  const { session } = useApp()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Action
        reason={session.may('calls:write') ? undefined : common.noScope('calls:write')}
        onClick={() => setOpen(true)}
      >
        {strings.push}
      </Action>
      {isOpen && <PushDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function PushDialog({ onClose }: { onClose: () => void }) {
  const found = useQuery<Page<ChargePoint>>('/charge-points', { ...CONNECTED, count: true, limit: 1 })
  const number = found.data.value?.total
  if (number === undefined) return null
  return (
    <BulkDialog
      name="send-local-list"
      selection={{ number, targets: { filter: CONNECTED }, protocols: [] }}
      onClose={onClose}
    />
  )
}
