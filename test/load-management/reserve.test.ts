import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { USUAL_FORM } from '../../lib/load-management/forms.js'
import { withAsks } from '../../lib/load-management/needs.js'
import { judged } from '../../lib/load-management/obedience.js'
import {
  answered,
  booted,
  type EvseState,
  inForce,
  initialState,
  isLeftOver,
  type Pending,
  reconnected,
  sampled,
  sending,
  withBoots,
  withTransaction
} from '../../lib/load-management/reserve.js'
import { reservedOf } from '../../lib/load-management/reserved.js'
import { vitalOf } from '../../lib/load-management/saved.js'

const NOW = Date.UTC(2026, 0, 5, 16)
const SECOND = 1_000
const SETTLE = 10 * SECOND
const TIMES = { now: NOW, settle: SETTLE }
const EVSE = { maximum: 32, fallback: 6 }

/** A car that charges, at an EVSE that has accepted its fallback. */
const CHARGING: EvseState = {
  ...initialState(),
  fallback: 6,
  obedience: 'obeys',
  transaction: { key: 'tx', id: 1, since: NOW - 3_600 * SECOND, poweredAt: NOW - 3_600 * SECOND }
}

function limit(amperes: number, more: Partial<Pending> = {}): Pending {
  return { kind: 'limit', amperes, at: NOW, until: NOW + 600 * SECOND, transaction: 'tx', ...more }
}

/** After these limits were sent and accepted, one each minute. */
function limited(...amperes: readonly number[]): EvseState {
  return amperes.reduce((state, one, index) => {
    const at = NOW - (amperes.length - index) * 60 * SECOND
    const sent = sending(state, limit(one, { at, until: at + 600 * SECOND }), SETTLE)
    return answered(sent, 'accepted', { now: at, settle: SETTLE })
  }, CHARGING)
}

const reserved = (state: EvseState, now = NOW) => reservedOf(state, EVSE, { now, settle: SETTLE })

