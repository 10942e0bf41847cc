import type { Call } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings as bulkStrings } from '../../strings/en/bulk-calls.js'
import { strings as all } from '../../strings/en/charge-point-tabs.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { formatDuration } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { CallStatus, CancelCall } from './call-list.js'
import { Payload } from './payload.js'
import { isWhole } from './repeat.js'

const strings = all.calls

/** One call with its request and the answer of the charge point. */
export default function CallPage({ params: { messageId = '' } }: PageProps) {
  const query = useQuery<Call>(`/calls/${encodeURIComponent(messageId)}`, {}, { live: { types: ['call'] } })
  const call = query.data.value
  return (
    <>
      <PageHead
        title={call?.action ?? strings.title}
        note={
          <>
            <Id text={messageId} /> <Copy text={messageId} />
          </>
        }
      />
      <Loaded query={query}>{(data) => <Details call={data} onChange={query.reload} />}</Loaded>
    </>
  )
}

function Details({ call, onChange }: { call: Call; onChange: () => void }) {
  const { calls, session } = useApp()
  const { identity, status, action, operator, createdAt, sentAt, answeredAt, expiresAt, duration, start } = call
  const mayCall = session.may('calls:write')
  const facts = [
    [
      strings.columns.chargePoint,
      <a key="link" href={linkTo('chargePoint', { identity })}>
        {identity}
      </a>
    ],
    [strings.status, <CallStatus key="status" call={call} />],
    [strings.columns.operator, operator ?? strings.backend],
    [strings.columns.at, <Time key="at" at={createdAt} exact />],
    [strings.sent, sentAt && <Time at={sentAt} exact />],
    [strings.answered, answeredAt && <Time at={answeredAt} exact />],
    [strings.expires, expiresAt && <Time at={expiresAt} />],
    [strings.columns.duration, duration !== undefined && formatDuration(duration * 1_000)],
    [
      strings.start,
      start && (
        <>
          {start.outcome} {start.id !== undefined && <a href={linkTo('transaction', { id: start.id })}>{start.id}</a>}
        </>
      )
    ],
    [strings.error, call.errorDescription && <Foreign text={call.errorDescription} />]
  ] as const
  return (
    <>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== undefined && value !== false && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <div class="evse-actions section">
        {status === 'queued' && <CancelCall messageId={call.messageId} mayCall={mayCall} onChange={onChange} />}
        {call.request !== undefined && (
          <Action
            reason={repeatReason(call, mayCall)}
            onClick={() => {
              const path = `/charge-points/${encodeURIComponent(identity)}/calls/${action}`
              calls.send({ title: action, chargePoint: identity, path, body: call.request }).catch(reportError)
            }}
          >
            {strings.repeat}
          </Action>
        )}
      </div>
      <div class="pair section">
        <Payload title={strings.request} value={call.request} />
        <Payload title={strings.response} value={call.response ?? call.errorDetails} />
      </div>
    </>
  )
}

/** Reason why a call cannot be repeated: the values that the server hides would be sent in their hidden form. */
function repeatReason({ request }: Call, mayCall: boolean): string | undefined {
  if (!mayCall) return common.noScope('calls:write')
  return isWhole(request) ? undefined : bulkStrings.hiddenParts
}
