import type { PageName } from '../router/pages.js'
import type { PageModule } from './table.js'

/** The pages of the books, of certificates and of the administration. */
export const BOOKS: Readonly<Partial<Record<PageName, () => PageModule>>> = {
  variables: () => import('./charge-point/variables.js'),
  transactions: () => import('./transactions/list.js'),
  transaction: () => import('./transactions/page.js'),
  receipts: () => import('./receipts/list.js'),
  receipt: () => import('./receipts/page.js'),
  idTokens: () => import('./id-tokens/list.js'),
  idToken: () => import('./id-tokens/page.js'),
  authorizations: () => import('./id-tokens/authorizations.js'),
  transactionStatistics: () => import('./statistics/transactions.js'),
  availability: () => import('./statistics/availability.js'),
  tariffs: () => import('./tariffs/page.js'),
  certificates: () => import('./certificates/page.js'),
  operatorTokens: () => import('./administration/operator-tokens.js'),
  signIns: () => import('./administration/sign-ins.js'),
  audit: () => import('./administration/audit.js'),
  webhooks: () => import('./administration/webhooks.js'),
  about: () => import('./administration/about.js')
}
