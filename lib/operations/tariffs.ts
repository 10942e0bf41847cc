import { type Static, Type } from '@sinclair/typebox'
import type { RequestOf, ResponseOf } from 'fastify-ocpp'
import { oneOf } from '../http/records.js'
import { type DefaultTariff, defaultTariffs } from '../ledger/default-tariffs.js'
import type { TariffVersion } from '../ledger/snapshot.js'
import { type RenderFacts, render, type WireTariff } from '../money/render.js'
import { defaultPrices, FALLBACK_TEXT, fallbackText } from '../price-messages/default-texts.js'
import { COST_CONTROLLER, type PriceFacts, readFacts } from '../price-messages/facts.js'
import { THERE } from '../price-messages/station-tariffs.js'
import { outcomeOf } from './common.js'
import { ask2, ask16, type Outcome, type Status } from './exchange.js'
import { type Lookup, operation } from './operation.js'

// The tariffs that apply to drivers of whom nothing is known, told to charge points beforehand. [2.x I04; 2.1 I07, I10]

const ITEM = Type.Object({
  evseId: Type.Integer({ description: 'EVSE; in OCPP 1.6 connector; 0: all of them' }),
  tariffId: Type.Optional(Type.String({ description: 'The tariff that applies; absent: none' })),
  ocppTariffId: Type.Optional(Type.String({ description: 'The id by which a 2.1 charge point knows it' })),
  validFrom: Type.Optional(
    Type.String({ description: 'It replaces the present tariff then; absent: it is the present tariff' })
  ),
  status: oneOf(['accepted', 'rejected', 'removed'], 'accepted: the charge point has it; removed: it had another one'),
  reason: Type.Optional(Type.String({ description: 'Why it does not have it' }))
})
type Item = Static<typeof ITEM>

interface TariffFacts {
  /** One entry for all EVSEs if they have the same tariffs. */
  wanted: readonly DefaultTariff[]
  /** 0: the charge point has not reported any. */
  evseIds: readonly number[]
  facts: PriceFacts
  languages: readonly string[]
  now: number
}

async function tariffFacts({ db, chargePoint, protocol, now, languages }: Lookup): Promise<TariffFacts> {
  const places = (await defaultTariffs(db, [chargePoint], now)).get(chargePoint.id) ?? []
  const evseIds = places.map(({ evseId }) => evseId)
  return { wanted: joined(places), evseIds, facts: await readFacts(db, protocol, chargePoint.id), languages, now }
}

function joined(wanted: readonly DefaultTariff[]): readonly DefaultTariff[] {
  const [first] = wanted
  const isSame = wanted.every(
    ({ tariff, next }) => tariff?.versionId === first?.tariff?.versionId && next?.versionId === first?.next?.versionId
  )
  return isSame && first !== undefined ? [{ ...first, evseId: 0 }] : wanted
}

function summary(items: readonly Item[]): Outcome {
  const done = items.filter(({ status }) => status !== 'rejected').length
  const status: Status = done === items.length ? 'accepted' : done === 0 ? 'rejected' : 'partial'
  return { status, tariffs: items }
}

// --- charge points that calculate [2.1 I07, I09, I10] --------------------------------------------------------------

type Assignment = NonNullable<ResponseOf<'ocpp2.1', 'GetTariffs'>['tariffAssignments']>[number]
type SetDefault = RequestOf<'ocpp2.1', 'SetDefaultTariff'>

/**
 * Sets the tariffs, each whole or not at all, and then removes the default tariffs that no EVSE is to have. Those stay if one
 * could not be set: an EVSE without any tariff would charge for nothing. In the end the charge point reports what it has.
 */
function* setDefaults({ wanted, evseIds }: TariffFacts, takes: RenderFacts) {
  const { tariffAssignments = [] } = yield* ask2('GetTariffs', { evseId: 0 })
  const reported = tariffAssignments.filter(({ tariffKind }) => tariffKind === 'DefaultTariff')
  const has = (evseId: number, tariffId: string) =>
    (evseId === 0 ? evseIds : [evseId]).every((id) => isAt(id, tariffId, reported))
  const items: Item[] = []
  let isChanged = false
  // The present tariffs first: a charge point may drop those that are to become valid later.
  for (const { evseId, tariff } of [...wanted, ...laterOf(wanted)]) {
    if (tariff === undefined) continue
    const rendered = render(tariff, takes, 'default')
    const { validFrom } = tariff.document
    const isLater = laterOf(wanted).some((one) => one.tariff === tariff)
    const named = { evseId, tariffId: tariff.id, ...(isLater && { validFrom }) }
    if (!('tariff' in rendered)) {
      items.push({ ...named, status: 'rejected', reason: rendered.problems.join(', ') })
      continue
    }
    const { tariffId } = rendered.tariff
    const known = { ...named, ocppTariffId: tariffId }
    const isThere = has(evseId, tariffId)
    const status = isThere ? 'Accepted' : yield* setDefault(evseId, rendered.tariff)
    isChanged ||= !isThere
    items.push(
      THERE.includes(status) ? { ...known, status: 'accepted' } : { ...known, status: 'rejected', reason: status }
    )
  }
  const removed = items.some(({ status }) => status === 'rejected') ? [] : yield* clearOthers(items, wanted, reported)
  if (isChanged || removed.length > 0) yield* confirm()
  return summaryOf([...items, ...removed])
}

function laterOf(wanted: readonly DefaultTariff[]) {
  return wanted.map(({ evseId, next }) => ({ evseId, tariff: next }))
}

