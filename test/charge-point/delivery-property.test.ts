import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createChargePoint } from 'fastify-ocpp/charge-point'
import { type CallHandler, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { within } from '../support/wait.js'
import { QUICK, startCsms } from './csms.js'

/** What happens to one CALL that arrives. */
const FATES = [
  'answered',
  'refused',
  'booked, then refused',
  'lost before it is booked',
  'lost after it is booked',
  'cut by us',
  'cut and connected at once'
] as const

const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 40 })

test('every message is booked exactly once and in order after any loss of connection', async () => {
  let answer: CallHandler = () => NO_ANSWER
  const csms = await startCsms((...call) => answer(...call))
  await fc.assert(
    fc.asyncProperty(fates, fc.integer({ min: 1, max: 12 }), fc.boolean(), async (plan, count, isEarly) => {
      const waiting = [...plan]
      const booked: number[] = []
      const client = createChargePoint({
        url: csms.url,
        identity: 'CP-1',
        protocols: ['ocpp2.0.1'],
        reconnect: QUICK,
        delivery: { attempts: 100, retryInterval: 1 }
      })
      answer = async (_action, payload) => {
        const { seqNo } = payload as { seqNo: number }
        const connection = csms.open.at(-1)
        const book = () => {
          // A CSMS tells a repetition by its content.
          if (!booked.includes(seqNo)) booked.push(seqNo)
        }
        switch (waiting.shift()) {
          case 'refused':
            return new ErrorAnswer('InternalError')
          case 'booked, then refused':
            book()
            return new ErrorAnswer('InternalError')
          case 'lost before it is booked':
            connection?.ws.terminate()
            return NO_ANSWER
          case 'lost after it is booked':
            book()
            connection?.ws.terminate()
            return NO_ANSWER
          case 'cut by us':
            book()
            void client.cut()
            return NO_ANSWER
          case 'cut and connected at once':
            void client.cut()
            void client.connect()
            return NO_ANSWER
          default:
            book()
            return {}
        }
      }
      const acknowledged: number[] = []
      const deliver = (seqNo: number) =>
        client.deliver('TransactionEvent', event(seqNo)).then(() => acknowledged.push(seqNo))
      const numbers = Array.from({ length: count }, (_, index) => index)
      const half = isEarly ? count : Math.floor(count / 2)
      const early = numbers.slice(0, half).map(deliver)
      await client.connect()
      const late = numbers.slice(half).map(deliver)
      try {
        await within('all acknowledgements', Promise.all([...early, ...late]))
        assert.deepEqual(booked, numbers)
        assert.deepEqual(acknowledged, numbers)
        assert.equal(client.undelivered, 0)
      } finally {
        await client.close()
      }
    }),
    { numRuns: 60 }
  )
})

function event(seqNo: number) {
  return {
    eventType: 'Updated',
    timestamp: '2026-01-01T00:00:00Z',
    triggerReason: 'MeterValuePeriodic',
    seqNo,
    transactionInfo: { transactionId: 'T-1' }
  } as const
}
