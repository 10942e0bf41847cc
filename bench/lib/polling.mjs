/**
 * Runs `work` while this process polls: it never sleeps, so that no write of the server pays for waking it up. Otherwise
 * the slower server would pay more often.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function polling(work) {
  let isPolling = true
  const poll = () => {
    if (isPolling) setImmediate(poll)
  }
  poll()
  try {
    return await work()
  } finally {
    isPolling = false
  }
}
