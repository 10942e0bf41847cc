// The rules of composite schedules again, second by second and without any code of the library: slow, and written to
// be read beside the standard.
import type { CompositeInput, EvseFacts } from 'fastify-ocpp/smart-charging'
import type { ChargingProfileType, ChargingSchedulePeriodType } from 'fastify-ocpp/v21'

/** The values of one second; `undefined` where nothing is said. Already rounded. */
export interface Second {
  limit: number[] | null
  discharge: number[] | undefined
  setpoint: number[] | undefined
  phases: number | undefined
}

interface Said {
  installed: Installed
  period: ChargingSchedulePeriodType
  unit: 'A' | 'W'
}

interface Installed {
  evseId: number
  profile: ChargingProfileType
  randomDelays?: readonly number[]
  order: number
}

const DAY = 86_400

/** Reads date-times only in the form of `Date.prototype.toISOString`. */
const seconds = (time: string | number | undefined) =>
  time === undefined ? undefined : new Date(time).getTime() / 1000

export function evaluate(input: CompositeInput): Second[] {
  const { request } = input
  const start = seconds(request.start) ?? 0
  const all = installed(input)
  return Array.from({ length: request.duration }, (_, second) => at(input, all, start, start + second))
}

function at(input: CompositeInput, all: Installed[], start: number, now: number): Second {
  const { request, evses } = input
  const station = stationSays(input, all, start, now)
  if (request.evseId !== 0) {
    const evse = evses.find(({ id }) => id === request.evseId) as EvseFacts
    const said = evseSays(input, all, evse, start, now)
    const bounds = [...said.bounds, ...station.bounds]
    return shown(amperes(said.tx, bounds, [...said.generation, ...station.generation], evse), request.unit, evse)
  }
  const parts = evses.map((evse) => {
    const said = evseSays(input, all, evse, start, now)
    return { evse, said, own: amperes(said.tx, said.bounds, said.generation, evse) }
  })
  return sum(parts, station, request.unit)
}

/** In the order of acceptance, without what a later one has replaced. */
function installed({ version, profiles }: CompositeInput): Installed[] {
  let kept: Installed[] = []
  for (const [order, given] of profiles.entries()) {
    const one = { ...given, order, profile: as21(given.profile as ChargingProfileType) }
    kept = kept.filter((other) => !(other.profile.id === one.profile.id || excludes(version, other, one)))
    kept.push(one)
  }
  return kept
}

function as21(profile: ChargingProfileType & { chargingProfileId?: number }): ChargingProfileType {
  const purpose = String(profile.chargingProfilePurpose).replace('ChargePointMaxProfile', 'ChargingStationMaxProfile')
  return {
    ...profile,
    id: profile.chargingProfileId ?? profile.id,
    chargingProfilePurpose: purpose as ChargingProfileType['chargingProfilePurpose'],
    chargingSchedule: [profile.chargingSchedule].flat()
  }
}

function excludes(version: string, one: Installed, other: Installed): boolean {
  const [a, b] = [one.profile, other.profile]
  const isSamePlace =
    one.evseId === other.evseId &&
    a.stackLevel === b.stackLevel &&
    a.chargingProfilePurpose === b.chargingProfilePurpose &&
    (a.chargingProfilePurpose !== 'TxProfile' || String(a.transactionId) === String(b.transactionId))
  if (!isSamePlace || version === '1.6') return isSamePlace
  const [fromA, toA, fromB, toB] = [a.validFrom, a.validTo, b.validFrom, b.validTo].map(seconds)
  return (fromA ?? -Infinity) < (toB ?? Infinity) && (fromB ?? -Infinity) < (toA ?? Infinity)
}

