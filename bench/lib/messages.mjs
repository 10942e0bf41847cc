/** @typedef {{ action: string, payload: object, isAnswer: (payload: any) => boolean }} Message */

/** The messages that are measured, OCPP 1.6. @type {Record<string, Message>} */
export const MESSAGES = {
  Heartbeat: {
    action: 'Heartbeat',
    payload: {},
    isAnswer: ({ currentTime }) => !Number.isNaN(Date.parse(currentTime))
  },
  StatusNotification: {
    action: 'StatusNotification',
    payload: {
      connectorId: 1,
      errorCode: 'NoError',
      status: 'Charging',
      timestamp: '2026-01-01T12:00:00.000Z'
    },
    isAnswer: isEmpty
  },
  MeterValues: {
    action: 'MeterValues',
    payload: {
      connectorId: 1,
      transactionId: 4711,
      meterValue: [
        {
          timestamp: '2026-01-01T12:00:00.000Z',
          sampledValue: [
            {
              value: '1234567',
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
    },
    isAnswer: isEmpty
  }
}

/** @type {Message} */
export const BOOT = {
  action: 'BootNotification',
  payload: {
    chargePointVendor: 'Example',
    chargePointModel: 'One',
    chargePointSerialNumber: 'EX-0001',
    firmwareVersion: '1.2.3'
  },
  isAnswer: ({ status }) => status === 'Accepted'
}

/** @param {object} payload */
function isEmpty(payload) {
  return Object.keys(payload).length === 0
}
