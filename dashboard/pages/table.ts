import type { ComponentType } from 'preact'
import type { PageName } from '../router/pages.js'
import { BOOKS } from './books.js'

export interface PageProps {
  /** The segments of the path that vary. */
  params: Readonly<Record<string, string>>
}

export type PageModule = Promise<{ default: ComponentType<PageProps> }>

/** What all pages but the overview have in common: a first visit does not wait for it. */
const OTHERS: Readonly<Partial<Record<PageName, () => PageModule>>> = {
  ...BOOKS,
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

/** A page is loaded when it is first opened, and with it the styles that the overview has no use for. */
function styled(load: () => PageModule): () => PageModule {
  return async () => {
    const [page] = await Promise.all([load(), import('../styles/pages.css')])
    return page
  }
}

export const LOADERS: Readonly<Partial<Record<PageName, () => PageModule>>> = {
  ...Object.fromEntries(Object.entries(OTHERS).map(([name, load]) => [name, styled(load)])),
  overview: () => import('./overview/overview.js')
}
