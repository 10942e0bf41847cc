import { type Static, Type } from '@sinclair/typebox'
import { ALL_PROTOCOLS, type Protocol, versionInfo } from 'fastify-ocpp'
import type { ChargePointRow } from '../charge-points/rows.js'
import { toDateTime } from '../date-time.js'
import type { Reader } from '../events/scope.js'
import { oneOf } from '../http/records.js'
import { type DefaultTariff, defaultTariffs } from '../ledger/default-tariffs.js'
import type { TariffVersion } from '../ledger/snapshot.js'
import { render } from '../money/render.js'
import { DEFAULT_PRICE, defaultPrices, FALLBACK_TEXT, fallbackText } from './default-texts.js'
import {
  type Answered,
  answersAt,
  type Drift,
  driftAt,
  readStationTariffs,
  reportAt,
  type StationTariffs
} from './drift.js'
import { COST_CONTROLLER, type PriceFacts, readFacts } from './facts.js'
import type { Assignment } from './station-tariffs.js'

// The tariffs that a charge point should have, was sent, and has, as the operator API shows them.

const text = (description: string) => Type.Optional(Type.String({ description }))
const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))
const OCPP_ID = 'The id by which a 2.1 charge point knows it'

const WantedRecord = Type.Object({
  tariffId: Type.String(),
  version: Type.Integer(),
  ocppTariffId: Type.String({ description: OCPP_ID }),
  validFrom: moment('From when on it is to apply'),
  text: text('The text, if the charge point shows texts'),
  problems: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Why the charge point cannot take it; absent: nothing is known against it'
    })
  )
})

const AnswerRecord = Type.Object({
  ocppTariffId: text('Absent: a text'),
  isLater: Type.Boolean({ description: 'Whether it was to become valid later' }),
  status: Type.String({ description: 'In the words of the charge point; `unknown`: it did not answer' }),
  at: Type.String({ format: 'date-time' })
})

const ReportedRecord = Type.Object({
  ocppTariffId: text('Absent: a text'),
  kind: oneOf(['default', 'driver', 'text'], 'driver: it is for the id tokens that were told it'),
  validFrom: moment('When it becomes valid'),
  drivers: Type.Optional(Type.Integer({ description: 'How many id tokens it is for' })),
  text: text('As the charge point has it')
})

const PlaceRecord = Type.Object({
  evseId: Type.Integer({ description: 'EVSE; in OCPP 1.6 connector; 0: all of them' }),
  wanted: Type.Optional(WantedRecord),
  next: Type.Optional(WantedRecord),
  answers: Type.Array(AnswerRecord, { description: 'The answers to the tariffs that it was sent last' }),
  reported: Type.Optional(Type.Array(ReportedRecord, { description: 'Absent: the charge point has not told' })),
  reportedAt: moment('When it told'),
  drift: oneOf(['none', 'differs', 'unknown'], 'Whether it has other tariffs than it should have'),
  reason: text('How they differ, or why that is unknown')
})

export const StationTariffsRecord = Type.Object({
  takes: oneOf(
    ['tariffs', 'texts', 'nothing'],
    'tariffs: it calculates costs itself; texts: it shows prices; nothing: it has reported neither'
  ),
  items: Type.Array(PlaceRecord, { description: 'One for each EVSE; for texts one for all' })
})
export type StationTariffsRecord = Static<typeof StationTariffsRecord>
type Place = Static<typeof PlaceRecord>

interface Options {
  languages: readonly string[]
  now: number
}

/** The tariffs of a charge point. */
export async function showStationTariffs(
  db: Reader,
  chargePoint: ChargePointRow,
  options: Options
): Promise<StationTariffsRecord> {
  const protocol = ALL_PROTOCOLS.find((known) => known === chargePoint.protocol)
  const facts: PriceFacts =
    protocol === undefined ? { showsTariffs: false } : await readFacts(db, protocol, chargePoint.id)
  const places = (await defaultTariffs(db, [chargePoint], options.now)).get(chargePoint.id) ?? []
  const station = await readStationTariffs(db, chargePoint.id)
  const { takes } = facts
  if (takes !== undefined) {
    const items = places.map((place) => {
      const wanted = (version: TariffVersion) => {
        const rendered = render(version, takes, 'default')
        return { ...named(version), ...('problems' in rendered && { problems: rendered.problems }) }
      }
      return calculating(place, { station, now: options.now, wanted })
    })
    return { takes: 'tariffs', items }
  }
  if (protocol === undefined || !(facts.showsTariffs || facts.pricing !== undefined)) {
    return { takes: 'nothing', items: [] }
  }
  const told = await readText(db, protocol, chargePoint.id)
  return { takes: 'texts', items: [showing(places, { facts, told, station, ...options })] }
}

