interface Route {
  url: string
  method: string | readonly string[]
}

interface Known {
  /** Made when it is first needed, because few servers are ever asked for a path that they do not have. */
  path?: RegExp
  readonly methods: Set<string>
}

/**
 * The methods that the routes of a path have. Fastify answers 404 to a method that a path does not have. [RFC 9110
 * §15.5.6]
 */
export class AllowedMethods {
  readonly #known = new Map<string, Known>()

  add({ url, method }: Route): void {
    const known: Known = this.#known.get(url) ?? { methods: new Set() }
    this.#known.set(url, known)
    for (const one of typeof method === 'string' ? [method] : method) known.methods.add(one)
  }

  /** The methods, sorted. Empty if no route has this path. */
  of(url: string): string[] {
    const [path = ''] = url.split('?')
    const methods = new Set<string>()
    for (const [url, known] of this.#known) {
      known.path ??= pathOf(url)
      if (known.path.test(path)) for (const method of known.methods) methods.add(method)
    }
    return [...methods].sort()
  }
}

/** A parameter matches one segment, `*` matches the rest. */
function pathOf(url: string): RegExp {
  const parts = url.split(/(:\w+|\*)/)
  return new RegExp(`^${parts.map(patternOf).join('')}$`)
}

function patternOf(part: string): string {
  if (part === '*') return '.*'
  return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
