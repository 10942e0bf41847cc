import type * as v21 from 'fastify-ocpp/v21'

/** The values of OCPP 2.1 that a period may have, each with its name there. */
export const VALUES_21 = {
  limitL2: 'limit_L2',
  limitL3: 'limit_L3',
  dischargeLimit: 'dischargeLimit',
  dischargeLimitL2: 'dischargeLimit_L2',
  dischargeLimitL3: 'dischargeLimit_L3',
  setpoint: 'setpoint',
  setpointL2: 'setpoint_L2',
  setpointL3: 'setpoint_L3',
  setpointReactive: 'setpointReactive',
  setpointReactiveL2: 'setpointReactive_L2',
  setpointReactiveL3: 'setpointReactive_L3'
} as const satisfies Record<string, keyof v21.ChargingSchedulePeriodType>
