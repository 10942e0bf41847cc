import { currentTime } from 'fastify-ocpp'

/** Answers the messages that are measured. @param {import('fastify').FastifyInstance} app */
export function answerMessages(app) {
  app.ocpp.v16
    .on('BootNotification', () => ({ status: 'Accepted', currentTime: currentTime(), interval: 300 }))
    .on('Heartbeat', () => ({ currentTime: currentTime() }))
    .on('StatusNotification', () => ({}))
    .on('MeterValues', () => ({}))
    .on('StartTransaction', () => ({ transactionId: 4711, idTagInfo: { status: 'Accepted' } }))
    .on('StopTransaction', () => ({}))
}