/** Removes the default tariffs that no EVSE is to have, and those of EVSEs that are to have none. */
function* clearOthers(items: readonly Item[], wanted: readonly DefaultTariff[], reported: readonly Assignment[]) {
  const kept = items.flatMap(({ ocppTariffId }) => ocppTariffId ?? [])
  const idsOf = (those: readonly Assignment[]) => [...new Set(those.map(({ tariffId }) => tariffId))]
  const stale = idsOf(reported.filter(({ tariffId }) => !kept.includes(tariffId)))
  const removed = stale.length === 0 ? [] : yield* clear(0, stale)
  for (const { evseId, tariff, next } of wanted) {
    if (evseId === 0 || tariff !== undefined || next !== undefined) continue
    const here = idsOf(reported).filter((id) => kept.includes(id) && isAt(evseId, id, reported))
    if (here.length > 0) removed.push(...(yield* clear(evseId, here)))
  }
  return removed
}

function* clear(evseId: number, tariffIds: string[]) {
  const { clearTariffsResult } = yield* ask2('ClearTariffs', { tariffIds, ...(evseId !== 0 && { evseId }) })
  return clearTariffsResult.map(
    ({ tariffId = '', status }): Item =>
      status === 'Rejected'
        ? { evseId, ocppTariffId: tariffId, status: 'rejected', reason: 'still there' }
        : { evseId, ocppTariffId: tariffId, status: 'removed' }
  )
}

function* setDefault(evseId: number, tariff: WireTariff) {
  const { status } = yield* ask2('SetDefaultTariff', { evseId, tariff: tariff as SetDefault['tariff'] })
  return status
}

/** The report is stored for the comparison. Without it the tariffs are set all the same. */
function* confirm() {
  try {
    yield* ask2('GetTariffs', { evseId: 0 })
  } catch {
    // The tariffs count as unknown then.
  }
}

/** Whether an EVSE has the tariff as its default. Without EVSEs a report is about all of them. */
function isAt(evseId: number, tariffId: string, reported: readonly Assignment[]): boolean {
  return reported.some((one) => {
    const { evseIds = [0] } = one
    return one.tariffId === tariffId && (evseIds.includes(0) || evseIds.includes(evseId))
  })
}

function summaryOf(items: readonly Item[]): Outcome {
  return items.length === 0 ? { status: 'not-found', reason: 'no tariff applies', tariffs: [] } : summary(items)
}

// --- charge points that show texts [2.x I04; 1.6 California pricing] -----------------------------------------------

/** The only tariff of a charge point, or the outcome without one. */
function onlyTariff({ wanted }: TariffFacts): TariffVersion | Outcome {
  const [only, ...others] = wanted
  if (others.length > 0) return { status: 'rejected', reason: 'the tariff depends on the EVSE', tariffs: [] }
  return only?.tariff ?? { status: 'not-found', reason: 'no tariff applies', tariffs: [] }
}

function shownItem({ id }: TariffVersion, { status, reason }: Outcome): Outcome {
  const isThere = status === 'accepted' || status === 'reboot-required'
  const item: Item = { evseId: 0, tariffId: id, status: isThere ? 'accepted' : 'rejected' }
  return {
    status,
    tariffs: [{ ...item, ...(reason !== undefined && { reason }) }],
    ...(reason !== undefined && { reason })
  }
}

/** The text that a charge point shows to drivers of whom it knows no tariff. */
function* setFallbackText(facts: TariffFacts) {
  if (!facts.facts.showsTariffs) return NOT_SHOWN
  const tariff = onlyTariff(facts)
  if ('status' in tariff) return tariff
  const setting = { component: { name: COST_CONTROLLER }, variable: { name: FALLBACK_TEXT } }
  const { setVariableResult } = yield* ask2('SetVariables', {
    setVariableData: [{ ...setting, attributeValue: fallbackText(tariff, facts.languages) }]
  })
  const status = setVariableResult[0]?.attributeStatus ?? 'Rejected'
  return shownItem(tariff, outcomeOf({ status }))
}

const NOT_SHOWN: Outcome = {
  status: 'not-supported',
  reason: 'the charge point has not reported that it shows tariffs',
  tariffs: []
}

function* setDefaultPrice(facts: TariffFacts) {
  const { pricing } = facts.facts
  if (pricing === undefined) return NOT_SHOWN
  const tariff = onlyTariff(facts)
  if ('status' in tariff) return tariff
  let first: Outcome | undefined
  for (const setting of defaultPrices(tariff, pricing, facts)) {
    const next = outcomeOf(yield* ask16('ChangeConfiguration', setting))
    if (next.status !== 'accepted') return shownItem(tariff, next)
    first ??= next
  }
  return first === undefined ? NOT_SHOWN : shownItem(tariff, first)
}

export const setTariffs = operation({
  summary: 'Tell a charge point the tariffs of unknown drivers',
  description:
    'The tariff that applies at each EVSE to drivers of whom nothing is known. A charge point of OCPP 2.1 that calculates costs gets it as default tariff; default tariffs that no EVSE is to have are removed. Others of OCPP 2.x get the text, and OCPP 1.6 the text and the prices for starts without connection, if they have reported that they show them.',
  body: Type.Object({}, { additionalProperties: false }),
  details: { tariffs: Type.Array(ITEM) },
  isExclusive: true,
  facts: tariffFacts,
  rows: {
    *v16(_request, facts) {
      return yield* setDefaultPrice(facts)
    },
    *v2(_request, facts) {
      const { takes } = facts.facts
      return takes === undefined ? yield* setFallbackText(facts) : yield* setDefaults(facts, takes)
    }
  }
})
