import { collectDefaultMetrics, Registry } from 'prom-client'

let ofProcess: Registry | undefined

/**
 * A registry with the metrics of the process: memory, CPU, event loop, garbage collection. All apps of a process share them,
 * because what observes a process does not stop when an app is closed.
 */
export function createRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return Registry.merge([ofProcess])
}
