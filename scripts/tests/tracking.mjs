// Makes Node's test runner cheaper; must be imported before `node:test`.
//
// The runner keeps a map from each asynchronous resource, such as a promise, to its test, and has Node tell when the
// garbage collector removes the resource: a quarter of the CPU time of `npm test`. Here tests run one after the other, so
// whatever happens belongs to the test that runs; only a file as a whole may be defined asynchronously. Where the runner of
// another version of Node does not use these functions, nothing changes.
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { setFlagsFromString } from 'node:v8'

// Most code of a test runs a few times: V8 optimizes what has executed seven times as many bytecodes as usual, which
// saves a tenth of the CPU time.
setFlagsFromString('--interrupt-budget=1000000')

const hooks = createRequire(import.meta.url)('node:async_hooks')
const { AsyncResource, createHook, executionAsyncId } = hooks
/** The type of the resources that are tests, suites and their hooks. */
const TEST = 'Test'

/** The rest of such a function would run when another suite is defined, and its tests would go there. */
const ASYNC_SUITE =
  'The function of a suite inside of a file must not be asynchronous: await what it needs outside of it'

/** The runner's own function, which notes that a resource is a test. */
let note
/** The test that runs. */
let current

/** The base class of tests. */
class TrackedResource extends AsyncResource {
  #isTest

  constructor(type, options) {
    super(type, options)
    this.#isTest = type === TEST
    if (this.#isTest) note?.(this.asyncId(), type, 0, this)
  }

  runInAsyncScope(run, self, ...args) {
    if (!this.#isTest) return super.runInAsyncScope(run, self, ...args)
    const outer = current
    current = this
    const end = () => {
      if (current === this) current = outer
    }
    let result
    try {
      result = super.runInAsyncScope(run, self, ...args)
    } catch (error) {
      end()
      throw error
    }
    if (typeof result?.then !== 'function') {
      end()
      return result
    }
    if (outer !== undefined && this.constructor.name === 'Suite') throw new Error(ASYNC_SUITE)
    result.then(end, end)
    return result
  }
}

hooks.AsyncResource = TrackedResource
/** The runner's hook is the only one that is told of the end of resources. It is never enabled. */
hooks.createHook = (callbacks) => {
  if (callbacks.destroy === undefined) return createHook(callbacks)
  note = callbacks.init
  return { enable: () => undefined, disable: () => undefined }
}
hooks.executionAsyncId = () => current?.asyncId() ?? executionAsyncId()

// The runner has taken them by now.
await import('node:test')
Object.assign(hooks, { AsyncResource, createHook, executionAsyncId })
syncBuiltinESMExports()
