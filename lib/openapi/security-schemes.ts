/** How operators say who they are. */
export const SECURITY_SCHEMES = {
  operator: {
    type: 'http',
    scheme: 'bearer',
    description: 'Token of an operator, e.g. the one in `data/operator-token`'
  },
  signIn: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-sign-in',
    description:
      'The cookie of `POST /api/v1/sign-in`; over plain http its name is `sign-in`. It counts for requests of pages of ' +
      'the same origin only'
  }
} as const
