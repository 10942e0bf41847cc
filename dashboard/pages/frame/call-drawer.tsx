import { useState } from 'preact/hooks'
import { linkTo } from '../../router/links.js'
import { type Card, curlLine, messageIdOf } from '../../store/calls.js'
import type { Effect } from '../../store/effects.js'
import { strings } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { formatDuration, formatMoment, visibleJson, visibleText } from '../../ui/format.js'
import { Id } from '../../ui/text.js'

/** The calls of this tab, with the answers of the charge points and the effects that events showed. */
export function CallDrawer() {
  const { calls } = useApp()
  const cards = calls.cards.value
  if (!calls.isOpen.value || cards.length === 0) return null
  return (
    <aside class="drawer" aria-label={strings.calls.title}>
      <header class="drawer-head">
        <h2>{strings.calls.title}</h2>
        <button type="button" onClick={calls.dismissAll}>
          {strings.calls.dismissAll}
        </button>
        <button type="button" class="quiet" onClick={() => calls.toggle(false)} aria-label={strings.close}>
          ✕
        </button>
      </header>
      <ol aria-live="polite">
        {cards.map((card) => (
          <CardView key={card.id} card={card} />
        ))}
      </ol>
    </aside>
  )
}

function CardView({ card }: { card: Card }) {
  const { calls } = useApp()
  const { id, request, state, duration, answer, effect } = card
  const messageId = messageIdOf(card)
  return (
    <li class="card call-card" data-state={state} data-word={wordOf(answer)?.toLowerCase()}>
      <header>
        <strong>{request.title}</strong>
        <Id text={request.chargePoint} />
        <button type="button" class="quiet" aria-label={strings.calls.dismiss} onClick={() => calls.dismiss(id)}>
          ✕
        </button>
      </header>
      <p class="call-state">
        <Outcome card={card} />
        {duration !== undefined && state === 'answered' && <span class="muted"> {formatDuration(duration)}</span>}
      </p>
      {effect !== undefined && <EffectLine effect={effect} />}
      <footer>
        {messageId !== undefined && <a href={linkTo('call', { messageId })}>{strings.calls.open1}</a>}
        <Copy text={curlLine(card, location.origin)} label={strings.calls.curl} />
      </footer>
    </li>
  )
}

function Outcome({ card }: { card: Card }) {
  const { state, answer } = card
  const { calls: words } = strings
  if (state === 'sending') return <span role="status">{words.sending}</span>
  if (state === 'cancelled') return <span>{words.cancelled}</span>
  if (state === 'waiting') return <Waiting card={card} />
  if (state === 'answered') return <Answered answer={answer} />
  return <Failed card={card} />
}

/** An operation tells its outcome in our words, a call has the status of the charge point. */
function wordOf(answer: Card['answer']): string | undefined {
  const word = answer?.status ?? answer?.result?.status
  return typeof word === 'string' ? word : undefined
}

function Answered({ answer }: { answer: Card['answer'] }) {
  const word = wordOf(answer) ?? strings.calls.answer
  const statusInfo = answer?.statusInfo ?? answer?.result?.statusInfo
  const reason = typeof answer?.reason === 'string' && answer.reason !== word ? answer.reason : undefined
  return (
    <>
      <span class="word">{visibleText(word)}</span>
      {reason !== undefined && <bdi> {visibleText(reason)}</bdi>}
      {statusInfo !== undefined && (
        <details>
          <summary>{strings.calls.details}</summary>
          <pre class="mono">{visibleJson(statusInfo)}</pre>
        </details>
      )}
    </>
  )
}