describe('the current that is reserved for an EVSE', () => {
  it('is its maximum while nothing is known to limit it', () => {
    const { fallback: _, ...without } = CHARGING
    assert.deepEqual(reserved(without), { amperes: 32, cause: 'no-fallback' })
    assert.deepEqual(reserved({ ...CHARGING, obedience: 'ignoring' }), { amperes: 32, cause: 'ignores-limits' })
    assert.deepEqual(reserved(booted(limited(10))), { amperes: 32, cause: 'no-fallback' })
  })

  it('is the highest limit that may be in force, until its lease and the time to follow are over', () => {
    assert.deepEqual(reserved(CHARGING), { amperes: 6, cause: 'fallback' })
    const state = limited(20)
    const end = NOW - 60 * SECOND + 600 * SECOND + SETTLE
    assert.deepEqual(reserved(state, end - 1), { amperes: 20, cause: 'limit' })
    assert.deepEqual(reserved(state, end), { amperes: 6, cause: 'fallback' })
  })

  it('stays that of a higher limit until the current has followed the lower one', () => {
    const lower = answered(sending(limited(20), limit(10), SETTLE), 'accepted', TIMES)
    assert.equal(reserved(lower, NOW + SETTLE - 1).amperes, 20)
    assert.equal(reserved(lower, NOW + SETTLE).amperes, 10)
  })

  it('counts what is on its way, and a call without an answer, but none that was refused or not sent', () => {
    const sent = sending(limited(10), limit(20), SETTLE)
    assert.equal(reserved(sent).amperes, 20)
    for (const [answer, amperes] of [
      ['accepted', 20],
      ['unknown', 20],
      ['rejected', 10],
      ['too-many', 10],
      ['unsent', 10]
    ] as const) {
      assert.equal(reserved(answered(sent, answer, TIMES)).amperes, amperes, answer)
    }
  })

  it('is the maximum when it is unknown whether a fallback was taken, and as before when it was refused', () => {
    const sent = sending(CHARGING, { kind: 'fallback', amperes: 8, at: NOW, until: NOW }, SETTLE)
    assert.equal(reserved(sent).amperes, 8)
    for (const [answer, amperes] of [
      ['accepted', 8],
      ['unknown', 32],
      ['rejected', 6],
      ['too-many', 6],
      ['unsent', 6]
    ] as const) {
      assert.equal(reserved(answered(sent, answer, TIMES)).amperes, amperes, answer)
    }
  })

  it('stays that of the fallback before, or the maximum where there was none, until the current has followed', () => {
    const taken = (state: EvseState, amperes: number, at = NOW) => {
      const sent = sending(state, { kind: 'fallback', amperes, at, until: at }, SETTLE)
      return answered(sent, 'accepted', { now: at, settle: SETTLE })
    }
    const first = taken(booted(limited(20)), 6)
    assert.deepEqual(reserved(first, NOW + SETTLE - 1), { amperes: 32, cause: 'no-fallback' })
    assert.equal(reserved(taken(first, 8, NOW + 1), NOW + SETTLE - 1).amperes, 32, 'also when another one follows')
    assert.equal(reserved(taken(booted(CHARGING), 6), NOW + SETTLE).amperes, 6)
    const lower = taken({ ...CHARGING, fallback: 16 }, 6)
    assert.deepEqual(reserved(lower, NOW + SETTLE - 1), { amperes: 16, cause: 'fallback' })
    assert.equal(reserved(lower, NOW + SETTLE).amperes, 6)
    const both = taken(lower, 0, NOW + SETTLE - 1)
    assert.equal(reserved(both, NOW + SETTLE).amperes, 16, 'it may still be falling from the first one')
    assert.equal(reserved(taken(CHARGING, 8)).amperes, 8)
  })

  it('is a current that was measured before the limit fell, until the current has followed', () => {
    const above = { ...limited(20), measured: { amperes: 25, at: NOW - SECOND } }
    const lower = answered(sending(above, limit(10), SETTLE), 'accepted', TIMES)
    assert.equal(reserved(lower, NOW + SETTLE - 1).amperes, 25)
    assert.equal(reserved(lower, NOW + SETTLE).amperes, 10)
  })

  it('is a measured current also above the maximum', () => {
    const measured = { amperes: 40, at: NOW }
    const { fallback: _, ...without } = CHARGING
    assert.equal(reserved({ ...limited(32), measured }).amperes, 40)
    assert.equal(reserved({ ...without, measured }).amperes, 40)
    assert.equal(reserved({ ...CHARGING, obedience: 'ignoring', measured }).amperes, 40)
    // 22 kW on three phases.
    const power = { amperes: 96, at: NOW, used: [29, 96] as const }
    assert.equal(reserved({ ...CHARGING, obedience: 'ignoring', measured: power }).amperes, 32)
    const inWatts = { ...EVSE, unit: 'W' as const, wiring: 'L1L2L3' as const }
    const total = { ...CHARGING, obedience: 'ignoring' as const, measured: { ...power, used: [96, 96] as const } }
    assert.equal(reservedOf(total, inWatts, TIMES).amperes, 32)
  })

  it('is not hidden by the renewal of a limit', () => {
    const measured = { ...limited(10), measured: { amperes: 10.8, at: NOW - SECOND } }
    const renewed = answered(sending(measured, limit(10), SETTLE), 'accepted', TIMES)
    assert.equal(reserved(renewed, NOW + SETTLE).amperes, 10.8)
    const other = answered(sending(measured, limit(10, { form: USUAL_FORM }), SETTLE), 'accepted', TIMES)
    assert.equal(reserved(other, NOW + SETTLE).amperes, 10, 'said in another way, it is another limit')
  })

  it('is the maximum at a strict site until a limit was obeyed', () => {
    const strict = (state: EvseState) => reservedOf(state, EVSE, { ...TIMES, isStrict: true })
    assert.deepEqual(strict({ ...limited(10), obedience: 'unproven' }), { amperes: 32, cause: 'unproven' })
    assert.equal(strict(limited(10)).amperes, 10)
  })

  it('is a measured current above it, as long as that is fresh and the limit had time to be followed', () => {
    const measured = (at: number, amperes = 16) => ({ ...limited(10), measured: { amperes, at } })
    assert.deepEqual(reserved(measured(NOW)), { amperes: 16, cause: 'measured', excess: 6 })
    assert.deepEqual(reserved(measured(NOW, 11)), { amperes: 11, cause: 'measured', excess: 1 }, 'no disobedience yet')
    assert.equal(reserved(measured(NOW, 10.1)).amperes, 10, 'meters are rounded')
    assert.equal(reserved(measured(NOW - 51 * SECOND)).amperes, 10, 'it was still falling')
    assert.equal(reserved(measured(NOW), NOW + 181 * SECOND).amperes, 10, 'it is old')
  })
})

