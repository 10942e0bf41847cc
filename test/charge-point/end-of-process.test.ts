import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ErrorAnswer } from '../support/charger.js'
import { nodeArguments } from '../support/root.js'
import { startCsms, startTcp } from './csms.js'

const run = promisify(execFile)

test('nothing keeps the process of a charge point alive that is not connected and not connecting', async () => {
  const csms = await startCsms(() => new ErrorAnswer('InternalError'))
  const gone = await startTcp((socket) => socket.destroy())
  const states = ['made', 'unreachable', 'closed', 'cut', 'backing-off']
  await Promise.all(
    states.map(async (state) => {
      const url = state === 'unreachable' ? gone.url : csms.url
      const args = [...nodeArguments('test/charge-point/ending-process.ts'), state, url]
      const { stdout } = await run(process.execPath, args, { timeout: 20_000 })
      assert.equal(stdout, 'reached the end\n', state)
    })
  )
})
