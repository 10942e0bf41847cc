import type { Reader } from '../events/scope.js'
import type { Cell } from '../http/csv.js'
import { type Included, type LivePage, listLivePositions, showLive } from './live.js'
import type { PresentConnector } from './present.js'
import { findChargePoints } from './rows.js'
import type { Whereabouts } from './whereabouts.js'

export const CHARGE_POINT_COLUMNS = [
  'identity',
  'name',
  'site',
  'connected',
  'states',
  'powerW',
  'protocol',
  'vendor',
  'model',
  'serialNumber',
  'firmwareVersion',
  'registration',
  'enabled',
  'lastSeenAt',
  'lastConnectedAt',
  'lastDisconnectedAt',
  'createdAt',
  'notes'
] as const
type Line = Readonly<Partial<Record<(typeof CHARGE_POINT_COLUMNS)[number], Cell>>>

/** Charge points in one read. */
const AT_ONCE = 200

/** All charge points that match, page by page. */
export async function* chargePointLines(
  db: Reader,
  whereabouts: Whereabouts,
  { behind: first, ...page }: Omit<LivePage, 'limit'>,
  { may }: Pick<Included, 'may'>
): AsyncGenerator<Line[]> {
  for (let behind = first; ; ) {
    const found = await listLivePositions(db, whereabouts, { ...page, limit: AT_ONCE, ...(behind && { behind }) })
    const keys = found.map(({ key }) => key)
    const rows = await findChargePoints(db, keys)
    // A charge point may have been removed meanwhile.
    const some = keys.flatMap((key) => rows.get(key) ?? [])
    yield (await showLive(db, whereabouts, some, { connectors: true, may })).map(toLine)
    if (found.length < AT_ONCE) return
    behind = found.at(-1)
  }
}

function toLine({ boot = {}, connectors, ...shown }: Record<string, unknown>): Line {
  const present = connectors as readonly PresentConnector[]
  const powers = present.flatMap(({ transaction }) => transaction?.powerW ?? [])
  return {
    ...(boot as Line),
    ...(shown as Line),
    states: present.map(stateAt).join('; '),
    powerW: powers.length === 0 ? undefined : powers.reduce((sum, power) => sum + power, 0)
  }
}

/** E.g. `2: Charging`, and of the second connector of an EVSE of 2.x `2.2: Charging`. */
function stateAt({ evseId, connectorId, state }: PresentConnector): string {
  if (evseId === undefined) return connectorId === undefined ? state : `${connectorId}: ${state}`
  const isAlone = connectorId === undefined || connectorId === evseId || connectorId === 1
  return `${isAlone ? evseId : `${evseId}.${connectorId}`}: ${state}`
}