describe('the limit of a transaction', () => {
  it('ends with it, where the charge point has told the end, and by its lease where it has not', () => {
    const state = limited(20)
    assert.equal(reserved(withTransaction(state, undefined, NOW, true)).amperes, 6)
    assert.equal(reserved(withTransaction(state, undefined, NOW, false)).amperes, 20)
    assert.equal(reserved(withTransaction(state, { key: 'next', id: 2 }, NOW, false)).amperes, 6)
  })

  it('is not that of the next one when its answer comes late', () => {
    const next = withTransaction(sending(CHARGING, limit(20), SETTLE), { key: 'next', id: 2 }, NOW)
    const late = answered(next, 'accepted', TIMES)
    assert.deepEqual([late.sent, reserved(late).amperes], [undefined, 6])
  })
})

describe('a command that fails', () => {
  it('is tried again in the same form after the pause of the charge point, if others came too often', () => {
    const sent = sending(CHARGING, { ...limit(20), forms: 5 }, SETTLE)
    assert.equal(answered(sent, 'rejected', TIMES).rung?.at, 1)
    for (const [pause, seconds] of [
      [undefined, 60],
      [5 * SECOND, 5]
    ] as const) {
      const { retryAt, rung, failures, obedience } = answered(sent, 'too-many', { ...TIMES, pause })
      assert.deepEqual([retryAt - NOW, rung, failures], [seconds * SECOND, undefined, 0])
      assert.equal(obedience, CHARGING.obedience)
    }
  })

  it('is tried again after pauses that grow to five minutes', () => {
    const pauses: number[] = []
    let state: EvseState = CHARGING
    for (let time = 0; time < 7; time++) {
      state = answered(sending(state, limit(20), SETTLE), 'rejected', TIMES)
      pauses.push((state.retryAt - NOW) / SECOND)
    }
    assert.deepEqual(pauses, [10, 20, 40, 80, 160, 300, 300])
    const { failures, retryAt } = answered(sending(state, limit(20), SETTLE), 'accepted', TIMES)
    assert.deepEqual([failures, retryAt], [0, 0])
  })
})

