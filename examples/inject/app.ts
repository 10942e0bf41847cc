import type { FastifyInstance } from 'fastify'
import Fastify from 'fastify'
import fastifyOcpp, { currentTime } from 'fastify-ocpp'

/** The queries that the app makes to its database. */
export interface Store {
  password(identity: string): string | undefined
  isKnown(idTag: string): boolean
}

/** A CSMS that checks the passwords of chargers and the tags of drivers. `app.test.ts` tests its handlers. */
export async function buildApp(store: Store): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(fastifyOcpp, {
    protocols: ['ocpp1.6'],
    authenticate: ({ identity, password }) => {
      const expected = store.password(identity)
      return expected !== undefined && password?.toString() === expected
    }
  })
  const { v16 } = app.ocpp
  let transactions = 0

  v16.on('BootNotification', () => ({ status: 'Accepted', currentTime: currentTime(), interval: 300 }))

  v16.after('BootNotification', async (_request, _response, { chargePoint }) => {
    await chargePoint.call('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '60' })
  })

  v16.on('StartTransaction', ({ idTag }) => {
    const status = store.isKnown(idTag) ? 'Accepted' : 'Invalid'
    transactions++
    return { transactionId: transactions, idTagInfo: { status } }
  })

  v16.on('StopTransaction', () => ({}))

  app.post<{ Params: { identity: string } }>('/chargers/:identity/unlock', async ({ params }) => {
    return v16.call(params.identity, 'UnlockConnector', { connectorId: 1 })
  })

  return app
}
