import type { Document, Operation } from './document.js'

/** The topics of the operations, in reading order. */
const TAGS: Readonly<Record<string, string>> = {
  'Charge points': 'Known charge points, their data, and whether they may connect.',
  Sites: 'Places with charge points.',
  Operations: 'Requests that work the same for every OCPP version: start, stop, limit, configure, report …',
  Calls: 'Outcome of OCPP calls, one call to many charge points, and calls that wait for an offline charge point.',
  Transactions: 'Charging sessions of all versions in one form, with their meter values and cost. Also as CSV.',
  Tariffs: 'Prices of charging.',
  Billing: 'Receipts, credit notes and corrections.',
  'Id tokens': 'Who may charge.',
  Problems: 'Current problems, and how to solve them.',
  Events: 'Live stream of events.',
  Webhooks: 'Events sent to a URL: signed, in order, and retried until the receiver confirms.',
  Certificates: 'Certificates of charge points: issuers, holders, expiry and renewal.',
  Operators: 'Tokens of operators, their scopes, and the log of changes.',
  Nodes: 'The processes that serve the same charge points.',
  Health: 'Health checks for load balancers; they need no token.'
}

/** Functional blocks. OCPP 1.6 calls them feature profiles. */
const BLOCKS: Readonly<Record<string, string>> = {
  Core: 'Basic actions of OCPP 1.6 that belong to no block of OCPP 2.x.',
  Provisioning: 'Boot, configuration and reports.',
  Security: 'Certificates of the charge point, signed firmware and logs.',
  Authorization: 'Who may charge.',
  LocalAuthorizationListManagement: 'The list of id tokens that a charge point uses while it is offline.',
  Transactions: 'Charging sessions.',
  RemoteControl: 'Start, stop, unlock and trigger remotely.',
  Availability: 'Taking EVSEs and connectors in and out of service.',
  Reservation: 'Reserving an EVSE or connector for a driver.',
  TariffAndCost: 'Prices that the charge point shows and calculates with.',
  SmartCharging: 'Limits and schedules of power.',
  FirmwareManagement: 'Updates of firmware.',
  CertificateManagement: 'Certificates that a charge point trusts, and those of ISO 15118.',
  Diagnostics: 'Logs, monitoring, and data stored about customers.',
  DisplayMessage: 'Messages on the display.',
  DataTransfer: 'Vendor-specific messages.',
  BidirectionalPowerTransfer: 'Power from the car to the grid; OCPP 2.1.',
  DERControl: 'Control of distributed energy resources; OCPP 2.1.',
  BatterySwapping: 'Battery swapping; OCPP 2.1.'
}

const OWN: Readonly<Record<string, string>> = { ChargePoints: 'Charge points', IdTokens: 'Id tokens' }
const RAW_CALL = /\/charge-points\/\{identity\}\/calls\/\w+$/

/**
 * Raw calls are grouped by functional block, after all other topics. Some blocks have the same name as a topic of ours.
 */
export function nameTag(operation: Operation, path: string): void {
  const { tags = [] } = operation
  operation.tags = tags.map((tag) => (RAW_CALL.test(path) ? blockTag(tag) : (OWN[tag] ?? tag)))
}

function blockTag(block: string): string {
  return `OCPP ${block.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')}`
}

/** The tags that at least one operation of the document has. */
export function tagsOf({ paths }: Pick<Document, 'paths'>): { name: string; description: string }[] {
  const used = new Set(Object.values(paths).flatMap((item) => Object.values(item).flatMap(({ tags }) => tags ?? [])))
  const own = Object.entries(TAGS).map(([name, description]) => ({ name, description }))
  const blocks = Object.entries(BLOCKS).map(([block, description]) => ({ name: blockTag(block), description }))
  return [...own, ...blocks].filter(({ name }) => used.has(name))
}
