import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KNOWN_MODELS } from '../../lib/traits/known-models.js'
import { bestMatch } from '../../lib/traits/models.js'
import { operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { appliedTraits, outcome, putModel, putTraits } from './support.js'

/** The members that the report of a model shows, with other values. */
interface Reported {
  /** Vendor, model and firmware in the BootNotification; of the brand, where the report does not show it. */
  boot: Record<string, string>
  /** A request that is refused without the traits; the BootNotification itself when absent. */
  request?: [action: string, payload: object]
  /** An answer that is refused without the traits. */
  answer?: [action: string, answer: object]
  /** Why no message can show what the traits are for. */
  untested?: string
}

const AT = '2026-01-10T12:00:00Z'

function boot(chargePointVendor: string, chargePointModel: string, more: Record<string, string> = {}) {
  return { chargePointVendor, chargePointModel, ...more }
}

function meterValues(...sampledValue: object[]): [string, object] {
  return ['MeterValues', { connectorId: 1, meterValue: [{ timestamp: AT, sampledValue }] }]
}

function wallbox(model: string, firmwareVersion: string): Reported {
  return {
    boot: boot('Wall Box Chargers', model, {
      firmwareVersion,
      meterType: 'Internal NON compliant',
      meterSerialNumber: ''
    }),
    untested: 'when calls go out is tested in calls-after-connect.test.ts'
  }
}

const REPORTED: Record<string, Reported> = {
  'schneider-evlink-smart-wallbox': {
    boot: boot('Schneider Electric', 'EVlink Smart Wallbox', {
      chargePointSerialNumber: '3N100000000A1B1C0000000001',
      chargeBoxSerialNumber: 'EVB1A22P2KI3N10000000000000000001',
      firmwareVersion: '3.4.0.9'
    })
  },
  'phoenix-contact-charx': {
    boot: boot('Phoenix Contact GmbH & Co. KG', 'EV-CC-AC1-M3-CBC-RCM-ETH-3PN-SER', { firmwareVersion: '1.9.0' })
  },
  'united-chargers-grizzl-e': { boot: boot('United Chargers', 'Grizzl-E Smart Connect') },
  openevse: {
    boot: boot('OpenEVSE', 'Advanced Series'),
    request: meterValues(
      { value: 604.2, measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
      { value: 21.5, measurand: 'Temperature', unit: 'C' }
    )
  },
  'openevse-kwh': {
    boot: boot('OpenEVSE', 'Advanced Series', { firmwareVersion: '4.2.2' }),
    untested: 'the message breaks no schema; what is booked is tested in effects.test.ts'
  },
  'legrand-greenup': {
    boot: boot('Legrand', 'One'),
    request: ['StatusNotification', { connectorId: 0, errorCode: 'Error', status: 'Faulted', timestamp: AT }]
  },
  'huawei-smart-charger': {
    boot: boot('', 'ACChargePoint', { chargePointSerialNumber: 'one' }),
    request: [
      'MeterValues',
      {
        connectorId: 1,
        transactionId: 1,
        meterValue: { timestamp: AT, sampledValue: [{ value: '0.10', context: 'Transaction.Begin', unit: 'kWh' }] }
      }
    ]
  },
  alfen: {
    boot: boot('Alfen BV', 'NG910-60023', { firmwareVersion: '4.15.7-4054' }),
    // In the report with a transactionId beyond all integers of JSON, which no trait makes acceptable.
    request: meterValues({ value: '15.6', unit: 'A' }, { value: '16', context: 'CurrentMax', unit: 'A' })
  },
  sigenergy: {
    boot: boot('Sigenergy', 'EVDC'),
    request: ['StopTransaction', { meterStop: 100, timestamp: AT, transactionId: 1, idTag: 'ABCDEFGHIJKLMNOPQRST-' }]
  },
  scame: {
    boot: boot('Scame', 'One'),
    answer: [
      'GetConfiguration',
      {
        configurationKey: [
          { key: 'HeartbeatInterval', readonly: false, value: 60 },
          { key: 'LocalPreAuthorize', readonly: false, value: true }
        ]
      }
    ]
  },
  'efr-homecharge': {
    boot: boot('EFR', 'SECC'),
    answer: ['GetConfiguration', { configurationKey: [{ key: 'HeartbeatInterval', readonly: 'false', value: 60 }] }]
  },
  'etrel-inch': {
    boot: boot('Etrel', 'G-HB1V5CY20-A14', { firmwareVersion: '5.4:5.0.5' }),
    request: [
      'StatusNotification',
      { connectorId: 1, status: 'Finishing', errorCode: 'NoError', info: 'text '.repeat(16), timestamp: AT }
    ]
  },
  'en-plus-ac7000': {
    boot: boot('EN+', 'AC7000-AE-25'),
    untested: 'a charge point that answers no pings is tested in effects.test.ts'
  },
  'wallbox-pulsar': wallbox('PUP1-U-1-6', '6.6.15'),
  'wallbox-pulsar-max': wallbox('PLP2-M-2-4', '6.6.12'),
  'wallbox-copper': wallbox('CPB1-S-2-4', '6.6.20'),
  'wallbox-commander-2': wallbox('CMX2-0-2-4', '6.7.17'),
  'abb-terra-ac': {
    boot: boot('ABB', 'CDT_TACW22::NET_WIFI', { firmwareVersion: 'TAC3Z0000000000000::V1.8.21' }),
    untested: 'limits that are refused are tested in effects.test.ts'
  }
}

const server = await startBackend()
const NOTHING = { leniency: [], validation: 'strict' }

async function isAnswerTaken(identity: string, boot: object, [action, answer]: [string, object]): Promise<boolean> {
  const charger = await connectCharger(server.url, identity)
  await charger.call('BootNotification', boot)
  charger.onCall(() => answer)
  const { statusCode } = await operate(server, 'POST', `/charge-points/${identity}/calls/${action}`, {})
  return statusCode === 200
}

async function requestOutcome(identity: string, { boot, request }: Reported): Promise<string> {
  const charger = await connectCharger(server.url, identity)
  const booted = outcome(await charger.call('BootNotification', boot))
  return request === undefined ? booted : outcome(await charger.call(...request))
}

describe('a known model', () => {
  it('has a report with a source, and there are at least as many models as are needed', () => {
    assert.deepEqual(
      Object.keys(REPORTED),
      KNOWN_MODELS.map(({ name }) => name)
    )
    assert.ok(KNOWN_MODELS.length >= 15)
    for (const { name, note, source } of KNOWN_MODELS) {
      assert.match(source ?? '', /^[\w.-]+\/[\w.-]+ (?:issue|pull request)s? \d+/, name)
      assert.ok((note ?? '').length > 20, name)
    }
  })

  it('is enabled only if its source shows the matching BootNotification, and its traits can do no harm', () => {
    const harmless = new Set(['leniency', 'callsAfterConnect'])
    for (const { name, isEnabled, note, traits } of KNOWN_MODELS) {
      const isGuess = /guess|no BootNotification/.test(note ?? '')
      const isHarmless = Object.keys(traits).every((trait) => harmless.has(trait))
      assert.equal(isEnabled, !isGuess && isHarmless, name)
    }
  })

  for (const model of KNOWN_MODELS) {
    const { name, isEnabled } = model
    const reported = REPORTED[name] as Reported
    const { boot, request, answer, untested } = reported

    it(`${name} is matched by the BootNotification of its report, and gets its traits`, async () => {
      const { chargePointVendor = null, chargePointModel = null, firmwareVersion = null } = boot
      const booted = { vendor: chargePointVendor, model: chargePointModel, firmware: firmwareVersion }
      const enabled = KNOWN_MODELS.map((one) => (one.name === name ? { ...one, isEnabled: true } : one))
      assert.equal(bestMatch(enabled, booted)?.name, name)
      if (!isEnabled) await putModel(server, name, { match: model.match, traits: model.traits })
      const charger = await connectCharger(server.url, name)
      assert.equal(outcome(await charger.call('BootNotification', boot)), 'accepted')
      const applied = await appliedTraits(server, name)
      for (const [trait, value] of Object.entries(model.traits)) {
        assert.equal(applied[trait], `${JSON.stringify(value)} model ${name}`)
      }
      await charger.close()
      if (!isEnabled) await operate(server, 'DELETE', `/charger-models/${name}`)
    })

    if (untested !== undefined) continue
    it(`${name} makes the reported message accepted, which is rejected without it`, async () => {
      if (!isEnabled) await putModel(server, name, { match: model.match, traits: model.traits })
      await putTraits(server, `${name}-strict`, NOTHING)
      if (answer !== undefined) {
        assert.equal(await isAnswerTaken(`${name}-strict`, boot, answer), false)
        assert.equal(await isAnswerTaken(name, boot, answer), true)
      } else {
        assert.notEqual(await requestOutcome(`${name}-strict`, reported), 'accepted', String(request))
        assert.equal(await requestOutcome(name, reported), 'accepted')
      }
      if (!isEnabled) await operate(server, 'DELETE', `/charger-models/${name}`)
    })
  }
})
