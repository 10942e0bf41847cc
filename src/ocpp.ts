import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { ChargePointClient } from './charge-point/client.js'
import { type InjectOptions, type InjectTarget, inject } from './charge-point/inject.js'
import { ChargePoints } from './charge-points.js'
import { UnreachableError } from './cluster/errors.js'
import { Member } from './cluster/member.js'
import type { Ask } from './cluster/messages.js'
import type { Connection } from './connection/connection.js'
import { type ChargePointDetail, detail } from './describe.js'
import { Endpoint, type Shared } from './endpoint.js'
import { InvalidOptionsError, NotConnectedError, WrongProtocolError } from './errors.js'
import { EventHub } from './events.js'
import { type AnyAfterHandler, type AnyFallback, type AnyHandler, Handlers } from './handlers.js'
import type { Ocpp } from './ocpp-api.js'
import type { EndpointSettings } from './options.js'
import { ALL_PROTOCOLS } from './protocol.js'
import type { CallOptions } from './types/charge-point.js'
import type { Cluster, ForwardedRequest } from './types/cluster.js'
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
  #member: Member | undefined

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

  get cluster(): Member | undefined {
    return this.#member
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

  call(identity: string, action: string, payload: unknown, options?: CallOptions): Promise<unknown> {
    return this.callIn(undefined, identity, { action, payload, options })
  }

  /** A call that is made only if the charge point speaks `protocol`. `undefined`: in any version. */
  callIn(
    protocol: Protocol | undefined,
    identity: string,
    { action, payload, options }: { action: string; payload: unknown; options: CallOptions | undefined }
  ): Promise<unknown> {
    const connection = this.#used(identity)
    if (connection !== undefined) return callOn(connection, protocol, action, payload, options)
    const call = { ...(protocol !== undefined && { protocol }), action, payload }
    return this.#member?.call(identity, call, options) ?? Promise.reject(new NotConnectedError(identity))
  }

  async disconnect(identity: string, code?: number, reason?: string): Promise<void> {
    const connection = this.#used(identity)
    if (connection !== undefined) connection.disconnect(code, reason)
    else if (this.#member === undefined) throw new NotConnectedError(identity)
    else {
      const close = { ...(code !== undefined && { code }), ...(reason !== undefined && { reason }) }
      await this.#member.ask({ kind: 'disconnect', identity, ...close })
    }
  }

  async describe(identity: string): Promise<ChargePointDetail | undefined> {
    const connection = this.#used(identity)
    if (connection !== undefined || this.#member === undefined) return connection && detail(connection.chargePoint)
    try {
      return (await this.#member.ask({ kind: 'describe', identity })) as ChargePointDetail
    } catch (error) {
      if (error instanceof NotConnectedError) return undefined
      throw error
    }
  }

  /** Makes this application a node of the cluster. All endpoints of an application share one. */
  join(cluster: Cluster): void {
    if (this.#member !== undefined) {
      if (this.#member.cluster === cluster) return
      throw new InvalidOptionsError(
        'fastify-ocpp: option `cluster` must be the same for all endpoints of an application'
      )
    }
    this.#member = new Member(cluster, {
      log: this.#app.log,
      events: this.events,
      connections: () => this.chargePoints.size,
      perform: (ask, signal) => this.#perform(ask, signal),
      supersede: (identity) => this.chargePoints.supersede(identity),
      giveUp: () => this.chargePoints.giveUp()
    })
    this.chargePoints.share(this.#member)
    this.#member.start()
  }

  checkStall(): void {
    this.#member?.checkStall()
  }

  /** The connection of this process, unless the charge point is connecting to another node. */
  #used(identity: string): Connection | undefined {
    const connection = this.chargePoints.connection(identity)
    return connection !== undefined && this.#member?.isSuspended(identity) === true ? undefined : connection
  }

  /** Does what another node asks. */
  async #perform({ identity, kind, protocol, action = '', payload, timeout, ...ask }: Ask, signal: AbortSignal) {
    const connection = this.#used(identity)
    if (connection === undefined) throw new NotConnectedError(identity)
    if (kind === 'describe') return detail(connection.chargePoint)
    if (kind === 'disconnect') return connection.disconnect(ask.code, ask.reason)
    if (kind === 'forward') return this.#forwarded({ identity, request: payload, signal })
    const { messageId, priority } = ask
    const options = { signal, ...(timeout !== undefined && { timeout }), ...(priority !== undefined && { priority }) }
    const id = messageId === undefined ? {} : { messageId }
    return callOn(connection, protocol, action, payload, { ...options, ...id })
  }

  async #forwarded(forwarded: ForwardedRequest): Promise<unknown> {
    const handler = this.#member?.forwardHandler
    if (handler === undefined) throw new UnreachableError(forwarded.identity, 'it handles no requests of other nodes')
    return handler(forwarded)
  }

  inject<const P extends Protocol>(options: InjectOptions<P>): Promise<ChargePointClient<P>> {
    return inject(this.#app, this.#targets, options)
  }

  drain(): Promise<void> {
    this.#drained ??= Promise.all(this.#endpoints.map((endpoint) => endpoint.drain())).then(() => undefined)
    return this.#drained
  }

  /** Leaves the cluster. */
  leave(): void {
    this.#member?.close()
  }
}

async function callOn(
  connection: Connection,
  protocol: string | undefined,
  action: string,
  payload: unknown,
  options: CallOptions | undefined
): Promise<unknown> {
  if (protocol !== undefined && connection.protocol !== protocol) {
    throw new WrongProtocolError(connection.identity, connection.protocol, protocol)
  }
  return connection.call(action, payload, options)
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

  call(identity: string, action: string, payload: unknown, options?: CallOptions): Promise<unknown> {
    return this.#core.callIn(this.protocol, identity, { action, payload, options })
  }
}
