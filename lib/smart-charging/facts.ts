import { type Protocol, versionInfo } from 'fastify-ocpp'
import type {
  CompositeInput,
  EvseFacts,
  InstalledProfile,
  StateFacts,
  TransactionFacts
} from 'fastify-ocpp/smart-charging'
import type * as v21 from 'fastify-ocpp/v21'
import { isConfirmed, type ProfileRow } from '../charge-points/charging-profiles.js'
import { reportedVariable } from '../charge-points/reported-variable.js'
import type { ChargePointRow } from '../charge-points/rows.js'
import type { Reader } from '../events/scope.js'
import { readingsNow } from '../ledger/power.js'
import { findOpen, type TransactionRow } from '../ledger/queries.js'
import { configurationValue, connectorsOf } from '../operations/facts.js'
import { isTimeZone } from '../time-zone.js'

// The facts of a charge point that decide its composite schedules.

/** A request for a composite schedule. */
export interface Question {
  /** 0: the whole charge point. In 1.6 the connector. */
  evseId: number
  /** Epoch milliseconds. */
  start: number
  /** Seconds. */
  duration: number
  unit: 'A' | 'W'
  /** Of every EVSE that does not tell its phases. */
  phases?: number
  /** V, between a line and neutral. */
  voltage?: number
}

/** The charge point or EVSE of the composite schedule. */
export interface Subject {
  db: Reader
  chargePoint: ChargePointRow
  /** Of the connection, or of the last one. */
  protocol: Protocol
  isConnected: boolean
}

/** Facts that nobody has told, and the values that were taken instead. */
export interface Assumed {
  phases?: number
  voltage?: number
}

export interface KnownFacts {
  input: CompositeInput
  assumed: Assumed
}

/** Most of what is installed is of three phases, and of 230 V against neutral. [IEC 60038] */
const USUAL = { phases: 3, voltage: 230 }
/** Connectors that a charge point of 1.6 may claim to have: more are not counted. */
const MAX_CONNECTORS = 100

/** @param isCounted whether a profile of the ledger is one of the facts. Default: each is */
export async function readFacts(
  subject: Subject,
  question: Question,
  isCounted: (row: ProfileRow) => boolean = () => true
): Promise<KnownFacts> {
  const { protocol } = subject
  const { db, chargePoint } = subject
  const open = await findOpen(db, chargePoint.id)
  const { evses, assumed } = await evsesOf(subject, question, open)
  const { phases: _phases, voltage: _voltage, ...request } = question
  const input = {
    version: protocol.slice('ocpp'.length),
    evses,
    profiles: await profilesOf(subject, open, isCounted),
    state: await stateOf(subject, open),
    request
  }
  return { input: input as CompositeInput, assumed }
}

/** The EVSE of 2.x; a connector of 1.6 is one. */
function evseOf({ protocol }: Pick<Subject, 'protocol'>, place: { evse_id: number; connector_id: number }): number {
  return versionInfo(protocol).hasDeviceModel ? place.evse_id : place.connector_id
}

// --- EVSEs ---------------------------------------------------------------------------------------------------------

async function evsesOf(subject: Subject, question: Question, open: readonly TransactionRow[]) {
  const { db, chargePoint, protocol } = subject
  const reported = await connectorsOf(db, chargePoint.id)
  const ids = new Set([...reported, ...open].map((place) => evseOf(subject, place)))
  if (!versionInfo(protocol).hasDeviceModel) {
    const count = Number(await configurationValue(db, chargePoint.id, 'NumberOfConnectors'))
    for (let id = 1; id <= Math.min(count, MAX_CONNECTORS); id++) ids.add(id)
  }
  const told = await toldOf(subject)
  for (const id of told.keys()) ids.add(id)
  // A charge point that has told nothing of an EVSE may have it all the same, and every one has the first.
  ids.add(question.evseId || 1)
  ids.delete(0)
  const assumed: Assumed = question.voltage === undefined ? { voltage: USUAL.voltage } : {}
  const evses = [...ids]
    .sort((one, other) => one - other)
    .map((id): EvseFacts => {
      const { phases = told.get(0)?.phases, maxPower } = told.get(id) ?? {}
      if (phases === undefined && question.phases === undefined) assumed.phases = USUAL.phases
      return {
        id,
        phases: phases || question.phases || USUAL.phases,
        voltage: question.voltage ?? USUAL.voltage,
        ...(phases === 0 && { current: 'DC' }),
        ...(maxPower !== undefined && { maxPower })
      }
    })
  return { evses, assumed }
}

interface Told {
  /** 0: direct current. */
  phases?: number
  /** W. */
  maxPower?: number
}

/** The device model of the EVSEs, and of the whole charge point as EVSE 0. [2.x Part 2, Appendix 3] */
async function toldOf({ db, chargePoint }: Subject): Promise<Map<number, Told>> {
  const rows = await db
    .selectFrom('variables')
    .select(['component', 'evse_id', 'variable', 'value', 'characteristics'])
    .where('charge_point_id', '=', chargePoint.id)
    .where('component', 'in', ['EVSE', 'ChargingStation'])
    .where('variable', 'in', ['SupplyPhases', 'Power'])
    .where('connector_id', '=', 0)
    .where('attribute', '=', 'Actual')
    .execute()
  const told = new Map<number, Told>()
  for (const { component, evse_id, variable, value, characteristics } of rows) {
    const known = told.get(evse_id) ?? {}
    told.set(evse_id, known)
    if (variable === 'SupplyPhases') Object.assign(known, phasesOf(value))
    else if (component === 'EVSE') Object.assign(known, maximumOf(characteristics))
  }
  return told
}

