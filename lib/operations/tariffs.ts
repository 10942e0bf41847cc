import { type Static, Type } from '@sinclair/typebox'
import type { RequestOf, ResponseOf } from 'fastify-ocpp'
import { oneOf } from '../http/records.js'
import type { TariffVersion } from '../ledger/snapshot.js'
import { tariffFor } from '../ledger/which-tariff.js'
import { conditionsOf } from '../money/cuts.js'
import { type RenderFacts, render, type WireTariff } from '../money/render.js'
import { type Message, messagesOf } from '../money/text.js'
import { unitPricesAt } from '../money/unit-prices.js'
import { chargingPriceOf, decimalsOf } from '../price-messages/california.js'
import { COST_CONTROLLER, type PriceFacts, type PricingMessages, readFacts } from '../price-messages/facts.js'
import { outcomeOf } from './common.js'
import { ask2, ask16, type Outcome, type Status } from './exchange.js'
import { connectorsOf } from './facts.js'
import { type Lookup, operation } from './operation.js'

// The tariffs that apply to drivers of whom nothing is known, told to charge points beforehand. [2.x I04; 2.1 I07, I10]

const ITEM = Type.Object({
  evseId: Type.Integer({ description: 'EVSE; in OCPP 1.6 connector; 0: all of them' }),
  tariffId: Type.Optional(Type.String({ description: 'The tariff that applies; absent: none' })),
  ocppTariffId: Type.Optional(Type.String({ description: 'The id by which a 2.1 charge point knows it' })),
  status: oneOf(['accepted', 'rejected', 'removed'], 'accepted: the charge point has it; removed: it had another one'),
  reason: Type.Optional(Type.String({ description: 'Why it does not have it' }))
})
type Item = Static<typeof ITEM>

/** The tariff at one place. */
interface Wanted {
  evseId: number
  tariff: TariffVersion | undefined
}

interface TariffFacts {
  wanted: readonly Wanted[]
  facts: PriceFacts
  languages: readonly string[]
  now: number
}

async function tariffFacts({ db, chargePoint, protocol, now, languages }: Lookup): Promise<TariffFacts> {
  const rows = await connectorsOf(db, chargePoint.id)
  const ids = [...new Set(rows.map(({ evse_id, connector_id }) => evse_id || connector_id))]
  const wanted: Wanted[] = []
  for (const evseId of ids.length === 0 ? [0] : ids) {
    wanted.push({ evseId, tariff: await tariffFor(db, { chargePointId: chargePoint.id, evseId, at: now }) })
  }
  return { wanted: joined(wanted), facts: await readFacts(db, protocol, chargePoint.id), languages, now }
}

/** One entry for all EVSEs if they have the same tariff. */
function joined(wanted: readonly Wanted[]): readonly Wanted[] {
  const [first] = wanted
  const isSame = wanted.every(({ tariff }) => tariff?.versionId === first?.tariff?.versionId)
  return isSame && first !== undefined ? [{ evseId: 0, tariff: first.tariff }] : wanted
}

function summary(items: readonly Item[]): Outcome {
  const done = items.filter(({ status }) => status !== 'rejected').length
  const status: Status = done === items.length ? 'accepted' : done === 0 ? 'rejected' : 'partial'
  return { status, tariffs: items }
}

// --- charge points that calculate [2.1 I07, I09, I10] --------------------------------------------------------------

type Assignment = NonNullable<ResponseOf<'ocpp2.1', 'GetTariffs'>['tariffAssignments']>[number]
type SetDefault = RequestOf<'ocpp2.1', 'SetDefaultTariff'>

/** DuplicateTariffId: it is there already, because other content has another id. */
const THERE: readonly string[] = ['Accepted', 'DuplicateTariffId']

/**
 * Sets the tariffs, each whole or not at all, and then removes the default tariffs that no EVSE is to have. Those stay if one
 * could not be set: an EVSE without any tariff would charge for nothing.
 */
