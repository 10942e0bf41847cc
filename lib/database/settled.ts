/**
 * Waits until all have settled. Statements that are on their way must not be left behind by the one that failed: the
 * transaction would be rolled back before them.
 *
 * @throws the error that came first
 */
export async function settled<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }]
): Promise<T> {
  let failure: { error: unknown } | undefined
  const note = (error: unknown) => {
    failure ??= { error }
  }
  const results = await Promise.all(promises.map((promise) => promise.catch(note)))
  if (failure !== undefined) throw failure.error
  return results as unknown as T
}
