import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

const SECONDS = 5
/** Between two messages of the bystander. */
const INTERVAL_MS = 20
/** Requests at the same time. */
const READERS = 4
/** No index finds what these ask for: every transaction, and every charge point, is looked at. */
const LONG_READS = [
  '/api/v1/transactions?evseId=9',
  '/api/v1/transactions?connectorId=7&sort=receivedAt',
  '/api/v1/charge-points?q=nothing',
  '/api/v1/charge-points?connected=true'
]

/**
 * How long a charge point waits for the answer to a Heartbeat and to a StatusNotification, which is stored: while
 * nothing else happens, and while as many long reads run as the back-end lets run.
 *
 * @param {number} port
 * @param {(path: string) => Promise<{ status: number, body: string }>} get
 */
export async function bystander(port, get) {
  const charger = await Bystander.connect(port)
  await charger.measure(1)
  const alone = await charger.measure(SECONDS)
  let isOver = false
  let reads = 0
  const readers = Array.from({ length: READERS }, async (_, index) => {
    for (let i = index; !isOver; i++) {
      const path = LONG_READS[i % LONG_READS.length]
      const { status, body } = await get(path)
      if (status !== 200) throw new Error(`${path} answered ${status} ${body}`)
      reads++
    }
  })
  const beside = await charger.measure(SECONDS)
  isOver = true
  await Promise.all(readers)
  charger.close()
  return { alone, beside, reads }
}

/** A charge point that goes on sending messages, and measures how long it waits. */
export class Bystander {
  #socket
  #answered = () => {}
  #count = 0

  static async connect(port) {
    const charger = new Bystander(port)
    await once(charger.#socket, 'open')
    await charger.#call('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One' })
    return charger
  }

  constructor(port) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/ocpp/CP-1`, 'ocpp1.6')
    this.#socket.on('message', () => this.#answered())
  }

  /** Sorted milliseconds of each message. */
  measure(seconds) {
    const until = performance.now() + seconds * 1000
    return this.measureWhile(() => performance.now() < until)
  }

  /** The same for as long as something goes on. */
  async measureWhile(goesOn) {
    const waits = { Heartbeat: [], StatusNotification: [] }
    while (goesOn()) {
      const status = this.#count % 2 === 0 ? 'Available' : 'Preparing'
      waits.Heartbeat.push(await this.#call('Heartbeat', {}))
      waits.StatusNotification.push(
        await this.#call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status })
      )
      await sleep(INTERVAL_MS)
    }
    for (const list of Object.values(waits)) list.sort((a, b) => a - b)
    return waits
  }

  close() {
    this.#socket.terminate()
  }

  async #call(action, payload) {
    const begin = performance.now()
    const answer = new Promise((resolve) => {
      this.#answered = resolve
    })
    this.#socket.send(JSON.stringify([2, `${++this.#count}`, action, payload]))
    await answer
    return performance.now() - begin
  }
}
