import type { ComponentType } from 'preact'
import type { PageName } from '../router/pages.js'
import { BOOKS } from './books.js'

export interface PageProps {
  /** The segments of the path that vary. */
  params: Readonly<Record<string, string>>
}

export type PageModule = Promise<{ default: ComponentType<PageProps> }>

/** Each page is a chunk of its own, loaded when it is first opened. */
export const LOADERS: Readonly<Partial<Record<PageName, () => PageModule>>> = {
  ...BOOKS,
  overview: () => import('./overview/overview.js'),
  problems: () => import('./overview/problems.js'),
  chargePoints: () => import('./charge-points/list.js'),
  refusedChargePoints: () => import('./charge-points/refused.js'),
  chargePoint: () => import('./charge-point/page.js'),
  messages: () => import('./charge-point/messages.js'),
  chargePointCertificates: () => import('./charge-point/certificates.js'),
  state: () => import('./charge-point/state.js'),
  connections: () => import('./charge-point/connections.js'),
  chargePointCalls: () => import('./charge-point/calls.js'),
  calls: () => import('./calls/calls.js'),
  call: () => import('./calls/call.js'),
  bulkCalls: () => import('./calls/bulk-list.js'),
  bulkCall: () => import('./calls/bulk.js'),
  sites: () => import('./sites/list.js'),
  site: () => import('./sites/site.js')
}