function* setDefaults({ wanted }: TariffFacts, takes: RenderFacts) {
  const { tariffAssignments = [] } = yield* ask2('GetTariffs', { evseId: 0 })
  const reported = tariffAssignments.filter(({ tariffKind }) => tariffKind === 'DefaultTariff')
  const items: Item[] = []
  for (const { evseId, tariff } of wanted) {
    if (tariff === undefined) continue
    const rendered = render(tariff, takes, 'default')
    const named = { evseId, tariffId: tariff.id }
    if (!('tariff' in rendered)) {
      items.push({ ...named, status: 'rejected', reason: rendered.problems.join(', ') })
      continue
    }
    const known = { ...named, ocppTariffId: rendered.tariff.tariffId }
    const status = isAt(evseId, rendered.tariff, reported) ? 'Accepted' : yield* setDefault(evseId, rendered.tariff)
    items.push(
      THERE.includes(status) ? { ...known, status: 'accepted' } : { ...known, status: 'rejected', reason: status }
    )
  }
  const kept = items.flatMap(({ ocppTariffId }) => ocppTariffId ?? [])
  const stale = reported.filter(({ tariffId }) => !kept.includes(tariffId))
  if (stale.length === 0 || items.some(({ status }) => status === 'rejected')) return summaryOf(items)
  const tariffIds = [...new Set(stale.map(({ tariffId }) => tariffId))]
  const { clearTariffsResult } = yield* ask2('ClearTariffs', { tariffIds })
  const removed = clearTariffsResult.map(
    ({ tariffId = '', status }): Item =>
      status === 'Rejected'
        ? { evseId: 0, ocppTariffId: tariffId, status: 'rejected', reason: 'still there' }
        : { evseId: 0, ocppTariffId: tariffId, status: 'removed' }
  )
  return summaryOf([...items, ...removed])
}

function* setDefault(evseId: number, tariff: WireTariff) {
  const { status } = yield* ask2('SetDefaultTariff', { evseId, tariff: tariff as SetDefault['tariff'] })
  return status
}

/** Whether an EVSE has the tariff as its default. Without EVSEs a report is about all of them. */
function isAt(evseId: number, { tariffId }: WireTariff, reported: readonly Assignment[]): boolean {
  return reported.some((one) => {
    const { evseIds = [0] } = one
    return one.tariffId === tariffId && (evseIds.includes(0) || (evseId !== 0 && evseIds.includes(evseId)))
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
  const [{ content }] = messagesOf(tariff.document, facts.languages)
  const setting = { component: { name: COST_CONTROLLER }, variable: { name: 'TariffFallbackMessage' } }
  const { setVariableResult } = yield* ask2('SetVariables', {
    setVariableData: [{ ...setting, attributeValue: content }]
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
  const [main, ...others] = messagesOf(tariff.document, facts.languages)
  const value = JSON.stringify({ ...textsOf(main), ...offlinePrice(tariff, pricing, facts.now) })
  const first = outcomeOf(yield* ask16('ChangeConfiguration', { key: 'DefaultPrice', value }))
  if (first.status !== 'accepted' || !pricing.isMultilingual) return shownItem(tariff, first)
  for (const message of others) {
    if (message.language === undefined || pricing.languages?.includes(message.language) === false) continue
    const key = `DefaultPriceText,${message.language}`
    const next = outcomeOf(yield* ask16('ChangeConfiguration', { key, value: JSON.stringify(textsOf(message)) }))
    if (next.status !== 'accepted') return shownItem(tariff, next)
  }
  return shownItem(tariff, first)
}

function textsOf({ content }: Message) {
  return { priceText: content, priceTextOffline: content }
}

/** The prices of a start without connection: of a tariff with conditions nobody could say which apply then. */
function offlinePrice({ document }: TariffVersion, pricing: PricingMessages, now: number): object {
  if (conditionsOf(document).some((conditions) => Object.keys(conditions).length > 0)) return {}
  const { price } = decimalsOf(document.currency, pricing)
  return chargingPriceOf(unitPricesAt({ document, start: now, at: now, energyWh: 0, chargingSeconds: 0 }, price))
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
