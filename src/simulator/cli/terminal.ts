import { emitKeypressEvents } from 'node:readline'
import type { Charger } from '../charger.js'
import type { SimulatorEvent } from '../event.js'
import { settle, statusOf } from '../model/station.js'
import { swipe } from '../sessions/authorization.js'
import { fault, repair } from '../sessions/availability.js'
import { plug, unplug } from '../sessions/cable.js'
import { evseOf, RefusedByCharger } from '../sessions/evse.js'
import { endTransaction, reset } from '../sessions/transactions.js'
import { LOG_LINES, view } from './view.js'

/** The effect of a key; `evseId` is the selected EVSE. */
type Key = (charger: Charger, evseId: number) => unknown

const TOKEN = { idToken: 'SIM-TOKEN', type: 'ISO14443' }

export const KEYS: Readonly<Record<string, Key>> = {
  p: (charger, evseId) => plug(charger, evseId),
  u: (charger, evseId) => unplug(charger, evseId),
  s: (charger, evseId) => swipe(charger, TOKEN, evseId),
  c: (charger, evseId) => {
    if (evseOf(charger, evseId).connectors.every(({ ev }) => ev === undefined)) plug(charger, evseId)
    return swipe(charger, TOKEN, evseId)
  },
  x: (charger, evseId) => {
    charger.background(endTransaction(charger, evseOf(charger, evseId), 'Local'))
  },
  f: (charger, evseId) => {
    const evse = evseOf(charger, evseId)
    const isBroken = evse.connectors.some((connector) => statusOf(charger.station, evse, connector) === 'Faulted')
    if (isBroken) repair(charger, evseId)
    else fault(charger, evseId)
  },
  o: (charger) => (charger.client.connected ? charger.goOffline() : charger.goOnline()),
  r: (charger) => reset(charger, 'SoftReset', 'LocalReset')
}

/** Milliseconds between two updates of the screen. */
const FRAME = 250
const CLEAR = '\x1b[H\x1b[J'
const ALTERNATE_SCREEN = '\x1b[?1049h\x1b[?25l'
const NORMAL_SCREEN = '\x1b[?25h\x1b[?1049l'

/** The screen of one charger, with keys. */
export class Terminal {
  readonly #charger: Charger
  readonly #quit: () => void
  readonly #events: SimulatorEvent[] = []
  readonly #onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean }) => this.#pressed(text, key)
  #selected = 1
  #timer: NodeJS.Timeout | undefined

  constructor(charger: Charger, quit: () => void) {
    this.#charger = charger
    this.#quit = quit
  }

  /** Adds an event to the lines below the EVSEs. */
  event(event: SimulatorEvent): void {
    this.#events.push(event)
    if (this.#events.length > LOG_LINES) this.#events.shift()
  }

  start(): void {
    emitKeypressEvents(process.stdin)
    process.stdin.setRawMode(true)
    process.stdin.on('keypress', this.#onKey)
    process.stdin.resume()
    process.stdout.write(ALTERNATE_SCREEN)
    this.#timer = setInterval(() => this.#draw(), FRAME)
    this.#draw()
  }

  stop(): void {
    clearInterval(this.#timer)
    process.stdin.off('keypress', this.#onKey)
    process.stdin.setRawMode(false)
    process.stdin.pause()
    process.stdout.write(NORMAL_SCREEN)
  }

  #draw(): void {
    settle(this.#charger.station, this.#charger.time.now())
    // A terminal of unknown width reports 0 columns.
    const rows = view(this.#charger, this.#selected, this.#events, process.stdout.columns || undefined)
    process.stdout.write(`${CLEAR}${rows.join('\r\n')}`)
  }

  #pressed(text: string | undefined, { name, ctrl }: { name?: string; ctrl?: boolean }): void {
    if (name === 'q' || (ctrl === true && name === 'c')) {
      this.#quit()
      return
    }
    const number = Number(text)
    if (number >= 1 && number <= this.#charger.station.evses.length) this.#selected = number
    const act = name === undefined ? undefined : KEYS[name]
    if (act !== undefined) pressKey(this.#charger, this.#selected, act)
    this.#draw()
  }
}

/** Runs the action of a key. An action that the charger refuses becomes a `problem` event. */
export function pressKey(charger: Charger, evseId: number, act: Key): void {
  const work = async () => act(charger, evseId)
  charger.background(
    work().catch((error: unknown) => {
      if (!(error instanceof RefusedByCharger)) throw error
      charger.emit('problem', { message: error.message })
    })
  )
}
