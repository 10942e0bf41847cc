/** Rejections say which action they are about. */
export async function named<T>(action: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw Object.assign(error as Error, { action })
  }
}

const GONE = new Set<unknown>(['OCPP_ERR_DISCONNECTED', 'OCPP_ERR_NOT_CONNECTED'])

/** Whether the connection went away, which is no fault of the message. */
export function isGone(error: unknown): boolean {
  return GONE.has((error as { code?: unknown }).code)
}
