import type { KnownOf } from '../traits/book.js'
import type { BootedAs } from '../traits/models.js'
import type { Traits } from '../traits/traits.js'
import { type AppliedTraits, type Choice, choiceOf, traitsOf } from './forms.js'
import type { Lease } from './leases.js'
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

/** How the charge points take limits, besides their form. */
export function habitsOf(applied: AppliedTraits): Habits {
  const { limitZero, limitSettle, limitWritesPerDay, limitLease, limitFallback } = applied
  return {
    ...(limitZero !== undefined && { avoidsZero: limitZero.value === 'avoid' }),
    ...(limitSettle !== undefined && { settle: Number(limitSettle.value) }),
    ...(limitWritesPerDay !== undefined && { writesPerDay: Number(limitWritesPerDay.value) }),
    ...(limitLease !== undefined && { limitLease: limitLease.value as Lease }),
    ...(limitFallback !== undefined && { limitFallback: limitFallback.value as NonNullable<Habits['limitFallback']> })
  }
}

/** The EVSEs with the habits of their charge points. */
export function withHabits(plant: Plant, { members, traitsOf }: Pick<Known, 'members' | 'traitsOf'>): Plant {
  const habits = new Map([...members].map(([identity, member]) => [identity, habitsOf(traitsOf(member))]))
  return { ...plant, evses: plant.evses.map((evse) => ({ ...evse, ...habits.get(evse.identity.toLowerCase()) })) }
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

/** What is known of charge points by the form that one of them was found to take, where their traits do not say it. */
export function learnedBy(
  choices: ReadonlyMap<string, Choice>,
  states: ReadonlyMap<string, EvseState>,
  members: ReadonlyMap<string, Member>
): Lesson[] {
  return [...states].flatMap(([key, { form, isFound = false }]): Lesson[] => {
    const choice = choices.get(key)
    const member = members.get(key.slice(0, key.lastIndexOf(' ')))
    if (!isFound || form === undefined || choice === undefined || member === undefined) return []
    const traits = traitsOf({ ...form, ...choice.fixed }, choice.base)
    return Object.keys(traits).length === 0 ? [] : [{ key, kind: member, traits }]
  })
}
