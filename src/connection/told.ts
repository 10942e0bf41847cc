import { logFailure } from '../failure.js'
import type { ConnectionTraits, ToldIdentity, TraitsOf } from '../types/validation.js'
import type { ConnectionPort } from './port.js'

/**
 * Asks the `traits` option about a peer whose BootNotification says what it is, and applies its answer. An exception of
 * the option, or an answer that is no traits, is logged and changes nothing.
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

/** Longest text that is taken from a message that is not checked yet. */
const MAX_TEXT = 1000

/** What a BootNotification of any version says of its sender; nothing of it is checked yet. */
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
