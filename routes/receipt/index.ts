import type { FastifyInstance, FastifyReply } from 'fastify'
import { noReceiptPage, receiptPages } from '../../lib/billing/html.js'
import { linkedReceipts } from '../../lib/billing/links.js'
import { PAGE_CSP } from '../../lib/billing/page.js'

/** Seconds after which a driver should look again. */
const AGAIN_S = 60

/** The receipts of a transaction, for its driver: whoever has the link may see them. */
export default async function receiptPage(app: FastifyInstance): Promise<void> {
  const { config, database, rateLimits } = app
  if (!config.PUBLIC_PAGES.includes('receipts')) return
  app.get<{ Params: { secret: string } }>('/:secret', { schema: { hide: true } }, async (request, reply) => {
    await rateLimits.countPage(request, reply)
    const found = await linkedReceipts(database.db, request.params.secret)
    reply
      .type('text/html; charset=utf-8')
      // A link that was revoked must not go on in a cache that others share.
      .headers({
        'content-security-policy': PAGE_CSP,
        'x-robots-tag': 'noindex',
        'cache-control': 'private, max-age=60'
      })
    return found === undefined ? missing(reply) : reply.send(pageOf(found, reply))
  })
}

function missing(reply: FastifyReply): FastifyReply {
  reply.code(404).header('cache-control', 'no-store')
  return reply.send(noReceiptPage('This link is not valid, or not any more.'))
}

function pageOf(found: NonNullable<Awaited<ReturnType<typeof linkedReceipts>>>, reply: FastifyReply): string {
  if (found === 'waived') return noReceiptPage('Nothing is billed for this charge.')
  const [latest, ...others] = found
  if (latest !== undefined) return receiptPages([latest, ...others])
  reply.headers({ 'retry-after': AGAIN_S, 'cache-control': 'no-store' })
  return noReceiptPage('The receipt is not ready yet. Please come back later.')
}
