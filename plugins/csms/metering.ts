import type { FastifyInstance } from 'fastify'
import type { ChargePoint, HandlerContext } from 'fastify-ocpp'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import { readings } from '../domain/events/data.js'
import type { EventData } from '../domain/events/event.js'
import { samplesOf2, samplesOf16 } from '../domain/ledger/samples.js'
import { defined } from './normalise.js'

/** Chargers that do not know their transaction say 0 or -1. [1.6 errata 3.18] */
function transaction(transactionId = 0): { transactionId?: string } {
  return transactionId > 0 ? { transactionId: String(transactionId) } : {}
}

/** MeterValues. [1.6 §4.7; 2.x J01] */
async function metering({ ocpp, ledger, publisher }: FastifyInstance): Promise<void> {
  function tell({ identity }: ChargePoint, data: EventData['meter-values']): void {
    if (data.readings.length === 0) return
    publisher.publish({ type: 'meter-values', chargePoint: identity, data })
  }

  ocpp.v16.on('MeterValues', async ({ connectorId, transactionId, meterValue }, { chargePoint }) => {
    const samples = samplesOf16(meterValue, Date.now())
    await ledger.meterValues(chargePoint.identity, { evseId: 0, connectorId, samples, ...defined({ transactionId }) })
    tell(chargePoint, { evseId: 0, connectorId, readings: readings(samples), ...transaction(transactionId) })
    return {}
  })

  async function answer2(
    { evseId, meterValue }: v201.MeterValuesRequest | v21.MeterValuesRequest,
    { chargePoint }: HandlerContext
  ) {
    const samples = samplesOf2(meterValue, Date.now())
    await ledger.meterValues(chargePoint.identity, { evseId, connectorId: 0, samples })
    tell(chargePoint, { evseId, connectorId: 0, readings: readings(samples) })
    return {}
  }

  ocpp.v201.on('MeterValues', answer2)
  ocpp.v21.on('MeterValues', answer2)
}

export default fp(metering, { fastify: '5.x', name: 'csms-metering', dependencies: ['ocpp', 'ledger', 'publisher'] })
