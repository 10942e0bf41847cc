import cluster, { type Worker } from 'node:cluster'
import prometheus, { type Registry } from 'prom-client'

/** A worker asks its parent for the metrics of all workers, and gets them. */
interface Message {
  kind: 'metrics'
  id: number
  /** Absent in the question, and if the parent could not ask all of them. */
  text?: string
}

function isMessage(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && (message as Partial<Message>).kind === 'metrics'
}

/** How long a worker waits for the metrics of the others, in milliseconds. */
const PATIENCE_MS = 6_000

/** In the process that starts workers: answers them. */
export function answerMetrics(): void {
  const all = new prometheus.AggregatorRegistry()
  cluster.on('message', (worker: Worker, message: unknown) => {
    if (!isMessage(message)) return
    const answer = (text?: string) => {
      if (worker.isConnected()) worker.send({ ...message, ...(text !== undefined && { text }) })
    }
    all.clusterMetrics().then(answer, () => answer())
  })
}

/**
 * A function that returns the metrics of all workers of this machine. `undefined`: this process is none of several. It
 * rejects if the others did not answer.
 */
export function workerMetrics(registry: Registry): (() => Promise<string>) | undefined {
  if (cluster.worker === undefined) return undefined
  // So that this worker answers, too.
  new prometheus.AggregatorRegistry()
  prometheus.AggregatorRegistry.setRegistries([registry])
  const asked = new Map<number, (text: string | undefined) => void>()
  let lastId = 0
  process.on('message', (message) => {
    if (isMessage(message)) asked.get(message.id)?.(message.text)
  })
  return () => {
    const id = ++lastId
    return new Promise((resolve, reject) => {
      const end = (text: string | undefined) => {
        clearTimeout(timer)
        asked.delete(id)
        if (text === undefined) reject(new Error('the other workers of this machine do not tell their metrics'))
        else resolve(text)
      }
      const timer = setTimeout(end, PATIENCE_MS, undefined)
      asked.set(id, end)
      process.send?.({ kind: 'metrics', id } satisfies Message)
    })
  }
}
