import type { Charger } from '../charger.js'
import type { SimulatorEvent } from '../event.js'
import { type Evse, limitOf, plugged, statusOf } from '../model/station.js'
import { line } from './output.js'

/** Number of events below the EVSEs. */
export const LOG_LINES = 12

const BOLD = '\x1b[1m'
const DIM = '\x1b[2m'
const RESET = '\x1b[0m'
const COLOURS: Readonly<Record<string, string>> = {
  Available: '\x1b[32m',
  Charging: '\x1b[36m',
  Faulted: '\x1b[31m',
  Unavailable: '\x1b[31m',
  Reserved: '\x1b[35m'
}
const KEYS = 'p plug · u unplug · s swipe · c charge · x stop · f fault · o offline · r reset · 1-9 EVSE · q quit'
const BAR = 20

/** The screen of one charger, one text for each row of the terminal. */
export function view(charger: Charger, selected: number, events: readonly SimulatorEvent[], columns = 100): string[] {
  const { client, registration, protocol, time } = charger
  const link = client.connected ? `connected, ${protocol}` : charger.isRebooting ? 'restarting' : 'offline'
  const waiting = client.undelivered > 0 ? ` · ${client.undelivered} messages waiting` : ''
  const speed = time.speed === 1 ? '' : ` · ${time.speed}x`
  const rows = [
    `${BOLD}${charger.identity}${RESET}  ${link} · ${registration ?? 'not booted'}${waiting}  ${DIM}${charger.timestamp()}${speed}${RESET}`,
    '',
    ...charger.station.evses.flatMap((evse) => evseRows(charger, evse, evse.id === selected)),
    '',
    ...events.slice(-LOG_LINES).map((event) => `${DIM}${line(event)}${RESET}`),
    '',
    KEYS
  ]
  return rows.map((row) => cut(row, columns))
}

function evseRows(charger: Charger, evse: Evse, isSelected: boolean): string[] {
  const { station } = charger
  const mark = isSelected ? '▶' : ' '
  return evse.connectors.map((connector) => {
    const status = statusOf(station, evse, connector)
    const name = evse.connectors.length > 1 ? `${evse.id}.${connector.id}` : String(evse.id)
    const power = `${(evse.power / 1000).toFixed(1).padStart(6)} kW of ${(limitOf(station, evse, station.updatedAt) / 1000).toFixed(1)}`
    const state = `${COLOURS[status] ?? ''}${status.padEnd(13)}${RESET}`
    return `${mark} EVSE ${name.padEnd(4)} ${state} ${power}  ${(evse.meter / 1000).toFixed(2)} kWh  ${battery(evse)}`
  })
}

function battery(evse: Evse): string {
  const ev = plugged(evse)?.ev
  if (ev === undefined) return ''
  const full = Math.round(ev.soc * BAR)
  const token = evse.transaction?.token.idToken ?? ''
  return `[${'█'.repeat(full)}${'░'.repeat(BAR - full)}] ${Math.round(ev.soc * 100)} %  ${token}`
}

/** An escape sequence, or one character. */
const PART = new RegExp(`${'\x1b'}\\[[0-9]*m|.`, 'gsu')

/** Cuts a row at the width of the terminal; escape sequences have no width. */
function cut(row: string, columns: number): string {
  let width = 0
  for (const { 0: part, index } of row.matchAll(PART)) {
    if (part.startsWith('\x1b')) continue
    width++
    if (width > columns) return `${row.slice(0, index)}${RESET}`
  }
  return row
}
