/** Adds the action to the error when the answer is rejected. */
export async function named<T>(action: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw Object.assign(error as Error, { action })
  }
}

const GONE = new Set<unknown>(['OCPP_ERR_DISCONNECTED', 'OCPP_ERR_NOT_CONNECTED'])

/** Whether the error means that the connection was lost. */
export function isGone(error: unknown): boolean {
  return GONE.has((error as { code?: unknown }).code)
}
