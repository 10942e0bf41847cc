import assert from 'node:assert/strict'
import { test } from 'node:test'
import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'

v8.setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** A back-end that was used, or is closed before it is ready, and what then is left of it. */
async function closed({ isUsed }: { isUsed: boolean }): Promise<WeakRef<object>> {
  const server = await startBackend()
  if (isUsed) {
    const charger = await connectCharger(server.url, 'CLOSED', { boot: true })
    await server.app.database.ready
    await server.app.inject('/metrics')
    await charger.close()
  }
  await server.close()
  return new WeakRef(server.app)
}

for (const isUsed of [true, false]) {
  test(`nothing keeps a back-end that is closed ${isUsed ? 'after use' : 'at once'}`, async () => {
    const left = await closed({ isUsed })
    await until('it is collected', () => {
      collect()
      return left.deref() === undefined
    })
  })
}

test('the metrics of the process are those of every app in it', async () => {
  const texts: string[] = []
  for (const _ of [1, 2]) {
    const { app } = await startBackend()
    texts.push((await app.inject('/metrics')).body)
  }
  for (const text of texts) {
    assert.match(text, /^process_resident_memory_bytes \d+/m)
    assert.match(text, /^nodejs_gc_duration_seconds_count/m)
    assert.equal(text.match(/^# TYPE process_cpu_seconds_total /gm)?.length, 1)
  }
})
