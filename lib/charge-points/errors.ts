/** Answered as a 404 problem. The library's operator routes answer the same. */
export class UnknownChargePointError extends Error {
  readonly statusCode = 404
  readonly code = 'OCPP_ERR_UNKNOWN_CHARGE_POINT'

  constructor(identity: string) {
    super(`no charge point ${identity}`)
  }
}
