/** A validator of Fastify, which leaves its errors at itself, or a serializer. */
type Compiled = ((...data: never[]) => unknown) & { errors?: unknown }

const waiting = new Set<() => void>()

/**
 * Wraps Fastify's compiler of validators or serializers. A schema is compiled when it is first used, because compiling
 * all of them takes half of the time of a start, and a charge point needs none. Schemas with the same text are compiled
 * once: many routes share theirs (parameters, problems, lists), and a second app in the same process has the same ones.
 */
export function compileWhenUsed<External, Options, Route, Made extends Compiled>(
  build: () => (external: External, options: Options) => (route: Route) => Made
) {
  const compilers = new Map<string, (route: Route) => Made>()
  return (external: External, options: Options) =>
    remembered(compilers, JSON.stringify([external, options]), () => {
      let compile: ((route: Route) => Made) | undefined
      const compiled = new Map<string, Made>()
      return (route: Route) =>
        remembered(compiled, textOf(route), () =>
          whenUsed(() => {
            compile ??= build()(external, options)
            return compile(route)
          })
        )
    })
}

/** Compiles what is not compiled yet. A test does it: a schema that cannot be compiled is found there. */
export function compileAll(): void {
  for (const compile of waiting) compile()
}

function whenUsed<Made extends Compiled>(compile: () => Made): Made {
  let made: Made | undefined
  const get = () => {
    waiting.delete(get)
    made ??= compile()
    return made
  }
  waiting.add(get)
  const compiled: Compiled = (...data) => {
    const used = get()
    const result = used(...data)
    // Fastify reads them at the function that it has called.
    compiled.errors = used.errors
    return result
  }
  return compiled as Made
}

/** Of schemas that were seen: every app of the process has the same ones, which do not change once they are at a route. */
const texts = new WeakMap<object, string>()

/** Fastify passes the schema inside an object that also names the route. The types of the compilers do not say so. */
function textOf(route: unknown): string {
  const { schema } = route as { schema: object }
  const known = texts.get(schema)
  if (known !== undefined) return known
  const text = JSON.stringify(schema)
  texts.set(schema, text)
  return text
}

function remembered<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const known = values.get(key)
  if (known !== undefined) return known
  const made = make()
  values.set(key, made)
  return made
}
