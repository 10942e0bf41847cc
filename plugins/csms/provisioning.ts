import type { FastifyInstance } from 'fastify'
import { CallError, type ChargePoint, currentTime, type HandlerContext, type Protocol, versionInfo } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import fp from 'fastify-plugin'
import { defined } from '../../lib/charge-points/defined.js'
import { heartbeatInterval } from '../../lib/charge-points/heartbeat-interval.js'
import { type Boot, boot } from '../../lib/charge-points/rows.js'
import { saveSecurityEvent } from '../../lib/charge-points/security-events.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import type { Registration } from '../../lib/database/columns.js'
import { telling } from '../../lib/events/scope.js'
import { renewalCall } from '../../lib/operations/renewal.js'
import { ConnectionSecurity } from '../../lib/tls/connection-security.js'

/** Close code for a violation of the server's policy. [RFC 6455 §7.4.1] */
const POLICY_VIOLATION = 1008

function bootOf16(request: v16.BootNotificationRequest, protocol: Protocol): Boot {
  const { iccid, imsi, meterType, meterSerialNumber, firmwareVersion } = request
  return {
    protocol,
    vendor: request.chargePointVendor,
    model: request.chargePointModel,
    ...defined({
      serialNumber: request.chargePointSerialNumber ?? request.chargeBoxSerialNumber,
      boxSerialNumber: request.chargeBoxSerialNumber
    }),
    ...defined({ firmwareVersion, iccid, imsi, meterType, meterSerialNumber })
  }
}

function bootOf2({ chargingStation, reason }: Request2<'BootNotification'>, protocol: Protocol): Boot {
  const { vendorName, model, serialNumber, firmwareVersion, modem } = chargingStation
  return {
    protocol,
    vendor: vendorName,
    model,
    reason,
    ...defined({ serialNumber, firmwareVersion, iccid: modem?.iccid, imsi: modem?.imsi })
  }
}

interface Booted {
  status: Registration
}

/**
 * Whether the serial number of the boot is the one that the certificate names. In 1.6 a charge point may omit its
 * serial number.
 */
function hasSerialNumberOf({ protocol, serialNumber, boxSerialNumber }: Boot, security?: ConnectionSecurity): boolean {
  const { commonName } = security ?? {}
  if (commonName === undefined) return true
  if (!versionInfo(protocol).hasDeviceModel && serialNumber === undefined) return true
  return commonName === serialNumber || commonName === boxSerialNumber
}

/** Closes the connection and does not store the boot. [B01.FR.11, B01.FR.12] */
async function refuseSerialNumber(
  { store }: FastifyInstance,
  { serialNumber }: Boot,
  chargePoint: ChargePoint
): Promise<never> {
  const techInfo = `its certificate is not that of the serial number ${serialNumber ?? '(none)'}`
  chargePoint.log.warn({ serialNumber }, 'security: closed, because its certificate is that of another charge point')
  const event = { type: 'SerialNumberMismatch', source: 'csms', timestamp: Date.now(), techInfo } as const
  try {
    await store.commit(chargePoint.identity, saveSecurityEvent(event))
  } finally {
    chargePoint.disconnect(POLICY_VIOLATION, 'serial number and certificate do not match')
  }
  throw new CallError('SecurityError')
}

/** Stores a boot and returns the registration status of the charge point. */
async function saveBoot(
  { store, tlsMaterial }: FastifyInstance,
  booted: Boot,
  { identity, isBySerialNumber }: { identity: string; isBySerialNumber: boolean },
  security?: ConnectionSecurity
): Promise<Registration> {
  const asksForCertificates = isBySerialNumber && tlsMaterial.current.authorities.length > 0
  const trust = {
    isProven: asksForCertificates && (security?.profile ?? 0) > 0,
    isRenewing: security?.isRenewing === true
  }
  const { protocol, vendor, model, serialNumber, firmwareVersion, reason } = booted
  const more = defined({ serialNumber, firmwareVersion, reason })
  return store.commit(
    identity,
    telling(boot(booted, trust), (status) => {
      return { type: 'boot', chargePoint: identity, data: { protocol, status, vendor, model, ...more } }
    })
  )
}

/**
 * An interval that is set for the charge point or its model is used as it is; the general setting is varied a little to
 * spread the fleet's Heartbeats.
 */
function intervalOf({ traits, config }: FastifyInstance, chargePoint: ChargePoint): number {
  const { heartbeatInterval: trait } = traits.book.appliedTo(chargePoint)
  if (trait?.source === 'own' || trait?.source === 'model') return Number(trait.value)
  return heartbeatInterval(chargePoint.identity, config.OCPP_HEARTBEAT_INTERVAL)
}

/** BootNotification. [1.6 §4.2; 2.x B01-B04] */
function answerBoots(app: FastifyInstance): void {
  const { ocpp, config } = app
  const isBySerialNumber = config.TLS_CLIENT_SUBJECT === 'serial-number'

  async function answerBoot(booted: Boot, { chargePoint, messageId }: HandlerContext) {
    const { identity, protocol } = chargePoint
    const security = ConnectionSecurity.of(chargePoint)
    if (isBySerialNumber && !hasSerialNumberOf(booted, security)) return refuseSerialNumber(app, booted, chargePoint)
    const status = await saveBoot(app, booted, { identity, isBySerialNumber }, security)
    // Not with the logger of the message: to make one for each charger takes time and memory when a fleet comes back.
    app.log.info({ chargePoint: identity, protocol, messageId, boot: booted, status }, 'charge point booted')
    // The interval of a boot that is not accepted is the time until the next BootNotification. [1.6 §4.2; 2.x B02, B03]
    const interval = status === 'Accepted' ? intervalOf(app, chargePoint) : config.OCPP_BOOT_RETRY_INTERVAL
    return { status, currentTime: currentTime(), interval }
  }

  type BootRequest = v16.BootNotificationRequest | Request2<'BootNotification'>
  ocpp.on('BootNotification', (request: BootRequest, context: HandlerContext) => {
    const { protocol } = context.chargePoint
    return answerBoot('chargingStation' in request ? bootOf2(request, protocol) : bootOf16(request, protocol), context)
  })
}

/** Renews the certificate of a charge point that was admitted only for that. [A00.FR.429] */
function renewCertificates({ ocpp, calls }: FastifyInstance): void {
  async function renewCertificate(_request: unknown, { status }: Booted, { chargePoint }: HandlerContext) {
    // A CSMS sends no CALL to a rejected charge point. [B03.FR.03]
    if (status !== 'Pending' || ConnectionSecurity.of(chargePoint)?.isRenewing !== true) return
    const { identity, protocol } = chargePoint
    const call = renewalCall(protocol, { type: 'ChargingStationCertificate', combined: 0 })
    await calls.call({ identity, ...call, operator: 'csms' })
  }

  ocpp.v16.after('BootNotification', renewCertificate)
  new Version2(ocpp).after('BootNotification', renewCertificate)
}

/** BootNotification and Heartbeat. [1.6 §4.2, §4.6; 2.x B01-B04, G02] */
async function provisioning(app: FastifyInstance): Promise<void> {
  answerBoots(app)
  renewCertificates(app)
  app.ocpp.on('Heartbeat', () => ({ currentTime: currentTime() }))
}

export default fp(provisioning, {
  fastify: '5.x',
  name: 'csms-provisioning',
  dependencies: ['env', 'ocpp', 'store', 'calls', 'tls-material', 'traits']
})
