import type { Document, Operation } from './document.js'

/** The topics of the operations, in reading order. */
const TAGS: Readonly<Record<string, string>> = {
  'Charge points': 'Which there are, what is known of them, and who may connect.',
  Operations: 'What can be asked of a charge point whatever version it speaks: start, stop, limit, configure, report …',
  Calls: 'What has become of OCPP calls, one call to many charge points, and calls that wait for one that is away.',
  Transactions: 'Of all versions alike, with what was measured in them. Also as CSV.',
  Tariffs: 'What charging costs.',
  'Id tokens': 'Who may charge.',
  Problems: 'What is wrong now, and what to do about it.',
  Events: 'What happens, as it happens.',
  Webhooks: 'What happens, told by HTTP: signed, in order, and again until it is received.',
  Certificates: 'Of charge points: who signs them, who has which, and until when.',
  Operators: 'Who may use this API, and what they changed.',
  Health: 'For load balancers, without a token.'
}

/** Functional blocks. OCPP 1.6 calls them feature profiles. */
const BLOCKS: Readonly<Record<string, string>> = {
  Core: 'What every charge point of 1.6 does, as far as 2.x does not have it by the same name.',
  Provisioning: 'Boot, configuration and reports.',
  Security: 'Certificates of the charge point, signed firmware and logs.',
  Authorization: 'Who may charge.',
  LocalAuthorizationListManagement: 'Who may charge when nobody can be asked.',
  Transactions: 'Charging sessions.',
  RemoteControl: 'Start, stop, unlock and trigger from afar.',
  Availability: 'In and out of service.',
  Reservation: 'Keeping a place for a driver.',
  TariffAndCost: 'Prices that the charge point knows and shows.',
  SmartCharging: 'Limits and schedules of power.',
  FirmwareManagement: 'Updates of firmware.',
  CertificateManagement: 'Certificates that a charge point trusts, and those of ISO 15118.',
  Diagnostics: 'Logs, monitoring and what is stored about customers.',
  DisplayMessage: 'What the display shows.',
  DataTransfer: 'What vendors agree on.',
  BidirectionalPowerTransfer: 'Power from car to grid; 2.1.',
  DERControl: 'Controls of distributed energy resources; 2.1.',
  BatterySwapping: 'Swapping batteries; 2.1.'
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
