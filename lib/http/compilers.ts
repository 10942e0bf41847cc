/**
 * Wraps what makes the validators, or the serializers, of Fastify: it makes one for all schemas of the same text. Many
 * routes share theirs (parameters, problems, lists), and compiling is most of the time of a start; a second app in the
 * same process compiles nothing.
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

/** Fastify gives the schema within an object that says whose it is, whatever the types of the compilers say. */
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
