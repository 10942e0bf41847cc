import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type * as v16 from 'fastify-ocpp/v16'
import { sql } from 'kysely'
import { background } from '../../lib/background.js'
import {
  type ChargingProfile,
  CSO,
  deleteChargingProfiles,
  installChargingProfile
} from '../../lib/charge-points/charging-profiles.js'
import { boot } from '../../lib/charge-points/rows.js'
import { Commits } from '../../lib/events/commits.js'
import type { Change } from '../../lib/events/scope.js'
import { type Fence, refuseOutdated } from '../../lib/load-management/calls.js'
import { putLoadManagement } from '../../lib/load-management/configuration.js'
import { SiteControl } from '../../lib/load-management/control.js'
import type { ControlOptions } from '../../lib/load-management/options.js'
import type { OcppCall } from '../../lib/load-management/profiles.js'
import { writerOf } from '../database/support.js'
import { idOf, NINE, openLedger, start, stop } from '../ledger/support.js'
import { until } from '../support/wait.js'

const BODY = {
  mode: 'control' as const,
  circuits: [{ id: 'main', limit: { A: 63 } }],
  evses: [{ identity: 'CP', evseId: 1, circuit: 'main', maximum: 32, fallback: 0 }]
}
const SECOND = 1000

interface Sent extends OcppCall {
  answer(status: string): void
}

/** The same database, of which each query waits for `what`. */
function before<T extends object>(db: T, what: () => Promise<void>): T {
  return new Proxy(db, {
    get(target, name) {
      const member = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => {
        if (String(name).startsWith('execute')) return what().then(() => member.apply(target, given))
        const next = member.apply(target, given)
        return typeof next === 'object' && next !== null && 'execute' in next ? before(next, what) : next
      }
    }
  })
}

/** The effect of an answer on the profiles. [1.6 §5.5, §5.16] */
function consequenceOf(call: OcppCall, status: string): Change {
  const { id } = call.payload as { id?: number }
  if (id !== undefined) return deleteChargingProfiles({ sources: [CSO], profileIds: [id] })
  return status === 'Accepted' ? installChargingProfile(profileIn(call)) : async () => undefined
}

/** As the ledger of profiles has it. */
function profileIn({ payload }: OcppCall): ChargingProfile {
  const { csChargingProfiles } = payload as { csChargingProfiles: v16.ChargingProfile }
  const { chargingProfileId: profileId, chargingProfilePurpose: purpose, transactionId } = csChargingProfiles
  return {
    ...{ evseId: 0, connectorId: 1, profileId, source: CSO, stackLevel: 0, purpose, kind: 'Relative' },
    payload: csChargingProfiles,
    ...(transactionId !== undefined && { transactionId: String(transactionId) })
  }
}

/** The fate of reads of the control from the moment on at which it has saved what it is about to send. */
type Fault = () => Promise<void>

/** The control of a site with one charge point of 1.6, which is called, and answers, as the test says. */
async function open() {
  let now = NINE
  const { ledger, database } = await openLedger('sqlite', { now: () => now })
  const { db, writeDb } = database
  const writer = writerOf(database)
  const store = new Commits({ db, writer, now: () => now })
  const reboot = () => store.commit('CP', boot({ protocol: 'ocpp1.6', vendor: 'V', model: 'M' }))
  await reboot()
  await sql`insert into sites (site_id, name, name_key, created_at, updated_at) values ('s', 's', 's', 0, 0)`.execute(
    writeDb
  )
  await writeDb.updateTable('charge_points').set({ site_id: 's' }).execute()
  await putLoadManagement(writer, { siteId: 's', traitsOf: () => ({}) }, BODY)
  const calls: Sent[] = []
  const faults: { onSave?: Fault; onRead?: Fault; errors: unknown[]; answers: number } = { errors: [], answers: 0 }
  const saves = { count: 0 }
  const watched = before(db, async () => faults.onRead?.())
  const options: ControlOptions = {
    siteId: 's',
    db: watched,
    writer: {
      write: async (job) => {
        const result = await writer.write(job)
        // The control claims the site first.
        if (result === true) saves.count++
        if (result === true) await faults.onSave?.()
        return result
      }
    },
    holder: 'run',
    now: () => now,
    callable: async (identities) => new Set(identities),
    call: (_identity, call) =>
      new Promise((resolve) => {
        if (call.action === 'GetConfiguration') return resolve({})
        const end = async (status: string) => {
          await store.commit('CP', consequenceOf(call, status))
          resolve({ status })
        }
        calls.push({ ...call, answer: (status) => background(end(status), console, 'the ledger of profiles failed') })
      }),
    onChange: () => {
      faults.answers++
    },
    onError: (error) => faults.errors.push(error)
  }
  const control = new SiteControl(options)
  const pass = (seconds: number) => {
    now += seconds * SECOND
  }
  /** The commands that have been sent, once there is one. */
  const sent = async () => {
    await until('a call is sent', () => calls.length > 0)
    return calls.shift() as Sent
  }
  const answer = async (status = 'Accepted') => {
    const call = await sent()
    call.answer(status)
    await control.idle()
    return call
  }
  const free = () => writeDb.updateTable('load_management').set({ held_until: 0 }).execute()
  const reserved = () => control.snapshot?.result.evses.get('cp 1')?.reserved
  return { control, options, ledger, calls, faults, pass, sent, answer, reserved, reboot, free, writeDb, saves }
}