function evseSays(input: CompositeInput, all: Installed[], evse: EvseFacts, start: number, now: number) {
  const transaction = input.state?.transactions?.find(({ evseId }) => evseId === evse.id)
  const session = {
    start: seconds(transaction?.startedAt) ?? start,
    isRunning: transaction !== undefined,
    soc: transaction?.soc ?? input.state?.soc
  }
  const find = (purpose: string, evseIds: number[]) => loudest(input, all, purpose, evseIds, session, now)
  const mine = all.filter(
    ({ profile }) =>
      profile.chargingProfilePurpose !== 'TxProfile' ||
      profile.transactionId === undefined ||
      String(profile.transactionId) === String(transaction?.id)
  )
  const tx =
    (transaction?.priority ? find('PriorityCharging', [evse.id, 0]) : undefined) ??
    (transaction ? loudest(input, mine, 'TxProfile', [evse.id], session, now) : undefined) ??
    (input.version === '1.6'
      ? (find('TxDefaultProfile', [evse.id]) ?? find('TxDefaultProfile', [0]))
      : find('TxDefaultProfile', [evse.id, 0]))
  const bounds = [
    find('ChargingStationMaxProfile', [evse.id]),
    find('ChargingStationExternalConstraints', [evse.id])
  ].filter((said) => said !== undefined)
  return { tx, bounds, generation: [find('LocalGeneration', [evse.id])].filter((said) => said !== undefined) }
}

function stationSays(input: CompositeInput, all: Installed[], start: number, now: number) {
  const session = { start, isRunning: (input.state?.transactions ?? []).length > 0, soc: input.state?.soc }
  const find = (purpose: string) => loudest(input, all, purpose, [0], session, now)
  const bounds = [find('ChargingStationMaxProfile'), find('ChargingStationExternalConstraints')]
  return {
    bounds: bounds.filter((said) => said !== undefined),
    generation: [find('LocalGeneration')].filter((said) => said !== undefined)
  }
}

interface Session {
  start: number
  isRunning: boolean
  soc: number | undefined
}

function loudest(
  input: CompositeInput,
  all: Installed[],
  purpose: string,
  evseIds: number[],
  session: Session,
  now: number
) {
  let best: Said | undefined
  for (const one of all) {
    if (one.profile.chargingProfilePurpose !== purpose || !evseIds.includes(one.evseId)) continue
    const said = says(input, one, session, now)
    if (said === undefined) continue
    const rank = (said: Said) => [said.installed.profile.stackLevel, said.installed.evseId, said.installed.order]
    if (best === undefined || compare(rank(said), rank(best)) > 0) best = said
  }
  return best
}

function compare(a: number[], b: number[]): number {
  const index = a.findIndex((value, place) => value !== b[place])
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0)
}

function says(input: CompositeInput, one: Installed, session: Session, now: number): Said | undefined {
  const { profile } = one
  const [schedule] = profile.chargingSchedule
  if (schedule === undefined || now < (seconds(profile.validFrom) ?? -Infinity)) return undefined
  if (now >= (seconds(profile.validTo) ?? Infinity) || isCutOff(input, profile, now)) return undefined
  let begin =
    profile.chargingProfileKind === 'Relative' ? session.start : (seconds(schedule.startSchedule) ?? session.start)
  let time = now
  if (profile.chargingProfileKind === 'Dynamic') begin = seconds(profile.dynUpdateTime) ?? begin
  else if (schedule.useLocalTime && schedule.startSchedule !== undefined) {
    begin = seconds(schedule.startSchedule?.replace(/[+-]\d\d:\d\d$/, 'Z')) ?? begin
    time = wallClock(now, input.state?.timeZone ?? 'UTC')
  }
  const round = { Daily: DAY, Weekly: 7 * DAY }[profile.recurrencyKind ?? 'Daily']
  if (profile.chargingProfileKind === 'Recurring' && profile.recurrencyKind)
    while (begin + round <= time) begin += round
  const position = time - begin
  if (position < 0 || position >= (schedule.duration ?? Infinity)) return undefined
  const period = periodAt(one, session.isRunning, position)
  if (period === undefined) return undefined
  const said = { installed: one, period: { ...period }, unit: schedule.chargingRateUnit }
  const cap = schedule.limitAtSoC
  if (cap !== undefined && session.soc !== undefined && session.soc >= cap.soc) {
    capAt(said, cap.limit, 'limit')
    if (period.setpoint !== undefined) capAt(said, cap.limit, 'setpoint')
  }
  return said
}

