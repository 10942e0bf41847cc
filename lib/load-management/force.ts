import { Type } from '@sinclair/typebox'
import { oneOf } from '../http/records.js'

/** The query of a request that may release EVSEs from control. */
export const ForceParams = Type.Object(
  {
    force: Type.Optional(
      oneOf(
        ['true', 'false'],
        'Whether EVSEs are released that may draw current: nothing limits them then. Default: false'
      )
    )
  },
  { additionalProperties: false }
)

export const EVSE_IN_USE =
  'in the mode control, an EVSE would be released that has an open transaction, may have a limit, or is away'
