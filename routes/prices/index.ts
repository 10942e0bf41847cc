import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { evsePrices, pricesPage } from '../../lib/billing/evse-prices.js'
import { PAGE_CSP } from '../../lib/billing/page.js'
import { toDateTime } from '../../lib/date-time.js'
import { prefers } from '../../lib/http/csv.js'
import { acceptedLanguage } from '../../lib/http/language.js'
import type { Language } from '../../lib/languages.js'
import { ProblemError } from '../../lib/problem-error.js'

interface Place {
  Params: { chargePoint: string; evseId?: string }
}

/** Only these can be identities; others are not looked up. [Part 4 §3.1.1; J-1.6 §3.1.1] */
const IDENTITY = /^[A-Za-z0-9*\-_=+|@. ]{1,48}$/
const EVSE_ID = /^[1-9]\d{0,8}$/
/** A change of the tariff is shown a minute later at most. */
const CACHE = { 'cache-control': 'public, max-age=60', vary: 'accept, accept-language' }

/** The prices of a charge point without a contract, for everybody. */
export default async function prices(app: FastifyInstance): Promise<void> {
  const { config, database, rateLimits } = app
  if (!config.PUBLIC_PAGES.includes('prices')) return
  const [usual = 'en'] = config.TARIFF_LANGUAGES

  async function show(request: FastifyRequest<Place>, reply: FastifyReply): Promise<FastifyReply> {
    await rateLimits.countPage(request, reply)
    const { accept, 'accept-language': languages } = request.headers
    const language = acceptedLanguage(languages) ?? usual
    const found = await read(request.params, language)
    reply.headers(CACHE).code(found.items.length === 0 ? 404 : 200)
    if (prefers(accept, 'application/json')) return sendJson(reply, found)
    return reply
      .type('text/html; charset=utf-8')
      .headers({ 'content-security-policy': PAGE_CSP, 'content-language': language })
      .send(pricesPage(found.chargePoint, found.items, language))
  }

  async function read({ chargePoint, evseId }: Place['Params'], language: Language) {
    const at = Date.now()
    const isPlace = IDENTITY.test(chargePoint) && (evseId === undefined || EVSE_ID.test(evseId))
    const evse = evseId === undefined ? undefined : Number(evseId)
    const items = isPlace ? await evsePrices(database.db, { chargePoint, evseId: evse, at, language }) : []
    return { chargePoint, at, items }
  }

  app.get<Place>('/:chargePoint', { schema: { hide: true } }, show)
  app.get<Place>('/:chargePoint/:evseId', { schema: { hide: true } }, show)
}

type Found = { chargePoint: string; at: number; items: Awaited<ReturnType<typeof evsePrices>> }

function sendJson(reply: FastifyReply, { chargePoint, at, items }: Found): FastifyReply {
  if (items.length === 0) throw new ProblemError(404, 'NO_PRICES', 'there is no price without a contract here')
  return reply.send({ chargePoint, at: toDateTime(at), taxIncluded: true, items })
}
