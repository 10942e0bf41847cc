import type { ChargerModel } from './models.js'

/**
 * Charger models whose deviations are publicly known. A model is enabled when its traits cost nothing but the strictness
 * that the model cannot meet; one that makes the back-end trust the charge point more is for an operator to enable.
 */
export const KNOWN_MODELS: readonly ChargerModel[] = [
  {
    name: 'schneider-evlink-smart-wallbox',
    match: { vendor: 'Schneider Electric', model: 'EVlink Smart Wallbox*' },
    traits: { leniency: ['long-serial-numbers'] },
    isEnabled: true,
    note: 'Sends a chargePointSerialNumber of 26 and a chargeBoxSerialNumber of 33 or 34 characters; 1.6 allows 25.',
    source: 'mobilityhouse/ocpp issues 122 and 273, lbbrhzn/ocpp issues 213 and 1622'
  },
  {
    name: 'openevse',
    match: { vendor: 'OpenEVSE*' },
    traits: { leniency: ['wrong-types'] },
    isEnabled: true,
    note: 'Sends sampled values as numbers where 1.6 has text.',
    source: 'OpenEVSE/openevse_esp32_firmware issue 335, lbbrhzn/ocpp issue 210'
  },
  {
    name: 'legrand-greenup',
    match: { vendor: 'Legrand*' },
    traits: { leniency: ['unknown-error-codes'] },
    isEnabled: true,
    note: 'Sends the errorCode Error, which 1.6 does not define, with the status Faulted.',
    source: 'lbbrhzn/ocpp issue 1248'
  },
  {
    name: 'en-plus-ac7000',
    match: { vendor: 'EN*', model: '*AC7000*' },
    traits: { pings: 'off' },
    isEnabled: false,
    note: 'Does not answer WebSocket pings. Without pings a connection that broke is noticed only by its heartbeats.',
    source: 'lbbrhzn/ocpp issue 211'
  },
  {
    name: 'wallbox-pulsar',
    match: { vendor: 'Wall Box Chargers' },
    traits: { callsAfterConnect: 'boot' },
    isEnabled: true,
    note: 'Boots again when it is asked for its configuration before its BootNotification is answered.',
    source: 'lbbrhzn/ocpp issue 1414'
  }
]
