/** As much of the Reflect metadata API as @peculiar/x509 wants to find when it is loaded. */
const kept = new WeakMap<object, Map<unknown, unknown>>()

function read(key: unknown, target: object): unknown {
  return kept.get(target)?.get(key)
}

function write(key: unknown, value: unknown, target: object): void {
  kept.set(target, (kept.get(target) ?? new Map()).set(key, value))
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: read, getOwnMetadata: read, defineMetadata: write })
}