describe('an EVSE', () => {
  it('counts as one that ignores limits after two samples in a row above its limit, and not before', () => {
    const first = sampled(limited(10), 16, TIMES)
    assert.equal(first.obedience, 'obeys')
    assert.equal(sampled(first, 9, TIMES).strikes, 0)
    assert.equal(sampled(first, 16, TIMES).obedience, 'ignoring')
    // The current has not had the time to follow.
    const early = { now: NOW - 55 * SECOND, settle: SETTLE }
    assert.equal(sampled(sampled(limited(10), 16, early), 16, early).obedience, 'obeys')
    // What was measured before the limit comes late, maybe after an outage, and says nothing.
    const late = { takenAt: NOW - 61 * SECOND }
    const again = sampled(sampled(limited(10), 16, TIMES, late), 16, TIMES, late)
    assert.deepEqual([again.obedience, again.strikes], ['obeys', 0])
  })

  it('counts as one that obeys when a current is near its limit, or has come down, and not because a car takes little', () => {
    const unproven = { ...limited(20), obedience: 'unproven' as const }
    assert.equal(sampled(unproven, 8, TIMES).obedience, 'unproven')
    assert.equal(sampled(unproven, 11, TIMES).obedience, 'obeys')
    const fallen = (before: number) => {
      const seen = sampled(unproven, before, TIMES)
      const lowered = answered(sending(seen, limit(7), SETTLE), 'accepted', TIMES)
      const early = sampled(lowered, before, { now: NOW + SECOND, settle: SETTLE })
      return sampled(early, 1, { now: NOW + SETTLE, settle: SETTLE }).obedience
    }
    assert.deepEqual([fallen(10), fallen(7)], ['obeys', 'unproven'])
  })

  it('counts as one that ignores limits by one sample long after the limit, when none has followed for 15 seconds', () => {
    const at = (seconds: number) => ({ now: NOW + seconds * SECOND, settle: SETTLE })
    const late = sampled(limited(10), 16, TIMES)
    assert.equal(judged(late, at(14)).obedience, 'obeys')
    assert.equal(judged(late, at(15)).obedience, 'ignoring')
    assert.equal(judged(sampled(late, 9, at(14)), at(15)).obedience, 'obeys', 'it was only late')
    assert.equal(judged(sending(late, limit(8), SETTLE), at(15)).obedience, 'obeys', 'another limit is on its way')
    const lowered = answered(sending(late, limit(8), SETTLE), 'accepted', at(1))
    assert.equal(judged(lowered, at(15)).obedience, 'obeys', 'it was above another limit')
    // 24 s after the limit, of which 10 s are those in which the current follows.
    const early = { now: NOW - 36 * SECOND, settle: SETTLE }
    assert.equal(judged(sampled(limited(10), 16, early), at(0)).obedience, 'obeys')
    const delayed = sampled(limited(10), 16, TIMES, { takenAt: NOW - 36 * SECOND })
    assert.equal(judged(delayed, at(20)).obedience, 'obeys')
  })

  it('may have another car when its charge point is there again', () => {
    const lines = { used: [true, false, false], since: NOW, isProven: true }
    assert.equal(reconnected({ ...CHARGING, lines }).lines, undefined)
  })

  it('counts as one that obeys again after two samples near its limit', () => {
    const ignoring: EvseState = { ...limited(10), obedience: 'ignoring' }
    const once = sampled(ignoring, 10, TIMES)
    assert.equal(once.obedience, 'ignoring')
    assert.equal(sampled(once, 10, TIMES).obedience, 'obeys')
    assert.equal(sampled(once, 2, TIMES).strikes, 0, 'a car that takes little proves nothing')
  })

  it('that tells only its power ignores its limit when it certainly takes more, and obeys it when it certainly does not', () => {
    const twice = (state: EvseState, amperes: number, used: [number, number]) => {
      return sampled(sampled(state, amperes, TIMES, { used }), amperes, TIMES, { used })
    }
    const unproven = { ...limited(10), obedience: 'unproven' as const }
    assert.equal(twice(unproven, 30, [9, 30]).obedience, 'unproven')
    assert.equal(reserved(twice(unproven, 30, [9, 30])).amperes, 10)
    assert.equal(twice(unproven, 10, [9, 10]).obedience, 'obeys')
    const once = sampled(unproven, 30, TIMES, { used: [14, 30] })
    assert.deepEqual(reserved(once), { amperes: 30, cause: 'measured', excess: 20 }, 'on one of its lines')
    const little = sampled(unproven, 30, TIMES, { used: [10.5, 30] })
    assert.deepEqual(reserved(little).amperes, 10.5, 'what it certainly takes')
    assert.equal(twice(unproven, 30, [14, 30]).obedience, 'ignoring')
    assert.equal(twice({ ...unproven, obedience: 'ignoring' }, 30, [9, 30]).obedience, 'ignoring')
    assert.equal(twice({ ...unproven, obedience: 'ignoring' }, 10, [9, 10]).obedience, 'obeys')
  })
})

