import type { KnownOf } from '../traits/book.js'
import type { BootedAs } from '../traits/models.js'
import type { Traits } from '../traits/traits.js'
import { type AppliedTraits, type Choice, choiceOf, traitsOf } from './forms.js'
import type { Lease } from './leases.js'
import { isStuck } from './lessons.js'
import { type Habits, keyOf, type LoadManagementBody, type Plant } from './plant.js'
import { countsFromStart, hasDynamicProfiles } from './profiles.js'
import type { EvseState } from './reserve.js'
import type { Member } from './rows.js'

// The forms that each EVSE of a site can be limited in, and what is learned by those that it takes.

export type { AppliedTraits }

export interface Known {
  /** By folded identity. */
  members: ReadonlyMap<string, Member>
  traitsOf: (known: KnownOf) => AppliedTraits
  /** The highest stack levels that are known, by the row of the charge point. */
  levels: ReadonlyMap<number, number>
  /** Those that take Dynamic profiles, by the row of the charge point. */
  dynamic: ReadonlySet<number>
}

/**
 * How the charge points take limits, besides their form. What was learned only adds care: where 0 A was found to be bad, cars are not
 * paused in turns, but a fallback of 0 A, and a limit that leaves no room, stay possible.
 */
export function habitsOf(applied: AppliedTraits): Habits {
  const { limitZero, limitSettle, limitWritesPerDay, limitLease, limitFallback } = applied
  const avoids = limitZero?.value === 'avoid'
  const isLearned = limitZero?.source === 'learned'
  return {
    ...(limitZero !== undefined && !isLearned && { avoidsZero: avoids }),
    ...(isLearned && avoids && { mayPause: false }),
    ...(limitSettle !== undefined && limitSettle.source !== 'learned' && { settle: Number(limitSettle.value) }),
    ...(limitWritesPerDay !== undefined && { writesPerDay: Number(limitWritesPerDay.value) }),
    ...(limitLease !== undefined && { limitLease: limitLease.value as Lease }),
    ...(limitFallback !== undefined && { limitFallback: limitFallback.value as NonNullable<Habits['limitFallback']> })
  }
}

/** The EVSEs with the habits of their charge points. */
export function withHabits(plant: Plant, { members, traitsOf }: Pick<Known, 'members' | 'traitsOf'>): Plant {
  const traits = new Map([...members].map(([identity, member]) => [identity, traitsOf(member)]))
  const evses = plant.evses.map((evse) => {
    const applied = traits.get(evse.identity.toLowerCase()) ?? {}
    return { ...evse, settle: settleOf(applied, plant), ...habitsOf(applied) }
  })
  return { ...plant, evses }
}

/** A time that was learned is never shorter than that of the site, and short enough for leases to be renewed in between. */
function settleOf({ limitSettle }: AppliedTraits, { settle, lease }: Plant): number {
  const learned = limitSettle?.source === 'learned' ? Number(limitSettle.value) : 0
  return Math.max(settle, Math.min(learned, lease / 2))
}

/** By EVSE; none for charge points that do not belong to the site. */
export function choicesFor(
  { evses, stations = [] }: Pick<LoadManagementBody, 'evses' | 'stations'>,
  { members, traitsOf, levels, dynamic }: Known
): Map<string, Choice> {
  const shared = new Set(stations.map(({ identity }) => identity.toLowerCase()))
  const counts = new Map<string, number>()
  for (const { identity } of evses) {
    counts.set(identity.toLowerCase(), (counts.get(identity.toLowerCase()) ?? 0) + 1)
  }
  const traits = new Map<string, AppliedTraits>()
  return new Map(
    evses.flatMap((evse) => {
      const identity = evse.identity.toLowerCase()
      const member = members.get(identity)
      if (member === undefined) return []
      const applied = traits.get(identity) ?? traitsOf(member)
      traits.set(identity, applied)
      const most = [levels.get(member.id), applied.maxStackLevel?.value].filter((level) => typeof level === 'number')
      const choice = choiceOf(applied, {
        unit: evse.unit,
        highestLevel: most.length === 0 ? undefined : Math.min(...most),
        needsId: !countsFromStart(member.protocol),
        // The maximum of a charge point has one use only.
        isOnly: counts.get(identity) === 1 && !shared.has(identity),
        hasDynamic: dynamic.has(member.id)
      })
      return [[keyOf(evse), choice]]
    })
  )
}

