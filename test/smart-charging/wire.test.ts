import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { it } from 'node:test'
import { ALL_PROTOCOLS, type Protocol } from 'fastify-ocpp'
import type { CompositeInput } from 'fastify-ocpp/smart-charging'
import type { Charger } from '../../src/simulator/charger.js'
import { plug } from '../../src/simulator/sessions/cable.js'
import { onSharedBackend, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { createCharger } from '../simulator/support.js'
import { isThorough } from '../support/long.js'
import { ROOT } from '../support/root.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { CASES } from './cases.js'
import { MERGING_CASES } from './merging-cases.js'

// The back-end calculates the same as a simulated charger answers, for every profile that a CSMS can install.

const SHARED = `${ROOT}../shared/composite-schedule-cases.json`

interface Vector {
  id: string
  input: CompositeInput
}

function shared(): Vector[] {
  if (!existsSync(SHARED)) return []
  const { cases } = JSON.parse(readFileSync(SHARED, 'utf8')) as { cases: (CompositeInput & { id: string })[] }
  return cases.map(({ id, ...input }) => ({ id, input }))
}

const OWN = [...CASES, ...MERGING_CASES].map(({ title, input }) => ({
  id: title,
  input: structuredClone(input) as CompositeInput
}))
const VECTORS: Vector[] = [...shared(), ...OWN]

/** Facts that no message of OCPP can give a simulated charger: it has its own EVSEs, clock, EVs and connection. */
function obstacleOf({ input }: Vector): string | undefined {
  const { evses, profiles, request, state = {} } = input
  const { transactions = [], offlineSince, onlineSince, soc, timeZone, setpointPriority, ownConsumption } = state
  if (evses.some(({ current = 'AC' }) => current !== 'AC')) return 'direct current'
  if (evses.some(({ phases, voltage }) => phases !== 3 || voltage !== 230)) return 'other wiring'
  if (evses.some(({ maxCurrent, maxPower }) => (maxCurrent ?? maxPower) !== undefined)) return 'hardware'
  if ((offlineSince ?? onlineSince) !== undefined) return 'time away'
  if (soc !== undefined || transactions.some((one) => one.soc !== undefined)) return 'state of charge'
  if (transactions.some(({ evSchedule }) => evSchedule !== undefined)) return 'plan of the EV'
  if (timeZone !== undefined) return 'time zone'
  if ((setpointPriority ?? ownConsumption) !== undefined) return 'settings of the site'
  const isOthers = profiles.some(({ source = 'CSO', profile }) => {
    return source !== 'CSO' || profile.chargingProfilePurpose === 'ChargingStationExternalConstraints'
  })
  if (isOthers) return 'limits of others'
  if (profiles.some(({ randomDelays }) => randomDelays !== undefined)) return 'random delays'
  if (profiles.some(({ confirmed = true }) => !confirmed)) return 'unconfirmed'
  if (request.evseId !== 0 && evses.every(({ id }) => id !== request.evseId)) return 'unknown EVSE'
  if (transactions.length > evses.length) return 'several transactions'
  return profiles.length === 0 ? 'no profiles' : undefined
}

/** Of those beside the project: what no message can bring about, so that no other one is left out unnoticed. */
const OBSTACLES = {
  'std-09': 'no profiles',
  'std-10': 'unknown EVSE',
  'v21-02': 'random delays',
  'v21-05': 'time away',
  'v21-06': 'state of charge',
  'v21-07': 'time zone',
  'v21-08': 'limits of others',
  'v21-09': 'limits of others',
  'v21-11': 'time zone'
}

it('all vectors are installed but those that need what no message brings about', {
  skip: !existsSync(SHARED)
}, () => {
  const found = shared().flatMap((vector) => {
    const obstacle = obstacleOf(vector)
    return obstacle === undefined ? [] : [[vector.id, obstacle]]
  })
  assert.deepEqual(Object.fromEntries(found), OBSTACLES)
})

/** Moves all times, so that the request starts now. */
function shifted<T>(value: T, by: number): T {
  const text = JSON.stringify(value, (_key, member) => {
    const isTime = typeof member === 'string' && /^\d{4}-\d\d-\d\dT/.test(member)
    return isTime ? new Date(Date.parse(member) + by).toISOString() : member
  })
  return JSON.parse(text) as T
}

let chargers = 0

/** A charger with these EVSEs and transactions, and the ids of its transactions by those of the vector. */
async function prepare(server: TestServer, protocol: Protocol, { evses, state = {} }: CompositeInput) {
  const identity = `WIRE-${++chargers}`
  const layout = { evses: Math.max(...evses.map(({ id }) => id)) }
  const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol, { identity, layout })
  // The back-end is not told the hardware, so it must not bind.
  Object.assign(charger.station, { maxPower: 6_900_000 })
  await charger.connect()
  await until('the charger is accepted', () => charger.registration === 'Accepted')
  const ids = new Map<string, string | number>()
  for (const { id, evseId } of state.transactions ?? []) {
    await perform(server, identity, 'operations/start', { idToken: { idToken: 'DRIVER' }, evseId })
    plug(charger, evseId, 1, { soc: 0.3 })
    ids.set(String(id), await transactionOf(server, charger, evseId))
  }
  return { charger, ids }
}

