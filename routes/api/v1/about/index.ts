import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ALL_PROTOCOLS } from 'fastify-ocpp'
import { toDateTime } from '../../../../lib/date-time.js'
import { chargePointUrls, portsOf, proxiedChargePointUrl } from '../../../../lib/http/addresses.js'
import { isByTrustedProxy } from '../../../../lib/http/browser-request.js'
import type { Config } from '../../../../lib/settings/settings.js'
import { backendVersion } from '../../../../lib/version.js'

const days = (what: string) => Type.Optional(Type.Integer({ description: `Days for which ${what} are kept` }))

const AboutRecord = Type.Object({
  version: Type.Optional(Type.String({ examples: ['0.1.0'], description: 'Version of the back-end' })),
  startedAt: Type.String({ format: 'date-time' }),
  protocols: Type.Array(Type.String(), {
    examples: [[...ALL_PROTOCOLS]],
    description: 'The OCPP versions that the back-end speaks'
  }),
  chargePointUrls: Type.Array(Type.String(), {
    examples: [['ws://127.0.0.1:3000/ocpp/{identity}']],
    description:
      'Where charge points connect to, `{identity}` being the identity of one. By way of a trusted proxy: the address of ' +
      'the proxy that this request was sent to'
  }),
  timeZone: Type.String({ examples: ['Europe/Paris'], description: 'Time zone of the server' }),
  openRegistration: Type.Boolean({ description: 'Whether charge points without a password may connect' }),
  messageLog: Type.Boolean({ description: 'Whether OCPP messages are logged' }),
  retentionDays: Type.Object(
    {
      meterValues: days('meter values'),
      events: days('status changes, events of the device model, notifications, calls and violations'),
      messages: days('OCPP messages in the log'),
      audit: days('entries of the audit log'),
      webhookDeliveries: days('deliveries of webhooks that have ended')
    },
    { description: 'A member is absent if its rows are kept for ever' }
  )
})
type AboutRecord = Static<typeof AboutRecord>

function retentionOf(config: Config): AboutRecord['retentionDays'] {
  const all = {
    meterValues: config.RETENTION_METER_VALUES_DAYS,
    events: config.RETENTION_EVENTS_DAYS,
    messages: config.RETENTION_MESSAGES_DAYS,
    audit: config.RETENTION_AUDIT_DAYS,
    webhookDeliveries: config.WEBHOOK_RETENTION_DAYS
  }
  return Object.fromEntries(Object.entries(all).filter(([, number]) => number > 0))
}

/** Identity and settings of this server. */
export default async function about(app: FastifyInstance): Promise<void> {
  const { config } = app
  const version = backendVersion()
  const startedAt = toDateTime(Date.now())

  function urlsFor(request: FastifyRequest): string[] {
    if (isByTrustedProxy(request)) return [proxiedChargePointUrl(config, request, '{identity}')]
    return chargePointUrls(config, portsOf(app), '{identity}')
  }

  app.get(
    '/',
    {
      config: { scope: null },
      schema: {
        tags: ['Operators'],
        operationId: 'getAbout',
        response: { 200: AboutRecord },
        summary: 'Show the version and the settings that operators need'
      }
    },
    async (request): Promise<AboutRecord> => ({
      ...(version !== undefined && { version }),
      startedAt,
      protocols: [...config.OCPP_PROTOCOLS],
      chargePointUrls: urlsFor(request),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      openRegistration: config.OCPP_OPEN_REGISTRATION,
      messageLog: config.MESSAGE_LOG,
      retentionDays: retentionOf(config)
    })
  )
}
