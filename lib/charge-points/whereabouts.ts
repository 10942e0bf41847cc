import type { ChargePoint, ChargePointsApi, Ocpp } from 'fastify-ocpp'
import { chunks, fold, type Reader } from '../events/scope.js'

/** The connection of a charge point to another node, as it is stored. */
export interface Elsewhere {
  /** The name of the node. */
  readonly node: string
  readonly protocol: string
  readonly remoteAddress: string
  /** Epoch milliseconds. */
  readonly connectedAt: number
}

/** Which of some charge points are connected, and where. */
export interface Located {
  has(identity: string): boolean
  /** The connection of this process. */
  here(identity: string): ChargePoint | undefined
  elsewhere(identity: string): Elsewhere | undefined
  /** The name of this node; `undefined` if it is alone. */
  readonly node: string | undefined
}

export interface WhereaboutsOptions {
  live: Pick<ChargePointsApi, 'get' | 'has'>
  /** This process among several; `undefined`: it is alone, so that nothing is looked up. */
  self?: { node: string; runId: string } | undefined
}

/**
 * The connection of a charge point to this process. `undefined` also while the charge point is connecting to another
 * node, which then makes its calls.
 */
export function connectionHere(
  { chargePoints, cluster }: Pick<Ocpp, 'chargePoints' | 'cluster'>,
  identity: string
): ChargePoint | undefined {
  return cluster?.isSuspended(identity) === true ? undefined : chargePoints.get(identity)
}

/** Where charge points are connected. What other nodes have is stored within a second, what a dead one had within 15 s. */
export class Whereabouts {
  readonly #live: WhereaboutsOptions['live']
  readonly #self: WhereaboutsOptions['self']

  constructor({ live, self }: WhereaboutsOptions) {
    this.#live = live
    this.#self = self
  }

  /** Whether another node has stored that the charge point is connected to it. */
  async isElsewhere(db: Reader, identity: string): Promise<boolean> {
    const located = await this.of(db, [identity])
    return located.elsewhere(identity) !== undefined
  }

  /** @param identities folded or not */
  async of(db: Reader, identities: readonly string[]): Promise<Located> {
    const live = this.#live
    const self = this.#self
    const others = new Map<string, Elsewhere>()
    if (self !== undefined) {
      const unseen = identities.filter((identity) => !live.has(identity)).map(fold)
      for (const part of chunks(unseen))
        for (const [key, one] of await readOthers(db, part, self.runId)) others.set(key, one)
    }
    return {
      node: self?.node,
      has: (identity) => live.has(identity) || others.has(fold(identity)),
      here: (identity) => live.get(identity),
      elsewhere: (identity) => others.get(fold(identity))
    }
  }
}

async function readOthers(db: Reader, keys: readonly string[], runId: string): Promise<[string, Elsewhere][]> {
  const rows = await db
    .selectFrom('connections')
    .innerJoin('charge_points', 'charge_points.id', 'connections.charge_point_id')
    .innerJoin('runs', 'runs.run_id', 'connections.run_id')
    .select(['identity_key', 'connections.protocol', 'remote_address', 'connected_at', 'node', 'runs.run_id'])
    .where('is_open', '=', 1)
    .where('connections.run_id', '!=', runId)
    .where('identity_key', 'in', keys)
    // The one that was stored last is the newest: clocks of nodes may differ.
    .orderBy('connections.id')
    .execute()
  return rows.map(({ identity_key, protocol, remote_address, connected_at, node, run_id }) => [
    identity_key,
    { node: node ?? run_id, protocol, remoteAddress: remote_address, connectedAt: Number(connected_at) }
  ])
}
