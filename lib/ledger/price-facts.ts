import { fold } from '../events/scope.js'
import type { Facts } from '../money/input.js'
import { endsIt } from './event.js'
import type { Db, TransactionRow } from './queries.js'

// Facts that prices may depend on. What was not told, or was told in two ways, is unknown.

type Kind = NonNullable<Facts['evseKind']>

/** Types of connectors that carry one kind of current only. [2.x Part 2, Appendix: ConnectorType] */
const KINDS: Readonly<Record<string, Kind>> = {
  cccs1: 'DC',
  cccs2: 'DC',
  cg105: 'DC',
  cmcs: 'DC',
  cultracchaoji: 'DC',
  ctype1: 'AC',
  ctype2: 'AC',
  stype2: 'AC',
  stype3: 'AC',
  's309-1p-16a': 'AC',
  's309-1p-32a': 'AC',
  's309-3p-16a': 'AC',
  's309-3p-32a': 'AC',
  sbs1361: 'AC',
  'scee-7-7': 'AC'
}

/**
 * Whether an EVSE gives alternating or direct current, as its connectors and its phases tell; `undefined` if neither tells,
 * or they contradict. `connectorId` 0: any of its connectors.
 */
export async function evseKindOf(
  db: Db,
  { chargePointId, evseId, connectorId = 0 }: { chargePointId: number; evseId: number; connectorId?: number }
): Promise<Kind | undefined> {
  if (evseId === 0) return undefined
  const rows = await db
    .selectFrom('variables')
    .select(['component', 'connector_id', 'variable', 'value'])
    .where('charge_point_id', '=', chargePointId)
    .where('evse_id', '=', evseId)
    .where('component', 'in', ['Connector', 'EVSE'])
    .where('variable', 'in', ['ConnectorType', 'SupplyPhases'])
    .where('attribute', '=', 'Actual')
    .execute()
  const told = rows.flatMap(({ component, connector_id, variable, value }) => {
    if (component === 'EVSE') return variable === 'SupplyPhases' ? [kindOfPhases(value ?? '')] : []
    const isMeant = connectorId === 0 || connector_id === connectorId
    return variable === 'ConnectorType' && isMeant ? [KINDS[fold(value ?? '')]] : []
  })
  const kinds = new Set(told.filter((kind) => kind !== undefined))
  const [only] = kinds
  return kinds.size === 1 ? only : undefined
}

/** No phases mean direct current, which some charge points call -1. */
function kindOfPhases(value: string): Kind | undefined {
  if (/^[1-3]$/.test(value)) return 'AC'
  return /^(?:0|-1)$/.test(value) ? 'DC' : undefined
}

/** A value of a list that may be anything where messages that break their schema are let through. */
function valueIn(infos: unknown, wanted: string): string | undefined {
  if (!Array.isArray(infos)) return undefined
  const found = infos.find((info) => typeof info?.type === 'string' && fold(info.type) === wanted)?.additionalIdToken
  return typeof found === 'string' ? found : undefined
}

interface Told {
  eventType: 'Started' | 'Updated' | 'Ended'
  triggerReason: string
  idToken?: { additionalInfo?: unknown }
}

/** Events that are looked at: the one that tells who pays is among the first. */
const MAX_EVENTS = 50

/** How an ad-hoc payment was made, as the id token that started the transaction says. [2.1 C18] */
export async function paymentFactsOf(
  db: Db,
  { charge_point_id, transaction_id }: Pick<TransactionRow, 'charge_point_id' | 'transaction_id'>
): Promise<Facts> {
  const rows = await db
    .selectFrom('transaction_events')
    .select('payload')
    .where('charge_point_id', '=', charge_point_id)
    .where('transaction_id', '=', transaction_id)
    .where('payload', 'like', '%additionalInfo%')
    .orderBy('timestamp')
    .orderBy('seq_no')
    .limit(MAX_EVENTS)
    .execute()
  const events = rows.map(({ payload }) => JSON.parse(payload) as Told)
  const infos = events.find((event) => event.idToken !== undefined && !endsIt(event))?.idToken?.additionalInfo
  const toldOf = (type: string) => valueIn(infos, type)
  const [paymentBrand, paymentRecognition] = [toldOf('paymentbrand'), toldOf('paymentrecognition')]
  return {
    ...(paymentBrand !== undefined && { paymentBrand }),
    ...(paymentRecognition !== undefined && { paymentRecognition })
  }
}
