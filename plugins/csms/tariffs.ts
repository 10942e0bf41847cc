import type { FastifyInstance } from 'fastify'
import { type ChargePoint, versionInfo } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import type { CallKey } from '../../lib/calls/caller.js'
import { PROTOCOLS_2, type Request2, type Response2 } from '../../lib/charge-points/versions.js'
import { milliseconds } from '../../lib/events/scope.js'
import { DEFAULT_PRICE, FALLBACK_TEXT } from '../../lib/price-messages/default-texts.js'
import { COST_CONTROLLER } from '../../lib/price-messages/facts.js'
import {
  NO_ANSWER,
  noteClearedTariffs,
  noteReportedTariffs,
  noteSetTariff
} from '../../lib/price-messages/station-tariffs.js'
import { TariffReports } from '../../lib/price-messages/tariff-reports.js'
import type {} from '../price-messages.js'

const FAILED = 'could not find out which tariffs the charge point has'

function setDefault({ identity }: CallKey, { evseId, tariff }: v21.SetDefaultTariffRequest, status: string) {
  const { tariffId: ocppId, validFrom } = tariff
  const isLater = milliseconds(validFrom, 0) > Date.now()
  return noteSetTariff({ identity, evseId, ocppId, isLater, status })
}

/** Keeps the answers to the tariffs of 2.1, and its reports. [2.1 I07, I09, I10] */
function followTariffs({ calls, ocpp, store, log }: FastifyInstance, reports: TariffReports): void {
  calls
    .after('ocpp2.1', 'SetDefaultTariff', (request, { status }, call) => {
      reports.changed(call.identity)
      return setDefault(call, request, status)
    })
    .unanswered('ocpp2.1', 'SetDefaultTariff', (request, call) => setDefault(call, request, NO_ANSWER))
    .after('ocpp2.1', 'ClearTariffs', (request, response, { identity }) => {
      reports.changed(identity)
      return noteClearedTariffs(request, response)
    })
    .after('ocpp2.1', 'GetTariffs', ({ evseId = 0 }, response, { identity }) => {
      reports.reported(identity)
      return noteReportedTariffs(evseId, response)
    })
  ocpp.events.on('call', ({ chargePoint: { identity }, messageId, action, request, outcome, error }) => {
    if (action !== 'SetDefaultTariff' || outcome !== 'callerror' || error === undefined) return
    const change = setDefault({ identity, messageId }, request as v21.SetDefaultTariffRequest, error.code)
    background(store.commit(identity, change), log, 'the refusal of a tariff was not saved')
  })
}

type SetRequest = Request2<'SetVariables'>
type SetResponse = Response2<'SetVariables'>

/** Keeps the answers to texts. [2.x I04; OCA "OCPP & California Pricing Requirements"] */
function followTexts({ calls }: FastifyInstance): void {
  const text = { evseId: 0, ocppId: '' }
  calls
    .after('ocpp1.6', 'ChangeConfiguration', ({ key }: v16.ChangeConfigurationRequest, { status }, { identity }) =>
      key === DEFAULT_PRICE ? noteSetTariff({ identity, ...text, status }) : undefined
    )
    .after(PROTOCOLS_2, 'SetVariables', (_request: SetRequest, { setVariableResult }: SetResponse, { identity }) => {
      const result = setVariableResult.find(
        ({ component, variable }) => component.name === COST_CONTROLLER && variable.name === FALLBACK_TEXT
      )
      return result && noteSetTariff({ identity, ...text, status: result.attributeStatus })
    })
}

/** Compares the tariffs of charge points with those that they should have: asks for them, and keeps what they answer. */
async function tariffs(app: FastifyInstance): Promise<void> {
  const { ocpp, store, prices, traits, events, log } = app
  const ask = async (live: ChargePoint) => {
    if (!versionInfo(live.protocol).hasTariffs || !(await traits.settling.settled(live))) return
    if ((await prices.facts.of(live)).takes === undefined) return
    prices.calls.send(live, 'tariffs', () => ({ action: 'GetTariffs', payload: { evseId: 0 } }))
  }
  const reports = new TariffReports({
    db: store.db,
    chargePointId: (identity) => store.chargePointId(identity),
    connected: () => [...ocpp.chargePoints],
    find: (identity) => ocpp.chargePoints.get(identity),
    ask: (live) => background(ask(live), log, FAILED),
    onError: (err) => log.warn({ err }, FAILED)
  })
  followTariffs(app, reports)
  followTexts(app)
  const unsubscribe = events.subscribe((event) => {
    // The data of other events are not made for this.
    if (event.type !== 'boot') return
    if ((event.data as { status?: string }).status === 'Accepted') reports.booted(event.chargePoint)
  })
  app.addHook('preClose', async () => reports.close())
  app.addHook('onClose', async () => unsubscribe())
}

export default fp(tariffs, {
  fastify: '5.x',
  name: 'csms-tariffs',
  dependencies: ['ocpp', 'store', 'calls', 'traits', 'publisher', 'price-messages']
})
