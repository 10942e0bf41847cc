import { Type } from '@sinclair/typebox'
import { oneOf } from '../http/records.js'
import { VALUE_NAMES } from './reported.js'

// Composite schedules and charging profiles as the operator API shows them.

const number = (description?: string) => Type.Optional(Type.Number(description === undefined ? {} : { description }))
const integer = (description: string) => Type.Optional(Type.Integer({ description }))

export const UNIT = oneOf(['A', 'W'] as const, 'A is per phase, W is the total')

const UNCERTAIN = Type.Optional(
  Type.Array(Type.String(), {
    examples: [['not-confirmed']],
    description: 'Why the charge point may use another value, see docs/smart-charging.md'
  })
)

const Binding = Type.Object({
  purpose: Type.String({ description: 'Of the profile; or `EvSchedule`, `HardwareMaximum`' }),
  evseId: Type.Integer(),
  id: integer('Of the profile'),
  stackLevel: integer('Of the profile'),
  source: Type.Optional(Type.String({ description: 'Who set it, e.g. CSO, EMS, SO' }))
})

/** Values of OCPP 2.1 besides the limit. */
const VALUES_OF_21 = {
  limitL2: number(),
  limitL3: number(),
  dischargeLimit: number('0 or negative. Absent: no profile lets the EV discharge'),
  dischargeLimitL2: number(),
  dischargeLimitL3: number(),
  setpoint: number(),
  setpointL2: number(),
  setpointL3: number(),
  setpointReactive: number(),
  setpointReactiveL2: number(),
  setpointReactiveL3: number()
}

const PeriodRecord = Type.Object({
  start: Type.Number({ description: 'Seconds after `start`' }),
  limit: Type.Union([Type.Number(), Type.Null()], { description: '`null`: no profile limits' }),
  ...VALUES_OF_21,
  numberPhases: integer('Absent where no profile counts, and of direct current'),
  phaseToUse: integer('1 to 3'),
  operationMode: Type.Optional(Type.String({ description: 'OCPP 2.1' })),
  minChargingRate: number('Below this the EV charges inefficiently. It raises no limit'),
  by: Type.Array(Binding, { description: 'What decides the values' }),
  uncertain: UNCERTAIN
})

const WarningRecord = Type.Object({
  code: Type.String({ examples: ['Duplicate'] }),
  message: Type.String(),
  profileIds: Type.Array(Type.Integer())
})

/** The result of `compositeSchedule()`. */
export const CalculatedRecord = Type.Object({
  status: oneOf(['Accepted', 'Rejected'] as const, 'Whether there is a schedule'),
  reason: Type.Optional(Type.String({ description: 'Why there is none' })),
  duration: Type.Number({ description: 'Seconds that the periods cover' }),
  periods: Type.Array(PeriodRecord, { description: 'In order and without gaps; neighbours differ' }),
  warnings: Type.Array(WarningRecord, { description: 'What is wrong with the profiles' })
})

const ReportedRecord = Type.Object({
  status: oneOf(['Accepted', 'Rejected'] as const, 'The answer of the charge point'),
  statusInfo: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'OCPP 2.x' })),
  scheduleStart: Type.Optional(Type.String({ description: 'By the clock of the charge point' })),
  duration: number('Seconds after `start` that it covers'),
  unit: Type.Optional(UNIT),
  periods: Type.Optional(
    Type.Array(
      Type.Object({
        start: Type.Number({ description: 'Seconds after `start`' }),
        limit: number(),
        ...VALUES_OF_21,
        numberPhases: integer('As told')
      })
    )
  )
})

const DifferenceRecord = Type.Object({
  start: Type.Number({ description: 'Seconds after `start`' }),
  end: Type.Number({ description: 'Seconds after `start`' }),
  value: oneOf(VALUE_NAMES, 'What differs'),
  calculated: Type.Number({ description: 'In the unit of `reported`' }),
  reported: number('Absent: the charge point says nothing about this time'),
  uncertain: UNCERTAIN
})

export const CompositeScheduleRecord = Type.Object({
  chargePoint: Type.String({ description: 'Identity' }),
  protocol: Type.String({ description: 'The OCPP version of the connection, or of the last one' }),
  evseId: Type.Integer({ description: '0: the whole charge point. In OCPP 1.6 the connector' }),
  start: Type.String({ format: 'date-time' }),
  unit: UNIT,
  assumed: Type.Optional(
    Type.Object(
      { phases: integer('Of EVSEs'), voltage: number('V') },
      { description: 'What nobody has told, and what was taken instead. It counts where A and W are converted' }
    )
  ),
  calculated: Type.Optional(CalculatedRecord),
  reported: Type.Optional(ReportedRecord),
  differences: Type.Optional(
    Type.Array(DifferenceRecord, {
      description:
        'Times of more than ten seconds in which a value differs. Times without a calculated limit are not compared, ' +
        'and of the values besides `limit` only those that the charge point tells'
    })
  )
})

export const ChargingProfileRecord = Type.Object({
  evseId: integer('Absent: the whole charge point'),
  connectorId: integer('OCPP 1.6. Absent: the whole charge point'),
  profileId: Type.Integer({
    description:
      '-1 and -2: a limit of others that was notified without an id. -3: one that a composite schedule has shown'
  }),
  source: Type.String({ description: 'CSO: set by this back-end' }),
  stackLevel: integer('The highest one of a purpose counts'),
  purpose: Type.Optional(Type.String()),
  kind: Type.Optional(Type.String()),
  transactionId: Type.Optional(Type.String({ description: 'The id that the charge point uses' })),
  confirmed: Type.Boolean({ description: '`false`: the charge point may have it or not' }),
  acceptedAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'Absent: the charge point has only reported it' })
  ),
  updatedAt: Type.String({ format: 'date-time', description: 'The last answer or report about it' }),
  payload: Type.Object({}, { additionalProperties: true, description: 'As OCPP spells it' })
})
