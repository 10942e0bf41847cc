import { useState } from 'preact/hooks'
import type { Message, Page } from '../../api/records.js'
import { strings as all } from '../../strings/en/charge-point-tabs.js'
import { Copy } from '../../ui/copy.js'
import { formatDuration, visibleJson, visibleText } from '../../ui/format.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'

const strings = all.messages
const PREVIEW = 120

/** Messages. An open one is shown with its CALL or its answer. */
export function MessageTable({ messages, path }: { messages: readonly Message[]; path: string }) {
  const [open, setOpen] = useState<number>()
  const columns: Column<Message>[] = [
    { id: 'at', title: strings.columns.at, isHead: true, cell: ({ createdAt }) => <Time at={createdAt} exact /> },
    {
      id: 'direction',
      title: strings.columns.direction,
      cell: ({ direction }) => (
        <span title={direction === 'in' ? strings.in : strings.out}>
          {direction === 'in' ? '→' : '←'}
          <span class="hidden-text">{strings[direction]}</span>
        </span>
      )
    },
    {
      id: 'action',
      title: strings.columns.action,
      cell: ({ action }) =>
        action && (
          <span class="number">
            <Foreign text={action} limit={40} />
          </span>
        )
    },
    {
      id: 'kind',
      title: strings.columns.kind,
      cell: ({ messageType, errorCode }) => (
        <span class={isError(messageType) ? 'fault' : ''}>
          {strings.kinds[messageType]} {errorCode !== undefined && <Foreign text={errorCode} limit={40} />}
        </span>
      )
    },
    {
      id: 'duration',
      title: strings.columns.duration,
      isNumeric: true,
      cell: ({ duration }) => duration !== undefined && formatDuration(duration * 1_000)
    },
    {
      id: 'payload',
      title: strings.columns.payload,
      cell: (message) => (
        <button
          type="button"
          class="payload mono"
          aria-expanded={open === message.id}
          title={open === message.id ? strings.close : strings.open}
          onClick={() => setOpen(open === message.id ? undefined : message.id)}
        >
          {visibleText(preview(message.payload))}
        </button>
      )
    }
  ]
  return (
    <Table
      caption={strings.caption}
      rows={messages}
      columns={columns}
      keyOf={({ id }) => id}
      below={(message) => open === message.id && <Pair message={message} path={path} />}
    />
  )
}

function isError(messageType: number): boolean {
  return messageType === 0 || messageType === 4 || messageType === 5
}

function preview(payload: unknown): string {
  const text = payload === undefined ? '' : JSON.stringify(payload)
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text
}

/** A CALL and its answer, found by their message id. */
function Pair({ message, path }: { message: Message; path: string }) {
  const { messageId } = message
  const pair = useQuery<Page<Message>>(messageId === undefined ? undefined : path, { messageId, limit: 10 })
  const others = (pair.data.value?.items ?? []).filter(({ id }) => id !== message.id)
  const isCall = message.messageType === 2 || message.messageType === 6
  const other = others.find(({ messageType }) => (messageType === 2 || messageType === 6) !== isCall)
  const request = isCall ? message : other
  const answer = isCall ? other : message
  return (
    <div class="pair">
      <Side title={strings.request} message={request} missing={strings.noRequest} />
      {message.messageType !== 6 && <Side title={strings.answer} message={answer} missing={strings.noAnswer} />}
    </div>
  )
}

function Side({ title, message, missing }: { title: string; message: Message | undefined; missing: string }) {
  if (message === undefined) {
    return (
      <section>
        <h3>{title}</h3>
        <p class="muted">{missing}</p>
      </section>
    )
  }
  const json = JSON.stringify(message.payload, null, 2) ?? ''
  return (
    <section>
      <h3>
        {title} <span class="muted">{strings.kinds[message.messageType]}</span>
      </h3>
      {message.messageId !== undefined && <Id text={message.messageId} />}
      <pre>{visibleJson(message.payload)}</pre>
      <Copy text={json} label={strings.copyJson} />
      <Copy text={frameOf(message)} label={strings.copyFrame} />
    </section>
  )
}

/** The frame of a message as on the wire, with hidden values replaced. [OCPP-J 4.2] */
function frameOf({ messageType, messageId, action, payload, errorCode }: Message): string {
  if (messageType === 2 || messageType === 6) return JSON.stringify([messageType, messageId, action, payload])
  if (messageType === 3) return JSON.stringify([messageType, messageId, payload])
  return JSON.stringify([messageType, messageId, errorCode, '', payload])
}
