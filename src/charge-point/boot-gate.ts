import { CallError, InvalidResponseError } from '../errors.js'
import type { RegistrationStatus } from '../types/protocol.js'

/**
 * Decides whether a charge point may send its transaction messages: after a BootNotification only once the CSMS has
 * answered it with Accepted. A charge point that never sent a BootNotification counts as accepted earlier.
 * [1.6 §4.2; 2.x B02.FR.09, B03.FR.07]
 */
export class BootGate {
  #status: RegistrationStatus | undefined
  #inFlight = 0
  #isAccepted = true

  /** Status in the last answer to a BootNotification; `undefined` before the first one. */
  get status(): RegistrationStatus | undefined {
    return this.#status
  }

  get isOpen(): boolean {
    return this.#isAccepted && this.#inFlight === 0
  }

  /** Sends a BootNotification; the gate stays closed until it is answered. */
  async pass(send: () => Promise<unknown>): Promise<unknown> {
    this.#inFlight++
    try {
      const response = await send()
      const status = readStatus(response)
      this.#status = status ?? this.#status
      this.#isAccepted = status === 'Accepted'
      return response
    } catch (error) {
      // The decision of the CSMS is unknown. A BootNotification that was never sent changes nothing.
      if (mayHaveArrived(error)) this.#isAccepted = false
      throw error
    } finally {
      this.#inFlight--
    }
  }
}

/** The status is checked again here because a lenient validation policy may deliver any answer. */
function readStatus(response: unknown): RegistrationStatus | undefined {
  const status = (response as { status?: unknown } | undefined | null)?.status
  return status === 'Accepted' || status === 'Pending' || status === 'Rejected' ? status : undefined
}

function mayHaveArrived(error: unknown): boolean {
  if (error instanceof CallError || error instanceof InvalidResponseError) return true
  return (error as { sent?: unknown } | undefined | null)?.sent === true
}
