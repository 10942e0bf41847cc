import { defineError } from '../define-error.js'

/** No charge point with this identity is known. */
export const UnknownChargePointError = defineError('OCPP_ERR_UNKNOWN_CHARGE_POINT', 'no charge point %s', 404)
/** A query parameter is invalid or given more than once. */
export const InvalidQueryError = defineError('OCPP_ERR_INVALID_QUERY', 'query parameter `%s` %s', 400)
/** The body is not JSON. */
export const InvalidJsonError = defineError('OCPP_ERR_INVALID_JSON', 'the body is not valid JSON in UTF-8', 400)
/** The body is JSON, but its values would change before they reach the charge point. */
export const InvalidBodyError = defineError('OCPP_ERR_INVALID_BODY', '%s', 422)
