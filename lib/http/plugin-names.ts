import type { FastifyInstance } from 'fastify'

/** Where Fastify looks for the name of a plugin first. */
const NAME = Symbol.for('fastify.display-name')

type Register = (plugin: unknown, ...rest: unknown[]) => unknown

/**
 * Gives a name to each plugin without one that is registered from now on, such as those of the routes: Fastify would look
 * for it among all modules of the process, twice for each plugin, which is a part of the time of a start.
 */
export function namePlugins(app: FastifyInstance): void {
  const register = app.register as Register
  const named: Register = function (this: unknown, plugin, ...rest) {
    if (typeof plugin === 'function' && !(NAME in plugin)) {
      Object.defineProperty(plugin, NAME, { value: plugin.name || 'anonymous' })
    }
    return register.call(this, plugin, ...rest)
  }
  app.register = named as FastifyInstance['register']
}
