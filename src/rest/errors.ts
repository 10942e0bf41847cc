import { defineError } from '../define-error.js'

/** Nothing is known of a charge point with this identity. */
export const UnknownChargePointError = defineError('OCPP_ERR_UNKNOWN_CHARGE_POINT', 'no charge point %s', 404)
/** A query parameter is out of range or given twice. */
export const InvalidQueryError = defineError('OCPP_ERR_INVALID_QUERY', 'query parameter `%s` %s', 400)
/** The body is not JSON. */
export const InvalidJsonError = defineError('OCPP_ERR_INVALID_JSON', 'the body is not valid JSON in UTF-8', 400)
/** The body is JSON, but would not reach a charge point as it was sent. */
export const InvalidBodyError = defineError('OCPP_ERR_INVALID_BODY', '%s', 422)
