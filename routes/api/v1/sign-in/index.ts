import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { toDateTime } from '../../../../lib/date-time.js'
import { ScopesRecord } from '../../../../lib/http/records.js'
import type { Operator } from '../../../../lib/operators/scopes.js'
import { ProblemError } from '../../../../lib/problem-error.js'

const TAG = { tags: ['Operators'] }
/** Any token may ask, because the sign-in of any token may. */
const OWN = {
  scope: null,
  problems: { 404: { NOT_SIGNED_IN: 'the request came with a token, not with the cookie of a sign-in' } }
} as const
const PUBLIC = {
  scope: null,
  isPublic: true,
  problems: {
    403: {
      INSECURE_SIGN_IN: 'the request came over plain http from another machine',
      FOREIGN_ORIGIN: 'a page of another origin caused the request'
    }
  }
} as const

const Body = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 1_000, description: 'An operator token' }) },
  { additionalProperties: false, examples: [{ token: 'ocpp_0000000000000000000000000000000000000000000' }] }
)

const SignInRecord = Type.Object({
  name: Type.String({ examples: ['anna'], description: 'Name of the operator token' }),
  scopes: ScopesRecord,
  expiresAt: Type.String({ format: 'date-time', description: 'When the sign-in ends unless it is used again' })
})

function show({ name, scopes }: Operator, endsAt: number): Static<typeof SignInRecord> {
  return { name, scopes: [...scopes], expiresAt: toDateTime(endsAt) }
}

/** The operator of a request that came with the cookie of a sign-in. */
function signedIn({ operator }: FastifyRequest): Operator & { signInId: number } {
  const { signInId } = operator ?? {}
  if (operator === null || signInId === undefined) throw new ProblemError(404, 'NOT_SIGNED_IN', 'you are not signed in')
  return { ...operator, signInId }
}

/** The sign-in of the browser that sends the request. */
export default async function signIn(app: FastifyInstance): Promise<void> {
  addBegin(app)
  addShow(app)
  addEnd(app)
}

function addBegin(app: FastifyInstance): void {
  const { operators, signIns, audit } = app
  app.post<{ Body: Static<typeof Body> }>(
    '/',
    {
      config: PUBLIC,
      schema: {
        ...TAG,
        operationId: 'signIn',
        body: Body,
        response: { 200: SignInRecord },
        summary: 'Sign in with an operator token',
        description:
          'Sets a cookie that stands for the token, for browsers; scripts cannot read it. The sign-in ends after ' +
          '`SIGN_IN_HOURS` without use, after 7 days, or with the token.'
      },
      onRequest: async (request) => signIns.demandOwnAndSecure(request),
      preHandler: [
        async (request, reply) => {
          await operators.identify(request, reply, request.body.token)
        },
        audit.begin
      ]
    },
    async (request, reply) => {
      const { operator } = request
      if (operator === null) throw new Error('the token was not identified')
      return show(operator, await signIns.begin(request, reply, operator))
    }
  )
}

function addShow(app: FastifyInstance): void {
  const { signIns } = app
  app.get(
    '/',
    {
      config: OWN,
      schema: {
        ...TAG,
        operationId: 'getSignIn',
        response: { 200: SignInRecord },
        summary: 'Show the sign-in of the browser'
      }
    },
    async (request) => {
      const operator = signedIn(request)
      return show(operator, signIns.all.endOf(operator, Date.now()))
    }
  )
}

function addEnd(app: FastifyInstance): void {
  const { signIns } = app
  app.delete(
    '/',
    {
      config: OWN,
      schema: {
        ...TAG,
        operationId: 'signOut',
        response: { 204: Type.Null({ description: 'Signed out' }) },
        summary: 'Sign the browser out',
        description: 'Ends the sign-in and its event streams, and removes the cookie.'
      }
    },
    async (request, reply) => {
      await signIns.end(request, reply, signedIn(request).signInId)
      return reply.code(204).send()
    }
  )
}
