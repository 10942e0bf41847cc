export type {
  Cluster,
  ClusterApi,
  ClusterCounters,
  ClusterEvent,
  ClusterEventListener,
  ClusterEventName,
  ClusterEventsApi,
  ClusterNode,
  MessageListener,
  ReplyListener
} from '../types/cluster.js'
export { TooLargeError, UnreachableError } from './errors.js'
export { type MemoryNode, memoryCluster } from './memory.js'
