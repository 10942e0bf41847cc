import { randomBytes } from 'node:crypto'

/**
 * The payload of each message, of a charge point with an open transaction. No two messages of a charge point have the same
 * time `at`: one that came before would not be stored again.
 *
 * @type {Record<string, (count: number, transactionId: number, at: Date) => object>}
 */
export const PAYLOADS = {
  StatusNotification: (count, _, at) => ({
    connectorId: 1,
    errorCode: 'NoError',
    status: count % 2 === 0 ? 'Charging' : 'SuspendedEV',
    timestamp: at.toISOString()
  }),
  MeterValues: (count, transactionId, at) => ({
    connectorId: 1,
    transactionId,
    meterValue: [
      {
        timestamp: at.toISOString(),
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
  StartTransaction: (count, _, at) => ({
    connectorId: 1,
    idTag: `TAG-${count}`,
    meterStart: count,
    timestamp: at.toISOString()
  }),
  StopTransaction: (count, transactionId, at) => ({
    transactionId,
    meterStop: 2_000_000 + count,
    timestamp: at.toISOString()
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
