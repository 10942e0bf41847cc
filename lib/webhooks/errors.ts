/** Answered as a 404 problem. */
export class UnknownWebhookError extends Error {
  readonly statusCode = 404
  readonly code = 'UNKNOWN_WEBHOOK'

  constructor(id: string) {
    super(`no webhook ${id}`)
  }
}
