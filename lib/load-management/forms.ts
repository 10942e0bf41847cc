import type { AppliedTrait, TraitName, Traits } from '../traits/traits.js'
import type { ShownFallback } from './fallback-proof.js'

// The forms in which a limit can be said. Charge points refuse, or accept and ignore, some of them: then others are tried.

export interface Form {
  unit: 'A' | 'W'
  step: 'tenth' | 'whole'
  kind: 'Relative' | 'Absolute'
  stackLevel: number
  /**
   * The profile that limits a transaction. `default` and `station` have one profile only, whose second period is the
   * fallback, which follows when the lease has ended. `dynamic` is a transaction's profile of the kind Dynamic. [2.1 K28]
   */
  profile: 'transaction' | 'transaction-without-id' | 'dynamic' | 'default' | 'station'
}

/** How a limit is said where nothing else is known. */
export const USUAL_FORM: Form = { unit: 'A', step: 'tenth', kind: 'Relative', stackLevel: 0, profile: 'transaction' }

/** The trait of a charge point that says each member of its form. */
const TRAITS = {
  unit: 'chargingRateUnit',
  step: 'limitStep',
  kind: 'limitKind',
  stackLevel: 'limitStackLevel',
  profile: 'limitProfile'
} as const satisfies Record<keyof Form, TraitName>
type Member = keyof Form
const MEMBERS = Object.keys(TRAITS) as Member[]

/** The names of the traits that forms are made of. */
const FORM_TRAITS: readonly TraitName[] = [...Object.values(TRAITS), 'maxStackLevel']

/** The names of the traits that say how a charge point takes limits. */
export const LIMIT_TRAITS: readonly TraitName[] = [
  ...FORM_TRAITS,
  ...(['limitZero', 'limitSettle', 'limitWritesPerDay', 'limitLease', 'limitFallback', 'sampleInterval'] as const)
]

/** What limits the choice of forms. */
export interface Choice {
  /** The form that the traits of the charge point name. */
  base: Form
  /** What an operator has decided: nothing else is tried. */
  fixed: Partial<Form>
  /** The highest stack level, if it is known. */
  highestLevel?: number | undefined
  /** Whether a transaction is addressed by its id always. [2.x K01.FR.03] */
  needsId: boolean
  /** Whether the EVSE is the only one of the charge point in the site. */
  isOnly: boolean
  /** Whether the charge point takes Dynamic profiles. */
  hasDynamic: boolean
}

export type AppliedTraits = Partial<Record<TraitName, AppliedTrait>>

export function choiceOf(
  traits: AppliedTraits,
  {
    unit,
    ...more
  }: Pick<Choice, 'highestLevel' | 'needsId' | 'isOnly' | 'hasDynamic'> & { unit?: Form['unit'] | undefined }
): Choice {
  const of = (isFixed: boolean) => {
    const told = MEMBERS.flatMap((member) => {
      const trait = traits[TRAITS[member]]
      return trait === undefined || (isFixed && trait.source !== 'own') ? [] : [[member, trait.value]]
    })
    return { ...Object.fromEntries(told), ...(unit !== undefined && { unit }) } as Partial<Form>
  }
  return { ...more, base: { ...USUAL_FORM, ...of(false) }, fixed: of(true) }
}

/** What a charge point has accepted or refused so far. */
export interface Tried {
  /** The form that it has accepted last. */
  form?: Form
  /** Whether others were tried before. */
  isFound?: boolean
  /** It is obeyed after others were accepted and ignored, but has brought no current down yet. */
  isUnsure?: true
  /** How many forms of this kind of profile have failed in a row. */
  rung?: { kind: Kind; at: number }
  /** What it has shown of its fallback. */
  shown?: ShownFallback
}
type Kind = 'fallback' | 'limit'

/** The form for the next profile, and how many there are to try. */
export function nextForm(choice: Choice, state: Tried & { fallback?: number }, fallback: number) {
  const { form, rung, shown } = state
  const base = possibleForm({ ...(form ?? choice.base), ...choice.fixed }, choice)
  const kind = state.fallback === undefined ? 'fallback' : 'limit'
  const all = formsFor(choice, base, kind, kind === 'fallback' && Number.isInteger(fallback))
  const { times = 0, lost = [] } = (kind === 'fallback' ? shown : undefined) ?? {}
  const kept = all.filter((one) => !lost.some((other) => isSameForm(one, other)))
  // When all were lost, they are tried in turn.
  const forms = kept.length > 0 ? kept : all
  const at = rung?.kind === kind ? rung.at : kept.length > 0 ? 0 : times
  return { form: forms[at % forms.length] ?? base, forms: forms.length }
}

/** A charge point that takes no Dynamic profiles gets others. [2.1 K01.FR.121] */
function possibleForm(form: Form, { hasDynamic }: Choice): Form {
  return form.profile === 'dynamic' && !hasDynamic ? { ...form, profile: 'transaction' } : form
}

/** The forms in which a profile is tried one after another: each differs in what charge points refuse most often. */
function formsFor(choice: Choice, base: Form, kind: Kind, isWhole: boolean): Form[] {
  const { fixed, highestLevel, needsId, isOnly } = choice
  const step = isWhole ? {} : ({ step: 'whole' } as const)
  const other = {
    unit: base.unit === 'A' ? ('W' as const) : ('A' as const),
    kind: base.kind === 'Relative' ? ('Absolute' as const) : ('Relative' as const),
    stackLevel: highestLevel ?? base.stackLevel
  }
  const station: Partial<Form>[] = isOnly ? [{ ...step, profile: 'station' }] : []
  const withoutId: Partial<Form>[] = needsId ? [] : [{ ...step, profile: 'transaction-without-id' }]
  const { unit, stackLevel } = other
  const changes: Record<Kind, Partial<Form>[]> = {
    fallback: [
      { ...step, kind: other.kind, stackLevel },
      { ...step, unit },
      { ...step, ...other },
      { ...step, stackLevel },
      ...station
    ],
    limit: [
      ...(base.profile === 'dynamic' ? [{ profile: 'transaction' as const }] : []),
      ...(needsId && !isWhole ? [step] : withoutId),
      { profile: 'default' },
      step,
      { ...step, profile: 'default' },
      { ...step, kind: other.kind },
      { ...step, unit },
      // Above a TxProfile of which nobody knows. [1.6 §3.13.2]
      { ...step, stackLevel },
      ...station
    ]
  }
  const found = [base, ...changes[kind].map((change) => possibleForm({ ...base, ...change, ...fixed }, choice))]
  const texts = found.map((form) => JSON.stringify(form))
  return found.filter((_, index) => texts.indexOf(texts[index] ?? '') === index)
}

/** The traits that say a form, where it differs from the one that was known. */
export function traitsOf(form: Form, known: Form): Traits {
  const told = MEMBERS.filter((member) => form[member] !== known[member]).map((member) => [
    TRAITS[member],
    form[member]
  ])
  return Object.fromEntries(told) as Traits
}

/** Whether the profile of the limit is that of the fallback, too, so that it outlives the transaction. */
export function isStanding({ profile }: Form): boolean {
  return profile === 'default' || profile === 'station'
}

/** The greatest limit of the form that is not above this one. A. */
export function stepDown(amperes: number, { step }: Pick<Form, 'step'>): number {
  return step === 'whole' ? Math.floor(amperes + 1e-6) : Math.floor(amperes * 10 + 1e-6) / 10
}

export function isSameForm(one: Form | undefined, other: Form | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
