import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { defined } from '../../lib/charge-points/defined.js'
import { sameVariable } from '../../lib/charge-points/device-model.js'
import { acceptPassword, isCalled, offerPassword, withdrawPassword } from '../../lib/charge-points/rows.js'
import { saveSecurityEvent } from '../../lib/charge-points/security-events.js'
import { PROTOCOLS_2, type Request2, type Response2 } from '../../lib/charge-points/versions.js'
import { type Change, milliseconds, telling } from '../../lib/events/scope.js'

interface SecurityEvent {
  type: string
  timestamp: string
  techInfo?: string
}

type SetRequest = Request2<'SetVariables'>
type SetResponse = Response2<'SetVariables'>

/**
 * Components of 2.x with a password: the one of the present connection and, in 2.1, those of network profiles that the
 * charge point may use later. [2.x A01, B09]
 */
const PASSWORDS = { securityctrlr: 'connection', networkconfiguration: 'later' } as const
type Place = (typeof PASSWORDS)[keyof typeof PASSWORDS]

interface NewPassword {
  data: SetRequest['setVariableData'][number]
  place: Place
}

/** The new password in a SetVariables request; that of the present connection comes first. */
function newPassword({ setVariableData }: SetRequest): NewPassword | undefined {
  const found = setVariableData.flatMap((data): NewPassword[] => {
    const { component, variable, attributeType = 'Actual' } = data
    const place = Object.entries(PASSWORDS).find(([name]) => name === component.name.toLowerCase())?.[1]
    const isPassword = variable.name.toLowerCase() === 'basicauthpassword' && attributeType === 'Actual'
    return isPassword && place !== undefined ? [{ data, place }] : []
  })
  return found.find(({ place }) => place === 'connection') ?? found[0]
}

/** The status of a new password. Results need not come in the order of the request. [2.x B05] */
function statusOf({ data }: NewPassword, { setVariableResult }: SetResponse): string | undefined {
  const result = setVariableResult.find((one) =>
    sameVariable({ ...one, attribute: one.attributeType }, { ...data, attribute: data.attributeType })
  )
  return result?.attributeStatus
}

/**
 * Applies a change only if `identity` is that of the charge point, because a network profile may set another identity.
 * [2.1 B09]
 */
function ifItself(identity: string | undefined, change: Change): Change {
  return async (scope) => {
    if (identity === undefined || (await isCalled(scope, identity))) await change(scope)
  }
}

/** Security events that the CSMS observes. Events of charge points keep the names that the charge points send. */
const CSMS_EVENTS: Readonly<Record<string, string>> = {
  'authentication-failed': 'AuthenticationFailed',
  'connection-replaced': 'ConnectionReplaced',
  flapping: 'CredentialsUsedTwice',
  'not-accepted': 'MessageBeforeAcceptance',
  'protocol-error': 'ProtocolError',
  'slow-reader': 'SlowReader'
}

/** Minimum time between two stored events of one kind that the CSMS observes, per charge point. Milliseconds. */
const MIN_PAUSE_MS = 60_000
const MAX_REMEMBERED = 10_000

/** SecurityEventNotification, and the security events that the CSMS observes itself. [1.6 whitepaper; 2.x A04] */
function recordEvents({ ocpp, store, log: appLog }: FastifyInstance): void {
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

  ocpp.on('SecurityEventNotification', answerEvent)

  const last = new Map<string, number>()
  ocpp.events.on('security', ({ type, identity, detail }) => {
    // Events of charge points that are not provisioned go to the log only.
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
}

function isPasswordKey(key: string): boolean {
  return key.toLowerCase() === 'authorizationkey'
}

/** A new password by ChangeConfiguration. [1.6 whitepaper A01] */
function followPasswords16({ calls }: FastifyInstance): void {
  calls
    .before('ocpp1.6', 'ChangeConfiguration', ({ key, value }) =>
      isPasswordKey(key) ? { prepare: offerPassword(value), undo: withdrawPassword } : undefined
    )
    .after('ocpp1.6', 'ChangeConfiguration', ({ key, value }, { status }) => {
      // After RebootRequired the charge point uses the old password until its next reboot.
      if (!isPasswordKey(key) || status === 'RebootRequired') return undefined
      return status === 'Accepted' ? acceptPassword(value) : withdrawPassword
    })
}

function offerSet(request: SetRequest) {
  const wanted = newPassword(request)
  return wanted && { prepare: offerPassword(wanted.data.attributeValue), undo: withdrawPassword }
}

function followSet(request: SetRequest, response: SetResponse): Change | undefined {
  const wanted = newPassword(request)
  if (wanted === undefined) return undefined
  const status = statusOf(wanted, response)
  // The time at which the charge point starts to use the new password is unknown, so both passwords are valid until
  // then.
  if (status === 'RebootRequired' || (status === 'Accepted' && wanted.place === 'later')) return undefined
  return status === 'Accepted' ? acceptPassword(wanted.data.attributeValue) : withdrawPassword
}

/** A new password by SetVariables and, in 2.1, by SetNetworkProfile. [2.x A01, B09] */
function followPasswords2({ calls }: FastifyInstance): void {
  calls.before(PROTOCOLS_2, 'SetVariables', offerSet).after(PROTOCOLS_2, 'SetVariables', followSet)
  calls
    .before('ocpp2.1', 'SetNetworkProfile', ({ connectionData: { identity, basicAuthPassword } }) =>
      basicAuthPassword === undefined
        ? undefined
        : { prepare: ifItself(identity, offerPassword(basicAuthPassword)), undo: ifItself(identity, withdrawPassword) }
    )
    .after('ocpp2.1', 'SetNetworkProfile', ({ connectionData: { identity, basicAuthPassword } }, { status }) =>
      basicAuthPassword === undefined || status === 'Accepted' ? undefined : ifItself(identity, withdrawPassword)
    )
}

/** Security events and new passwords. [1.6 whitepaper; 2.x A01, A04] */
async function security(app: FastifyInstance): Promise<void> {
  recordEvents(app)
  followPasswords16(app)
  followPasswords2(app)
}

export default fp(security, {
  fastify: '5.x',
  name: 'csms-security',
  dependencies: ['ocpp', 'store', 'calls']
})