function Failed({ card }: { card: Card }) {
  const { calls } = useApp()
  const { id, state, problem, request } = card
  const { calls: words } = strings
  const again = () => {
    calls.again(id).catch((error: unknown) => reportError(error))
  }
  if (state === 'lost') {
    return (
      <>
        {words.lost} <span class="muted">{request.isUnrepeatable ? words.askAgainUnsafe : words.askAgainSafe}</span>{' '}
        <button type="button" onClick={again}>
          {words.askAgain}
        </button>
      </>
    )
  }
  const isAway = problem?.code === 'OCPP_ERR_NOT_CONNECTED' || problem?.code === 'NOT_CONNECTED'
  const canWait = request.path.includes('/calls/') || request.isQueueable === true
  if (isAway && canWait && request.query?.whenOffline === undefined) return <Away card={card} />
  if (problem?.status === 504 && problem.body.sent === false) return <span>{words.notSent}</span>
  if (problem?.status === 504) return <Unanswered card={card} />
  return (
    <>
      <bdi>{visibleText(problem?.message ?? '')}</bdi> <code>{problem?.code}</code>
      {problem?.retryAfter !== undefined && <p>{words.retryAfter(problem.retryAfter)}</p>}
      {problem?.body.details !== undefined && (
        <details>
          <summary>{words.details}</summary>
          <pre class="mono">{visibleJson(problem.body.details)}</pre>
        </details>
      )}
    </>
  )
}

function Waiting({ card: { id, answer, request, known } }: { card: Card }) {
  const { calls, preferences } = useApp()
  const { calls: words } = strings
  const until = answer?.expiresAt && formatMoment(Date.parse(answer.expiresAt), preferences.zone.value)
  return (
    <>
      <span>{until ? words.waitsUntil(request.chargePoint, until) : words.waits(request.chargePoint)}</span>{' '}
      <button
        type="button"
        onClick={() => {
          calls.cancel(id).catch((error: unknown) => reportError(error))
        }}
      >
        {strings.cancel}
      </button>
      {known !== undefined && <span> {known.status}</span>}
    </>
  )
}

/** Offers to send the request when the charge point is back. */
function Away({ card: { id, request } }: { card: Card }) {
  const { calls } = useApp()
  const [expiresIn, setExpiresIn] = useState('')
  const { calls: words } = strings
  return (
    <>
      {words.isAway(request.chargePoint)}{' '}
      <label>
        {words.atMost}{' '}
        <select value={expiresIn} onChange={({ currentTarget }) => setExpiresIn(currentTarget.value)}>
          {words.waitTimes.map(([seconds, label]) => (
            <option key={seconds} value={seconds}>
              {label}
            </option>
          ))}
        </select>
      </label>{' '}
      <button
        type="button"
        onClick={() => {
          calls.queue(id, expiresIn).catch((error: unknown) => reportError(error))
        }}
      >
        {words.queue}
      </button>
    </>
  )
}

/** A call that was sent, and not answered in time. The answer may have come later. */
function Unanswered({ card }: { card: Card }) {
  const { calls } = useApp()
  const { calls: words } = strings
  const { id, known } = card
  const { status } = (known?.response ?? {}) as { status?: unknown }
  return (
    <>
      <span>{words.sentUnanswered}</span>{' '}
      {messageIdOf(card) !== undefined && (
        <button
          type="button"
          onClick={() => {
            calls.look(id).catch((error: unknown) => reportError(error))
          }}
        >
          {words.lookAgain}
        </button>
      )}
      {known !== undefined && (
        <span role="status">
          {' '}
          {words.known(known.status, typeof status === 'string' ? visibleText(status) : undefined)}
        </span>
      )}
    </>
  )
}

function EffectLine({ effect }: { effect: Effect }) {
  const { effects, openTransaction } = strings.calls
  const after = formatDuration(effect.after)
  const { kind, transaction } = effect
  return (
    <p class="effect" data-kind={kind}>
      {kind === 'none' && effects.none}
      {kind === 'not-started' && effects['not-started']()}
      {kind === 'booted' && effects.booted(after)}
      {kind === 'status' && effects.status(effect.status ?? '', after)}
      {kind === 'other-id-token' && effects[kind](transaction)}
      {(kind === 'transaction-started' || kind === 'transaction-ended') && effects[kind](transaction, after)}
      {transaction !== undefined && (
        <>
          {' '}
          <a href={linkTo('transaction', { id: transaction })}>{openTransaction}</a>
        </>
      )}
    </p>
  )
}