function named({ id, version, ocppTariffId, document: { validFrom } }: TariffVersion) {
  return { tariffId: id, version, ocppTariffId, ...(validFrom !== undefined && { validFrom }) }
}

interface Calculating {
  station: StationTariffs
  now: number
  wanted(version: TariffVersion): NonNullable<Place['wanted']>
}

/** An EVSE of a charge point that calculates costs. */
function calculating(place: DefaultTariff, { station, now, wanted }: Calculating): Place {
  const { evseId, tariff, next } = place
  const report = reportAt(evseId, station.reports)
  return {
    evseId,
    ...(tariff !== undefined && { wanted: wanted(tariff) }),
    ...(next !== undefined && { next: wanted(next) }),
    answers: answersAt(evseId, station.answers).map(answerRecord),
    ...(report !== undefined && {
      reported: report.assignments.map(reportedRecord),
      reportedAt: toDateTime(report.at)
    }),
    ...shown(driftAt(place, station, now))
  }
}

function shown({ state, detail }: Drift) {
  return { drift: state, ...(detail !== undefined && { reason: detail }) }
}

function answerRecord({ ocppId, isLater, status, at }: Answered) {
  return { ...(ocppId !== '' && { ocppTariffId: ocppId }), isLater, status, at: toDateTime(at) }
}

function reportedRecord({ ocppId, kind, validFrom, drivers }: Assignment) {
  return {
    ocppTariffId: ocppId,
    kind: kind === 'DefaultTariff' ? ('default' as const) : ('driver' as const),
    ...(validFrom !== undefined && { validFrom: toDateTime(validFrom) }),
    ...(drivers !== undefined && { drivers })
  }
}

/** The text that a charge point has, as last read. */
interface ToldText {
  text: string
  at: number
}

interface Showing extends Options {
  facts: PriceFacts
  told: ToldText | undefined
  station: StationTariffs
}

/** A charge point that shows one text for all EVSEs. */
function showing(places: readonly DefaultTariff[], { facts, told, station, languages, now }: Showing): Place {
  const [first, ...others] = places
  const isSame = others.every(({ tariff }) => tariff?.versionId === first?.tariff?.versionId)
  const tariff = isSame ? first?.tariff : undefined
  const { pricing } = facts
  const wanted =
    tariff &&
    (pricing === undefined
      ? fallbackText(tariff, languages)
      : defaultPrices(tariff, pricing, { languages, now })[0]?.value)
  const common = {
    evseId: 0,
    ...(tariff !== undefined && { wanted: { ...named(tariff), ...(wanted !== undefined && { text: wanted }) } }),
    answers: answersAt(0, station.answers).map(answerRecord),
    ...(told !== undefined && {
      reported: [{ kind: 'text' as const, text: told.text }],
      reportedAt: toDateTime(told.at)
    })
  }
  if (!isSame) return { ...common, ...shown({ state: 'unknown', detail: 'the tariff depends on the EVSE' }) }
  if (told === undefined) return { ...common, ...shown({ state: 'unknown', detail: 'the text was not read' }) }
  if (wanted === undefined) {
    const detail = 'has a text, and no tariff applies'
    return { ...common, ...shown(told.text === '' ? { state: 'none' } : { state: 'differs', detail }) }
  }
  const isSameText = sameText(told.text, wanted)
  return { ...common, ...shown(isSameText ? { state: 'none' } : { state: 'differs', detail: 'has another text' }) }
}

/** Charge points may store JSON with other spaces. */
function sameText(one: string, other: string): boolean {
  return one === other || compact(one) === compact(other)
}

function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json))
  } catch {
    return json
  }
}

async function readText(db: Reader, protocol: Protocol, id: number): Promise<ToldText | undefined> {
  const row = versionInfo(protocol).hasDeviceModel
    ? await db
        .selectFrom('variables')
        .select(['value', 'updated_at'])
        .where('charge_point_id', '=', id)
        .where('component', '=', COST_CONTROLLER)
        .where('variable', '=', FALLBACK_TEXT)
        .where('attribute', '=', 'Actual')
        .executeTakeFirst()
    : await db
        .selectFrom('configuration_keys')
        .select(['value', 'updated_at'])
        .where('charge_point_id', '=', id)
        .where('key', '=', DEFAULT_PRICE)
        .executeTakeFirst()
  return row?.value == null ? undefined : { text: row.value, at: row.updated_at }
}
