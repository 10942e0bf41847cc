/**
 * Wraps Fastify's compiler of validators or serializers, so that schemas with the same text are compiled once. Many
 * routes share theirs (parameters, problems, lists), and compiling takes most of the time of a start. A second app in
 * the same process compiles nothing.
 */
export function compileOnce<External, Options, Route, Compiled>(
  build: (external: External, options: Options) => (route: Route) => Compiled
) {
  const compilers = new Map<string, (route: Route) => Compiled>()
  return (external: External, options: Options) =>
    remembered(compilers, JSON.stringify([external, options]), () => {
      const compile = build(external, options)
      const compiled = new Map<string, Compiled>()
      return (route: Route) => remembered(compiled, textOf(route), () => compile(route))
    })
}

/** Fastify passes the schema inside an object that also names the route. The types of the compilers do not say so. */
function textOf(route: unknown): string {
  return JSON.stringify((route as { schema: unknown }).schema)
}

function remembered<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const known = values.get(key)
  if (known !== undefined) return known
  const made = make()
  values.set(key, made)
  return made
}