/** A limit in W is the total, values of single phases are not, unless they are equal. */
function capAt({ period, unit }: Said, most: number, name: 'limit' | 'setpoint'): void {
  const [first, second, third] = [period[name], period[`${name}_L2`], period[`${name}_L3`]]
  const isSingle = first !== undefined && (second !== undefined || third !== undefined)
  const each = isSingle && unit === 'W' ? most / 3 : most
  const [l1 = 0, l2, l3] = [first ?? Infinity, second ?? first, third ?? first].map((value = 0) =>
    Math.min(value, each)
  )
  delete period[`${name}_L2`]
  delete period[`${name}_L3`]
  if (!isSingle || (l1 === l2 && l1 === l3)) period[name] = isSingle && unit === 'W' ? 3 * l1 : l1
  else Object.assign(period, { [name]: l1, [`${name}_L2`]: l2, [`${name}_L3`]: l3 })
}

function isCutOff({ state = {} }: CompositeInput, profile: ChargingProfileType, now: number): boolean {
  const since = seconds(state.offlineSince)
  if (since === undefined || profile.maxOfflineDuration === undefined) return false
  const back = seconds(state.onlineSince)
  const end = back !== undefined && back >= since ? back : Infinity
  const isReached = since + profile.maxOfflineDuration < end
  if (!isReached || now < since + profile.maxOfflineDuration) return false
  return now < end || profile.invalidAfterOfflineDuration === true
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The clock of a place, read from its text. */
function wallClock(now: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(timeZone, format)
  return new Date(`${format.format(now * 1000).replace(' ', 'T')}Z`).getTime() / 1000
}

function periodAt({ profile, randomDelays = [] }: Installed, isRunning: boolean, position: number) {
  const [schedule] = profile.chargingSchedule
  const periods = [...(schedule?.chargingSchedulePeriod ?? [])]
  const hasDelays = isRunning && (schedule?.randomizedDelay ?? 0) > 0
  const delayed = periods.map((period, index) => ({
    period,
    start: period.startPeriod + (hasDelays && index > 0 ? (randomDelays[index - 1] ?? 0) : 0)
  }))
  for (let index = 0; index < delayed.length - 1; ) {
    const isLate = (delayed[index]?.start ?? 0) >= (delayed[index + 1]?.start ?? 0)
    if (isLate) delayed.splice(index, 1)
    index = isLate ? 0 : index + 1
  }
  return delayed.filter(({ start }) => start <= position).at(-1)?.period
}

// --- merging: all values in A of each phase that is used

interface Amperes {
  limit: number[] | undefined
  discharge: number[] | undefined
  setpoint: number[] | undefined
  phases: number
  counts: boolean
}

type What = 'limit' | 'dischargeLimit' | 'setpoint'

function values({ period, unit, installed }: Said, what: What, phases: number, voltage: number): number[] | undefined {
  const first = period[what]
  if (first === undefined) return undefined
  const isTx = installed.profile.chargingProfilePurpose === 'TxProfile'
  const [second, third] = isTx ? [period[`${what}_L2`], period[`${what}_L3`]] : []
  if (second === undefined && third === undefined) {
    return Array(phases).fill(unit === 'A' ? first : first / voltage / phases)
  }
  const each = [first, second ?? first, third ?? first]
  const used = phases === 3 ? each : Array<number>(phases).fill(what === 'limit' ? Math.min(...each) : smallest(each))
  return unit === 'A' ? used : used.map((value) => value / voltage)
}

function smallest(all: number[]): number {
  return all.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0
}

function eachPhase(all: (number[] | undefined)[], choose: (values: number[]) => number): number[] | undefined {
  const known = all.filter((one) => one !== undefined)
  return known[0]?.map((_, phase) => choose(known.map((one) => one[phase] ?? 0)))
}

function amperes(tx: Said | undefined, bounds: Said[], generation: Said[], evse: EvseFacts): Amperes {
  const { voltage } = evse
  const limiting = tx === undefined ? bounds : [tx, ...bounds]
  const counting = [...limiting, ...generation]
  const phases = Math.min(evse.phases, ...counting.map(({ period }) => period.numberPhases || 3))
  const of = (said: Said[], what: What) => said.map((one) => values(one, what, phases, voltage))
  let limit = eachPhase(of(limiting, 'limit'), (all) => Math.max(0, Math.min(...all)))
  if (limit !== undefined) {
    limit = eachPhase([limit, ...of(generation, 'limit')], (all) => all.reduce((sum, value) => sum + value))
    limit = limit?.map((value) => Math.min(value, evse.maxCurrent ?? Infinity))
  }
  const mode = tx?.period.operationMode ?? 'ChargingOnly'
  const discharge = mode === 'ChargingOnly' ? undefined : eachPhase(of(limiting, 'dischargeLimit'), smallest)
  const external = bounds.filter(
    ({ installed }) => installed.profile.chargingProfilePurpose === 'ChargingStationExternalConstraints'
  )
  const setpoint = eachPhase(of(external, 'setpoint'), smallest) ?? eachPhase(of(tx ? [tx] : [], 'setpoint'), smallest)
  const capped = setpoint?.map((value, phase) =>
    Math.max(Math.min(value, limit?.[phase] ?? Infinity), discharge?.[phase] ?? -Infinity)
  )
  return { limit, discharge, setpoint: capped, phases, counts: counting.length > 0 }
}

function shown(
  { limit, discharge, setpoint, phases, counts }: Amperes,
  unit: 'A' | 'W',
  { voltage }: EvseFacts
): Second {
  const show = (amps: number[] | undefined) => {
    if (amps === undefined) return undefined
    const watts = amps.map((value) => (unit === 'W' ? value * voltage : value))
    const isEven = Math.max(...watts) - Math.min(...watts) < 1e-6
    if (!isEven) return watts.map(oneDecimal)
    return [oneDecimal(unit === 'W' ? watts.reduce((sum, value) => sum + value) : (watts[0] ?? 0))]
  }
  return {
    limit: show(limit) ?? null,
    discharge: show(discharge),
    setpoint: show(setpoint),
    phases: counts ? phases : undefined
  }
}

function oneDecimal(value: number): number {
  const tenths = Math.floor(Math.abs(value) * 10 + 1e-6) / 10
  return tenths === 0 ? 0 : value < 0 ? -tenths : tenths
}

interface Part {
  evse: EvseFacts
  own: Amperes
}

/** Only limits, and only without limits of single phases: that is what the whole charge point is asked for. */
function sum(parts: Part[], station: { bounds: Said[]; generation: Said[] }, unit: 'A' | 'W'): Second {
  const voltage = parts[0]?.evse.voltage ?? 230
  const counting = [...station.bounds, ...station.generation]
  const phases = Math.min(
    Math.max(...parts.map(({ evse }) => evse.phases)),
    ...counting.map(({ period }) => period.numberPhases || 3),
    ...parts.flatMap(({ own }) => (own.counts ? [own.phases] : []))
  )
  const worth = (amps: number, used: number) => (unit === 'A' ? amps : amps * voltage * used)
  const each = parts.map(({ own, evse }) => worth(own.limit?.[0] ?? evse.maxCurrent ?? Infinity, own.phases))
  const isLimited = parts.some(({ own }) => own.limit !== undefined)
  const all = [isLimited ? each.reduce((total, value) => total + value) : Infinity]
  for (const said of station.bounds) all.push(worth(values(said, 'limit', phases, voltage)?.[0] ?? Infinity, phases))
  let limit = Math.max(0, Math.min(...all))
  for (const said of station.generation) limit += worth(values(said, 'limit', phases, voltage)?.[0] ?? 0, phases)
  const hardware = parts.reduce((total, { evse, own }) => total + worth(evse.maxCurrent ?? Infinity, own.phases), 0)
  const counts = counting.length > 0 || parts.some(({ own }) => own.counts)
  return {
    limit: limit === Infinity ? null : [oneDecimal(Math.min(limit, hardware))],
    discharge: undefined,
    setpoint: undefined,
    phases: counts ? phases : undefined
  }
}
