import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ALL_PROTOCOLS, type Protocol, versionInfo } from 'fastify-ocpp'
import { type CompositeInput, type CompositeSchedule, compositeScheduleInTurns } from 'fastify-ocpp/smart-charging'
import { toDateTime } from '../../../lib/date-time.js'
import { invalidQuery } from '../../../lib/http/paging.js'
import { IdentityParams, oneOf } from '../../../lib/http/records.js'
import { CALL_PROBLEMS, together } from '../../../lib/openapi/problems.js'
import { ProblemError } from '../../../lib/problem-error.js'
import { type Question, readFacts, type Subject } from '../../../lib/smart-charging/facts.js'
import { withoutObserved } from '../../../lib/smart-charging/observed.js'
import { checkedFacts, MAX_DURATION, PostedFacts } from '../../../lib/smart-charging/posted.js'
import { CalculatedRecord, CompositeScheduleRecord, UNIT } from '../../../lib/smart-charging/records.js'
import { differencesOf, type ReportedSchedule, readReported, requestOf } from '../../../lib/smart-charging/reported.js'
import { readTimeout, TimeoutQuery } from '../../shared/operation.js'

const SOURCES = ['calculated', 'charge-point', 'both'] as const
const DEFAULT_DURATION = 86_400

const Query = Type.Object(
  {
    evseId: Type.Optional(
      Type.String({ description: 'EVSE, in OCPP 1.6 the connector. Default: 0, the whole charge point' })
    ),
    duration: Type.Optional(
      Type.String({ description: `Seconds from now, 1 to ${MAX_DURATION}. Default: ${DEFAULT_DURATION}` })
    ),
    unit: Type.Optional(Type.Unsafe<'A' | 'W'>({ ...UNIT, description: `${UNIT.description}. Default: A` })),
    source: Type.Optional(
      oneOf(
        SOURCES,
        'calculated: of the profiles that are known. charge-point: by GetCompositeSchedule, which needs the scope ' +
          'calls:write. both: each, and where they differ. Default: calculated'
      )
    ),
    phases: Type.Optional(Type.String({ description: '1 to 3: of EVSEs that do not tell them. Default: 3' })),
    voltage: Type.Optional(Type.String({ description: 'V between a line and neutral. Default: 230' })),
    ...TimeoutQuery.properties
  },
  { additionalProperties: false }
)
type Query = Static<typeof Query>

interface OneSchedule {
  Params: IdentityParams
  Querystring: Query
}

/** Which limit holds when: calculated, and as charge points say. [1.6 §5.7; 2.x K08] */
export default async function compositeSchedules(app: FastifyInstance): Promise<void> {
  addOfChargePoint(app)
  addOfFacts(app)
}

function addOfChargePoint(app: FastifyInstance): void {
  const { store, ocpp, database, whereabouts, mismatches } = app
  app.get<OneSchedule>(
    '/charge-points/:identity/composite-schedule',
    {
      config: {
        holder: 'preferred',
        scope: 'charge-points:read',
        problems: together(CALL_PROBLEMS, {
          409: { UNKNOWN_VERSION: 'the charge point has never connected, so its version of OCPP is unknown' }
        })
      },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'getCompositeSchedule',
        summary: 'Show which limit holds when, and why',
        description:
          'Merges the charging profiles, the limits of others, the plan of the EV and the hardware, as the standard ' +
          'prescribes, and names what decides each period. `source=both` shows whether the charge point agrees.',
        params: IdentityParams,
        querystring: Query,
        response: { 200: CompositeScheduleRecord }
      }
    },
    async (request, reply) => {
      const { params, query } = request
      const chargePoint = await store.require(params.identity)
      const question = questionOf(query)
      const live = ocpp.chargePoints.get(params.identity)?.protocol
      const protocol = ALL_PROTOCOLS.find((known) => known === (live ?? chargePoint.protocol))
      const { source = 'calculated' } = query
      if (protocol === undefined) {
        throw new ProblemError(409, 'UNKNOWN_VERSION', 'the charge point has never connected: its version is unknown')
      }
      const reported =
        source === 'calculated' ? undefined : await ask(app, { request, reply }, { ...question, protocol })
      const located = await whereabouts.of(database.heavy, [params.identity])
      const subject: Subject = {
        db: database.heavy,
        chargePoint,
        protocol,
        isConnected: located.has(params.identity)
      }
      const compared = source === 'charge-point' ? undefined : await calculate(subject, question, reported)
      const { differences = undefined } = compared ?? {}
      if (differences !== undefined) mismatches.compared(chargePoint.identity, question.evseId, differences)
      return {
        chargePoint: chargePoint.identity,
        protocol,
        evseId: question.evseId,
        start: toDateTime(question.start),
        unit: question.unit,
        ...(reported !== undefined && { reported }),
        ...compared
      }
    }
  )
}

