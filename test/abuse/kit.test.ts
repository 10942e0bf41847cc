import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inLong } from '../support/long.js'
import { Target } from './kit.js'

test('the kit notices a server that hangs or ends', inLong, async () => {
  const target = await Target.start()
  const calm = await target.suffer(() => sleep(100))
  const pause = 1500
  const stopped = await target.suffer(async () => {
    target.backend.kill('SIGSTOP')
    await sleep(pause)
    target.backend.kill('SIGCONT')
  })
  // The one that waits when it begins was sent a moment before or a moment after.
  assert.ok(stopped.wait > pause - 500, `${stopped.wait} ms`)
  assert.ok(calm.wait < stopped.wait && calm.answers > 0)
  await assert.rejects(
    target.suffer(async () => {
      target.backend.kill('SIGKILL')
      await target.backend.exited()
    }),
    /the bystander was cut/
  )
})
