import type { Protocol } from 'fastify-ocpp'
import type { Reader } from '../events/scope.js'
import type { Traits } from '../traits/traits.js'
import { hasFallback } from './fallback-proof.js'
import { type AppliedTraits, choiceOf, isStanding } from './forms.js'
import { inForm, keyOf, type LoadManagementBody, leastOf, plantOf } from './plant.js'
import { countsFromStart, profileOfStart } from './profiles.js'
import { initialState } from './reserve.js'
import { findLoadManagement, savedStates } from './rows.js'

// A remote start carries the fallback of its EVSE as a TxProfile, until the EVSE has shown that it has its fallback or obeys: some
// charge points accept a TxDefaultProfile and do not keep it. It is no more than the fallback, which is reserved anyway, so that
// nothing has to be known of it where the site is controlled, and no answer has to be waited for.

/** By then samples tell whether the EVSE has its fallback. Longer, the profile could keep a limit in another form from being obeyed. */
const LONGEST_S = 120

export interface StartAt {
  db: Reader
  chargePoint: { identity: string; site_id: string | null }
  protocol: Protocol
  /** Of the charge point. */
  traits: Traits
  now: number
}

/** The profile for a start at an EVSE; in 1.6 the EVSE is the connector. `undefined`: the start needs none. */
export async function startProfileFor(
  { db, chargePoint, protocol, traits, now }: StartAt,
  evseId: number | undefined
): Promise<ReturnType<typeof profileOfStart> | undefined> {
  const { identity, site_id: siteId } = chargePoint
  const row = siteId === null || evseId === undefined ? undefined : await findLoadManagement(db, siteId)
  if (row?.mode !== 'control' || evseId === undefined) return undefined
  const key = keyOf({ identity, evseId })
  const plant = plantOf(JSON.parse(row.document) as LoadManagementBody, 'UTC')
  const evse = plant.evses.find((one) => keyOf(one) === key)
  const state = savedStates(row).get(key) ?? initialState()
  const isKnown = hasFallback(state) && (state.shown !== undefined || traits.limitFallback === 'kept')
  if (evse === undefined || isKnown || state.obedience === 'obeys') return undefined
  const { unit } = (JSON.parse(row.document) as LoadManagementBody).evses.find((one) => keyOf(one) === key) ?? {}
  const needsId = !countsFromStart(protocol)
  const { base, fixed } = choiceOf(appliedOf(traits), { needsId, isOnly: false, hasDynamic: false, unit })
  const form = { ...base, ...state.form, ...fixed }
  if (isStanding(form)) return undefined
  const formed = inForm(evse, { form, forms: 1 })
  // As accepted: it may be more than configured, where 0 A is avoided.
  const amperes = state.fallback ?? formed.fallback
  // Some transactions that begin with 0 A never charge.
  if (amperes < leastOf(formed)) return undefined
  const { voltage } = plant
  const lease = Math.min(plant.lease, LONGEST_S)
  return profileOfStart(protocol, { evse: formed, voltage, amperes, lease, now })
}

function appliedOf(traits: Traits): AppliedTraits {
  return Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, { value, source: 'default' }]))
}