/** No phases mean direct current, which some charge points call -1. */
function phasesOf(value: string | null): Pick<Told, 'phases'> {
  if (value === null || !/^(?:-1|[0-3])$/.test(value)) return {}
  return { phases: Math.max(0, Number(value)) }
}

function maximumOf(characteristics: string | null): Pick<Told, 'maxPower'> {
  const { maxLimit } = JSON.parse(characteristics ?? '{}') as { maxLimit?: number }
  return maxLimit !== undefined && maxLimit > 0 ? { maxPower: maxLimit } : {}
}

// --- profiles ------------------------------------------------------------------------------------------------------

/** In the order in which they were accepted. */
async function profilesOf(
  subject: Subject,
  open: readonly TransactionRow[],
  isCounted: (row: ProfileRow) => boolean
): Promise<InstalledProfile<object>[]> {
  const { db, chargePoint } = subject
  const rows = await db
    .selectFrom('charging_profiles')
    .selectAll()
    .where('charge_point_id', '=', chargePoint.id)
    .orderBy('id')
    .execute()
  const running = new Set(open.map(({ transaction_id }) => transaction_id))
  // That of a remote start without a transaction is not in force yet.
  const installed = rows.filter(
    ({ purpose, transaction_id }) => purpose !== 'TxProfile' || (transaction_id !== null && running.has(transaction_id))
  )
  return installed.filter(isCounted).map((row) => profileOf(subject, row))
}

function profileOf(subject: Subject, row: ProfileRow): InstalledProfile<object> {
  const { transaction_id: transactionId, accepted_at: acceptedAt, source } = row
  const profile = JSON.parse(row.payload) as object
  return {
    evseId: evseOf(subject, row),
    // Keys of transactions are unique, which their ids are not.
    profile: transactionId === null ? profile : { ...profile, transactionId },
    source,
    confirmed: isConfirmed(row, subject.chargePoint),
    ...(acceptedAt !== null && { acceptedAt })
  }
}

// --- state ---------------------------------------------------------------------------------------------------------

async function stateOf(subject: Subject, open: readonly TransactionRow[]): Promise<StateFacts> {
  const { chargePoint, isConnected } = subject
  const timeZone = await timeZoneOf(subject)
  return {
    transactions: await transactionsOf(subject, open),
    ...(timeZone !== undefined && { timeZone }),
    ...(!isConnected && chargePoint.last_disconnected_at !== null && { offlineSince: chargePoint.last_disconnected_at })
  }
}

/** That of the charge point, else that of its site. [2.x ClockCtrlr.TimeZone] */
async function timeZoneOf({ db, chargePoint }: Subject): Promise<string | undefined> {
  const told = await reportedVariable(db, chargePoint.id, { component: 'ClockCtrlr', variable: 'TimeZone' })
  if (told && isTimeZone(told)) return told
  if (chargePoint.site_id === null) return undefined
  const site = await db
    .selectFrom('sites')
    .select('time_zone')
    .where('site_id', '=', chargePoint.site_id)
    .executeTakeFirst()
  return site?.time_zone ?? undefined
}

async function transactionsOf(subject: Subject, open: readonly TransactionRow[]): Promise<TransactionFacts[]> {
  const { db } = subject
  const readings = await readingsNow(db, open)
  const transactions: TransactionFacts[] = []
  for (const row of open) {
    const soc = readings.get(row.id)?.soc
    transactions.push({
      id: row.transaction_id,
      evseId: evseOf(subject, row),
      startedAt: await poweredSince(subject, row),
      ...(soc !== undefined && { soc }),
      ...(await toldOfTransaction(subject, row))
    })
  }
  return transactions
}

const POWERED = new Set(['Charging', 'SuspendedEV', 'SuspendedEVSE'])
/** Events at the start of a transaction among which the power path is closed. */
const MAX_EVENTS = 50

/** When the power path was closed; otherwise when the transaction began. [2.x K01.FR.42] */
async function poweredSince({ db, chargePoint }: Subject, row: TransactionRow): Promise<number> {
  const events = await db
    .selectFrom('transaction_events')
    .select(['timestamp', 'payload'])
    .where('charge_point_id', '=', chargePoint.id)
    .where('transaction_id', '=', row.transaction_id)
    .orderBy('seq_no')
    .limit(MAX_EVENTS)
    .execute()
  const closed = events.find(({ payload }) => {
    const { transactionInfo } = JSON.parse(payload) as Partial<v21.TransactionEventRequest>
    return POWERED.has(transactionInfo?.chargingState ?? '')
  })
  return closed?.timestamp ?? row.start_timestamp ?? row.created_at
}

/** Whether priority charging is on, and what the EV plans. [2.1 K15, K21] */
async function toldOfTransaction({ db, chargePoint }: Subject, row: TransactionRow) {
  const latest = async (action: string) => {
    const found = await db
      .selectFrom('notifications')
      .select('payload')
      .where('charge_point_id', '=', chargePoint.id)
      .where('action', '=', action)
      .where('received_at', '>=', row.created_at)
      .orderBy('id', 'desc')
      .limit(MAX_EVENTS)
      .execute()
    return found.map(({ payload }) => JSON.parse(payload) as object)
  }
  const id = row.displayed_id ?? row.transaction_id
  const priorities = (await latest('NotifyPriorityCharging')) as v21.NotifyPriorityChargingRequest[]
  const plans = (await latest('NotifyEVChargingSchedule')) as v21.NotifyEVChargingScheduleRequest[]
  const priority = priorities.find(({ transactionId }) => transactionId === id)?.activated
  const plan = plans.find(({ evseId }) => evseId === row.evse_id)
  return {
    ...(priority !== undefined && { priority }),
    ...(plan !== undefined && { evSchedule: { timeBase: plan.timeBase, chargingSchedule: plan.chargingSchedule } })
  }
}
