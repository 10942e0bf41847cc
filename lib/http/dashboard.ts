import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** Paths that the server answers with the dashboard, as the router knows them (dashboard/router/pages.ts), but for `/`. */
export const PAGE_PATHS = [
  '/problems',
  '/charge-points',
  '/refused-charge-points',
  '/charge-points/:identity',
  '/charge-points/:identity/messages',
  '/charge-points/:identity/calls',
  '/charge-points/:identity/variables',
  '/charge-points/:identity/connections',
  '/charge-points/:identity/certificates',
  '/charge-points/:identity/state',
  '/transactions',
  '/transactions/:id',
  '/receipts',
  '/receipts/:number',
  '/id-tokens',
  '/id-tokens/:idToken',
  '/authorizations',
  '/calls',
  '/calls/:messageId',
  '/bulk-calls',
  '/bulk-calls/:id',
  '/statistics/transactions',
  '/statistics/availability',
  '/sites',
  '/sites/:id',
  '/tariffs',
  '/certificates',
  '/operator-tokens',
  '/sign-ins',
  '/audit',
  '/webhooks',
  '/about',
  '/sign-in'
] as const

/** The content security policy of the pages: their own files and the operator API, and nothing inline. */
export const DASHBOARD_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

/** The files of a dashboard that was built. */
export interface DashboardFiles {
  /** The folder with the files. */
  root: string
  /** The page, which is the same for all paths. */
  page: string
  /** Paths of the other files below `root`, without their compressed copies. */
  files: string[]
}

const FOLDER = 'dist/dashboard'
/** The sources, the bundle and the compiled tests lie at most so deep below the folder of the package. */
const MAX_DEPTH = 3

/** Finds what `npm run build` made; `undefined` if there is no dashboard. */
export function findDashboard(from: string): DashboardFiles | undefined {
  let directory = from
  for (let depth = 0; depth < MAX_DEPTH; depth++, directory = dirname(directory)) {
    const root = join(directory, FOLDER)
    const index = join(root, 'index.html')
    if (existsSync(index)) return { root, page: readFileSync(index, 'utf8'), files: filesBelow(root) }
  }
  return undefined
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true })
    .map((name) => relative(root, join(root, String(name))))
    .filter((name) => !/(?:^|\/)\.|\.(?:br|gz|html)$/.test(name) && statSync(join(root, name)).isFile())
    .sort()
}
