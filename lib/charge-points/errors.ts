import { ProblemError } from '../problem-error.js'

/** The library's operator routes answer with the same code. */
export function unknownChargePoint(identity: string): ProblemError {
  return new ProblemError(404, 'OCPP_ERR_UNKNOWN_CHARGE_POINT', `no charge point ${identity}`)
}
