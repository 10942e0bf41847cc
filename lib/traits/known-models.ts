import type { ChargerModel } from './models.js'

/**
 * Charger models whose deviations are publicly known. A model is enabled when its traits cost nothing but the strictness
 * that the model cannot meet. One is for an operator to enable when its traits make the back-end trust the charge point
 * more, change what is booked, or refuse limits that other firmware of the model may accept, and when no public report
 * shows the vendor and the model as its BootNotification has them: the match may be that of no charger, or of others.
 */
export const KNOWN_MODELS: readonly ChargerModel[] = [
  {
    name: 'schneider-evlink-smart-wallbox',
    match: { vendor: 'Schneider Electric', model: 'EVlink Smart Wallbox*' },
    traits: { leniency: ['long-serial-numbers'] },
    isEnabled: true,
    note: 'Sends a chargePointSerialNumber of 26 and a chargeBoxSerialNumber of 33 or 34 characters; 1.6 allows 25.',
    source: 'mobilityhouse/ocpp issues 122, 128 and 273, lbbrhzn/ocpp issues 213, 1155 and 1622'
  },
  {
    name: 'phoenix-contact-charx',
    match: { vendor: 'Phoenix Contact*' },
    traits: { leniency: ['long-names'] },
    isEnabled: true,
    note: 'Sends a chargePointVendor of 28 and a chargePointModel of 33 characters; 1.6 allows 20.',
    source: 'ConnectorIO/connectorio-addons pull request 148 (CHARX SEC-3xxx, firmware 1.9.0)'
  },
  {
    name: 'united-chargers-grizzl-e',
    match: { vendor: 'United Chargers*' },
    traits: { leniency: ['long-names'] },
    isEnabled: true,
    note: 'Sends the chargePointModel Grizzl-E Smart Connect with 22 characters; 1.6 allows 20. Earlier firmware sends JSON without its closing braces, which no trait repairs.',
    source: 'lbbrhzn/ocpp issues 899 and 176'
  },
  {
    name: 'openevse',
    match: { vendor: 'OpenEVSE*' },
    traits: { leniency: ['wrong-types', 'unit-names'] },
    isEnabled: true,
    note: 'Firmware 4.1 sends sampled values as numbers where 1.6 has text; firmware before October 2023 sends temperatures in C.',
    source:
      'OpenEVSE/openevse_esp32_firmware issue 335 and pull request 726, lbbrhzn/ocpp issue 210; vendor in OpenEVSE/openevse_esp32_firmware src/ocpp.cpp'
  },
  {
    name: 'openevse-kwh',
    match: { vendor: 'OpenEVSE*', firmware: '*4.2.2*' },
    traits: { leniency: ['wrong-types', 'unit-names'], energyUnit: 'Wh-means-kWh' },
    isEnabled: false,
    note: 'Firmware 4.2.2 sends kWh with the unit Wh. Compare a charge with another meter before it is enabled: it changes what is booked, meterStart and meterStop included. The report does not show its firmwareVersion as it is sent.',
    source: 'OpenEVSE/openevse_esp32_firmware issue 703'
  },
  {
    name: 'legrand-greenup',
    match: { vendor: 'Legrand*' },
    traits: { leniency: ['unknown-error-codes'] },
    isEnabled: false,
    note: 'Sends the errorCode Error, which 1.6 does not define, with the status Faulted. The report has no BootNotification, and the vendor is a guess from the brand. Compare the match with the BootNotification of the charger before it is enabled.',
    source: 'lbbrhzn/ocpp issue 1248'
  },
  {
    name: 'huawei-smart-charger',
    match: { model: 'ACChargePoint' },
    traits: { leniency: ['single-items'] },
    isEnabled: true,
    note: 'Sends meterValue as a single object where 1.6 has a list. Its chargePointVendor is empty, so the model alone is matched.',
    source: 'lbbrhzn/ocpp issue 1144, evcc-io/evcc issue 32170 and pull request 19001'
  },
  {
    name: 'alfen',
    match: { vendor: 'Alfen*' },
    traits: { leniency: ['unknown-samples'] },
    isEnabled: true,
    note: 'Sends the context CurrentMax, which 1.6 does not define, in smart charging mode: it becomes Other.',
    source: 'lbbrhzn/ocpp issues 361 and 337'
  },
  {
    name: 'sigenergy',
    match: { vendor: 'Sigen*' },
    traits: { leniency: ['long-id-tags'] },
    isEnabled: false,
    note: 'Sends an idTag of 21 characters in StopTransaction; 1.6 allows 20. The report has no BootNotification, and the vendor is a guess from the brand. Compare the match with the BootNotification of the charger before it is enabled.',
    source: 'lbbrhzn/ocpp issue 1803'
  },
  {
    name: 'scame',
    match: { vendor: 'Scame*' },
    traits: { leniency: ['wrong-types'] },
    isEnabled: false,
    note: 'Earlier firmware answers GetConfiguration with numbers and booleans as values, where 1.6 has text. The report has no BootNotification, and the vendor is a guess from the brand. Compare the match with the BootNotification of the charger before it is enabled.',
    source: 'mobilityhouse/ocpp pull request 582'
  },
  {
    name: 'efr-homecharge',
    match: { vendor: 'EFR*' },
    traits: { leniency: ['wrong-types'], chargingRateUnit: 'W' },
    isEnabled: false,
    note: 'The controller SECC answers GetConfiguration with readonly as text and values as numbers, and obeys charging limits in W only. The reports have no BootNotification, and the vendor is a guess from the maker. Compare the match with the BootNotification of the charger before it is enabled: limits in A are refused then.',
    source: 'evcc-io/evcc issues 9838 and 10339, pull request 10170'
  },
  {
    name: 'etrel-inch',
    match: { vendor: 'Etrel*' },
    traits: { leniency: ['long-texts'] },
    isEnabled: false,
    note: 'Sends an info of 81 characters in StatusNotification; 1.6 allows 50. The report names no charger: its author has an Etrel Inch, and the vendor is a guess. Compare the match with the BootNotification of the charger before it is enabled.',
    source: 'lbbrhzn/ocpp issues 987, 1000 and 1216'
  },
  {
    name: 'en-plus-ac7000',
    match: { vendor: 'EN+*', model: '*AC7000*' },
    traits: { pings: 'off' },
    isEnabled: false,
    note: 'Does not answer WebSocket pings. The report has no BootNotification: the vendor is that of its status notifications, the model that of its title. Compare the match with the BootNotification of the charger before it is enabled. Without pings a connection that broke is noticed only by its heartbeats.',
    source: 'lbbrhzn/ocpp issue 211'
  },
  {
    name: 'wallbox-pulsar',
    match: { vendor: 'Wall Box Chargers', model: 'PUP1*' },
    traits: { callsAfterConnect: 30 },
    isEnabled: true,
    note: 'Boots again when it is asked for its configuration before its BootNotification is answered.',
    source: 'lbbrhzn/ocpp issue 1414'
  },
  {
    name: 'wallbox-pulsar-max',
    match: { vendor: 'Wall Box Chargers', model: 'PLP2*' },
    traits: { callsAfterConnect: 30 },
    isEnabled: true,
    note: 'Firmware 6.6.12 disconnects when it is asked for its configuration before its BootNotification is answered.',
    source: 'lbbrhzn/ocpp issue 1510'
  },
  {
    name: 'wallbox-copper',
    match: { vendor: 'Wall Box Chargers', model: 'CPB1*' },
    traits: { callsAfterConnect: 30 },
    isEnabled: true,
    note: 'Boots in a loop when it is asked for its configuration before its BootNotification is answered; 20 seconds were enough.',
    source: 'lbbrhzn/ocpp issue 1503'
  },
  {
    name: 'wallbox-commander-2',
    match: { vendor: 'Wall Box Chargers', model: 'CMX2*' },
    traits: { callsAfterConnect: 30 },
    isEnabled: true,
    note: 'Firmware 6.7.17 boots in a loop when it is asked for its configuration before its BootNotification is answered.',
    source: 'lbbrhzn/ocpp issue 1503'
  },
  {
    name: 'abb-terra-ac',
    match: { vendor: 'ABB', model: '*TACW*' },
    traits: { maxStackLevel: 0 },
    isEnabled: false,
    note: 'Rejects charging profiles of stack level 3 though it reports 3 as its highest; level 0 is accepted. Limits of a higher level are refused once it is enabled.',
    source: 'evcc-io/evcc issue 15493, lbbrhzn/ocpp issues 1737 and 1275'
  }
]
