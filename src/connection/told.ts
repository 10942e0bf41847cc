import { logFailure } from '../failure.js'
import type { ConnectionTraits, ToldIdentity, TraitsOf } from '../types/validation.js'
import type { ConnectionPort } from './port.js'

/**
 * Asks the `traits` option about a peer that has sent a BootNotification, and applies its answer. If the option throws,
 * or its answer is no valid traits, this is logged and changes nothing.
 */
export function askForTraits(
  port: ConnectionPort,
  option: TraitsOf | undefined,
  payload: unknown,
  adapt: (traits: ConnectionTraits) => void
): void {
  if (option === undefined) return
  try {
    const traits = option(port.chargePoint, toldIn(payload))
    if (traits !== undefined) adapt(traits)
  } catch (error) {
    port.surroundings.events.lines.line('traits-failed', (more) => {
      logFailure(port.log, error, more, 'the traits option failed')
    })
  }
}

/** Maximum length of a text that is taken from a message before validation. */
const MAX_TEXT = 1000

/** The facts about its sender in a BootNotification of any version, before validation. */
function toldIn(payload: unknown): ToldIdentity {
  const boot = membersOf(payload)
  const station = membersOf(boot.chargingStation)
  return {
    ...text('vendor', boot.chargePointVendor ?? station.vendorName),
    ...text('model', boot.chargePointModel ?? station.model),
    ...text('firmwareVersion', boot.firmwareVersion ?? station.firmwareVersion),
    ...text('serialNumber', boot.chargePointSerialNumber ?? boot.chargeBoxSerialNumber ?? station.serialNumber)
  }
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function text<Name extends string>(name: Name, value: unknown): { [name in Name]?: string } {
  if (typeof value !== 'string' || value.length > MAX_TEXT) return {}
  return { [name]: value } as { [name in Name]?: string }
}
