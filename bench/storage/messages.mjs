import { randomBytes } from 'node:crypto'

/** No two messages are the same: one that came before would not be stored again. */
const START = Date.UTC(2026, 0, 1)

/** @param {number} count */
function timestamp(count) {
  return new Date(START + count * 1000).toISOString()
}

/** The payload of each message, of a charge point with an open transaction. @type {Record<string, (count: number, transactionId: number) => object>} */
export const PAYLOADS = {
  StatusNotification: (count) => ({
    connectorId: 1,
    errorCode: 'NoError',
    status: count % 2 === 0 ? 'Charging' : 'SuspendedEV',
    timestamp: timestamp(count)
  }),
  MeterValues: (count, transactionId) => ({
    connectorId: 1,
    transactionId,
    meterValue: [
      {
        timestamp: timestamp(count),
        sampledValue: [
          {
            value: String(1_000_000 + count),
            context: 'Sample.Periodic',
            measurand: 'Energy.Active.Import.Register',
            location: 'Outlet',
            unit: 'Wh'
          },
          { value: '16.02', context: 'Sample.Periodic', measurand: 'Current.Import', phase: 'L1', unit: 'A' },
          { value: '230.4', context: 'Sample.Periodic', measurand: 'Voltage', phase: 'L1-N', unit: 'V' }
        ]
      }
    ]
  }),
  StartTransaction: (count) => ({
    connectorId: 1,
    idTag: `TAG-${count}`,
    meterStart: count,
    timestamp: timestamp(count)
  }),
  StopTransaction: (count, transactionId) => ({
    transactionId,
    meterStop: 2_000_000 + count,
    timestamp: timestamp(count)
  })
}

/**
 * Measured messages: those that each charge point sends, one after the other and again from the first. `lone`: by
 * one charge point, while the others are silent. `hasFloor`: whether the floor of it is measured as well.
 *
 * @type {Record<string, { actions: string[], chargePoints?: number, hasFloor?: boolean }>}
 */
export const PARTS = {
  StatusNotification: { actions: ['StatusNotification'], hasFloor: true },
  MeterValues: { actions: ['MeterValues'], hasFloor: true },
  lone: { actions: ['MeterValues'], chargePoints: 1 },
  // The last one, because no transaction is open after it.
  transaction: { actions: ['StartTransaction', ...Array(10).fill('MeterValues'), 'StopTransaction'] }
}

/** Rows that one message becomes, beside those of the message log. */
export const ROWS = {
  StatusNotification: { table: 'status_history', rows: 1 },
  MeterValues: { table: 'meter_values', rows: 3 }
}

/**
 * The WebSocket frame of a CALL.
 *
 * @param {string} id
 * @param {string} action
 * @param {object} payload
 */
export function callFrame(id, action, payload) {
  const body = Buffer.from(`[2,"${id}","${action}",${JSON.stringify(payload)}]`)
  const mask = randomMask
  const header =
    body.length < 126
      ? Buffer.of(0x81, 0x80 | body.length)
      : Buffer.of(0x81, 0xfe, body.length >> 8, body.length & 0xff)
  for (let index = 0; index < body.length; index++) body[index] ^= mask[index & 3]
  return Buffer.concat([header, mask, body])
}

const randomMask = randomBytes(4)