type Site = Awaited<ReturnType<typeof open>>

/** With its fallback and a transaction. */
async function withTransaction(site: Site): Promise<number> {
  await site.control.run()
  await site.answer()
  return idOf(await site.ledger.start('CP', start()))
}

describe('the control of a site', () => {
  it('sends again what it could not save', async () => {
    const { control, faults, answer } = await open()
    faults.onSave = () => Promise.reject(new Error('away'))
    await assert.rejects(control.run(), { message: 'away' })
    delete faults.onSave
    await control.run()
    assert.equal((await answer()).action, 'SetChargingProfile')
  })

  it('sends again what may not hold, because the database was away just after it was accepted', async () => {
    const { control, faults, answer, pass } = await open()
    faults.onSave = async () => {
      faults.onRead = () => Promise.reject(new Error('away'))
    }
    await control.run()
    await answer()
    // The first one: nobody knows what is replaced, which keeps nothing from being sent.
    assert.equal(faults.errors.length, 2)
    delete faults.onSave
    delete faults.onRead
    await control.run()
    pass(10)
    await control.run()
    assert.equal((await answer()).action, 'SetChargingProfile')
  })

  it('never gives a transaction the limit that was meant for the one before it', async () => {
    const site = await open()
    const { control, ledger, faults, calls } = site
    const first = await withTransaction(site)
    let second = 0
    faults.onSave = async () => {
      delete faults.onSave
      await ledger.stop('CP', stop(first, { timestamp: NINE + SECOND }))
      second = idOf(await ledger.start('CP', start({ timestamp: NINE + 2 * SECOND })))
    }
    await control.run()
    const named = (call: OcppCall | undefined) => JSON.stringify(call?.payload ?? {}).includes(String(second))
    assert.notEqual(second, 0)
    assert.deepEqual(calls.map(named), [false])
    await site.answer('Rejected')
    await control.run()
    assert.ok(named(await site.sent()), 'the next one gets its own')
  })

  it('does not take the answer to an earlier call for that to the one on its way', async () => {
    const site = await open()
    const { control, options, sent, pass, reserved, free } = site
    await control.run()
    const early = await sent()
    // Another process has the site for a while.
    await free()
    await new SiteControl({ ...options, holder: 'other' }).run()
    await control.run()
    await free()
    await control.run()
    pass(20)
    await control.run()
    await sent()
    early.answer('Accepted')
    await until('the answer is there', () => site.faults.answers === 1)
    await control.run()
    assert.equal(reserved(), 32)
  })

  it('tells with each call in which control it was decided, because another process may have the next one by then', async () => {
    const { options, faults, free } = await open()
    const fences: (Fence | undefined)[] = []
    const control = new SiteControl({
      ...options,
      call: (identity, call, fence) => {
        fences.push(fence)
        return options.call(identity, call)
      }
    })
    // This process stands still between saving and sending.
    faults.onSave = async () => {
      delete faults.onSave
      await free()
      await new SiteControl({ ...options, holder: 'other' }).run()
    }
    await control.run()
    await until('a call is made', () => fences.length > 0)
    assert.deepEqual(fences, [{ siteId: 's', epoch: 1 }])
    await assert.rejects(refuseOutdated(options.db, { siteId: 's', epoch: 1 }), { code: 'CONTROL_LOST' })
    await refuseOutdated(options.db, { siteId: 's', epoch: 2 })
  })

  it('notices each boot, whoever heard of it, and before it hears the answer to an earlier call', async () => {
    const { control, reboot, answer, reserved, sent, pass } = await open()
    await control.run()
    await answer()
    await control.run()
    pass(11)
    await control.run()
    assert.equal(reserved(), 0)
    await reboot()
    await control.run()
    assert.equal(reserved(), 32)
    const call = await sent()
    await reboot()
    call.answer('Accepted')
    await control.idle()
    await control.run()
    assert.equal(reserved(), 32)
    await answer()
    await control.run()
    pass(11)
    await control.run()
    assert.equal(reserved(), 0)
  })

  it('saves only what a restart has to know, and leases and currents above them at once', async () => {
    const site = await open()
    const { control, options, pass, answer, reserved, saves, calls } = site
    await withTransaction(site)
    await control.run()
    await answer()
    await control.run()
    pass(11)
    await control.run()
    assert.equal(reserved(), 6)
    saves.count = 0
    const sample = (value: number) => {
      const readings = [{ timestamp: new Date(options.now()).toISOString(), measurand: 'Current.Import', value }]
      const data = { connectorId: 1, readings }
      control.take({ id: '1', at: '', type: 'meter-values', chargePoint: 'CP', data } as never)
    }
    for (let run = 0; run < 30; run++) {
      pass(2)
      await control.run()
    }
    assert.equal(saves.count, 0)
    sample(30)
    await control.run()
    assert.equal(reserved(), 30)
    assert.equal(saves.count, 1)
    // Killed: nobody says goodbye.
    const next = new SiteControl(options)
    await next.run()
    assert.equal(next.snapshot?.result.evses.get('cp 1')?.reserved, 30)
    const { sent } = next.snapshot?.result.states.get('cp 1') ?? {}
    assert.equal(sent?.amperes, 6)
    assert.deepEqual(calls, [])
  })

  it('notices a boot before its restart', async () => {
    const { control, options, reboot, answer } = await open()
    await control.run()
    await answer()
    await control.run()
    await reboot()
    const next = new SiteControl(options)
    await next.run()
    assert.equal(next.snapshot?.result.evses.get('cp 1')?.reserved, 32)
  })

  it('notices a profile of somebody else, whichever node set it, and takes it away once', async () => {
    const { control, writeDb, answer, calls, reserved, pass } = await open()
    await control.run()
    await answer()
    await control.run()
    pass(11)
    await control.run()
    assert.equal(reserved(), 0)
    const profile = { purpose: 'TxDefaultProfile', stack_level: 5, kind: 'Relative', payload: '{}', source: 'CSO' }
    await writeDb
      .insertInto('charging_profiles')
      .values({ ...profile, charge_point_id: 1, evse_id: 0, connector_id: 1, profile_id: 7, updated_at: NINE })
      .execute()
    await control.run()
    assert.equal(reserved(), 32)
    const fallback = await answerNext(calls)
    assert.equal(fallback.action, 'SetChargingProfile')
    // The charge point does not know it any more.
    const cleared = await answerNext(calls, 'Unknown')
    assert.deepEqual([cleared.action, cleared.payload], ['ClearChargingProfile', { id: 7 }])
    await control.idle()
    pass(60)
    await control.run()
    pass(11)
    await control.run()
    assert.equal(reserved(), 0)
    assert.deepEqual(calls, [])
  })
})

async function answerNext(calls: Sent[], status = 'Accepted'): Promise<Sent> {
  await until('a call is sent', () => calls.length > 0)
  const [call] = calls.splice(0, 1)
  assert.ok(call !== undefined)
  call.answer(status)
  return call
}
