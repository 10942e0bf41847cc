import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import { acceptPassword, offerPassword, withdrawPassword } from '../domain/charge-points.js'
import { milliseconds, telling } from '../domain/scope.js'
import { saveSecurityEvent } from '../domain/security-events.js'
import { defined } from './normalise.js'

interface SecurityEvent {
  type: string
  timestamp: string
  techInfo?: string
}

/** A new password, sent with SetVariables. [2.x A01] */
function basicAuthPassword({ setVariableData }: v201.SetVariablesRequest | v21.SetVariablesRequest) {
  const index = setVariableData.findIndex(
    ({ component, variable, attributeType = 'Actual' }) =>
      component.name.toLowerCase() === 'securityctrlr' &&
      variable.name.toLowerCase() === 'basicauthpassword' &&
      attributeType === 'Actual'
  )
  const password = setVariableData[index]?.attributeValue
  return password === undefined ? undefined : { password, index }
}

type SetResponse = v201.SetVariablesResponse | v21.SetVariablesResponse

/** What one of ours becomes of; that of a charge point is in its own words. */
const CSMS_EVENTS: Readonly<Record<string, string>> = {
  'authentication-failed': 'AuthenticationFailed',
  'connection-replaced': 'ConnectionReplaced',
  flapping: 'CredentialsUsedTwice',
  'not-accepted': 'MessageBeforeAcceptance',
  'protocol-error': 'ProtocolError',
  'slow-reader': 'SlowReader'
}

/** At most so often is one kind of event of ours kept for one charge point. */
const MIN_PAUSE_MS = 60_000
const MAX_REMEMBERED = 10_000

/**
 * Security events and new passwords. [1.6 whitepaper; 2.x A01, A04]
 */
async function security({ ocpp, store, journal, log: appLog }: FastifyInstance): Promise<void> {
  async function answerEvent({ type, timestamp, techInfo }: SecurityEvent, { chargePoint, log }: HandlerContext) {
    log.warn({ securityEvent: { type, timestamp } }, 'security event of the charge point')
    const event = { type, source: 'chargePoint', timestamp: milliseconds(timestamp, Date.now()) } as const
    const save = saveSecurityEvent({ ...event, ...defined({ techInfo }) })
    const data = { source: 'chargePoint', type, timestamp, ...defined({ techInfo }) } as const
    const { identity } = chargePoint
    await store.commit(
      identity,
      telling(save, () => ({ type: 'security', chargePoint: identity, data }))
    )
    return {}
  }

  ocpp.v16.on('SecurityEventNotification', answerEvent)
  ocpp.v201.on('SecurityEventNotification', answerEvent)
  ocpp.v21.on('SecurityEventNotification', answerEvent)

  const last = new Map<string, number>()
  ocpp.events.on('security', ({ type, identity, detail }) => {
    // Strangers are in the log only.
    if (store.knownId(identity) === undefined) return
    const key = `${type} ${identity.toLowerCase()}`
    const timestamp = Date.now()
    if (timestamp - (last.get(key) ?? 0) < MIN_PAUSE_MS) return
    if (last.size >= MAX_REMEMBERED) last.clear()
    last.set(key, timestamp)
    const event = { type: CSMS_EVENTS[type] ?? type, source: 'csms', timestamp, techInfo: detail } as const
    store
      .commit(identity, saveSecurityEvent(event))
      .catch((err) => appLog.warn({ err, identity }, 'a security event was not stored'))
  })

  const isKey = (key: string) => key.toLowerCase() === 'authorizationkey'
  journal.calls
    .before('ocpp1.6', 'ChangeConfiguration', ({ key, value }) =>
      isKey(key) ? { prepare: offerPassword(value), undo: withdrawPassword } : undefined
    )
    .after('ocpp1.6', 'ChangeConfiguration', ({ key, value }, { status }) => {
      // After RebootRequired it still uses the old one for a while.
      if (!isKey(key) || status === 'RebootRequired') return undefined
      return status === 'Accepted' ? acceptPassword(value) : withdrawPassword
    })

  function prepare(request: v201.SetVariablesRequest | v21.SetVariablesRequest) {
    const wanted = basicAuthPassword(request)
    return wanted && { prepare: offerPassword(wanted.password), undo: withdrawPassword }
  }

  function follow(request: v201.SetVariablesRequest | v21.SetVariablesRequest, { setVariableResult }: SetResponse) {
    const wanted = basicAuthPassword(request)
    if (wanted === undefined) return undefined
    const status = setVariableResult[wanted.index]?.attributeStatus
    if (status === 'RebootRequired') return undefined
    return status === 'Accepted' ? acceptPassword(wanted.password) : withdrawPassword
  }

  journal.calls.before('ocpp2.0.1', 'SetVariables', prepare).after('ocpp2.0.1', 'SetVariables', follow)
  journal.calls.before('ocpp2.1', 'SetVariables', prepare).after('ocpp2.1', 'SetVariables', follow)
}

export default fp(security, {
  fastify: '5.x',
  name: 'csms-security',
  dependencies: ['ocpp', 'store', 'journal']
})