/** Charge points that are to get Dynamic profiles, if they take them. */
export function toBeDynamic({ members, traitsOf }: Pick<Known, 'members' | 'traitsOf'>): Member[] {
  return [...members.values()].filter((member) => {
    return hasDynamicProfiles(member.protocol) && traitsOf(member).limitProfile?.value === 'dynamic'
  })
}

/** What an EVSE has taught of the charge points of its kind. */
export interface Lesson {
  key: string
  kind: BootedAs
  traits: Traits
}

/** Charge points that have refused a form. */
export function refusing(members: ReadonlyMap<string, Member>, states: ReadonlyMap<string, EvseState>): Member[] {
  const keys = [...states].flatMap(([key, { rung }]) => (rung === undefined ? [] : [key]))
  const identities = new Set(keys.map((key) => key.slice(0, key.lastIndexOf(' '))))
  return [...identities].flatMap((identity) => members.get(identity) ?? [])
}

/** Whether a form is the reason why limits are obeyed. Some charge points ignore them now and then, whatever the form. */
function isReliable({ isUnsure, relapses = 0 }: EvseState): boolean {
  return isUnsure !== true && relapses === 0
}

/** What is known of charge points by the form that one of them was found to take, where their traits do not say it. */
export function learnedBy(
  choices: ReadonlyMap<string, Choice>,
  states: ReadonlyMap<string, EvseState>,
  members: ReadonlyMap<string, Member>
): Lesson[] {
  return [...states].flatMap(([key, state]): Lesson[] => {
    const { form, isFound = false } = state
    const choice = choices.get(key)
    const member = members.get(key.slice(0, key.lastIndexOf(' ')))
    if (!isFound || !isReliable(state) || form === undefined || choice === undefined || member === undefined) return []
    const traits = traitsOf({ ...form, ...choice.fixed }, choice.base)
    return Object.keys(traits).length === 0 ? [] : [{ key, kind: member, traits }]
  })
}

/**
 * What is known of charge points by how they have followed limits, where they are not treated so yet. A charge point of the kind whose
 * transaction went on after a pause disproves that others do not.
 */
export function shownBy(
  { evses }: Pick<Plant, 'evses'>,
  states: ReadonlyMap<string, EvseState>,
  { members, traitsOf }: Pick<Known, 'members' | 'traitsOf'>
): Lesson[] {
  const kinds = new Set(
    [...states].flatMap(([key, { learned }]) => (learned?.hasResumed ? [kindAt(members, key)] : []))
  )
  return evses.flatMap((evse): Lesson[] => {
    const key = keyOf(evse)
    const state = states.get(key)
    const member = members.get(evse.identity.toLowerCase())
    if (state?.learned === undefined || member === undefined) return []
    const { settle = 0 } = state.learned
    const { limitZero, limitSettle } = traitsOf(member)
    const isSlow = settle > Math.max(evse.settle, Number(limitSettle?.value ?? 0)) && limitSettle?.source !== 'own'
    const isZero = limitZero === undefined && isStuck(state) && !kinds.has(kindAt(members, key))
    const traits: Traits = { ...(isSlow && { limitSettle: settle }), ...(isZero && { limitZero: 'avoid' as const }) }
    return Object.keys(traits).length === 0 ? [] : [{ key, kind: member, traits }]
  })
}

function kindAt(members: Known['members'], key: string): string {
  const { vendor, model, firmware } = members.get(key.slice(0, key.lastIndexOf(' '))) ?? {}
  return JSON.stringify([vendor, model, firmware])
}