const STANDING = { ...USUAL_FORM, profile: 'default' as const }

describe('a limit in the profile of the EVSE itself', () => {
  const given = sending(CHARGING, limit(20, { form: STANDING }), SETTLE)
  const state = answered(given, 'accepted', TIMES)
  const gone = withTransaction(state, undefined, NOW)

  it('holds on for the next car, until its lease ends or the fallback has replaced it', () => {
    assert.deepEqual([reserved(gone).amperes, isLeftOver(gone, NOW)], [20, true])
    const next = withTransaction(gone, { key: 'next', id: 2 }, NOW)
    assert.deepEqual([reserved(next).amperes, inForce(next, NOW)], [20, 20])
    assert.equal(reserved(gone, NOW + 600 * SECOND + SETTLE).amperes, 6)
    const sent = sending(gone, { kind: 'fallback', amperes: 6, at: NOW, until: NOW, form: STANDING }, SETTLE)
    const replaced = answered(sent, 'accepted', TIMES)
    assert.deepEqual([reserved(replaced).amperes, isLeftOver(replaced, NOW)], [20, false])
    assert.equal(reserved(replaced, NOW + SETTLE).amperes, 6)
  })

  it('counts also when its answer comes after the end of the transaction, or never', () => {
    const late = answered(withTransaction(given, undefined, NOW), 'accepted', TIMES)
    assert.deepEqual([reserved(late).amperes, isLeftOver(late, NOW)], [20, true])
    assert.equal(reserved(answered(withTransaction(given, undefined, NOW), 'unknown', TIMES)).amperes, 20)
  })

  it('leaves a TxProfile of before in force', () => {
    const mixed = answered(sending(limited(24), limit(10, { form: STANDING }), SETTLE), 'accepted', TIMES)
    assert.equal(reserved(mixed, NOW + 60 * SECOND).amperes, 24)
    assert.equal(reserved(withTransaction(mixed, undefined, NOW)).amperes, 10)
  })
})

describe('the forms of a limit', () => {
  const refused = (state: EvseState, answer: 'rejected' | 'error' = 'rejected') => {
    return answered(sending(state, limit(20, { form: USUAL_FORM, forms: 3 }), SETTLE), answer, TIMES)
  }

  it('are tried one after another, and then one after each pause', () => {
    const first = refused(CHARGING)
    const second = refused(first)
    const third = refused(second)
    const fourth = refused(third)
    assert.deepEqual(
      [first, second, third, fourth].map(({ rung }) => rung?.at),
      [1, 2, 3, 4]
    )
    assert.deepEqual(
      [first, second, third, fourth].map(({ retryAt }) => (retryAt - NOW) / SECOND),
      [1, 1, 10, 20]
    )
    assert.deepEqual([refused(CHARGING, 'error').rung?.at, reserved(refused(CHARGING, 'error')).amperes], [1, 20])
  })

  it('are tried every five minutes in the end, where all are refused', () => {
    let [state, now, tries] = [CHARGING, NOW, 0]
    for (; now < NOW + 24 * 3600 * SECOND; tries++) {
      const at = { now, settle: SETTLE }
      state = answered(sending(state, limit(20, { form: USUAL_FORM, forms: 8 }), SETTLE), 'rejected', at)
      now = state.retryAt
    }
    assert.ok(tries <= 8 + 6 + 24 * 12, `${tries} profiles`)
  })

  it('end with the one that is accepted, which is kept until the charge point boots', () => {
    const found = answered(
      sending(refused(CHARGING), limit(20, { form: STANDING, forms: 3 }), SETTLE),
      'accepted',
      TIMES
    )
    assert.deepEqual([found.form, found.isFound, found.rung], [STANDING, true, undefined])
    assert.equal(withBoots(found, 1).form, undefined)
    const usual = answered(sending(CHARGING, limit(20, { form: USUAL_FORM, forms: 3 }), SETTLE), 'accepted', TIMES)
    assert.deepEqual([usual.form, usual.isFound], [USUAL_FORM, undefined])
  })

  it('are tried once also with an EVSE that accepts and ignores them, and the one that it obeys is kept', () => {
    let state: EvseState = { ...CHARGING, obedience: 'ignoring' }
    const rungs: unknown[] = []
    for (let time = 0; time < 5; time++) {
      state = answered(sending(state, limit(10, { form: STANDING, forms: 3 }), SETTLE), 'accepted', TIMES)
      rungs.push(state.rung?.at)
    }
    assert.deepEqual(rungs, [1, 2, 3, 3, 3])
    const later = { now: NOW + 60 * SECOND, settle: SETTLE }
    const obeying = sampled(sampled(state, 10, later), 10, later)
    assert.deepEqual([obeying.obedience, obeying.form, obeying.rung], ['obeys', STANDING, undefined])
  })
})

