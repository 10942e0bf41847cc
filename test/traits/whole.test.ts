import assert from 'node:assert/strict'
import { it } from 'node:test'
import { itemsOf, onBothBackends, operate } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { outcome, putTraits } from './support.js'

onBothBackends('texts beyond the length of the schema', (start) => {
  const long = (text: string, length: number) => text.padEnd(length, '.')
  const leniency = ['long-serial-numbers', 'long-names', 'long-texts', 'long-id-tags']

  it('are kept whole in the records of a charge point, and found by them', async () => {
    const server = await start()
    await putTraits(server, 'whole', { leniency })
    const charger = await connectCharger(server.url, 'whole')
    const boot = {
      chargePointVendor: long('Vendor', 255),
      chargePointModel: long('Model', 255),
      chargePointSerialNumber: long('Serial', 255),
      chargeBoxSerialNumber: long('Box', 255),
      firmwareVersion: long('Firmware', 255),
      iccid: long('Iccid', 255),
      imsi: long('Imsi', 255),
      meterType: long('Meter', 255),
      meterSerialNumber: long('MeterSerial', 255)
    }
    assert.equal(outcome(await charger.call('BootNotification', boot)), 'accepted')
    const status = { connectorId: 1, errorCode: 'OtherError', status: 'Faulted' }
    const [info, vendorErrorCode] = [long('Info', 5000), long('Code', 5000)]
    assert.equal(outcome(await charger.call('StatusNotification', { ...status, info, vendorErrorCode })), 'accepted')

    const shown = (await operate(server, 'GET', '/charge-points/whole/state')).json()
    assert.deepEqual(
      [shown.boot.vendor, shown.boot.model, shown.boot.serialNumber, shown.boot.boxSerialNumber],
      [boot.chargePointVendor, boot.chargePointModel, boot.chargePointSerialNumber, boot.chargeBoxSerialNumber]
    )
    const { firmwareVersion, iccid, imsi, meterType, meterSerialNumber } = shown.boot
    assert.deepEqual([firmwareVersion, iccid], [boot.firmwareVersion, boot.iccid])
    assert.deepEqual([imsi, meterType, meterSerialNumber], [boot.imsi, boot.meterType, boot.meterSerialNumber])
    assert.deepEqual([shown.connectors[0].info, shown.connectors[0].vendorErrorCode], [info, vendorErrorCode])
    for (const [name, value] of [
      ['vendor', boot.chargePointVendor],
      ['model', boot.chargePointModel],
      ['firmwareVersion', boot.firmwareVersion]
    ] as const) {
      const found = await operate(server, 'GET', `/charge-points?${name}=${value}`)
      assert.deepEqual(
        found.json().items?.map(({ identity }: { identity: string }) => identity),
        ['whole'],
        name
      )
    }
    const expected = { serialNumber: boot.chargePointSerialNumber }
    assert.equal((await operate(server, 'PUT', '/charge-points/whole', expected)).statusCode, 200)
    assert.equal((await operate(server, 'GET', '/charge-points/whole')).json().serialNumber, expected.serialNumber)
    const longer = { serialNumber: long('Serial', 256) }
    assert.equal((await operate(server, 'PUT', '/charge-points/whole', longer)).statusCode, 400)
    await charger.close()
  })

  it('are kept whole in transactions, also as CSV, and in the list of id tokens', async () => {
    const server = await start()
    await putTraits(server, 'tags', { leniency })
    const idTag = long('TAG', 200)
    await operate(server, 'PUT', `/id-tokens/${idTag}`, { status: 'Accepted' })
    const charger = await connectCharger(server.url, 'tags', { boot: true })
    const authorized = await charger.call('Authorize', { idTag })
    assert.deepEqual(authorized.type === 3 && authorized.payload.idTagInfo, { status: 'Accepted' })
    const begun = { connectorId: 1, idTag, meterStart: 0, timestamp: '2026-01-10T12:00:00Z' }
    const answer = await charger.call('StartTransaction', begun)
    const transactionId = answer.type === 3 ? answer.payload.transactionId : 0
    const ended = { transactionId, idTag: long('OTHER', 21), meterStop: 1000, timestamp: '2026-01-10T13:00:00Z' }
    assert.equal(outcome(await charger.call('StopTransaction', ended)), 'accepted')
    const [transaction] = await itemsOf(server, `/transactions?idToken=${idTag}`, 1)
    assert.deepEqual([transaction?.idToken, transaction?.stopIdToken], [idTag, ended.idTag])
    const csv = await server.app.inject({
      url: `/api/v1/transactions?idToken=${idTag}`,
      headers: { authorization: 'Bearer token-of-the-test-operator', accept: 'text/csv' }
    })
    assert.ok(csv.body.includes(idTag), csv.body)
    await charger.close()
  })
})
