import type { ClusterApi } from 'fastify-ocpp'

/** Whether this node is the oldest that it knows of, so that it does what one of several has to do; or it is alone. */
export function isEldest(cluster: Pick<ClusterApi, 'nodes'> | undefined): boolean {
  if (cluster === undefined) return true
  const [eldest] = [...cluster.nodes()].sort((one, other) => {
    return one.since.getTime() - other.since.getTime() || (one.node < other.node ? -1 : 1)
  })
  return eldest?.isLocal === true
}
