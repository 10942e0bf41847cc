import type { ClusterApi, ClusterCounters } from 'fastify-ocpp'
import { Counter, Gauge, type Registry } from 'prom-client'

const COUNTERS: Readonly<Record<keyof ClusterCounters, readonly [name: string, help: string]>> = {
  asked: ['ocpp_cluster_asked_total', 'Requests for charge points of other nodes'],
  served: ['ocpp_cluster_served_total', 'Requests of other nodes for charge points of this one'],
  ignored: ['ocpp_cluster_ignored_total', 'Messages on the subjects of the cluster that are not ours'],
  dropped: ['ocpp_cluster_dropped_total', 'Events that other nodes did not get because NATS was away or slow'],
  superseded: ['ocpp_cluster_superseded_total', 'Connections closed because the charge point connected to another node']
}

/** Knowledge of this node about the other nodes. */
export function observeCluster(registry: Registry, cluster: ClusterApi): void {
  const registers = [registry]
  new Gauge({
    name: 'ocpp_cluster_connected',
    aggregator: 'min',
    help: 'Whether other nodes can be reached: 1, or 0 while NATS is away',
    registers,
    collect() {
      this.set(cluster.isConnected ? 1 : 0)
    }
  })
  new Gauge({
    name: 'ocpp_cluster_nodes',
    aggregator: 'max',
    help: 'This node and those that were heard of in the last three seconds',
    registers,
    collect() {
      this.set(cluster.nodes().length)
    }
  })
  for (const [key, [name, help]] of Object.entries(COUNTERS)) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(cluster.counters[key as keyof ClusterCounters])
      }
    })
  }
}
