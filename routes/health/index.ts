import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'

/** Timeout of the database in milliseconds. A load balancer asks again. */
const PATIENCE_MS = 2_000

/** Why chargers and operators are not served. Empty if they are. */
async function reasonsAgainst(app: FastifyInstance): Promise<string[]> {
  const reasons: string[] = []
  if (app.isLeaving) reasons.push('draining')
  if (!app.database.isReady()) reasons.push('the database cannot be used yet')
  else if (!(await answers(app))) reasons.push('the database does not answer')
  return reasons
}

async function answers({ database }: FastifyInstance): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false)
  })
  const answer = database.answer().then(
    () => true,
    () => false
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

const Ok = Type.Object({ status: Type.Literal('ok') })
const Unavailable = Type.Object(
  {
    status: Type.Literal('unavailable'),
    reasons: Type.Array(Type.String({ examples: ['the database does not answer'] }))
  },
  { description: 'The back-end is starting, shutting down, or has no database' }
)

/** For supervisors and load balancers. */
export default async function health(app: FastifyInstance): Promise<void> {
  const schema = (operationId: string, summary: string, response: object) => {
    return { operationId, summary, response, tags: ['Health'], security: [] }
  }
  const live = schema('isLive', 'The process is running', { 200: Ok })
  const ready = schema('isReady', 'The back-end serves chargers and operators', { 200: Ok, 503: Unavailable })

  app.get('/live', { schema: live }, () => ({ status: 'ok' }))
  app.get('/ready', { schema: ready }, async (_request, reply) => {
    const reasons = await reasonsAgainst(app)
    if (reasons.length === 0) return { status: 'ok' }
    return reply.code(503).send({ status: 'unavailable', reasons })
  })
}
