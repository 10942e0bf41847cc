import { hostname } from 'node:os'
import type { Config } from '../settings/settings.js'
import { API } from './api.js'

/** Ports that the back-end listens on; `undefined`: it does not. */
export interface Ports {
  plain: number | undefined
  secure: number | undefined
}

/** A server that may listen. */
interface Listener {
  address(): string | { port: number } | null
}

/** The ports of an app that listens. */
export function portsOf({ server, tls }: { server: Listener; tls: { address: { port: number } | undefined } }): Ports {
  const address = server.address()
  return {
    plain: address === null || typeof address === 'string' ? undefined : address.port,
    secure: tls.address?.port
  }
}

type Hosts = Pick<Config, 'HOST' | 'TLS_HOST'>
type ChargePointSettings = Pick<Config, 'OCPP_PATH' | 'OCPP_MIN_SECURITY_PROFILE'>

/** The URLs of charge points at the listeners, with `identity` in the place of theirs. */
export function chargePointUrls(config: Hosts & ChargePointSettings, ports: Ports, identity: string): string[] {
  const path = pathOf(config, identity)
  const { plain, secure } = hostsOf(config, ports)
  return [
    ...(plain === undefined || config.OCPP_MIN_SECURITY_PROFILE > 1 ? [] : [`ws://${plain}${path}`]),
    ...(secure === undefined ? [] : [`wss://${secure}${path}`])
  ]
}

/** The URL of charge points at the proxy that a request came by. */
export function proxiedChargePointUrl(
  config: ChargePointSettings,
  { protocol, host }: { protocol: string; host: string },
  identity: string
): string {
  return `${protocol === 'https' ? 'wss' : 'ws'}://${host}${pathOf(config, identity)}`
}

/** The URLs of the operator API. */
export function apiUrls(config: Hosts, ports: Ports): string[] {
  const { plain, secure } = hostsOf(config, ports)
  return [
    ...(plain === undefined ? [] : [`http://${plain}${API}`]),
    ...(secure === undefined ? [] : [`https://${secure}${API}`])
  ]
}

function pathOf({ OCPP_PATH }: ChargePointSettings, identity: string): string {
  return OCPP_PATH.replace(':identity', identity)
}

/** Hosts with their ports, as they stand in a URL. */
export function hostsOf({ HOST, TLS_HOST }: Hosts, { plain, secure }: Ports): Record<keyof Ports, string | undefined> {
  return {
    plain: plain === undefined ? undefined : `${urlHost(HOST)}:${plain}`,
    secure: secure === undefined ? undefined : `${urlHost(TLS_HOST)}:${secure}`
  }
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname()
  return host.includes(':') ? `[${host}]` : host
}
