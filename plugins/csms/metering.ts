import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { defined } from '../../lib/charge-points/defined.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { samplesOf2, samplesOf16 } from '../../lib/ledger/samples.js'
import { refuseSuperseded } from '../../lib/nodes/superseded.js'

/** MeterValues. [1.6 §4.7; 2.x J01] */
async function metering({ ocpp, ledger, traits }: FastifyInstance): Promise<void> {
  ocpp.v16.on('MeterValues', async ({ connectorId, transactionId, meterValue }, { chargePoint }) => {
    const samples = samplesOf16(meterValue, Date.now(), traits.book.of(chargePoint).energyUnit)
    const measurement = { connectorId, samples, ...defined({ transactionId }) }
    await refuseSuperseded(chargePoint, (sender) => ledger.meterValues(chargePoint.identity, measurement, sender))
    return {}
  })

  async function answer2({ evseId, meterValue }: Request2<'MeterValues'>, { chargePoint }: HandlerContext) {
    const samples = samplesOf2(meterValue, Date.now(), traits.book.of(chargePoint).energyUnit)
    const measurement = { evseId, samples }
    await refuseSuperseded(chargePoint, (sender) => ledger.meterValues(chargePoint.identity, measurement, sender))
    return {}
  }

  new Version2(ocpp).on('MeterValues', answer2)
}

export default fp(metering, { fastify: '5.x', name: 'csms-metering', dependencies: ['ocpp', 'ledger', 'traits'] })
