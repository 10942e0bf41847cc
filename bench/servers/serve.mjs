import { Session } from 'node:inspector/promises'

/**
 * Questions of the bench to a server process; each is `{ id, question, argument }` and is answered
 * `{ id, answer }`.
 *
 * @type {Record<string, (argument?: unknown) => unknown>}
 */
const ANSWERS = {
  /** User and system time of all threads of this process, microseconds. */
  cpu() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  memory: settledMemory,
  async startProfile(interval) {
    profiler.connect()
    await profiler.post('Profiler.enable')
    await profiler.post('Profiler.setSamplingInterval', { interval: Number(interval) })
    await profiler.post('Profiler.start')
  },
  async stopProfile() {
    const { profile } = await profiler.post('Profiler.stop')
    profiler.disconnect()
    return profile
  }
}

const profiler = new Session()

/**
 * Tells the bench where this server listens and answers its questions until it lets go.
 *
 * @param {number} port
 */
export function serve(port) {
  process.on('message', async ({ id, question, argument }) => {
    process.send?.({ id, answer: await ANSWERS[question]?.(argument) })
  })
  process.on('disconnect', () => process.exit())
  process.send?.({ id: 0, answer: port })
}

/** Memory after garbage collections have freed nothing more. Needs `--expose-gc`. */
async function settledMemory() {
  let before = Number.POSITIVE_INFINITY
  for (let round = 0; round < 10; round++) {
    globalThis.gc?.()
    // Finalizers and the closing of handles run in later turns.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { heapUsed, external, rss } = process.memoryUsage()
    if (heapUsed + external > 0.999 * before) return { heap: heapUsed + external, rss }
    before = heapUsed + external
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, rss }
}
