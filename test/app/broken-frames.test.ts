import assert from 'node:assert/strict'
import { it } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'
import { startProcess } from './process.js'

// One text frame of one charge point must never end the process that all the others are connected to.

const CUT_SHORT = [
  '[2,"1","BootNotification",{oops',
  '[2,"2","StatusNotification",{"connectorId":1,"status":"Avai',
  '[2,"3","BootNotification"',
  ' [ 2 , "4" , "StatusNotification" , ',
  '[2,"5","StatusNotification",{"connectorId":1e999,',
  '[3,"6",{',
  '[4,"7","GenericError","'
]

it('the back-end survives frames that are cut short, and still answers all charge points', async () => {
  const backend = await startProcess()
  const url = (await backend.url()).replace('http', 'ws')
  const bystander = await connectCharger(url, 'bystander', { boot: true })
  const charger = await connectCharger(url, 'broken', { boot: true })
  for (const text of CUT_SHORT) {
    charger.sendText(text)
    assert.equal((await charger.roundTrip()).type, 3, text)
    assert.equal((await bystander.roundTrip()).type, 3, text)
  }
  // An error that nobody caught is raised by now, and its last words are written.
  await until('the log has the malformed frames', () => backend.output().includes('not valid JSON'))
  assert.doesNotMatch(backend.output(), /"level":60|unhandledRejection/)
  backend.kill('SIGTERM')
  assert.equal(await backend.exited(), 0)
})