/** Our schedule; and in the unit of the charge point, if it knows another, where both differ. */
async function calculate(subject: Subject, question: Question, reported: ReportedSchedule | undefined) {
  const { input, assumed } = await readFacts(subject, question)
  const calculated = await compositeScheduleInTurns(input)
  const isComparable = calculated.status === 'Accepted' && reported?.status === 'Accepted'
  return {
    calculated,
    ...(Object.keys(assumed).length > 0 && { assumed }),
    ...(isComparable && { differences: differencesOf(await comparable(reported, input, calculated), reported) })
  }
}

/** In the unit of the charge point, and without limits that only such a difference has shown. */
async function comparable(
  { unit = 'A' }: ReportedSchedule,
  input: CompositeInput,
  calculated: CompositeSchedule
): Promise<CompositeSchedule> {
  const known = withoutObserved(input)
  const isSame = unit === input.request.unit && known.profiles.length === input.profiles.length
  return isSame ? calculated : compositeScheduleInTurns({ ...known, request: { ...input.request, unit } })
}

/** Asks the charge point. */
async function ask(
  app: FastifyInstance,
  { request, reply }: { request: FastifyRequest<OneSchedule>; reply: FastifyReply },
  { protocol, ...question }: Question & { protocol: Protocol }
): Promise<ReportedSchedule> {
  app.scopes.demand(request as FastifyRequest, reply, 'calls:write')
  const { params, query, operator } = request
  const { result } = await app.calls.call({
    identity: params.identity,
    action: 'GetCompositeSchedule',
    payload: requestOf(question, versionInfo(protocol).hasDeviceModel),
    operator: operator?.name ?? '',
    ...readTimeout(query)
  })
  return readReported(result as Parameters<typeof readReported>[0], question)
}

/** @throws `INVALID_QUERY` */
function questionOf({ evseId, duration, unit = 'A', phases, voltage }: Query): Question {
  const v = voltage === undefined ? undefined : /^\d{1,5}(?:\.\d{1,3})?$/.test(voltage) ? Number(voltage) : 0
  if (v === 0) throw invalidQuery('voltage must be a number above 0, in V')
  return {
    evseId: integerIn('evseId', evseId ?? '0', 0, 2 ** 31 - 1),
    // The next second, because charge points count in seconds and a profile may have begun within this one.
    start: Math.ceil(Date.now() / 1000) * 1000,
    duration: integerIn('duration', duration ?? String(DEFAULT_DURATION), 1, MAX_DURATION),
    unit,
    ...(phases !== undefined && { phases: integerIn('phases', phases, 1, 3) }),
    ...(v !== undefined && { voltage: v })
  }
}

function integerIn(name: string, text: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw invalidQuery(`${name} must be an integer from ${least} to ${most}`)
}

function addOfFacts(app: FastifyInstance): void {
  app.post<{ Body: PostedFacts }>(
    '/composite-schedules',
    {
      config: {
        scope: 'charge-points:read',
        audit: false,
        problems: { 422: { INVALID_FACTS: 'a profile or a plan breaks the schema of the version, see `errors`' } }
      },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'calculateCompositeSchedule',
        summary: 'Calculate which limit would hold when',
        description:
          'The same calculation over facts that are posted: nothing is sent or stored. For trying out profiles before ' +
          'a charge point gets them.',
        body: PostedFacts,
        response: { 200: CalculatedRecord }
      }
    },
    async ({ body }) => compositeScheduleInTurns(checkedFacts(body))
  )
}
