import { type Protocol, versionInfo } from 'fastify-ocpp'
import type { Renewal } from '../certificates/issued.js'
import { notSupported } from './exchange.js'

const TRIGGERS: Readonly<Record<string, string>> = {
  ChargingStationCertificate: 'SignChargingStationCertificate',
  V2GCertificate: 'SignV2GCertificate',
  V2G20Certificate: 'SignV2G20Certificate'
}

/**
 * The call that asks a charge point to request a new certificate. [1.6 whitepaper A02; 2.x A02, F06]
 *
 * @throws `OPERATION_NOT_SUPPORTED`
 */
export function renewalCall(protocol: Protocol, { type, combined }: Pick<Renewal, 'type' | 'combined'>) {
  if (!versionInfo(protocol).hasCertificateTypes) {
    if (type !== 'ChargingStationCertificate') throw notSupported(`OCPP 1.6 knows no ${type}`)
    return { action: 'ExtendedTriggerMessage', payload: { requestedMessage: 'SignChargePointCertificate' } }
  }
  const requestedMessage = combined === 1 ? 'SignCombinedCertificate' : TRIGGERS[type]
  return { action: 'TriggerMessage', payload: { requestedMessage } }
}
