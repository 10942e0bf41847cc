import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { toColumn } from '../../lib/database/parameters.js'
import { milliseconds } from '../../lib/events/scope.js'
import { durationBetween } from '../../lib/ledger/clock.js'
import { shift, toNumber } from '../../lib/ledger/numbers.js'
import { energyBetween } from '../../lib/ledger/registers.js'
import { samplesOf2, samplesOf16, toWattHours } from '../../lib/ledger/samples.js'
import { fromScaled, toScaled } from '../../lib/money/exact.js'

const AT = '2026-01-01T00:00:00Z'
const DAY = 86_400_000
const HOUR = 3_600_000

describe('sampled values', () => {
  it('of 1.6 get the defaults of the standard, and values that are no numbers stay text', () => {
    const samples = samplesOf16(
      [
        {
          timestamp: AT,
          sampledValue: [
            { value: ' 12.50 ' },
            {
              value: '16',
              measurand: 'Current.Import',
              unit: 'A',
              phase: 'L1',
              context: 'Sample.Clock',
              location: 'Inlet'
            },
            { value: 'OCMF|{}|x', format: 'SignedData' },
            { value: 'n/a', measurand: 'SoC' },
            { value: '0x10' }
          ]
        }
      ],
      0
    )
    const none = { phase: '', context: '', location: '', format: 'Raw', signed_data: null, timestamp: Date.parse(AT) }
    const register = { ...none, measurand: 'Energy.Active.Import.Register', unit: 'Wh' }
    assert.deepEqual(samples, [
      { ...register, value: 12.5, raw: ' 12.50 ' },
      {
        ...none,
        measurand: 'Current.Import',
        unit: 'A',
        phase: 'L1',
        context: 'Sample.Clock',
        location: 'Inlet',
        value: 16,
        raw: '16'
      },
      { ...register, format: 'SignedData', value: null, raw: 'OCMF|{}|x' },
      { ...none, measurand: 'SoC', unit: '', value: null, raw: 'n/a' },
      { ...register, value: null, raw: '0x10' }
    ])
  })

  it('of 2.x have their multiplier applied, and signed values stay as they were sent', () => {
    const signedMeterValue = { signedMeterData: 'QQ==', encodingMethod: 'OCMF' }
    const [sample] = samplesOf2(
      [
        {
          timestamp: AT,
          sampledValue: [{ value: 0.07, unitOfMeasure: { unit: 'kWh', multiplier: 2 }, signedMeterValue }]
        }
      ],
      0
    )
    assert.deepEqual([sample?.value, sample?.unit, sample?.raw], [7, 'kWh', '0.07'])
    assert.deepEqual(JSON.parse(sample?.signed_data ?? ''), signedMeterValue)
  })

  it('in kWh are the same energy as in Wh', () => {
    assert.deepEqual(
      [
        toWattHours(1.1, 'kWh'),
        toWattHours(1100, 'Wh'),
        toWattHours(0.0011, 'MWh'),
        toWattHours(1, 'A'),
        toWattHours(null, 'Wh')
      ],
      [1100, 1100, 1100, null, null]
    )
  })
})

describe('numbers', () => {
  it('are moved by powers of ten without drift', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
        fc.integer({ min: -6, max: 6 }),
        (digits, exponent) => {
          const value = Number(`${digits}e-3`)
          assert.equal(shift(shift(value, exponent), -exponent), value)
          assert.equal(shift(value, 3), digits)
        }
      )
    )
  })

  it('are stored as integers and read back unchanged', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), fc.integer({ min: 0, max: 6 }), (digits, places) => {
        const value = Number(`${digits}e-${places}`)
        assert.equal(toScaled(value, places), BigInt(digits))
        assert.equal(fromScaled(BigInt(digits), places), value)
      })
    )
  })

  it('are read from text of digits only', () => {
    const texts = ['1', '-1.5', '+.5', '1e3', '', ' ', '0x1', '1,5', 'NaN', 'Infinity', '1e999']
    assert.deepEqual(texts.map(toNumber), [1, -1.5, 0.5, 1000, null, null, null, null, null, null, null])
  })

  it('of a sequence fit the column', () => {
    assert.deepEqual([1, 2 ** 31, 1e300].map(toColumn), [1, 2 ** 31 - 1, 2 ** 31 - 1])
  })
})

describe('date-times', () => {
  it('are read with any offset, in lower case and with a leap second', () => {
    const expected = Date.parse('2026-01-01T00:00:00Z')
    for (const text of ['2026-01-01T01:00:00+01:00', '2026-01-01t00:00:00z', '2025-12-31T23:59:60Z']) {
      assert.equal(milliseconds(text, 7), expected, text)
    }
    assert.equal(milliseconds('yesterday', 7), 7)
  })
})

describe('energy', () => {
  it('is the difference of two readings, to a thousandth of a Wh', () => {
    assert.equal(energyBetween(0.1, 0.3), 0.2)
    assert.equal(energyBetween(100, 1500), 1400)
  })

  it('is unknown when the meter ran backwards or one reading is missing', () => {
    assert.deepEqual([energyBetween(5, 4), energyBetween(null, 4), energyBetween(4, null)], [null, null, null])
  })
})

describe('duration', () => {
  const now = Date.parse('2026-06-01T12:00:00Z')
  /** Milliseconds after `now`, by the clock of the charge point and by ours. */
  const moment = (told: number, received: number) => ({ timestamp: now + told, receivedAt: now + received })

  it('is by the clock of the charge point, however late its messages arrive', () => {
    const start = { timestamp: now - 30 * DAY, receivedAt: now }
    const end = { timestamp: now - 30 * DAY + 3_600_000, receivedAt: now + 5 }
    assert.equal(durationBetween(start, end), 3600)
  })

  it('is by our clock when the clock of the charge point was set in between', () => {
    const start = { timestamp: 0, receivedAt: now }
    assert.equal(durationBetween(start, { timestamp: now + 60_000, receivedAt: now + 60_000 }), 60)
    const future = { timestamp: Date.UTC(2099, 0), receivedAt: now }
    assert.equal(durationBetween(future, { timestamp: now + 60_000, receivedAt: now + 60_000 }), 60)
  })

  it('is by our clock when the clock of the charge point was ahead at the start or the end only', () => {
    const [ahead, right] = [moment(HOUR, 0), moment(2 * HOUR, 2 * HOUR)]
    assert.equal(durationBetween(ahead, right), 7200)
    assert.equal(durationBetween(moment(0, 0), moment(5 * HOUR + 60_000, 60_000)), 60)
  })

  it('is by the clock of the charge point when that was ahead all the time, or the end arrived late', () => {
    assert.equal(durationBetween(moment(HOUR, 0), moment(3 * HOUR, 2 * HOUR)), 7200)
    assert.equal(durationBetween(moment(HOUR, 0), moment(2 * HOUR, 5 * HOUR)), 3600)
    assert.equal(durationBetween(moment(0, 0), moment(HOUR, 2 * HOUR)), 3600)
  })

  it('is never negative', () => {
    assert.equal(
      durationBetween({ timestamp: now, receivedAt: now }, { timestamp: now - 5000, receivedAt: now + 1000 }),
      1
    )
  })
})
