import createError from '@fastify/error'

/** An error of this library. */
export interface OcppError<C extends string, S extends number> extends Error {
  code: C
  statusCode: S
}

/** The constructor of an error; its arguments fill the `%s` of the message. */
export interface OcppErrorConstructor<C extends string, S extends number> {
  new (...details: (string | number)[]): OcppError<C, S>
  (...details: (string | number)[]): OcppError<C, S>
  readonly prototype: OcppError<C, S>
}

/**
 * Makes the class of an error. Its type is written out because that of `@fastify/error` does not resolve with
 * `moduleResolution: bundler`: an application would lose `code` and `statusCode`.
 */
export function defineError<C extends string, S extends number>(
  code: C,
  message: string,
  statusCode: S
): OcppErrorConstructor<C, S> {
  return createError(code, message, statusCode)
}
