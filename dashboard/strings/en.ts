import { count } from '../ui/format.js'

// The sentences of the frame, and those that all pages share. Those of a page are in strings/en/, and loaded with it.

export const strings = {
  skip: 'Skip to the content',
  loading: 'Loading',
  tryAgain: 'Try again',
  similar: 'Is it one of these?',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  remove: 'Remove',
  done: 'Done',
  secretOnce: 'It is shown only now. The back-end stores its hash.',
  copy: 'Copy',
  copied: 'Copied',
  now: 'now',
  more: 'More',
  ago: (age: string) => `${age} ago`,
  dataAsOf: (clock: string) => `Data as of ${clock}`,
  serverAwayDetail: 'The server does not answer. The page goes on by itself when it does.',
  missingScope: (scope: string | undefined) =>
    scope === undefined ? 'Your token does not allow this.' : `Your token does not have the scope ${scope}.`,
  noScope: (scope: string) => `Your token does not have the scope ${scope}`,
  typeToConfirm: (text: string) => `Type ${text} to confirm`,
  selectAll: 'Select all rows of this page',
  selectRow: (key: string) => `Select ${key}`,
  firstPage: 'First page',
  previousPage: 'Previous',
  nextPage: 'Next',
  pagesOfList: 'Pages of the list',
  clearFilters: 'Clear filters',
  nothingMatches: 'Nothing matches these filters.',
  notHere: 'There is no such page',
  clockOf: 'The clock of',
  isAhead: (by: string) =>
    `is ${by} ahead of the server's. Its times are shown as it told them; what counts up is by the server's clock.`,
  isBehind: (by: string) =>
    `is ${by} behind the server's, or it told late. Its times are shown as it told them; what counts up is by the server's clock.`,
  lastState: (state: string) => `Last known: ${state}`,
  states: {
    Available: 'Available',
    Preparing: 'Plugged in',
    Charging: 'Charging',
    SuspendedEV: 'Paused by the car',
    SuspendedEVSE: 'Paused by the charge point',
    Finishing: 'Finishing',
    Reserved: 'Reserved',
    Unavailable: 'Out of service',
    Faulted: 'Faulted',
    Unknown: 'Never told'
  },
  nav: {
    label: 'Pages',
    overview: 'Overview',
    chargePoints: 'Charge points',
    transactions: 'Transactions',
    receipts: 'Receipts',
    idTokens: 'Id tokens',
    authorizations: 'Authorizations',
    calls: 'Calls',
    transactionStatistics: 'Statistics',
    availability: 'Availability',
    sites: 'Sites',
    tariffs: 'Tariffs',
    certificates: 'Certificates',
    operatorTokens: 'Operator tokens',
    signIns: 'Sign-ins',
    audit: 'Audit',
    webhooks: 'Webhooks',
    about: 'About'
  },
  pill: {
    connecting: 'Connecting',
    live: 'Live',
    paused: 'Paused',
    away: 'Server away',
    signedOut: 'Signed out',
    reconnecting: (clock: string) => `Reconnecting, data as of ${clock}`,
    awayAsOf: (clock: string) => `Server away, data as of ${clock}`
  },
  updated: 'Updated.',
  reload: 'Reload',
  signOut: 'Sign out',
  theme: { label: 'Colours', auto: 'As the system', light: 'Light', dark: 'Dark' },
  rows: { label: 'Compact rows' },
  shortcuts: { label: 'Single keys as shortcuts' },
  zone: { label: 'Times in UTC' },
  operatorMenu: (name: string) => `Operator ${name}: settings and sign out`,
  search: {
    label: 'Search',
    placeholder: 'Search charge points, cards, transactions, pages',
    none: (text: string) => `Nothing found for “${text}”`,
    open: 'Search ( / )',
    groups: {
      chargePoints: 'Charge points',
      idTokens: 'Id tokens',
      transactions: 'Transactions',
      operations: 'Operations',
      pages: 'Pages'
    }
  },
  help: {
    title: 'Keys',
    keys: [
      ['/', 'Search'],
      ['g o', 'Overview'],
      ['g c', 'Charge points'],
      ['g t', 'Transactions'],
      ['g i', 'Id tokens'],
      ['j k', 'Next row, row before'],
      ['Enter', 'Open the row'],
      ['c', 'Copy the id of the row'],
      ['?', 'This list']
    ] as const
  },
  calls: {
    title: 'Calls',
    open: (number: number) => `Calls (${number})`,
    dismiss: 'Dismiss',
    dismissAll: 'Dismiss all',
    sending: 'Sending',
    waits: (who: string) => `Waits for ${who}`,
    waitsUntil: (who: string, until: string) => `Waits for ${who} until ${until}`,
    lost: 'Not known whether it went out.',
    askAgain: 'Ask again',
    askAgainSafe: 'Asking again is safe: the server carries it out once.',
    askAgainUnsafe: 'Asking again may do it twice: this request cannot carry a key.',
    isAway: (who: string) => `${who} is away.`,
    queue: 'Queue until it is back',
    atMost: 'At most',
    waitTimes: [
      ['', 'as long as the server lets it'],
      ['3600', '1 hour'],
      ['86400', '1 day'],
      ['604800', '7 days']
    ] as const,
    cancelled: 'Cancelled: it does not go out.',
    known: (status: string, word: string | undefined) =>
      `The server knows: ${status}${word === undefined ? '' : `, ${word}`}.`,
    sentUnanswered: 'No answer in time. It may have acted.',
    notSent: 'It was not sent.',
    lookAgain: 'Look again',
    curl: 'Copy as curl',
    details: 'Details',
    answer: 'The answer',
    open1: 'Open the call',
    retryAfter: (seconds: number) => `Ask again after ${count(seconds, 'second')}.`,
    effects: {
      'transaction-started': (id: number | undefined, after: string) =>
        id === undefined ? `A transaction started, ${after} later` : `Transaction ${id} started, ${after} later`,
      'transaction-ended': (id: number | undefined, after: string) =>
        id === undefined ? `A transaction ended, ${after} later` : `Transaction ${id} ended, ${after} later`,
      'other-id-token': (id: number | undefined) =>
        `Transaction ${id ?? ''} started with another id token`.replace('  ', ' '),
      'not-started': () => 'The charge point has started no transaction in time',
      booted: (after: string) => `It booted, ${after} later`,
      status: (status: string, after: string) => `It told ${status}, ${after} later`,
      none: 'Nothing seen yet'
    },
    openTransaction: 'Open the transaction'
  }
}
