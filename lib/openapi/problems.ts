/** Descriptions of problems, by HTTP status and code. */
export type Problems = Readonly<Record<number, Readonly<Record<string, string>>>>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Problems of this route, in addition to those of every route. Only used for the document of the API. */
    problems?: Problems
  }
}

export const UNKNOWN_CHARGE_POINT = {
  404: { OCPP_ERR_UNKNOWN_CHARGE_POINT: 'no such charge point' }
} as const satisfies Problems

/** Problems of routes that send a CALL to one charge point and wait for the answer. */
export const CALL_PROBLEMS = {
  ...UNKNOWN_CHARGE_POINT,
  409: { OCPP_ERR_NOT_CONNECTED: 'the charge point is not connected' },
  422: { OCPP_ERR_INVALID_PAYLOAD: 'the CALL that would be sent breaks the schema of the version' },
  429: { OCPP_ERR_QUEUE_FULL: 'too many calls wait for the charge point already' },
  502: {
    OCPP_CALLERROR: 'the charge point answered with a CALLERROR, see `callError`',
    OCPP_ERR_INVALID_RESPONSE: 'the answer of the charge point breaks the schema'
  },
  504: {
    OCPP_ERR_TIMEOUT: 'timeout before the answer: the charge point may have acted',
    OCPP_ERR_DISCONNECTED: 'the connection was lost before the answer: the charge point may have acted'
  }
} as const satisfies Problems

/** Problems of routes that send a CALL unchanged. */
export const RAW_CALL_PROBLEMS = together(CALL_PROBLEMS, {
  400: {
    OCPP_ERR_INVALID_QUERY: 'query parameter `timeout` must be an integer from 1 to 300000',
    OCPP_ERR_INVALID_JSON: 'the body is not valid JSON in UTF-8'
  },
  422: {
    OCPP_ERR_UNKNOWN_ACTION: 'the version that the charge point speaks has no such action',
    OCPP_ERR_INVALID_PAYLOAD: 'the request breaks the schema of the version, see `errors`',
    OCPP_ERR_INVALID_BODY:
      'the body cannot be sent unchanged: a number is too large to be exact, or the nesting is too deep'
  }
})

/** Problems of routes that translate a request into the version of the charge point. */
export const OPERATION_PROBLEMS = together(CALL_PROBLEMS, {
  409: {
    OPERATION_NOT_SUPPORTED: 'the version that the charge point speaks cannot express this, see `detail`'
  },
  422: { INVALID_OPERATION: 'the request contradicts itself' }
})

/** Problems of routes that accept `Idempotency-Key`. */
export const IDEMPOTENCY_PROBLEMS = {
  400: { INVALID_IDEMPOTENCY_KEY: 'Idempotency-Key must be 1 to 255 visible ASCII characters, given once' },
  409: { IDEMPOTENT_REQUEST_RUNNING: 'the first request with this Idempotency-Key is not answered yet' },
  422: { IDEMPOTENCY_KEY_REUSED: 'the Idempotency-Key was used for another request' },
  504: { OCPP_ERR_OUTCOME_UNKNOWN: 'the back-end was restarted before the first request was answered' }
} as const satisfies Problems

/** The descriptions of all these problems. */
export function together(...all: readonly Problems[]): Problems {
  const sum: Record<number, Record<string, string>> = {}
  for (const problems of all) {
    for (const [status, codes] of Object.entries(problems)) {
      sum[Number(status)] = { ...sum[Number(status)], ...codes }
    }
  }
  return sum
}