it('what was measured while an unanswered limit could hold proves no disobedience, however late it comes', () => {
  const at = (now: number) => ({ now, settle: 6_000 })
  const limit = { kind: 'limit', amperes: 9, transaction: 't', at: 0, until: 60_000 } as const
  const open = withTransaction({ ...initialState(), fallback: 6 }, { key: 't', id: 1 }, 0)
  const first = answered(sending(open, limit, 6_000), 'accepted', at(0))
  // The renewal was taken, but nobody has heard the answer.
  const renewed = answered(sending(first, { ...limit, at: 40_000, until: 100_000 }, 6_000), 'unknown', at(45_000))
  const late = [80_000, 90_000].reduce((state, takenAt) => sampled(state, 9, at(120_000), { takenAt }), renewed)
  assert.equal(late.obedience, 'unproven')
  const proven = [113_000, 123_000].reduce((state, takenAt) => sampled(state, 9, at(130_000), { takenAt }), renewed)
  assert.equal(proven.obedience, 'ignoring')
})

describe('an EV that asks for a profile', () => {
  const asking = withAsks(CHARGING, { asks: 1, maximum: 10 })
  const owed = sending(asking, limit(10), SETTLE)

  it('waits for one until it is sent, and again when it asks again', () => {
    assert.deepEqual([asking.isOwed, asking.demand], [true, 10])
    assert.equal(withAsks(asking, { asks: 1 }), asking)
    assert.equal(owed.isOwed, undefined)
    const told = answered(owed, 'accepted', TIMES)
    assert.equal(told.isOwed, undefined)
    assert.equal(withAsks(told, { asks: 1 }).isOwed, undefined)
    assert.equal(withAsks(told, { asks: 2 }).isOwed, true)
  })

  it('still waits when the profile was not sent, or another form of it is to be tried', () => {
    assert.equal(answered(owed, 'unsent', TIMES).isOwed, true)
    assert.equal(answered(owed, 'rejected', TIMES).isOwed, undefined)
    const formed = sending(asking, limit(10, { forms: 2 }), SETTLE)
    assert.equal(answered(formed, 'rejected', TIMES).isOwed, true)
    assert.equal(answered(sending(CHARGING, limit(10), SETTLE), 'unsent', TIMES).isOwed, undefined)
  })

  it('is known after a restart, and the next car has not asked', () => {
    const restarted = JSON.parse(JSON.stringify(vitalOf(asking, undefined)))
    assert.equal(withAsks(restarted, { asks: 1 }).isOwed, true)
    assert.equal(withTransaction(asking, { key: 'next', id: 2 }, NOW).transaction?.asks, undefined)
  })
})
