import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ChargePointClient } from './charge-point/client.js'
import { type InjectOptions, type InjectTarget, inject } from './charge-point/inject.js'
import { ChargePoints } from './charge-points.js'
import type { Connection } from './connection/connection.js'
import { Endpoint, type Shared } from './endpoint.js'
import { NotConnectedError, WrongProtocolError } from './errors.js'
import { EventHub } from './events.js'
import { type AnyAfterHandler, type AnyFallback, type AnyHandler, Handlers } from './handlers.js'
import type { Ocpp } from './ocpp-api.js'
import type { EndpointSettings } from './options.js'
import { ALL_PROTOCOLS } from './protocol.js'
import type { CallOptions } from './types/charge-point.js'
import type {
  DataTransferMatch,
  HandlerContext,
  SharedAction,
  SharedHandler,
  UnionHandler,
  VersionApi
} from './types/handlers.js'
import type { Protocol } from './types/protocol.js'

/** `app.ocpp`: the handlers and the live connections that all endpoints of an application share. */
export class OcppCore implements Ocpp, Shared {
  readonly role = 'csms'
  readonly chargePoints = new ChargePoints()
  readonly events: EventHub
  readonly v16: VersionApi<'ocpp1.6'>
  readonly v201: VersionApi<'ocpp2.0.1'>
  readonly v21: VersionApi<'ocpp2.1'>
  readonly #versions: Record<Protocol, Version>
  readonly #app: FastifyInstance
  readonly #endpoints: Endpoint[] = []
  readonly #targets: InjectTarget[] = []
  #drained: Promise<void> | undefined

  constructor(app: FastifyInstance) {
    this.#app = app
    this.events = new EventHub(app.log)
    this.#versions = {
      'ocpp1.6': new Version(this, 'ocpp1.6'),
      'ocpp2.0.1': new Version(this, 'ocpp2.0.1'),
      'ocpp2.1': new Version(this, 'ocpp2.1')
    }
    this.v16 = this.#versions['ocpp1.6'] as unknown as VersionApi<'ocpp1.6'>
    this.v201 = this.#versions['ocpp2.0.1'] as unknown as VersionApi<'ocpp2.0.1'>
    this.v21 = this.#versions['ocpp2.1'] as unknown as VersionApi<'ocpp2.1'>
  }

  get protocols(): readonly Protocol[] {
    return ALL_PROTOCOLS.filter((protocol) => this.#endpoints.some((endpoint) => endpoint.protocols.includes(protocol)))
  }

  get isDraining(): boolean {
    return this.#drained !== undefined
  }

  handlers(protocol: Protocol): Handlers {
    return this.#versions[protocol].handlers
  }

  /** `route`: with the prefix of the scope in which the endpoint is registered. */
  addEndpoint(settings: EndpointSettings, { log, route }: { log: FastifyBaseLogger; route: string }): Endpoint {
    const endpoint = new Endpoint(this, settings, log)
    this.#endpoints.push(endpoint)
    this.#targets.push({ url: route, protocols: settings.protocols })
    return endpoint
  }

  on<A extends SharedAction>(action: A, handler: SharedHandler<A> | UnionHandler<A>): this {
    const answer = handler as (request: unknown, context: HandlerContext, protocol: Protocol) => unknown
    // First of all whether all of them can have it.
    for (const protocol of ALL_PROTOCOLS) this.handlers(protocol).claim(action)
    for (const protocol of ALL_PROTOCOLS) {
      this.handlers(protocol).on(action, (request, context) => answer(request, context, protocol))
    }
    return this
  }

  async call(identity: string, action: string, payload: unknown, options?: CallOptions): Promise<unknown> {
    return this.connection(identity).call(action, payload, options)
  }

  connection(identity: string): Connection {
    const connection = this.chargePoints.connection(identity)
    if (connection === undefined) throw new NotConnectedError(identity)
    return connection
  }

  inject<const P extends Protocol>(options: InjectOptions<P>): Promise<ChargePointClient<P>> {
    return inject(this.#app, this.#targets, options)
  }

  drain(): Promise<void> {
    this.#drained ??= Promise.all(this.#endpoints.map((endpoint) => endpoint.drain())).then(() => undefined)
    return this.#drained
  }
}

/** One version's side of `app.ocpp`; its types are those of {@link VersionApi}. */
class Version {
  readonly protocol: Protocol
  readonly handlers: Handlers
  readonly #core: OcppCore

  constructor(core: OcppCore, protocol: Protocol) {
    this.#core = core
    this.protocol = protocol
    this.handlers = new Handlers(protocol, 'chargePoint')
  }

  on(action: string, handler: AnyHandler): this {
    this.handlers.on(action, handler)
    return this
  }

  after(action: string, handler: AnyAfterHandler): this {
    this.handlers.after(action, handler)
    return this
  }

  fallback(handler: AnyFallback): this {
    this.handlers.fallback(handler)
    return this
  }

  onDataTransfer(match: DataTransferMatch, handler: AnyHandler): this {
    this.handlers.onDataTransfer(match, handler)
    return this
  }

  async call(identity: string, action: string, payload: unknown, options?: CallOptions): Promise<unknown> {
    const connection = this.#core.connection(identity)
    if (connection.protocol !== this.protocol) {
      throw new WrongProtocolError(identity, connection.protocol, this.protocol)
    }
    return connection.call(action, payload, options)
  }
}
