import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { boot } from '../../lib/charge-points/rows.js'
import { Commits } from '../../lib/events/commits.js'
import type { CapQuestion } from '../../lib/load-management/caps.js'
import { CapBook } from '../../lib/smart-charging/caps.js'
import { writerOf } from '../database/support.js'
import { NINE, openLedger } from '../ledger/support.js'
import { measureCpu } from '../support/wait.js'

const SOURCE = 'EMS'
/** A limit that was told without an id. */
const UNNAMED = -1
const PURPOSE = 'ChargingStationExternalConstraints'

interface Wanted {
  chargePoints: number
  evses: number
  /** Of the limit of each EVSE: another limit at each second. */
  periods: number
}

/** Charge points with cars, each with a limit of its own from 8 A on. */
async function open({ chargePoints, evses: count, periods }: Wanted) {
  const { database } = await openLedger('sqlite', { now: () => NINE })
  const { db, writeDb } = database
  const store = new Commits({ db, writer: writerOf(database), now: () => NINE })
  const reboot = (index: number) => store.commit(`CP${index}`, boot({ protocol: 'ocpp2.0.1', vendor: 'V', model: 'M' }))
  const known = (index: number) => {
    const query = db.selectFrom('charge_points').select(['id', 'boots']).where('identity', '=', `CP${index}`)
    return query.executeTakeFirstOrThrow()
  }
  const questions: CapQuestion[] = []
  const chargingSchedulePeriod = Array.from({ length: periods }, (_, index) => {
    return { startPeriod: index, limit: 8 + (index % 5) }
  })
  const startSchedule = new Date(NINE).toISOString()
  for (let index = 0; index < chargePoints; index++) {
    await reboot(index)
    const { id, boots } = await known(index)
    const evseIds = Array.from({ length: count }, (_, at) => at + 1)
    const profiles = evseIds.map((evseId) => {
      const chargingSchedule = [{ id: 1, startSchedule, chargingRateUnit: 'A', chargingSchedulePeriod }]
      const said = { stackLevel: 0, chargingProfilePurpose: PURPOSE, chargingProfileKind: 'Absolute' }
      return {
        ...{
          charge_point_id: id,
          evse_id: evseId,
          profile_id: evseId,
          source: SOURCE,
          stack_level: 0,
          purpose: PURPOSE
        },
        ...{ kind: 'Absolute', confirmed: 1, updated_at: NINE, boots },
        payload: JSON.stringify({ id: UNNAMED, ...said, chargingSchedule })
      }
    })
    await writeDb.insertInto('charging_profiles').values(profiles).execute()
    const rows = await db.selectFrom('charging_profiles').selectAll().where('charge_point_id', '=', id).execute()
    const evse = { unit: 'A', phases: 3, voltage: 230, mayBeSingle: false, least: 6 } as const
    const question = { chargePointId: id, protocol: 'ocpp2.0.1', boots, profiles: rows, transactions: ['t'] }
    questions.push({ ...question, evses: evseIds.map((evseId) => ({ evseId, ...evse })) })
  }
  return { book: new CapBook(db), questions, known, reboot }
}

describe('the limits of others', () => {
  it('are found at little cost where a charge point has many EVSEs with many limits', async () => {
    const { book, questions } = await open({ chargePoints: 1, evses: 100, periods: 300 })
    const cpu = measureCpu()
    const [evses] = (await book.of(questions, NINE)).values()
    assert.ok(cpu() < 1500, `${cpu()} ms`)
    assert.equal(evses?.get(100)?.limit?.amperes, 8)
    assert.deepEqual(evses?.get(1)?.station?.limit, 800)
    const again = measureCpu()
    await book.of(questions, NINE + 1000)
    assert.ok(again() < 100, `${again()} ms, although they change at each second`)
    const [later] = (await book.of(questions, NINE + 7000)).values()
    assert.equal(later?.get(100)?.limit?.amperes, 10)
  })

  it('are read of some charge points at a time, those with news first', async () => {
    const { book, questions } = await open({ chargePoints: 100, evses: 1, periods: 1 })
    const sizes: number[] = []
    for (let run = 0; run < 3; run++) sizes.push((await book.of(questions, NINE + run)).size)
    assert.deepEqual(sizes, [40, 80, 100])
    const [first, ...others] = questions
    const cleared = { ...first, profiles: [] } as CapQuestion
    const moment = NINE + 301_000
    assert.equal((await book.of([cleared, ...others], moment)).size, 99, 'one has none any more')
    const moved = questions.map((one, index) => (index === 99 ? { ...one, boots: one.boots + 1 } : one))
    await book.of(moved, moment)
    assert.equal((await book.of(moved, moment)).get(questions[99]?.chargePointId ?? 0)?.size, 1)
  })

  it('are looked at again after a boot, in which they may have been lost', async () => {
    const { book, questions, reboot, known } = await open({ chargePoints: 1, evses: 1, periods: 1 })
    const limits = async (boots: number) => {
      const [evses] = (
        await book.of(
          questions.map((one) => ({ ...one, boots })),
          NINE
        )
      ).values()
      return evses?.get(1)?.limit?.amperes
    }
    const { boots } = await known(0)
    assert.equal(await limits(boots), 8)
    await reboot(0)
    assert.equal(await limits((await known(0)).boots), undefined)
  })
})
