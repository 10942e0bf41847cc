import type { ProblemItem } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/overview.js'

export interface NextStep {
  text: string
  href: string
}

type Kind = ProblemItem['kind']
type Finder = (problem: ProblemItem) => string | undefined

const chargePoint: Finder = ({ chargePoint: identity }) =>
  identity === undefined ? undefined : linkTo('chargePoint', { identity })
const transaction: Finder = ({ transaction: id }) => (id === undefined ? undefined : linkTo('transaction', { id }))
const call: Finder = ({ messageId }) => (messageId === undefined ? undefined : linkTo('call', { messageId }))
const site: Finder = ({ site: id }) => (id === undefined ? undefined : linkTo('site', { id }))
const server: Finder = () => linkTo('about', {})

/** A page of the charge point of the problem. */
function of(page: 'connections' | 'chargePointCalls' | 'chargePointCertificates'): Finder {
  return ({ chargePoint: identity }) => (identity === undefined ? undefined : linkTo(page, { identity }))
}

/** Where the cause of a problem can be seen or solved. */
const PLACES: Readonly<Record<Kind, Finder>> = {
  'refused-messages': ({ chargePoint: identity }) =>
    identity === undefined ? undefined : linkTo('messages', { identity }, { error: true }),
  'connector-faulted': chargePoint,
  away: of('connections'),
  'transaction-silent': transaction,
  'transaction-incomplete': transaction,
  'cost-differs': transaction,
  'limit-exceeded': transaction,
  'tariff-refused': chargePoint,
  'tariff-drift': (problem) => transaction(problem) ?? chargePoint(problem),
  'receipt-blocked': transaction,
  'receipt-outdated': transaction,
  'receipt-not-signed': transaction,
  'receipt-unpaid': transaction,
  'call-unknown': call,
  'call-expiring': call,
  'firmware-failed': of('chargePointCalls'),
  'log-failed': of('chargePointCalls'),
  'certificate-expiring': of('chargePointCertificates'),
  'webhook-failing': ({ webhook }) => (webhook === undefined ? undefined : `${linkTo('webhooks', {})}#${webhook}`),
  'id-token-refused': ({ idToken }) => (idToken === undefined ? undefined : linkTo('authorizations', {}, { idToken })),
  'charge-point-refused': ({ chargePoint: q }) => linkTo('refusedChargePoints', {}, { q }),
  'log-dropping': server,
  'writes-queueing': server,
  'site-overload': site,
  'limits-ignored': site
}

/** The next step against a problem. Without the scope for it, the page of the charge point. */
export function nextStepOf(problem: ProblemItem): NextStep | undefined {
  const href = PLACES[problem.kind]?.(problem)
  if (href !== undefined) return { text: strings.next[problem.kind], href }
  const known = chargePoint(problem)
  return known === undefined ? undefined : { text: strings.look, href: known }
}
