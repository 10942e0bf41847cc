// Tests whose errors and `after` hooks come late, for attribution.test.ts: run as they are, or after the module named.
if (process.argv[2] !== undefined) await import(process.argv[2])
const { after, before, describe, it } = await import('node:test')

const calls = []
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('a suite', () => {
  before(async () => {
    await pause(1)
    after(() => calls.push('after the before hook'))
  })
  after(() => console.log(`calls: ${calls.join(', ')}`))

  it('adds a hook after a pause', async () => {
    await pause(1)
    after(() => calls.push('after the first test'))
    await pause(1)
    calls.push('end of the first test')
  })

  it('leaves a promise that rejects', async () => {
    const rejection = new Promise((resolve) => process.once('unhandledRejection', resolve))
    setTimeout(() => void Promise.reject(new Error('rejected')), 1)
    await rejection
  })

  it('leaves a timer that throws', async () => {
    const exception = new Promise((resolve) => process.once('uncaughtException', resolve))
    setTimeout(() => {
      throw new Error('thrown')
    }, 1)
    await exception
  })
})
