import { strings } from '../../strings/en/bulk-calls.js'

export type CallStatus = keyof typeof strings.callStatuses

/** Colours of the outcomes of calls, in addition to their words. */
const TONES: Readonly<Partial<Record<CallStatus, string>>> = {
  error: 'bad',
  timeout: 'bad',
  failed: 'bad',
  unknown: 'bad',
  expired: 'bad',
  queued: 'busy',
  pending: 'busy',
  sent: 'busy'
}

export function StatusWord({ status }: { status: CallStatus }) {
  return (
    <span class="call-status" data-tone={TONES[status]}>
      {strings.callStatuses[status]}
    </span>
  )
}

export const STATUS_OPTIONS = (Object.entries(strings.callStatuses) as [CallStatus, string][]).map(
  ([value, label]) => ({
    value,
    label
  })
)