async function transactionOf(server: TestServer, charger: Charger, evseId: number): Promise<string | number> {
  const running = () => charger.station.evses.find(({ id }) => id === evseId)?.transaction
  const isBooked = async () => {
    const open = await operate(server, 'GET', `/transactions?status=open&chargePoint=${charger.identity}`)
    const items = open.json().items as { evseId?: number; connectorId?: number }[]
    return items.some((item) => (item.evseId ?? item.connectorId) === evseId)
  }
  await until('the transaction is booked', isBooked)
  await until(
    'the charger knows its transaction',
    () => running()?.csmsId !== undefined || charger.protocol !== 'ocpp1.6'
  )
  const transaction = running()
  return (charger.protocol === 'ocpp1.6' ? transaction?.csmsId : transaction?.id) ?? ''
}

interface AnyProfile {
  transactionId?: string | number
  chargingSchedule?: { id?: number }
}

/** Schedules of 1.6 have no id. */
function withoutId(profile: AnyProfile) {
  const { id: _, ...chargingSchedule } = profile.chargingSchedule ?? {}
  return { ...profile, chargingSchedule }
}

async function install(
  server: TestServer,
  { charger, ids }: Awaited<ReturnType<typeof prepare>>,
  profiles: CompositeInput['profiles']
) {
  const statuses: string[] = []
  for (const { evseId, profile: given } of profiles) {
    const { transactionId, ...rest } = given as AnyProfile
    const named = transactionId === undefined ? undefined : ids.get(String(transactionId))
    const profile = { ...rest, ...(transactionId !== undefined && { transactionId: named ?? transactionId }) }
    const payload =
      charger.protocol === 'ocpp1.6'
        ? { connectorId: evseId, csChargingProfiles: withoutId(profile) }
        : { evseId, chargingProfile: profile }
    const { body } = await perform(server, charger.identity, 'calls/SetChargingProfile', payload)
    statuses.push(body.result?.status ?? body.code)
  }
  return statuses
}

/** Reads what both say until a question is not asked at the edge of a second. */
async function differences(
  server: TestServer,
  identity: string,
  { evseId, duration, unit }: CompositeInput['request']
) {
  const query = `evseId=${evseId}&duration=${Math.min(duration, 31 * 86_400)}&unit=${unit}&source=both&phases=3&voltage=230`
  const { body } = await operate(server, 'GET', `/charge-points/${identity}/composite-schedule?${query}`).then(
    (answer) => ({ body: answer.json() })
  )
  return body as {
    reported?: { status: string }
    calculated?: { status: string }
    differences?: { uncertain?: string[] }[]
  }
}

/** Only the charge point knows the delays that it draws. */
function certain(differences: { uncertain?: string[] }[] | undefined) {
  return differences?.filter(({ uncertain }) => uncertain === undefined)
}

/** `npm test` takes one of so many where there are many. */
const EVERY = 3

for (const protocol of ALL_PROTOCOLS) {
  const installable = VECTORS.filter(
    (vector) => `ocpp${vector.input.version}` === protocol && obstacleOf(vector) === undefined
  )
  const isAll = isThorough || installable.length < 3 * EVERY
  const vectors = installable.filter((_vector, index) => isAll || index % EVERY === 0)
  onSharedBackend(`profiles installed over ${protocol}`, (start) => {
    it('come to the same in the back-end and in a simulated charger', async () => {
      const server = await start()
      let compared = 0
      for (const { id, input: given } of vectors) {
        const by = Date.now() - Date.parse(String(given.request.start))
        const input = shifted(given, by)
        const station = await prepare(server, protocol, input)
        const statuses = await install(server, station, input.profiles)
        const { identity } = station.charger
        const found = await differences(server, identity, input.request)
        if (found.reported?.status === 'Rejected') assert.equal(found.calculated?.status, 'Rejected', id)
        else assert.deepEqual(certain(found.differences), [], `${id}: ${statuses} ${JSON.stringify(found)}`)
        if (statuses.includes('Accepted')) compared++
        await station.charger.close()
      }
      assert.ok(compared > 1, `${compared} of ${vectors.length} vectors were accepted`)
    })
  })
}
