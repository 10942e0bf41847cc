/** Problems by HTTP status and code, with what has happened. */
export type Problems = Readonly<Record<number, Readonly<Record<string, string>>>>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What may be answered instead, beside what any route may answer. For the document of the API only. */
    problems?: Problems
  }
}

export const UNKNOWN_CHARGE_POINT = {
  404: { OCPP_ERR_UNKNOWN_CHARGE_POINT: 'no such charge point' }
} as const satisfies Problems

/** Of whatever sends a CALL to one charge point and waits for the answer. */
export const CALL_PROBLEMS = {
  ...UNKNOWN_CHARGE_POINT,
  409: { OCPP_ERR_NOT_CONNECTED: 'the charge point is not connected' },
  422: { OCPP_ERR_INVALID_PAYLOAD: 'what would be sent breaks the schema of the version' },
  429: { OCPP_ERR_QUEUE_FULL: 'too many calls wait for the charge point already' },
  502: {
    OCPP_CALLERROR: 'the charge point answered with a CALLERROR, see `callError`',
    OCPP_ERR_INVALID_RESPONSE: 'the answer of the charge point breaks the schema'
  },
  504: {
    OCPP_ERR_TIMEOUT: 'no answer in time: the charge point may have acted',
    OCPP_ERR_DISCONNECTED: 'the connection was lost before the answer: the charge point may have acted'
  }
} as const satisfies Problems

/** Of a CALL that is sent as it is. */
export const RAW_CALL_PROBLEMS = together(CALL_PROBLEMS, {
  400: {
    OCPP_ERR_INVALID_QUERY: 'query parameter `timeout` must be an integer from 1 to 300000',
    OCPP_ERR_INVALID_JSON: 'the body is not valid JSON in UTF-8'
  },
  422: {
    OCPP_ERR_UNKNOWN_ACTION: 'the version that the charge point speaks has no such action',
    OCPP_ERR_INVALID_PAYLOAD: 'the request breaks the schema of the version, see `errors`',
    OCPP_ERR_INVALID_BODY:
      'the body would change on its way: a number is too large to be exact, or it is nested too deep'
  }
})

/** Of whatever is said in the words of the version that the charge point speaks. */
export const OPERATION_PROBLEMS = together(CALL_PROBLEMS, {
  409: {
    OPERATION_NOT_SUPPORTED: 'the version that the charge point speaks has no words for this, see `detail`'
  },
  422: { INVALID_OPERATION: 'the request contradicts itself' }
})

/** Of routes that heed `Idempotency-Key`. */
export const IDEMPOTENCY_PROBLEMS = {
  400: { INVALID_IDEMPOTENCY_KEY: 'Idempotency-Key must be 1 to 255 visible ASCII characters, given once' },
  409: { IDEMPOTENT_REQUEST_RUNNING: 'the first request with this Idempotency-Key is not answered yet' },
  422: { IDEMPOTENCY_KEY_REUSED: 'the Idempotency-Key was used for another request' },
  504: { OCPP_ERR_OUTCOME_UNKNOWN: 'the back-end was restarted before the first request was answered' }
} as const satisfies Problems

/** The problems of all of them. */
export function together(...all: readonly Problems[]): Problems {
  const sum: Record<number, Record<string, string>> = {}
  for (const problems of all) {
    for (const [status, codes] of Object.entries(problems)) {
      sum[Number(status)] = { ...sum[Number(status)], ...codes }
    }
  }
  return sum
}
